"""Limits of one user, over all of the user's sockets in this process.

The counts are kept in memory: each process applies the limits separately. There is no clock here:
callers pass `now`, in milliseconds of any clock that never goes back.
"""

import math
from collections import Counter, OrderedDict
from dataclasses import dataclass

from inbox_socket.protocol import UserId

# In milliseconds: when to retry a message that failed or came out of turn, and how much later the
# messages behind it stop waiting for it.
RETRY_AFTER = 1_000
GIVE_UP = 10_000
# Clients cap `retry_after` at this value.
MAX_RETRY_AFTER = 60_000


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one server process.

    The burst covers a page with a hundred conversations, which requests a hundred histories at
    once, and a page that reconnects and sends its queue.
    """

    frames_per_second: float = 50
    frames_burst: int = 500
    # About the maximum that a browser opens to one host.
    sockets_per_user: int = 200
    # The bytes that may wait for one slow reader; above this its socket is closed with 1013.
    outbox_bytes: int = 1024 * 1024


class SocketCap:
    """Limits the number of open sockets per user."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[UserId] = Counter()

    def take(self, user_id: UserId) -> bool:
        """Reserves a slot for one socket. Returns False if none is free."""
        if self._open[user_id] >= self._most:
            return False
        self._open[user_id] += 1
        return True

    def release(self, user_id: UserId) -> None:
        """Releases a slot that `take` has reserved."""
        self._open[user_id] -= 1
        if not self._open[user_id]:
            del self._open[user_id]


class RateLimit:
    """A token bucket for each user, stored as one number: the time when it is full again.

    It holds `burst` tokens and gains `per_second`; a frame takes one. When it is empty, the client
    is told to wait for a tenth of the burst instead of the next token. Until then all messages of
    that user are rejected, so that none overtakes a rejected one.

    A user whose bucket is full again is removed.
    """

    def __init__(self, per_second: float, burst: int) -> None:
        # Times are whole microseconds: sums of fractions would be inexact.
        self._token = round(1e6 / per_second)
        self._burst = burst
        # When the bucket is full again, and until when messages are rejected; ordered by the time
        # of the last frame.
        self._users: OrderedDict[UserId, tuple[int, int]] = OrderedDict()

    def __len__(self) -> int:
        """Returns the number of users stored."""
        return len(self._users)

    def take(self, user_id: UserId, now: float, is_message: bool = False) -> int:
        """Takes a token and returns 0, or returns the milliseconds to wait, up to MAX_RETRY_AFTER.

        If the wait is longer than that, the client retries and then receives the rest.
        """
        moment = round(now * 1e3)
        self._forget_idle(moment)
        full_at, paused_until = self._users.pop(user_id, (moment, moment))
        full_with_one_less = max(full_at, moment) + self._token
        short = full_with_one_less - moment - self._burst * self._token  # time to the next token
        wait = 0
        if short <= 0 and (paused_until <= moment or not is_message):
            full_at = full_with_one_less
        else:
            if paused_until <= moment:
                paused_until = moment + short + (max(self._burst // 10, 1) - 1) * self._token
            wait = min(math.ceil((paused_until - moment) / 1e3), MAX_RETRY_AFTER)
        self._users[user_id] = (full_at, paused_until)
        return wait

    def _forget_idle(self, moment: int) -> None:
        """Removes the users idle for longest whose bucket is full and whose pause has ended."""
        while self._users:
            user_id = next(iter(self._users))
            if max(self._users[user_id]) > moment:
                break
            del self._users[user_id]


class Turns:
    """Keeps one connection's messages behind the first one that was rejected temporarily.

    The messages that a page sent before it learned of that rejection are still in flight and would
    overtake the rejected one. They are rejected too, until the first one arrives again, or until
    GIVE_UP after its `retry_after` if the page never sends it again.
    """

    def __init__(self) -> None:
        self._first: str | None = None
        self._until = 0.0

    def wait(self, client_id: str | None, now: float) -> int:
        """Returns the milliseconds that a message has to wait; 0 if it is its turn."""
        if self._first is None or client_id is None:
            return 0
        if client_id == self._first or now >= self._until:
            self._first = None
            return 0
        return RETRY_AFTER

    def refused(self, client_id: str | None, retry_after: int, now: float) -> None:
        """Records that the message was rejected temporarily."""
        if self._first is None and client_id is not None:
            self._first = client_id
            self._until = now + retry_after + GIVE_UP
