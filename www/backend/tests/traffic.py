"""Clients that send while things break, and the comparison of received and stored messages."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from tests.client import Client

# In seconds; it only ends a test that has failed.
PATIENCE = 90


# Selects the rows of `Stored` in the crowd's rooms, in the order of their numbers.
STORED = """
    SELECT m.conversation_id, e.seq, m.id, m.text
    FROM inbox_message m
    JOIN inbox_conversation c ON c.id = m.conversation_id
    JOIN inbox_socket_entry e ON e.model = 'inbox.message' AND e.key = CAST(m.id AS VARCHAR(20))
    WHERE c.title LIKE 'Room %' ORDER BY m.conversation_id, e.seq
"""


@dataclass(frozen=True)
class Stored:
    """A message as stored in the database."""

    conversation_id: int
    seq: int
    message_id: int
    text: str


class Traffic:
    """Clients that each send `each` messages, to all rooms in turn.

    `pace` is the mean time between two messages of one client, in seconds.
    """

    def __init__(self, clients: list[Client], rooms: list[int], each: int, pace: float) -> None:
        self.clients, self.rooms, self.each, self.pace = clients, rooms, each, pace
        self.said: list[list[tuple[int, str]]] = [[] for _ in clients]

    @property
    def progress(self) -> float:
        """The share of messages that are acknowledged."""
        open_ = sum(len(client.outbox) for client in self.clients)
        return (sum(map(len, self.said)) - open_) / (len(self.clients) * self.each)

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        """Waits for a condition that the clients and servers fulfil."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():
                    await asyncio.sleep(0.02)
                    for client in self.clients:
                        client.check()
        except TimeoutError:
            raise AssertionError(f"not within {PATIENCE} s: {what}") from None

    async def at(self, share: float) -> None:
        """Waits until that share of the messages is acknowledged."""
        await self.until(lambda: self.progress >= share, f"{share:.0%} acknowledged")

    async def go_on(self) -> None:
        """Waits until more messages are acknowledged, up to 95 % of them."""
        await self.at(min(self.progress + 0.1, 0.95))

    async def flow(self, trouble: Callable[["Traffic"], Awaitable[None]]) -> None:
        """Sends messages while `trouble` runs, until every client has received all messages."""
        async with AsyncExitStack() as stack:
            for client in self.clients:
                await stack.enter_async_context(client)
            await self.until(
                lambda: all(client.connections for client in self.clients), "connected"
            )
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(trouble(self))
                for number in range(len(self.clients)):
                    tasks.create_task(self._talk(number))
            await self.at(1)
            await self.until(self._all_heard, "all messages received")

    async def _talk(self, number: int) -> None:
        for turn in range(self.each):
            room, text = self.rooms[turn % len(self.rooms)], f"{number}:{turn}"
            self.said[number].append((room, text))
            await self.clients[number].say(room, text)
            await asyncio.sleep(random.expovariate(1 / self.pace))

    def _all_heard(self) -> bool:
        total = len(self.clients) * self.each
        return all(
            sum(map(len, client.heard.values())) >= total and not client.missing
            for client in self.clients
        )

    def check(self, stored: list[Stored]) -> str:
        """Checks that the server and every client have each message once and in order."""
        for number, said in enumerate(self.said):
            kept = [m for m in stored if m.text.startswith(f"{number}:")]
            for room in self.rooms:
                assert [m.text for m in kept if m.conversation_id == room] == [
                    text for where, text in said if where == room
                ], "each message is stored once, in the order in which it was sent"
        for room in self.rooms:
            in_room = [m for m in stored if m.conversation_id == room]
            assert [m.seq for m in in_room] == list(range(1, len(in_room) + 1))
            for client in self.clients:
                assert [
                    (m["seq"], m["message_id"], m["message"]) for m in client.heard[str(room)]
                ] == [(m.seq, m.message_id, m.text) for m in in_room]
        for client in self.clients:
            assert (client.gaps, client.refused, client.outbox) == ([], [], {})
        heard = len(self.clients) * len(stored)
        recovered = sum(client.recovered for client in self.clients)
        assert 0 < recovered < heard, "sync delivered some messages, and broadcasts the others"
        connections = sum(client.connections for client in self.clients)
        return (
            f"{len(stored)} messages to {len(self.clients)} clients: 0 lost, 0 duplicated, "
            f"in order ({recovered} of {heard} by sync; {connections} connections)"
        )
