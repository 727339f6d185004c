"""Stores messages in batches: those that wait at the same time share one `append`."""

import asyncio
from collections.abc import Callable, Sequence

from inbox_socket.protocol import Refused
from inbox_socket.storage import Draft, Storage, Stored

MOST = 100  # messages in one transaction
# Seconds. A batch that takes longer probably waits for a lock. The next one waits until then:
# batches that start at once are smaller, and with Django on PostgreSQL a message took 40 % more of
# the server's time. A patience that a busy server's batches exceed would make it busier.
PATIENCE = 0.25

Outcome = Stored | Refused | Exception
Waiting = tuple[Draft, Callable[[Stored], None], asyncio.Future]


class Batches:
    """A queue before the storage. A message that comes alone is stored at once.

    While a batch waits for a lock that the application holds, messages of other conversations and
    senders start batches of their own, as many as the storage has writers. Those of one
    conversation or one sender stay in order.

    The work belongs to the queue, not to the connection that sent the message: a sender who
    disconnects stops neither the storing nor the broadcast. `publish` is called with the messages
    of a batch after their acknowledgements.
    """

    def __init__(self, storage: Storage, publish: Callable[[list[Stored]], None]) -> None:
        self._storage, self._publish = storage, publish
        self._writers = getattr(storage, "writers", 1)
        self._waiting: list[Waiting] = []
        self._running: dict[asyncio.Task, list[Waiting]] = {}
        self._awaited: asyncio.Task | None = None  # the batch that the waiting messages wait for

    async def store(self, draft: Draft, acknowledge: Callable[[Stored], None]) -> None:
        """Stores a message and calls `acknowledge` once it is committed, before its broadcast.

        Raises Refused, or the error of the storage.
        """
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((draft, acknowledge, done))
        self._next()
        await done

    async def stop(self) -> None:
        """Waits until every message queued is stored."""
        while self._running:
            await asyncio.wait(self._running)

    def _next(self) -> None:
        """Starts a batch of the messages that may be stored now, unless they have to wait."""
        if self._waiting and not self._awaited and len(self._running) < self._writers:
            self._awaited = asyncio.create_task(self._run())
            self._running[self._awaited] = []

    async def _run(self) -> None:
        task = asyncio.current_task()
        # Now, not before: messages that arrived in the same turn of the loop share the batch.
        batch = self._running[task] = self._take()
        if not batch:
            # They wait for running batches, which continue here when they end.
            self._awaited = None
            del self._running[task]
            return
        timer = asyncio.get_running_loop().call_later(PATIENCE, self._wait_no_longer, task)
        try:
            await self._store(batch)
        finally:
            timer.cancel()
            del self._running[task]
            self._wait_no_longer(task)

    def _wait_no_longer(self, task: asyncio.Task) -> None:
        if self._awaited is task:
            self._awaited = None
        self._next()

    def _take(self) -> list[Waiting]:
        """Removes the messages of the next batch from the queue."""
        running = [one for batch in self._running.values() for one in batch]
        conversations = {draft.conversation_id for draft, _, _ in running}
        users = {draft.user_id for draft, _, _ in running}
        batch, left = [], []
        for one in self._waiting:
            draft = one[0]
            is_busy = draft.conversation_id in conversations or draft.user_id in users
            if len(batch) < MOST and not is_busy:
                batch.append(one)
            else:
                # What follows in the same conversation, or by the same sender, must not overtake
                # it.
                conversations.add(draft.conversation_id)
                users.add(draft.user_id)
                left.append(one)
        self._waiting = left
        return batch

    async def _store(self, batch: list[Waiting]) -> None:
        outcomes = await self._append([draft for draft, _, _ in batch])
        stored = []
        for (_, acknowledge, done), outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, Stored):
                acknowledge(outcome)
                stored.append(outcome)
            if not done.cancelled():
                _settle(done, outcome)
        self._publish(stored)

    async def _append(self, drafts: list[Draft]) -> Sequence[Outcome]:
        try:
            outcomes = await self._storage.append(drafts)
            if len(outcomes) != len(drafts):
                raise ValueError(
                    f"append must return one outcome per draft: {len(drafts)}; got {len(outcomes)}"
                )
            return outcomes
        except Exception as error:
            if len(drafts) == 1:
                return [error]
        # One by one, in order: one bad message fails alone.
        return [(await self._append([draft]))[0] for draft in drafts]


def _settle(done: asyncio.Future, outcome: Outcome) -> None:
    if isinstance(outcome, Exception):
        done.set_exception(outcome)
    else:
        done.set_result(None)
