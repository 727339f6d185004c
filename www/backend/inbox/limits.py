"""The limits of one user in this process, over all of the user's sockets, and their clock."""

import time

from django.conf import settings
from inbox_socket.limits import RateLimit, SocketCap

sockets = SocketCap(settings.SOCKETS_PER_USER)
frames = RateLimit(settings.FRAMES_PER_SECOND, settings.FRAMES_BURST)


def now() -> float:
    """Returns the milliseconds of a clock that never goes back."""
    return time.monotonic() * 1e3
