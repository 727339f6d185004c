"""A broker over PostgreSQL's LISTEN and NOTIFY, for applications without Redis."""

import asyncio
import uuid
from collections.abc import Iterator

from psycopg import AsyncConnection, sql

from inbox_socket.broker import TIMEOUT, Receive
from inbox_socket.subscription import Subscription

# In seconds. Silence is normal; a query tells it from a connection that is dead.
CHECK_AFTER = 10
# PostgreSQL allows 7,999 bytes for a notification; a character has up to 4.
PART_CHARS = 1_900


class PostgresBroker:
    """Connects the processes that use the same database and `channel`.

    A text longer than a notification travels in parts. `conninfo` is a connection string or URL of
    libpq. The broker holds one connection to listen and, after the first publish, another one.
    """

    def __init__(self, conninfo: str, channel: str = "inbox_socket") -> None:
        self._conninfo, self._channel = conninfo, channel
        self._subscription = Subscription("PostgreSQL", self._subscribe)
        self._publishing: AsyncConnection | None = None
        self._turn = asyncio.Lock()

    @property
    def connected(self) -> bool:
        return self._subscription.connected

    async def start(self, receive: Receive) -> None:
        await self._subscription.start(receive)

    async def publish(self, text: str) -> None:
        async with self._turn:
            try:
                await self._notify(text)
            except BaseException:
                # A timeout too: the connection may be in the middle of a query.
                if self._publishing:
                    await self._publishing.close()
                self._publishing = None
                raise

    async def stop(self) -> None:
        await self._subscription.stop()
        if self._publishing:
            await self._publishing.close()

    async def _notify(self, text: str) -> None:
        if self._publishing is None:
            self._publishing = await self._connect()
            # An event may be lost, so it need not wait for the disk.
            await self._publishing.execute("SET synchronous_commit = off")
        # In one transaction: PostgreSQL then delivers the parts together and in order.
        async with self._publishing.transaction():
            for part in parts(text):
                await self._publishing.execute("SELECT pg_notify(%s, %s)", (self._channel, part))

    async def _subscribe(self, receive: Receive) -> None:
        """Receives until the connection fails."""
        whole = Whole()
        async with await self._connect() as connection:
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)))
            self._subscription.established()
            while True:
                async for notification in connection.notifies(timeout=CHECK_AFTER):
                    if (text := whole.add(notification.payload)) is not None:
                        receive(text)
                async with asyncio.timeout(TIMEOUT):
                    await connection.execute("SELECT 1")

    async def _connect(self) -> AsyncConnection:
        return await AsyncConnection.connect(
            self._conninfo, autocommit=True, connect_timeout=TIMEOUT
        )


def parts(text: str) -> Iterator[str]:
    """Splits a text into notifications: each begins with the text's id, and `.` if it is the last,
    otherwise `+`. PostgreSQL omits a notification that equals another one of its transaction.
    """
    name = uuid.uuid4().hex
    count = max(-(-len(text) // PART_CHARS), 1)
    for number in range(count):
        mark = "." if number == count - 1 else "+"
        part = text[number * PART_CHARS : (number + 1) * PART_CHARS]
        yield f"{name}{mark}{number:06}{part}"


class Whole:
    """Puts the parts of texts together again."""

    def __init__(self) -> None:
        self._name, self._parts = "", []

    def add(self, payload: str) -> str | None:
        """Returns the text if this is its last part."""
        name, mark, part = payload[:32], payload[32], payload[39:]
        if name != self._name:
            self._name, self._parts = name, []
        self._parts.append(part)
        return "".join(self._parts) if mark == "." else None
