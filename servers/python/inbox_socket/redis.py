"""A broker over Redis pub/sub."""

import asyncio
import logging
from contextlib import suppress

from redis.asyncio import Redis

from inbox_socket.broker import TIMEOUT, Receive

logger = logging.getLogger(__name__)

# In seconds. Silence is normal; a ping tells it from a connection that is dead.
PING_AFTER = 10
RETRY_AFTER = 0.5


class RedisBroker:
    """Connects the processes that use the same `url` and `channel`.

    One publish reaches each process once, for any number of recipients. Two applications that share
    one Redis need different channels: pub/sub ignores the number of the database.
    """

    def __init__(self, url: str, channel: str = "inbox-socket") -> None:
        self.connected = False
        self._channel = channel
        # Without a timeout of the socket: the subscription waits for hours.
        self._redis = Redis.from_url(
            url, decode_responses=True, socket_timeout=None, socket_connect_timeout=TIMEOUT
        )
        self._subscribed = asyncio.Event()
        self._task: asyncio.Task | None = None

    async def start(self, receive: Receive) -> None:
        """Subscribes. Returns after TIMEOUT seconds if Redis is unreachable, and keeps trying."""
        self._task = asyncio.create_task(self._keep_subscribed(receive))
        with suppress(TimeoutError):
            async with asyncio.timeout(TIMEOUT):
                await self._subscribed.wait()

    async def publish(self, text: str) -> None:
        await self._redis.publish(self._channel, text)

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._redis.aclose()

    async def _keep_subscribed(self, receive: Receive) -> None:
        while True:
            try:
                await self._subscribe(receive)
            except Exception as error:
                logger.error("the subscription to Redis failed: %s", type(error).__name__)
            finally:
                self.connected = False
            await asyncio.sleep(RETRY_AFTER)

    async def _subscribe(self, receive: Receive) -> None:
        """Receives until the connection fails."""
        async with self._redis.pubsub() as subscription:
            await subscription.subscribe(self._channel)
            while True:
                message = await subscription.get_message(timeout=PING_AFTER)
                if message is None:
                    await subscription.ping()
                    message = await subscription.get_message(timeout=TIMEOUT)
                match message:
                    case None:
                        raise TimeoutError
                    case {"type": "subscribe"}:
                        self.connected = True
                        self._subscribed.set()
                    case {"type": "message", "data": text}:
                        receive(text)
