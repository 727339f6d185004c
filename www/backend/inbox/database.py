"""Runs the sockets' database work outside the event loop."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from channels.db import database_sync_to_async
from django.conf import settings

T = TypeVar("T")

# By default Channels runs all database work of a process on one thread, where a slow query delays
# every socket.
_threads = ThreadPoolExecutor(settings.DATABASE_THREADS, thread_name_prefix="database")


async def in_database(function: Callable[..., T], *args: object) -> T:
    """Calls a synchronous function that uses the database on a thread of the pool."""
    call = database_sync_to_async(function, thread_sensitive=False, executor=_threads)
    return await call(*args)
