"""Runs the sockets' database work outside the event loop."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from inbox_socket.django import conf

T = TypeVar("T")


async def in_database(function: Callable[..., T], *args: object) -> T:
    """Calls a synchronous function that uses the database on a thread of the pool.

    By default Django runs such functions on one thread, where a slow query delays every socket.
    """

    def call() -> T:
        close_old_connections()
        try:
            return function(*args)
        finally:
            close_old_connections()

    return await sync_to_async(call, thread_sensitive=False, executor=_threads())()


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(conf.database_threads(), thread_name_prefix="inbox-socket")
