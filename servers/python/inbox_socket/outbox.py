"""The frames that wait for one socket."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable


class Outbox:
    """Sends frames in order, in a task that exists only while there is something to send.

    So `put` never waits: a slow reader delays no other socket. `on_error` is called once if a send
    fails.
    """

    def __init__(
        self, send: Callable[[str], Awaitable[None]], on_error: Callable[[], None]
    ) -> None:
        self._send, self._on_error = send, on_error
        self._frames: deque[str] = deque()
        self._task: asyncio.Task | None = None
        self._room: asyncio.Event | None = None  # only while somebody waits for room
        self.bytes = 0

    def put(self, text: str) -> None:
        """Queues a frame."""
        self._frames.append(text)
        self.bytes += len(text.encode())
        if self._task is None:
            self._task = asyncio.create_task(self._flush())

    async def room(self, most: int) -> None:
        """Waits until at most `most` bytes wait."""
        while self.bytes > most:
            self._room = self._room or asyncio.Event()
            await self._room.wait()

    def clear(self) -> None:
        """Drops the frames that wait, and stops sending."""
        self._frames.clear()
        self._sent(self.bytes)
        if self._task and self._task is not asyncio.current_task():
            self._task.cancel()

    async def _flush(self) -> None:
        try:
            while self._frames:
                text = self._frames.popleft()
                size = len(text.encode())
                await self._send(text)
                self._sent(min(size, self.bytes))
        except Exception:
            # The socket is gone; the server program reports it as a disconnect.
            self._frames.clear()
            self._sent(self.bytes)
            self._on_error()
        finally:
            self._task = None

    def _sent(self, size: int) -> None:
        self.bytes -= size
        if self._room:
            self._room.set()
            self._room = None
