"""Carries events between the server's processes: new messages, and users to authenticate again.

A broker may lose events: the database is authoritative, and clients detect a lost message by the
next `seq` or by the `total` of a `pong`. An event is a JSON object: `{"recipients": […], "text":
"…"}` for a message, `{"recheck": […]}` for users.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any, Protocol

logger = logging.getLogger(__name__)

Event = dict[str, Any]
Receive = Callable[[str], None]

TIMEOUT = 2  # seconds; a broker may hang
MOST_WAITING = 10_000  # events


class Broker(Protocol):
    """Publishes texts to every process, this one included.

    `connected` is false while texts of other processes would be missed; the server refuses new
    connections meanwhile.
    """

    connected: bool

    async def start(self, receive: Receive) -> None:
        """Subscribes: from now on calls `receive(text)` in the event loop for each text published.
        After a failure it subscribes again on its own.
        """

    async def publish(self, text: str) -> None:
        """Publishes a text, or raises. Works without `start` as well, to publish only."""

    async def stop(self) -> None:
        """Ends the subscription and closes the broker's connections."""


class MemoryBroker:
    """Connects the servers of one process. A single server needs no broker."""

    connected = True

    def __init__(self) -> None:
        self._receivers: list[Receive] = []

    async def start(self, receive: Receive) -> None:
        self._receivers.append(receive)

    async def publish(self, text: str) -> None:
        for receive in self._receivers:
            receive(text)

    async def stop(self) -> None:
        self._receivers.clear()


class Publisher:
    """Publishes events in order and in the background: events that wait at the same time share one
    publish, and a broker that hangs delays no sender.
    """

    def __init__(self, broker: Broker, origin: str) -> None:
        self._broker, self._origin = broker, origin
        self._waiting: list[Event] = []
        self._task: asyncio.Task | None = None

    def put(self, events: list[Event]) -> None:
        """Queues events."""
        self._waiting += events
        surplus = len(self._waiting) - MOST_WAITING
        if surplus > 0:
            del self._waiting[:surplus]
            logger.error("the broker is too slow: dropped %d events", surplus)
        if self._task is None and self._waiting:
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Waits until everything queued is published or has failed."""
        if self._task:
            await self._task

    async def _run(self) -> None:
        try:
            while self._waiting:
                events, self._waiting = self._waiting, []
                await publish(self._broker, events, self._origin)
        finally:
            self._task = None


async def publish(broker: Broker, events: list[Event], origin: str | None = None) -> None:
    """Publishes events as one text, and logs a failure.

    `origin` names the server that has delivered the events to its own sockets already.
    """
    try:
        async with asyncio.timeout(TIMEOUT):
            await broker.publish(encode(events, origin))
    except Exception as error:
        logger.error("publishing %d events failed: %s", len(events), type(error).__name__)


def encode(events: list[Event], origin: str | None = None) -> str:
    """Returns the text to publish."""
    envelope = {"from": origin, "events": events}
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))


def decode(text: str, own_origin: str) -> list[Event]:
    """Returns the events in a published text; none if this server has published it."""
    envelope = json.loads(text)
    return [] if envelope["from"] == own_origin else envelope["events"]
