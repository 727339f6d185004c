"""A client for tests that goes through the whole ASGI application, in this process."""

import json

from asgiref.testing import ApplicationCommunicator

HOST = "inbox.test"
ORIGIN = f"http://{HOST}"

HELLO = {"action": "hello", "protocol": 1, "cursors": {}}


class Socket:
    """One WebSocket, with Host and Origin as a browser sends them; None leaves a header out."""

    def __init__(self, path, *, session=None, origin=ORIGIN, host=HOST, scheme="ws") -> None:
        from config.asgi import application  # once Django is set up

        cookie = None if session is None else f"sessionid={session}"
        headers = {"host": host, "origin": origin, "cookie": cookie}
        scope = {
            "type": "websocket",
            "scheme": scheme,
            "path": path,
            "query_string": b"",
            "headers": [(k.encode(), v.encode()) for k, v in headers.items() if v is not None],
            "subprotocols": [],
        }
        self._wire = ApplicationCommunicator(application, scope)
        self._closed = False

    async def open(self) -> None:
        await self._wire.send_input({"type": "websocket.connect"})
        # Always: a browser sees neither code nor reason of a handshake that is refused.
        await self._expect("websocket.accept")

    async def send(self, frame) -> None:
        """Send a frame: a dictionary, or the raw text or bytes of it."""
        if isinstance(frame, bytes):
            await self._wire.send_input({"type": "websocket.receive", "bytes": frame})
        else:
            text = frame if isinstance(frame, str) else json.dumps(frame)
            await self._wire.send_input({"type": "websocket.receive", "text": text})

    async def receive_text(self) -> str:
        """The next frame as it is on the wire."""
        return (await self._expect("websocket.send"))["text"]

    async def receive(self) -> dict:
        """The next frame."""
        return json.loads(await self.receive_text())

    async def ask(self, frame) -> dict:
        """Send a frame and return the next one that comes."""
        await self.send(frame)
        return await self.receive()

    async def closed(self) -> tuple[int, str]:
        """The code and the reason of the close, which is to be the next thing that comes."""
        event = await self._expect("websocket.close")
        self._closed = True
        return event["code"], event["reason"]

    async def leave(self) -> None:
        """Disconnect, and wait until the server has let go."""
        await self._wire.send_input({"type": "websocket.disconnect", "code": 1000})
        await self._wire.wait(timeout=10)
        if self._closed:
            assert self._wire.output_queue.empty(), (
                "a server program fails on a frame after a close"
            )

    async def _expect(self, event_type: str) -> dict:
        # The limit only ends a test that has failed.
        event = await self._wire.receive_output(timeout=10)
        assert event["type"] == event_type, event
        return event
