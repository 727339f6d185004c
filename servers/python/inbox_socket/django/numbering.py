"""Numbers messages: one after the other under the lock of their conversation.

Everything here runs within a transaction. A number given out in it becomes visible when the
message does, in commit order: a reader who has seen number 7 will not be shown a new number 6.
"""

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, Model
from django.utils import timezone

from inbox_socket.django import conf
from inbox_socket.django.inbox import wire_id
from inbox_socket.django.models import Entry, Head, Member
from inbox_socket.protocol import ConversationId, Frame, UserId
from inbox_socket.storage import Stored

logger = logging.getLogger(__name__)

Heads = dict[str, Head]


@dataclass(frozen=True, slots=True)
class Numbered:
    """A message and its entry."""

    message: Model
    entry: Entry


def lock(conversations: Iterable[str], besides: Sequence[Model] = ()) -> Heads:
    """Locks conversations, in the same order everywhere, so that two transactions never wait for
    each other. Creates missing rows; `besides` are new messages not to count.
    """
    keys = sorted(set(conversations))
    rows = lock_existing(keys)
    if missing := [key for key in keys if key not in rows]:
        create_heads(missing, besides)
        rows = lock_existing(keys)
    return rows


def lock_existing(conversations: Collection[str]) -> Heads:
    """Locks those conversations that have a row."""
    rows = Head.objects.select_for_update().filter(pk__in=conversations).order_by("pk")
    return {row.pk: row for row in rows}


def create_heads(conversations: Collection[str], besides: Sequence[Model] = ()) -> None:
    """Creates the heads of conversations that have none, unless another transaction does.

    Numbers up to the count of its messages are reserved for those that a conversation has already:
    so new messages get higher ones, and the older ones can be numbered at any later time. If a head
    was lost, it continues above the highest entry.
    """
    highest = dict(
        Entry.objects.filter(conversation__in=conversations)
        .values("conversation")
        .values_list("conversation", Max("seq"))
    )
    older = _count_messages(conversations)
    older.subtract(str(conf.inbox().conversation_of(message)) for message in besides)
    Head.objects.bulk_create(
        (
            Head(
                conversation=key,
                head=highest.get(key, older[key]),
                is_complete=key not in highest and older[key] == 0,
            )
            for key in sorted(conversations)
        ),
        ignore_conflicts=True,
    )


def number(
    messages: Sequence[Model],
    heads: Heads,
    origins: Sequence[tuple[str, str | None] | None] = (),
) -> list[Numbered]:
    """Gives new messages the next numbers of their locked conversations.

    `origins` are the sender and `client_id` of each message that came through a socket.
    """
    inbox, entries = conf.inbox(), []
    for message, origin in zip(messages, origins or [None] * len(messages), strict=True):
        head = heads[str(inbox.conversation_of(message))]
        head.head += 1
        sender, client_id = origin or (None, None)
        entries.append(
            Entry(
                conversation=head.conversation,
                seq=head.head,
                model=inbox.label(message),
                key=str(message.pk),
                sender=sender,
                client_id=client_id,
                created_at=inbox.created_of(message) or timezone.now(),
            )
        )
    Entry.objects.bulk_create(entries)
    save_heads({entry.conversation for entry in entries}, heads)
    return [Numbered(*pair) for pair in zip(messages, entries, strict=True)]


def save_heads(conversations: Collection[str], heads: Heads) -> None:
    """Stores the changed heads with one query.

    The rows exist, so each insert becomes an update. Django builds this in a fraction of the time
    that the `CASE` of a `bulk_update` takes.
    """
    Head.objects.bulk_create(
        [heads[key] for key in sorted(conversations)],
        update_conflicts=True,
        unique_fields=["conversation"],
        update_fields=["head"],
    )


def stored(numbered: Sequence[Numbered], recipients: dict[str, list[UserId]]) -> list[Stored]:
    """Returns the frames of new messages for their recipients."""
    inbox, result = conf.inbox(), []
    inbox.load_related([one.message for one in numbered])
    for one in numbered:
        users = recipients[one.entry.conversation]
        views = {}
        if inbox.frames_differ:
            views = {user_id: frame_of(one, user_id) for user_id in users}
        frame = next(iter(views.values()), None) or frame_of(one, None)
        result.append(Stored(frame, users, views))
    return result


def frame_of(one: Numbered, reader: UserId | None) -> Frame:
    """Returns a message's frame. The client's fast path expects the first two members first."""
    inbox, entry = conf.inbox(), one.entry
    reader = reader if inbox.frames_differ else None
    head = {"conversation_id": conversation_id(entry.conversation), "seq": entry.seq}
    try:
        frame = head | inbox.frame(one.message, reader) | head
    except Exception as error:
        # The server's own log doesn't name the message.
        name = type(error).__name__
        logger.error("%s %s: frame raised %s", entry.model, entry.key, name)
        raise
    return frame | {"message_id": inbox.message_id(entry.model, entry.key)}


def participants(conversation: str) -> list[UserId]:
    """Returns the ids of a conversation's users, as on the wire."""
    return list(
        dict.fromkeys(map(wire_id, conf.inbox().participants(conversation_id(conversation))))
    )


def remember_members(recipients: dict[str, list[UserId]], before: dict[str, int]) -> None:
    """Records who takes part in locked conversations: who is new starts at the head `before` the
    new messages, and who has left is forgotten, and so starts at the head when joining again.
    """
    known = Member.objects.filter(conversation__in=recipients)
    # Rows, not instances: a batch has some hundred.
    seen: dict[tuple[str, str], int] = {
        (key, user): pk for pk, key, user in known.values_list("pk", "conversation", "user")
    }
    present = {(key, str(user_id)) for key, users in recipients.items() for user_id in users}
    if gone := [pk for pair, pk in seen.items() if pair not in present]:
        Member.objects.filter(pk__in=gone).delete()
    if new := sorted(present - seen.keys()):
        Member.objects.bulk_create(
            (Member(conversation=key, user=user, floor=before[key]) for key, user in new),
            ignore_conflicts=True,
        )


def conversation_id(key: str) -> ConversationId:
    """Returns a conversation's id as on the wire."""
    return conf.inbox().ids.conversation(key)


def _count_messages(conversations: Collection[str]) -> Counter[str]:
    inbox, counts = conf.inbox(), Counter()
    for model in inbox.models:
        name = inbox.conversation_name(model)
        rows = (
            model._base_manager.filter(**{f"{name}__in": conversations})
            .order_by()
            .values_list(name)
            .annotate(count=Count("pk"))
        )
        counts.update({str(key): count for key, count in rows})
    return counts
