"""A channel layer that deliberately loses, duplicates and delays events."""

import asyncio
import random
from contextlib import suppress

from channels_redis.pubsub import RedisPubSubChannelLayer
from redis.exceptions import RedisError


class LossyLayer(RedisPubSubChannelLayer):
    """Of fifty events to a user, it loses two, sends one twice and delays one, on average."""

    _late: set[asyncio.Task] = set()  # noqa: RUF012 - the loop itself holds tasks only weakly

    async def group_send(self, group: str, message: dict) -> None:
        fate = random.randrange(50)  # noqa: S311
        if fate == 3:
            late = asyncio.create_task(self._send_late(group, message))
            self._late.add(late)
            late.add_done_callback(self._late.discard)
        for _ in range({0: 0, 1: 0, 2: 2, 3: 0}.get(fate, 1)):
            await self._get_layer().group_send(group, message)

    async def _send_late(self, group: str, message: dict) -> None:
        await asyncio.sleep(random.uniform(0.05, 0.3))  # noqa: S311
        with suppress(RedisError):  # then this event is lost too
            await self._get_layer().group_send(group, message)
