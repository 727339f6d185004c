"""What a client needs to miss no message: heads, the messages after its cursors, the total.

Synchronous database work, like inbox/services.py.
"""

from collections.abc import Iterable
from itertools import islice

from django.db import connection
from django.db.models import Sum, prefetch_related_objects
from inbox_socket import protocol
from inbox_socket.protocol import SYNC_MESSAGES, Frame, Ping, Sync

from inbox.models import Conversation, Message, Participation
from inbox.services import message_frame

Seqs = dict[int, int]  # conversation to `seq`


def heads_of(user_id: int) -> Seqs:
    """Returns the heads of all conversations of the user."""
    return dict(Conversation.objects.filter(participants=user_id).values_list("pk", "head"))


def pong(user_id: int, request: Ping) -> Frame:
    """Returns the sum of the heads. No cursor exceeds its head: equal sums mean none is behind."""
    total = Conversation.objects.filter(participants=user_id).aggregate(total=Sum("head"))["total"]
    return protocol.pong_frame(request, total or 0)


def sync(user_id: int, request: Sync) -> Frame:
    """Returns one batch of the messages after the cursors.

    Reads the heads first and returns no message above them: messages committed later reach the
    client separately. A message at or below its head that isn't found has been deleted.
    """
    parts = Participation.objects.filter(user=user_id).order_by("conversation")
    rows = list(parts.values_list("conversation_id", "conversation__head", "joined_seq"))
    heads = {key: head for key, head, _ in rows}
    cursors = {key: request.after[key] for key in heads if key in request.after}
    # The `seq` after which each conversation's messages begin: the cursor, or `joined_seq`.
    after = {key: max(cursors[key], joined) for key, _, joined in rows if key in cursors}

    wanted = _wanted(after, heads)
    messages = _messages(wanted)
    begun = {m.conversation_id for m in messages if m.seq == after[m.conversation_id] + 1}
    if {key for key, _ in wanted} - begun:
        # A conversation was pruned, so probably all were. Find the floors of all of them, so that
        # this batch also contains the messages after the floors.
        after |= _begins(after, heads)
        messages = _messages(_wanted(after, heads))

    floors = {key: seq for key, seq in after.items() if seq > cursors[key]}
    around = protocol.size(protocol.sync_frame(request, [], heads, floors, has_more=False))
    # Otherwise the heads of thousands of conversations would leave room for one message at a time.
    batch, reached = _batch(messages, after, max(request.bytes - around, request.bytes // 2))
    has_more = any(reached[key] < heads[key] for key in reached)
    return protocol.sync_frame(request, batch, heads, floors, has_more)


def _wanted(after: Seqs, heads: Seqs) -> list[tuple[int, int]]:
    """Returns conversation and `seq` of each message of one batch. They are known in advance,
    because `seq` is consecutive.
    """
    everything = ((key, n) for key, seq in after.items() for n in range(seq + 1, heads[key] + 1))
    return list(islice(everything, SYNC_MESSAGES))


# Exact keys, joined as a table. With ranges PostgreSQL reads the whole message table, with LIMIT
# both databases sort all missed messages, and a chain of ORs, which Django's ORM could build, takes
# ten times as long, mostly to build the query.
_FIND = """
    WITH wanted (conversation, number) AS (VALUES {})
    SELECT message.* FROM wanted JOIN inbox_message message
    ON conversation_id = conversation AND seq = number
    ORDER BY conversation_id, seq
"""
_FIRST = """
    WITH cursors (conversation, number) AS (VALUES {})
    SELECT conversation, (
        SELECT MIN(seq) FROM inbox_message WHERE conversation_id = conversation AND seq > number
    ) FROM cursors
"""


def _with(query: str, pairs: Iterable[tuple[int, int]]) -> tuple[str, list[int]]:
    pairs = list(pairs)
    values = ",".join(["(%s,%s)"] * len(pairs))
    return query.format(values), [number for pair in pairs for number in pair]


def _messages(wanted: list[tuple[int, int]]) -> list[Message]:
    if not wanted:
        return []
    messages = list(Message.objects.raw(*_with(_FIND, wanted)))
    prefetch_related_objects(messages, "sender")
    return messages


def _begins(after: Seqs, heads: Seqs) -> Seqs:
    """Returns the `seq` after which the remaining messages of each conversation begin, for the
    conversations that have messages after the cursor.
    """
    behind = {key: seq for key, seq in after.items() if seq < heads[key]}
    with connection.cursor() as cursor:
        cursor.execute(*_with(_FIRST, behind.items()))
        first = dict(cursor.fetchall())
    # A message committed after the heads were read is above its head.
    return {key: min((first[key] or heads[key] + 1) - 1, heads[key]) for key in behind}


def _batch(messages: list[Message], after: Seqs, room: int) -> tuple[list[Frame], Seqs]:
    """Returns the frames that fit into `room` bytes, and the last `seq` of each conversation."""
    # Stop at a missing message (deleted by hand): the next batch begins after it, with a floor.
    reached, whole = dict(after), []
    for message in messages:
        if message.seq == reached[message.conversation_id] + 1:
            reached[message.conversation_id] = message.seq
            whole.append(message_frame(message))
    batch = protocol.fitting(whole, room)
    return batch, after | {frame["conversation_id"]: frame["seq"] for frame in batch}
