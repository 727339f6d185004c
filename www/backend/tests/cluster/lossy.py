"""A broker that deliberately loses, duplicates and delays what it publishes."""

import asyncio
import random
from contextlib import suppress

from django.conf import settings
from inbox_socket.redis import RedisBroker
from redis.exceptions import RedisError


class LossyBroker(RedisBroker):
    """Of fifty texts, it loses two, publishes one twice and delays one, on average."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._late: set[asyncio.Task] = set()  # the loop itself holds tasks only weakly

    async def publish(self, text: str) -> None:
        fate = random.randrange(50)  # noqa: S311
        if fate == 3:
            late = asyncio.create_task(self._publish_late(text))
            self._late.add(late)
            late.add_done_callback(self._late.discard)
        for _ in range({0: 0, 1: 0, 2: 2, 3: 0}.get(fate, 1)):
            await super().publish(text)

    async def _publish_late(self, text: str) -> None:
        await asyncio.sleep(random.uniform(0.05, 0.3))  # noqa: S311
        with suppress(RedisError):  # then this text is lost too
            await super().publish(text)


def broker() -> LossyBroker:
    return LossyBroker(settings.REDIS_URL)
