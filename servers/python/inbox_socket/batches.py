"""Stores messages in batches: those that wait at the same time share one `append`."""

import asyncio
from collections.abc import Callable, Sequence

from inbox_socket.protocol import Refused
from inbox_socket.storage import Draft, Storage, Stored

MOST = 100  # messages in one transaction

Outcome = Stored | Refused | Exception


class Batches:
    """A queue before the storage. A message that comes alone is stored at once.

    The work belongs to the queue, not to the connection that sent the message: a sender who
    disconnects stops neither the storing nor the broadcast. `publish` is called with the messages
    of a batch after their acknowledgements.
    """

    def __init__(self, storage: Storage, publish: Callable[[list[Stored]], None]) -> None:
        self._storage, self._publish = storage, publish
        self._waiting: list[tuple[Draft, Callable[[Stored], None], asyncio.Future]] = []
        self._task: asyncio.Task | None = None

    async def store(self, draft: Draft, acknowledge: Callable[[Stored], None]) -> None:
        """Stores a message and calls `acknowledge` once it is committed, before its broadcast.

        Raises Refused, or the error of the storage.
        """
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((draft, acknowledge, done))
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        await done

    async def stop(self) -> None:
        """Waits until every message queued is stored."""
        if self._task:
            await self._task

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                outcomes = await self._append([draft for draft, _, _ in batch])
                stored = []
                for (_, acknowledge, done), outcome in zip(batch, outcomes, strict=True):
                    if isinstance(outcome, Stored):
                        acknowledge(outcome)
                        stored.append(outcome)
                    if not done.cancelled():
                        _settle(done, outcome)
                self._publish(stored)
        finally:
            self._task = None

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
