"""What one user may use of this process, over all of the user's sockets.

Counted in memory: with several processes each grants as much again.
"""

import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings

# Milliseconds: after which a message may come again that failed or was not its turn, and how much
# later those behind it need no longer wait for it.
RETRY_AFTER = 1_000
GIVE_UP = 10_000
# The longest that a client waits, whatever it is told.
MAX_RETRY_AFTER = 60_000


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

    It holds FRAMES_BURST tokens and gains FRAMES_PER_SECOND; a frame takes one. Whoever finds it
    empty is told to wait for a tenth of the burst rather than for the next token, and until then
    no message of that user passes, so that none overtakes one that was refused. The clock tells
    nanoseconds.

    A user whose bucket is full again is forgotten.
    """

    def __init__(self, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock = clock
        # When the bucket will be full, and until when messages are refused: whoever came last is
        # the last.
        self._users: OrderedDict[int, tuple[int, int]] = OrderedDict()

    def __len__(self) -> int:
        """How many users it has not forgotten."""
        return len(self._users)

    def take(self, user_id: int, is_message: bool = False) -> int:
        """Take a token and return 0, or return the milliseconds to wait, at most MAX_RETRY_AFTER.

        A client that was told less than it takes comes again, and is told the rest.
        """
        now = self._clock()
        self._forget_idle(now)
        full_at, paused_until = self._users.pop(user_id, (now, now))
        token = round(1e9 / settings.FRAMES_PER_SECOND)
        full_with_one_less = max(full_at, now) + token
        short = full_with_one_less - now - settings.FRAMES_BURST * token  # until there is a token
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
        """Forget those who came longest ago, as far as nothing is left to know of them."""
        while self._users:
            user_id = next(iter(self._users))
            if max(self._users[user_id]) > now:
                break
            del self._users[user_id]


class Turns:
    """Keeps one connection's messages behind the first that was refused for now.

    What a page had sent before it learned of that refusal is still on its way, and would pass the
    refused one, however long the page is told to wait. So it is refused too, until the first comes
    again. A page that never sends it again gets on after a while.
    """

    def __init__(self, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock = clock
        self._first: str | None = None
        self._until = 0

    def wait(self, client_id: str | None) -> int:
        """The milliseconds that a message has to wait; 0 when it is its turn."""
        if self._first is None or client_id is None:
            return 0
        if client_id == self._first or self._clock() >= self._until:
            self._first = None
            return 0
        return RETRY_AFTER

    def refused(self, client_id: str | None, retry_after: int) -> None:
        """The message was refused, and may come again."""
        if self._first is None and client_id is not None:
            self._first = client_id
            self._until = self._clock() + (retry_after + GIVE_UP) * 10**6


sockets = SocketCap()
frames = RateLimit()
