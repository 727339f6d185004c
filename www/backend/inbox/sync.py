"""What a client needs in order to miss nothing: heads, what came after its cursors, the digest.

Synchronous database work, as in inbox/services.py.
"""

from collections.abc import Iterable
from itertools import islice

from django.db import connection
from django.db.models import Sum, prefetch_related_objects

from inbox import protocol
from inbox.models import Conversation, Message, Participation
from inbox.protocol import SYNC_MESSAGES, Frame, Ping, Sync
from inbox.services import message_frame

Seqs = dict[int, int]  # conversation to `seq`


def heads_of(user_id: int) -> Seqs:
    """The heads of all conversations that the user takes part in."""
    return dict(Conversation.objects.filter(participants=user_id).values_list("pk", "head"))


def pong(user_id: int, request: Ping) -> Frame:
    """The digest: cursors that sum to it lack nothing, since none is ever ahead of its head."""
    total = Conversation.objects.filter(participants=user_id).aggregate(total=Sum("head"))["total"]
    return protocol.pong_frame(request, total or 0)


def sync(user_id: int, request: Sync) -> Frame:
    """What came after the cursors, as far as one batch goes.

    The heads are read first, and nothing beyond them is sent: what is committed meanwhile reaches
    the client by itself. Whatever is at or below a head and not found is gone, not under way.
    """
    parts = Participation.objects.filter(user=user_id).order_by("conversation")
    rows = list(parts.values_list("conversation_id", "conversation__head", "joined_seq"))
    heads = {key: head for key, head, _ in rows}
    cursors = {key: request.after[key] for key in heads if key in request.after}
    # Where each conversation's part of the answer begins: behind the cursor, if that is there.
    after = {key: max(cursors[key], joined) for key, _, joined in rows if key in cursors}

    wanted = _wanted(after, heads)
    messages = _messages(wanted)
    begun = {m.conversation_id for m in messages if m.seq == after[m.conversation_id] + 1}
    if {key for key, _ in wanted} - begun:
        # Something was pruned, and then probably everywhere: all are looked at, so that this batch
        # is not made of floors alone while there are messages behind them.
        after |= _begins(after, heads)
        messages = _messages(_wanted(after, heads))

    floors = {key: seq for key, seq in after.items() if seq > cursors[key]}
    around = protocol.size(protocol.sync_frame(request, [], heads, floors, has_more=False))
    # The heads of thousands of conversations would else leave room for one message at a time.
    batch, reached = _batch(messages, after, max(request.bytes - around, request.bytes // 2))
    has_more = any(reached[key] < heads[key] for key in reached)
    return protocol.sync_frame(request, batch, heads, floors, has_more)


def _wanted(after: Seqs, heads: Seqs) -> list[tuple[int, int]]:
    """The messages of one batch: conversation and `seq` of each, which are known beforehand,
    since there are no holes.
    """
    everything = ((key, n) for key, seq in after.items() for n in range(seq + 1, heads[key] + 1))
    return list(islice(everything, SYNC_MESSAGES))


# By exact keys, and joined as a table. Ranges instead of keys make PostgreSQL read all messages of
# everyone, a LIMIT makes either database sort all that was missed, and a chain of ORs, which is
# what Django could build, takes ten times as long, most of it to put the chain together.
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
    """The `seq` behind which what is still there begins, of each conversation that has more."""
    behind = {key: seq for key, seq in after.items() if seq < heads[key]}
    with connection.cursor() as cursor:
        cursor.execute(*_with(_FIRST, behind.items()))
        first = dict(cursor.fetchall())
    # One that was committed since the heads were read is beyond them.
    return {key: min((first[key] or heads[key] + 1) - 1, heads[key]) for key in behind}


def _batch(messages: list[Message], after: Seqs, room: int) -> tuple[list[Frame], Seqs]:
    """The frames that fit into so many bytes, and how far they reach."""
    # Behind a hole that somebody made by hand the next batch begins, with a floor.
    reached, whole = dict(after), []
    for message in messages:
        if message.seq == reached[message.conversation_id] + 1:
            reached[message.conversation_id] = message.seq
            whole.append(message_frame(message))
    batch = protocol.fitting(whole, room)
    return batch, after | {frame["conversation_id"]: frame["seq"] for frame in batch}
