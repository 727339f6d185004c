"""Computes the reply to `sync` from heads, cursors and the messages found. Pure.

No message above the heads is returned: messages committed after the heads were read reach the
client separately. A message at or below its head that isn't found has been deleted.
"""

from collections.abc import Mapping, Sequence

from inbox_socket import protocol
from inbox_socket.protocol import SYNC_MESSAGES, ConversationId, Frame, Sync
from inbox_socket.storage import Cursor, Head

Seqs = dict[ConversationId, int]


class CatchUp:
    """One `sync`: which messages to read, and the reply made of them.

    Read `wanted()` first. If `begins_everywhere()` is false, the history of a conversation begins
    later than the client's cursor: find where with `everything()`, `begin()` there, and read
    `wanted()` again.
    """

    def __init__(self, request: Sync, heads: Mapping[ConversationId, Head]) -> None:
        self._request = request
        self._heads = {key: head.seq for key, head in heads.items()}
        self._cursors = {key: request.after[key] for key in heads if key in request.after}
        # The `seq` after which each conversation's messages begin: the cursor, or the floor.
        self._after = {key: max(seq, heads[key].floor) for key, seq in self._cursors.items()}

    def wanted(self) -> list[Cursor]:
        """Returns the ranges of one batch: at most SYNC_MESSAGES numbers altogether. They are known
        in advance, because `seq` is consecutive: so a storage reads exactly these messages, and
        sorts nothing else.
        """
        ranges, room = [], SYNC_MESSAGES
        for cursor in self.everything():
            if not room:
                break
            head = min(cursor.head, cursor.seq + room)
            room -= head - cursor.seq
            ranges.append(cursor._replace(head=head))
        return ranges

    def everything(self) -> list[Cursor]:
        """Returns the whole ranges between cursors and heads."""
        return [
            Cursor(key, seq, self._heads[key])
            for key, seq in self._after.items()
            if seq < self._heads[key]
        ]

    def begins_everywhere(self, found: Sequence[Frame]) -> bool:
        """Returns whether the messages of every wanted range begin directly after its cursor."""
        first = _first_seqs(found)
        return all(first.get(key) == seq + 1 for key, seq, _ in self.wanted())

    def begin(self, first: Mapping[ConversationId, int]) -> None:
        """Moves the beginning of each conversation to its first remaining message.

        `first` has its `seq`, or a lower one; nothing if no message of `everything()` is left.
        """
        for key, seq, head in self.everything():
            self._after[key] = min(max(first.get(key, head + 1) - 1, seq), head)

    def reply(self, found: Sequence[Frame]) -> Frame:
        """Returns the sync_response; `found` are the messages of `wanted()`."""
        after = self._after | self._begins(found)
        floors = {key: seq for key, seq in after.items() if seq > self._cursors[key]}
        whole = _consecutive(found, after)
        around = protocol.size(
            protocol.sync_frame(self._request, [], self._heads, floors, has_more=False)
        )
        # Otherwise the heads of thousands of conversations would leave room for one message only.
        room = max(self._request.bytes - around, self._request.bytes // 2)
        batch = protocol.fitting(whole, room)
        reached = after | {frame["conversation_id"]: frame["seq"] for frame in batch}
        has_more = any(reached[key] < self._heads[key] for key in reached)
        return protocol.sync_frame(self._request, batch, self._heads, floors, has_more)

    def _begins(self, found: Sequence[Frame]) -> Seqs:
        """Returns the `seq` after which the messages of each wanted range begin; its end if all of
        them have been deleted.
        """
        first = _first_seqs(found)
        return {key: first.get(key, head + 1) - 1 for key, _, head in self.wanted()}


def _first_seqs(found: Sequence[Frame]) -> Seqs:
    first: Seqs = {}
    for frame in found:
        first.setdefault(frame["conversation_id"], frame["seq"])
    return first


def _consecutive(found: Sequence[Frame], after: Seqs) -> list[Frame]:
    """Returns the messages up to the first missing one of each conversation (deleted by hand): the
    next batch begins after it, with a floor.
    """
    reached, whole = dict(after), []
    for frame in found:
        if frame["seq"] == reached[frame["conversation_id"]] + 1:
            reached[frame["conversation_id"]] = frame["seq"]
            whole.append(frame)
    return whole
