"""What a client needs in order to miss nothing: heads, what came after its cursors, the digest.

Synchronous database work, as in inbox/services.py.
"""

from functools import reduce
from operator import or_

from django.db.models import Min, Q, Sum

from inbox import protocol
from inbox.models import Conversation, Message, Participation
from inbox.protocol import SYNC_BYTES, SYNC_MESSAGES, Frame, Ping, Sync
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

    plan = _plan(after, heads)
    messages = _messages(after, plan)
    begun = {m.conversation_id for m in messages if m.seq == after[m.conversation_id] + 1}
    if pruned := plan.keys() - begun:
        after |= _begins(pruned, after, heads)
        messages = _messages(after, _plan(after, heads))

    batch, reached = _batch(messages, after)
    return protocol.sync_frame(
        request,
        batch,
        heads,
        floors={key: seq for key, seq in after.items() if seq > cursors[key]},
        has_more=any(reached[key] < heads[key] for key in reached),
    )


def _plan(after: Seqs, heads: Seqs) -> Seqs:
    """Up to where to read which conversations, so that the rows found are one batch at most.

    Messages are numbered without holes, so they need not be counted. A query that found them all
    and were cut by a LIMIT would sort everything that a client has missed, for every batch.
    """
    plan, room = {}, SYNC_MESSAGES
    for key, seq in after.items():
        if room and heads[key] > seq:
            plan[key] = min(heads[key], seq + room)
            room -= plan[key] - seq
    return plan


def _messages(after: Seqs, plan: Seqs) -> list[Message]:
    if not plan:
        return []
    ranges = (Q(conversation=key, seq__gt=after[key], seq__lte=upto) for key, upto in plan.items())
    found = Message.objects.filter(reduce(or_, ranges)).select_related("sender")
    return list(found.order_by("conversation", "seq"))


def _begins(keys: set[int], after: Seqs, heads: Seqs) -> Seqs:
    """The `seq` behind which what is still there begins."""
    beyond = Message.objects.filter(
        reduce(or_, (Q(conversation=key, seq__gt=after[key]) for key in keys))
    )
    lowest = dict(
        beyond.values("conversation").annotate(Min("seq")).values_list("conversation", "seq__min")
    )
    return {key: min(lowest.get(key, heads[key] + 1) - 1, heads[key]) for key in keys}


def _batch(messages: list[Message], after: Seqs) -> tuple[list[Frame], Seqs]:
    """The frames that fit, and how far they reach."""
    batch, reached, room = [], dict(after), SYNC_BYTES
    for message in messages:
        if room <= 0:
            break
        # Behind a hole that somebody made by hand the next batch begins, with a floor.
        if message.seq == reached[message.conversation_id] + 1:
            reached[message.conversation_id] = message.seq
            batch.append(message_frame(message))
            room -= len(message.text.encode()) + 250  # what is around the text
    return batch, reached
