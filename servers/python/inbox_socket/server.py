"""The server of one process: its connections by user, and the events for them."""

import asyncio
import logging
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Coroutine, Iterable

from inbox_socket import broker as broker_module
from inbox_socket import protocol
from inbox_socket.batches import Batches
from inbox_socket.broker import Broker, Event, Publisher
from inbox_socket.connection import (
    RECHECK_SECONDS,
    RESTARTING,
    TRY_AGAIN_LATER,
    Close,
    Connection,
    Recheck,
    Send,
)
from inbox_socket.limits import Limits, RateLimit, SocketCap
from inbox_socket.protocol import NUMBERS, Ids, UserId
from inbox_socket.storage import Storage, Stored

logger = logging.getLogger(__name__)


class Closed(Exception):
    """Raised by `connect` if the socket must be closed with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Server:
    """Serves PROTOCOL.md for the sockets of this process.

    `broker` connects the processes; a single process needs none. `heartbeat` is the ping interval
    for clients in ms; 0 disables pings. `ids` are the types of the application's ids. `now` returns
    the milliseconds of a clock that never goes back.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        broker: Broker | None = None,
        limits: Limits | None = None,
        heartbeat: int = 25_000,
        ids: Ids = NUMBERS,
        now: Callable[[], float] = lambda: time.monotonic() * 1e3,
    ) -> None:
        self.storage = storage
        self.limits = limits or Limits()
        self.heartbeat = heartbeat
        self.ids = ids
        self.now = now
        self.rate = RateLimit(self.limits.frames_per_second, self.limits.frames_burst)
        self.batches = Batches(storage, self.publish)
        # How often users were authenticated again. A socket that is still opening compares it.
        self.rechecks = 0
        self._cap = SocketCap(self.limits.sockets_per_user)
        self._connections: defaultdict[UserId, set[Connection]] = defaultdict(set)
        self._tasks: set[asyncio.Task] = set()
        self._broker = broker
        self._name = uuid.uuid4().hex
        self._publisher = Publisher(broker, self._name) if broker else None
        self._started: asyncio.Task | None = None

    async def start(self) -> None:
        """Subscribes to the broker, unless it has; raises if that fails."""
        if self._broker and not self._started:
            self._started = asyncio.create_task(self._broker.start(self._receive))
        if starting := self._started:
            try:
                # Shielded: a socket that leaves while it waits must not stop the others' start.
                await asyncio.shield(starting)
            except Exception:
                if self._started is starting:
                    self._started = None  # the next socket tries again
                raise

    async def stop(self) -> None:
        """Closes all sockets with 1012, and waits for the messages that are being stored."""
        reason = f"retry_after={spread(len(self))}"
        for connection in self._all():
            connection.close(RESTARTING, reason)
        await self.batches.stop()
        if self._publisher:
            await self._publisher.stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._broker and self._started:
            self._started = None
            await self._broker.stop()

    def __len__(self) -> int:
        """Returns the number of open sockets."""
        return sum(map(len, self._connections.values()))

    def connect(
        self,
        user_id: UserId,
        send: Send,
        close: Close,
        recheck: Recheck | None = None,
        recheck_seconds: float = RECHECK_SECONDS,
    ) -> Connection:
        """Returns the connection of an accepted, authenticated socket, or raises Closed.

        From here on it receives new messages. `send(text)` and `close(code, reason)` are
        coroutines; `recheck()` is one that returns whether the login is still valid. It is called
        every `recheck_seconds`, and on `Server.recheck`.
        """
        if self._broker and not self._broker.connected:
            raise Closed(TRY_AGAIN_LATER, "the message broker is unavailable")
        if not self._cap.take(user_id):
            raise Closed(TRY_AGAIN_LATER, "too many connections")
        connection = Connection(self, user_id, send, close, recheck, recheck_seconds)
        self._connections[user_id].add(connection)
        return connection

    def publish(self, messages: Iterable[Stored]) -> None:
        """Sends committed messages to their recipients, in all processes.

        Call it in the event loop, for messages that the application stored without this server.
        """
        self.tell([event for message in messages for event in events_of(message)])

    def recheck(self, user_ids: Collection[UserId]) -> None:
        """Authenticates the sockets of these users again, in all processes: after a logout, a
        changed password or a deactivation.
        """
        self.tell([recheck_event(user_ids)])

    def tell(self, events: list[Event]) -> None:
        """Hands events to the sockets of all processes."""
        self.deliver(events)
        if self._publisher:
            self._publisher.put(events)

    def deliver(self, events: Iterable[Event]) -> None:
        """Hands events to the sockets of this process."""
        for event in events:
            if "text" in event:
                for connection in self._of(event["recipients"]):
                    connection.push(event["text"])
            else:
                self.rechecks += 1
                for connection in self._of(event["recheck"]):
                    self.spawn(connection.recheck())

    def spawn(self, work: Coroutine) -> None:
        """Runs a coroutine in the background, and keeps it alive until it is done."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def disconnected(self, connection: Connection) -> None:
        """Removes a connection that has ended."""
        mine = self._connections[connection.user_id]
        mine.discard(connection)
        if not mine:
            del self._connections[connection.user_id]
        self._cap.release(connection.user_id)

    def _receive(self, text: str) -> None:
        try:
            self.deliver(broker_module.decode(text, self._name))
        except Exception as error:
            logger.error("an event of the broker is invalid: %s", type(error).__name__)

    def _of(self, user_ids: Iterable[UserId]) -> list[Connection]:
        """Returns the connections of these users: a copy, because a push may close one."""
        found = (self._connections.get(user_id, ()) for user_id in user_ids)
        return [connection for several in found for connection in several]

    def _all(self) -> list[Connection]:
        return self._of(list(self._connections))


def events_of(message: Stored) -> list[Event]:
    """Returns the events that push a message: one, and one for each recipient with another view.

    A frame that is not JSON is logged and not pushed: the message is stored all the same.
    """
    if not message.recipients:
        return []
    shared = [user_id for user_id in message.recipients if user_id not in message.views]
    frames = [(shared, message.frame)] if shared else []
    frames += [([user_id], frame) for user_id, frame in message.views.items()]
    try:
        # Encoded once for all recipients.
        return [{"recipients": users, "text": protocol.encode(frame)} for users, frame in frames]
    except (TypeError, ValueError) as error:
        about = message.frame.get("conversation_id"), message.frame.get("seq")
        logger.error("conversation %s: message %s is not JSON: %s", *about, type(error).__name__)
        return []


def recheck_event(user_ids: Collection[UserId]) -> Event:
    """Returns the event that makes the sockets of these users authenticate again."""
    return {"recheck": list(user_ids)}


def spread(sockets: int) -> int:
    """Returns the ms over which this many clients should reconnect: about a hundred per second.

    Connecting costs more than staying connected, and after a restart all clients would otherwise
    reconnect at once.
    """
    return min(max(2_000, 10 * sockets), 60_000)
