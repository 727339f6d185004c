"""Database work of the sockets, off the event loop."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from channels.db import database_sync_to_async
from django.conf import settings

T = TypeVar("T")

# Left to itself Channels does all database work of a process on one thread, where a slow query
# holds up every socket.
_threads = ThreadPoolExecutor(settings.DATABASE_THREADS, thread_name_prefix="database")


async def in_database(function: Callable[..., T], *args: object) -> T:
    """Call a synchronous function that uses the database, on one of a few threads."""
    call = database_sync_to_async(function, thread_sensitive=False, executor=_threads)
    return await call(*args)
