"""A WebSocket client that calls the whole ASGI application in the test's process."""

import json

from asgiref.testing import ApplicationCommunicator

HOST = "inbox.test"
ORIGIN = f"http://{HOST}"

HELLO = {"action": "hello", "protocol": 1, "cursors": {}}


class Socket:
    """One WebSocket, with Host and Origin as a browser sends them; None omits a header."""

    def __init__(self, path, *, session=None, origin=ORIGIN, host=HOST, scheme="ws") -> None:
        from config.asgi import application  # requires Django to be set up

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
        # The server always accepts: a browser sees neither code nor reason of a rejected handshake.
        await self._expect("websocket.accept")

    async def send(self, frame) -> None:
        """Sends a frame: a dictionary, or raw text or bytes."""
        if isinstance(frame, bytes):
            await self._wire.send_input({"type": "websocket.receive", "bytes": frame})
        else:
            text = frame if isinstance(frame, str) else json.dumps(frame)
            await self._wire.send_input({"type": "websocket.receive", "text": text})

    async def receive_text(self) -> str:
        """Returns the text of the next frame."""
        return (await self._expect("websocket.send"))["text"]

    async def receive(self) -> dict:
        """Returns the next frame."""
        return json.loads(await self.receive_text())

    async def ask(self, frame) -> dict:
        """Sends a frame and returns the next one received."""
        await self.send(frame)
        return await self.receive()

    async def closed(self) -> tuple[int, str]:
        """Returns code and reason of the close, which must be the next event."""
        event = await self._expect("websocket.close")
        self._closed = True
        return event["code"], event["reason"]

    async def leave(self) -> None:
        """Disconnects and waits until the application has finished."""
        await self._wire.send_input({"type": "websocket.disconnect", "code": 1000})
        await self._wire.wait(timeout=10)
        if self._closed:
            assert self._wire.output_queue.empty(), (
                "the application must not send after a close: a server program would raise"
            )

    async def _expect(self, event_type: str) -> dict:
        # The timeout only ends a test that has failed.
        event = await self._wire.receive_output(timeout=10)
        assert event["type"] == event_type, event
        return event
