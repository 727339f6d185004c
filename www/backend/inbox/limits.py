"""What one user may use of this process, over all of the user's sockets.

Counted in memory: with several processes each grants as much again.
"""

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings


class SocketCap:
    """Bounds how many sockets a user has open."""

    def __init__(self) -> None:
        self._open: Counter[int] = Counter()

    @contextmanager
    def slot(self, user_id: int) -> Iterator[bool]:
        """Hold a place for one socket. Yields False when there is none."""
        if self._open[user_id] >= settings.SOCKETS_PER_USER:
            yield False
            return
        self._open[user_id] += 1
        try:
            yield True
        finally:
            self._open[user_id] -= 1
            if not self._open[user_id]:
                del self._open[user_id]


class RateLimit:
    """A token bucket for each user, kept as one number: when it will be full again.

    It holds FRAMES_BURST tokens and gains FRAMES_PER_SECOND; a frame takes one. The clock tells
    nanoseconds.
    """

    def __init__(self, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock = clock
        self._full_at: dict[int, int] = {}

    def take(self, user_id: int) -> int:
        """Take a token and return 0, or return the milliseconds until there is one."""
        now = self._clock()
        token = round(1e9 / settings.FRAMES_PER_SECOND)
        full_at = max(self._full_at.get(user_id, now), now) + token
        wait = full_at - now - settings.FRAMES_BURST * token
        if wait > 0:
            return math.ceil(wait / 1e6)
        self._full_at[user_id] = full_at
        return 0


sockets = SocketCap()
frames = RateLimit()
