"""The subscription of a broker to a service that may restart or hang."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from inbox_socket.broker import TIMEOUT, Receive

logger = logging.getLogger(__name__)

RETRY_AFTER = 0.5  # seconds


class Subscription:
    """Subscribes again whenever `subscribe(receive)` ends.

    `subscribe` calls `established` once it receives texts, and returns or raises when its
    connection fails. `service` is its name in the log.
    """

    def __init__(self, service: str, subscribe: Callable[[Receive], Awaitable[None]]) -> None:
        self.connected = False
        self._service, self._subscribe = service, subscribe
        self._first = asyncio.Event()
        self._task: asyncio.Task | None = None

    async def start(self, receive: Receive) -> None:
        """Returns once subscribed, or after TIMEOUT seconds if the service is unreachable."""
        self._task = asyncio.create_task(self._keep(receive))
        with suppress(TimeoutError):
            async with asyncio.timeout(TIMEOUT):
                await self._first.wait()

    def established(self) -> None:
        """Records that texts are received from now on."""
        self.connected = True
        self._first.set()

    async def stop(self) -> None:
        """Ends the subscription, if it was started."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _keep(self, receive: Receive) -> None:
        while True:
            try:
                await self._subscribe(receive)
            except Exception as error:
                logger.error(
                    "the subscription to %s failed: %s", self._service, type(error).__name__
                )
            finally:
                self.connected = False
            await asyncio.sleep(RETRY_AFTER)
