"""Tells the sockets, in whichever process they are, about messages and logins."""

import asyncio
import logging
from collections.abc import Iterable

from asgiref.sync import async_to_sync

from inbox_socket import broker
from inbox_socket.broker import Event
from inbox_socket.django import conf
from inbox_socket.server import Server, events_of
from inbox_socket.storage import Stored

logger = logging.getLogger(__name__)

_here: tuple[Server, asyncio.AbstractEventLoop] | None = None


def serve_here(server: Server) -> None:
    """Records the server of this process and the event loop that it runs in."""
    global _here
    _here = server, asyncio.get_running_loop()


def tell_messages(messages: Iterable[Stored]) -> None:
    """Sends committed messages to their recipients. Callable in any thread and process."""
    _tell([event for message in messages for event in events_of(message)])


def tell(event: Event) -> None:
    """Sends one event. Callable in any thread and process."""
    _tell([event])


def _tell(events: list[Event]) -> None:
    """Never raises: the database is authoritative, and a lost event is noticed by the client."""
    if not events:
        return
    try:
        if _here and not _here[1].is_closed():
            server, loop = _here
            loop.call_soon_threadsafe(server.tell, events)
        else:
            async_to_sync(_publish)(events)
    except Exception as error:
        logger.error("telling %d events failed: %s", len(events), type(error).__name__)


async def _publish(events: list[Event]) -> None:
    """Publishes from a process without sockets: a worker, a command, a WSGI server.

    A broker's connections belong to one event loop, and each call here has another.
    """
    if remote := conf.make_broker():
        try:
            await broker.publish(remote, events)
        finally:
            await remote.stop()
