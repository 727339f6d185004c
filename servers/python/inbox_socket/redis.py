"""A broker over Redis pub/sub."""

from redis.asyncio import Redis

from inbox_socket.broker import TIMEOUT, Receive
from inbox_socket.subscription import Subscription

# In seconds. Silence is normal; a ping tells it from a connection that is dead.
PING_AFTER = 10


class RedisBroker:
    """Connects the processes that use the same `url` and `channel`.

    One publish reaches each process once, for any number of recipients. Two applications that share
    one Redis need different channels: pub/sub ignores the number of the database.
    """

    def __init__(self, url: str, channel: str = "inbox-socket") -> None:
        self._channel = channel
        # Without a timeout of the socket: the subscription waits for hours.
        self._redis = Redis.from_url(
            url, decode_responses=True, socket_timeout=None, socket_connect_timeout=TIMEOUT
        )
        self._subscription = Subscription("Redis", self._subscribe)

    @property
    def connected(self) -> bool:
        return self._subscription.connected

    async def start(self, receive: Receive) -> None:
        await self._subscription.start(receive)

    async def publish(self, text: str) -> None:
        await self._redis.publish(self._channel, text)

    async def stop(self) -> None:
        await self._subscription.stop()
        await self._redis.aclose()

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
                        self._subscription.established()
                    case {"type": "message", "data": text}:
                        receive(text)
