"""A WebSocket client that calls the whole ASGI application in the test's process."""

import json

from asgiref.testing import ApplicationCommunicator

HOST = "inbox.test"
HELLO = {"action": "hello", "protocol": 1, "cursors": {}}


class Socket:
    """One WebSocket, with Host and Origin as a browser sends them; None omits a header."""

    def __init__(
        self,
        path,
        *,
        session=None,
        origin=f"http://{HOST}",
        host=HOST,
        scheme="ws",
        query=b"",
        application=None,
    ) -> None:
        if application is None:
            from django.core.asgi import get_asgi_application

            from inbox_socket.django.asgi import with_inbox

            application = with_inbox(get_asgi_application())
        cookie = None if session is None else f"sessionid={session}"
        headers = {"host": host, "origin": origin, "cookie": cookie}
        scope = {
            "type": "websocket",
            "scheme": scheme,
            "path": path,
            "query_string": query,
            "headers": [(k.encode(), v.encode()) for k, v in headers.items() if v is not None],
            "subprotocols": [],
        }
        self._wire = ApplicationCommunicator(application, scope)

    async def open(self) -> None:
        await self._wire.send_input({"type": "websocket.connect"})
        await self._expect("websocket.accept")

    async def send(self, frame) -> None:
        """Sends a frame: a dictionary, or raw text."""
        text = frame if isinstance(frame, str) else json.dumps(frame)
        await self._wire.send_input({"type": "websocket.receive", "text": text})

    async def receive(self) -> dict:
        """Returns the next frame."""
        return json.loads((await self._expect("websocket.send"))["text"])

    async def ask(self, frame) -> dict:
        """Sends a frame and returns the next one received."""
        await self.send(frame)
        return await self.receive()

    async def sync(self, **cursors: int) -> dict:
        """Returns the reply to a sync: `await ana.sync(_1=0)` after number 0 of conversation 1."""
        after = {name.lstrip("_"): seq for name, seq in cursors.items()}
        return await self.ask({"action": "sync", "after": after, "id": "r"})

    async def nothing_more(self) -> None:
        """Asserts that nothing else has been sent up to now."""
        assert (await self.ask({"action": "goodbye"}))["code"] == "unknown_action"

    async def closed(self) -> tuple[int, str]:
        """Returns code and reason of the close, which must be the next event."""
        event = await self._expect("websocket.close")
        return event["code"], event["reason"]

    async def leave(self) -> None:
        """Disconnects and waits until the application has finished."""
        await self._wire.send_input({"type": "websocket.disconnect", "code": 1000})
        await self._wire.wait(timeout=10)

    async def _expect(self, event_type: str) -> dict:
        # The timeout only ends a test that has failed.
        event = await self._wire.receive_output(timeout=10)
        assert event["type"] == event_type, event
        return event
