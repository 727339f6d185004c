"""Limits of one user, over all of the user's sockets in this process.

The counts are kept in memory: each process applies the limits separately.
"""

import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings

# In milliseconds: when to retry a message that failed or came out of turn, and how much later the
# messages behind it stop waiting for it.
RETRY_AFTER = 1_000
GIVE_UP = 10_000
# Clients cap `retry_after` at this value.
MAX_RETRY_AFTER = 60_000


class SocketCap:
    """Limits the number of open sockets per user."""

    def __init__(self) -> None:
        self._open: Counter[int] = Counter()

    @contextmanager
    def slot(self, user_id: int) -> Iterator[bool]:
        """Reserves a slot for one socket. Yields False if none is free."""
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
    """A token bucket for each user, stored as one number: the time when it is full again.

    It holds FRAMES_BURST tokens and gains FRAMES_PER_SECOND; a frame takes one. When it is empty,
    the client is told to wait for a tenth of the burst instead of the next token. Until then all
    messages of that user are rejected, so that none overtakes a rejected one. The clock returns
    nanoseconds.

    A user whose bucket is full again is removed.
    """

    def __init__(self, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock = clock
        # When the bucket is full again, and until when messages are rejected; ordered by the time
        # of the last frame.
        self._users: OrderedDict[int, tuple[int, int]] = OrderedDict()

    def __len__(self) -> int:
        """Returns the number of users stored."""
        return len(self._users)

    def take(self, user_id: int, is_message: bool = False) -> int:
        """Takes a token and returns 0, or returns the milliseconds to wait, up to MAX_RETRY_AFTER.

        If the wait is longer than that, the client retries and then receives the rest.
        """
        now = self._clock()
        self._forget_idle(now)
        full_at, paused_until = self._users.pop(user_id, (now, now))
        token = round(1e9 / settings.FRAMES_PER_SECOND)
        full_with_one_less = max(full_at, now) + token
        short = full_with_one_less - now - settings.FRAMES_BURST * token  # time to the next token
        wait = 0
        if short <= 0 and (paused_until <= now or not is_message):
            full_at = full_with_one_less
        else:
            if paused_until <= now:
                paused_until = now + short + (max(settings.FRAMES_BURST // 10, 1) - 1) * token
            wait = min(math.ceil((paused_until - now) / 1e6), MAX_RETRY_AFTER)
        self._users[user_id] = (full_at, paused_until)
        return wait

    def _forget_idle(self, now: int) -> None:
        """Removes the users idle for longest whose bucket is full and whose pause has ended."""
        while self._users:
            user_id = next(iter(self._users))
            if max(self._users[user_id]) > now:
                break
            del self._users[user_id]


class Turns:
    """Keeps one connection's messages behind the first one that was rejected temporarily.

    The messages that a page sent before it learned of that rejection are still in flight and would
    overtake the rejected one. They are rejected too, until the first one arrives again, or until
    GIVE_UP after its `retry_after` if the page never sends it again.
    """

    def __init__(self, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock = clock
        self._first: str | None = None
        self._until = 0

    def wait(self, client_id: str | None) -> int:
        """Returns the milliseconds that a message has to wait; 0 if it is its turn."""
        if self._first is None or client_id is None:
            return 0
        if client_id == self._first or self._clock() >= self._until:
            self._first = None
            return 0
        return RETRY_AFTER

    def refused(self, client_id: str | None, retry_after: int) -> None:
        """Records that the message was rejected temporarily."""
        if self._first is None and client_id is not None:
            self._first = client_id
            self._until = self._clock() + (retry_after + GIVE_UP) * 10**6


sockets = SocketCap()
frames = RateLimit()
