"""A page on a server in the test's process: what the transport would carry."""

import asyncio
import json

from inbox_socket import Server

HELLO = {"action": "hello", "protocol": 1, "cursors": {}}
TIMEOUT = 10  # seconds; only ends a test that has failed


class Page:
    """One socket: `await page.ask(frame)`. `stall()` makes its reader stop reading."""

    def __init__(self, server: Server, user_id, is_valid=None) -> None:
        self._received: asyncio.Queue = asyncio.Queue()
        self._reads = asyncio.Event()
        self._reads.set()

        async def send(text: str) -> None:
            await self._reads.wait()
            self._received.put_nowait(text)

        async def close(code: int, reason: str) -> None:
            self._received.put_nowait((code, reason))

        self.connection = server.connect(user_id, send, close, is_valid)

    def stall(self) -> None:
        self._reads.clear()

    def resume(self) -> None:
        self._reads.set()

    async def send(self, frame) -> None:
        """Sends a frame: a dictionary, or raw text."""
        text = frame if isinstance(frame, str | None) else json.dumps(frame)
        await self.connection.receive(text)

    async def receive_text(self) -> str:
        async with asyncio.timeout(TIMEOUT):
            return await self._received.get()

    async def receive(self) -> dict:
        """Returns the next frame."""
        text = await self.receive_text()
        assert isinstance(text, str), f"closed: {text}"
        return json.loads(text)

    async def ask(self, frame) -> dict:
        """Sends a frame and returns the next one received."""
        await self.send(frame)
        return await self.receive()

    async def closed(self) -> tuple[int, str]:
        """Returns code and reason of the close, which must be next."""
        outcome = await self.receive_text()
        assert isinstance(outcome, tuple), outcome
        return outcome

    async def hello(self) -> "Page":
        assert (await self.ask(HELLO))["action"] == "welcome"
        return self

    async def nothing_more(self) -> None:
        """Asserts that nothing else has been sent up to now."""
        assert (await self.ask({"action": "goodbye"}))["code"] == "unknown_action"


def say(conversation_id, text: str, client_id: str | None = None) -> dict:
    """Returns the frame of a message."""
    frame = {"conversation_id": conversation_id, "message": text}
    return frame if client_id is None else frame | {"client_id": client_id}
