"""What the server needs of an application's storage: six functions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple, Protocol

from inbox_socket.protocol import ConversationId, Frame, MessageId, Refused, UserId


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to store. Without a `client_id` a repeated message can't be recognized."""

    user_id: UserId
    conversation_id: ConversationId
    text: str
    type: str
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored message and the users to send it to, including its sender.

    `frame` is a Message of PROTOCOL.md; `conversation_id`, `seq` and `message_id` are required.
    `recipients` is empty if the message was stored before. `views` holds the frames of those
    recipients to whom the message looks different.
    """

    frame: Frame
    recipients: Collection[UserId] = ()
    views: Mapping[UserId, Frame] = field(default_factory=dict)


class Head(NamedTuple):
    """The highest `seq` of a conversation, and the head when the user joined (0 by default)."""

    seq: int
    floor: int = 0


class Cursor(NamedTuple):
    """The range `seq` < number ≤ `head` of one conversation."""

    conversation_id: ConversationId
    seq: int
    head: int


def keys_of(cursors: Sequence[Cursor], limit: int) -> list[tuple[ConversationId, int]]:
    """Returns each number in these ranges with its conversation, at most `limit`."""
    everything = ((key, n) for key, seq, head in cursors for n in range(seq + 1, head + 1))
    return list(islice(everything, limit))


class Storage(Protocol):
    """The functions that an application provides. User ids are compared with `==`: a storage
    returns them in the type that `authenticate` returns.

    A storage may have an attribute `writers`: how many calls of `append` may run at the same time,
    for conversations and senders that differ. The default is 1. With more, a conversation that the
    application keeps locked delays no other.
    """

    async def heads(self, user_id: UserId) -> Mapping[ConversationId, Head]:
        """Returns every conversation in which the user takes part."""

    async def participants(self, conversation_id: ConversationId) -> Collection[UserId]:
        """Returns the users of a conversation; none if it doesn't exist."""

    async def append(self, drafts: Sequence[Draft]) -> Sequence[Stored | Refused]:
        """Stores the messages in one transaction, and returns one outcome for each, in order.

        For each message: locks the conversation; if the sender has used the `client_id` before,
        returns the stored message without recipients, regardless of the rest of the draft; if the
        sender is not a participant, returns `protocol.not_found()`; otherwise assigns the next
        `seq`. On return everything is committed. If it raises, nothing is stored, and the server
        retries the drafts one by one, so that one bad message fails alone.
        """

    async def after(
        self, user_id: UserId, cursors: Sequence[Cursor], limit: int
    ) -> Sequence[Frame]:
        """Returns the messages in these ranges, by conversation and `seq`. Deleted ones are absent.

        The ranges have at most `limit` numbers altogether, so look each number up by its key: a
        database joins ranges by reading whole conversations. `user_id` is the reader, for a storage
        whose frames differ between readers.
        """

    async def first(
        self, user_id: UserId, cursors: Sequence[Cursor]
    ) -> Mapping[ConversationId, int]:
        """Returns the `seq` of the first message in each range that has not been deleted; nothing
        for a range without one.

        The ranges may have millions of numbers. If finding the message takes too long, return a
        lower number: the server reads on from there, and the client asks again. The server calls
        this only if a page's cursor is older than the history. `user_id` is the reader.
        """

    async def history(
        self,
        user_id: UserId,
        conversation_id: ConversationId,
        before: MessageId | None,
        limit: int,
    ) -> Sequence[Frame]:
        """Returns the newest `limit` messages, or the newest ones older than the message `before`;
        newest first. `user_id` is the reader, a participant.
        """
