"""Numbers the messages that were stored before this application was installed.

Their numbers are those that `create_heads` has reserved: they are given out from the highest down,
newest message first, so that the work can stop and continue at any time, while new messages come
in. What is missing meanwhile is at the beginning, like a pruned history.
"""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Count, Min, Model
from django.utils import timezone

from inbox_socket.django import conf
from inbox_socket.django.models import Entry, Head
from inbox_socket.django.numbering import create_heads, lock
from inbox_socket.django.watching import entries_of, name_of, publish

BATCH = 500  # messages in one transaction, during which the conversation is locked

Name = tuple[type[Model], Any]  # a message's model and primary key


def number_older(conversation: str, most: int | None = None) -> int:
    """Numbers a conversation's messages that have no entry; returns how many.

    Stops after `most` or a few more. Messages stored without a signal after the conversation's head
    was created count as new: they get numbers above the head, and are sent.
    """
    with transaction.atomic():
        head = lock([conversation])[conversation]
        if head.is_complete:
            return 0
        names = _unnumbered(conversation)
        surplus = max(len(names) - (_first(head) - 1), 0)
        publish(_load(names[:surplus])[::-1])
    done = surplus
    for batch in _batches(names[surplus:]):
        if most is not None and done >= most:
            return done
        done += _number_batch(conversation, batch)
    Head.objects.filter(pk=conversation).update(is_complete=True)
    return done


def conversations_to_number() -> Iterator[str]:
    """Returns the conversations that may have unnumbered messages; creates missing heads."""
    inbox = conf.inbox()
    for model in inbox.models:
        name = inbox.conversation_name(model)
        query = model._base_manager.exclude(**{name: None}).order_by(name)
        keys = {str(key) for key in query.values_list(name, flat=True).distinct()}
        known = set(Head.objects.values_list("pk", flat=True))
        for batch in _batches(sorted(keys - known)):
            create_heads(batch)
    yield from Head.objects.filter(is_complete=False).order_by("pk").values_list("pk", flat=True)


def conversations_with_missed() -> Iterator[str]:
    """Returns the numbered conversations that have messages without an entry: they were stored
    without a signal, or by a process that ran without this application.
    """
    inbox, known = conf.inbox(), Head.objects.filter(is_complete=True)
    missed = set()
    for model in inbox.models:
        name = inbox.conversation_name(model)
        messages = model._base_manager.exclude(**{name: None}).order_by()
        counts = messages.values_list(name).annotate(count=Count("pk"))
        stored = {str(key): count for key, count in counts}
        # After the messages: one that is stored meanwhile has its entry at the same time.
        entries = Entry.objects.filter(model=model._meta.label_lower, key__isnull=False)
        numbered = dict(entries.values_list("conversation").annotate(count=Count("pk")))
        missed |= {key for key, count in stored.items() if count > numbered.get(key, 0)}
    yield from sorted(missed & set(known.values_list("pk", flat=True)))


def number_missed(conversation: str) -> int:
    """Gives a numbered conversation's messages that have no entry the next numbers, oldest first,
    and sends them; returns how many.
    """
    names = _unnumbered(conversation)[::-1]
    for batch in _batches(names):
        publish(_load(batch))
    return len(names)


def _number_batch(conversation: str, names: list[Name]) -> int:
    inbox = conf.inbox()
    with transaction.atomic():
        next_seq = _first(lock([conversation])[conversation]) - 1
        messages = _load(names)  # without those deleted meanwhile
        numbered = entries_of(messages)
        messages = [
            message
            for message in messages
            # It may have been moved or numbered meanwhile.
            if str(inbox.conversation_of(message)) == conversation
            and name_of(message) not in numbered
        ][:next_seq]
        Entry.objects.bulk_create(
            Entry(
                conversation=conversation,
                seq=next_seq - place,
                model=inbox.label(message),
                key=str(message.pk),
                created_at=inbox.created_of(message) or timezone.now(),
            )
            for place, message in enumerate(messages)
        )
    return len(messages)


def _unnumbered(conversation: str) -> list[Name]:
    """Returns a conversation's messages without an entry, newest first."""
    inbox, found = conf.inbox(), []
    for model in inbox.models:
        query = model._base_manager.filter(**{inbox.conversation_name(model): conversation})
        order = inbox.order(model, among_several=len(inbox.models) > 1)
        rows = list(query.order_by(order, "pk").values_list(order, "pk"))
        label = model._meta.label_lower
        # After the messages: one that is stored meanwhile has its entry at the same time.
        entries = Entry.objects.filter(conversation=conversation, model=label)
        known = set(entries.values_list("key", flat=True))
        found += [(time, label, model, pk) for time, pk in rows if str(pk) not in known]
    if len(inbox.models) > 1:
        found.sort(key=lambda row: row[:2])
    return [(model, pk) for _, _, model, pk in reversed(found)]


def _first(head: Head) -> int:
    """Returns the lowest number given out; the next one if there are none."""
    entries = Entry.objects.filter(conversation=head.pk)
    return entries.aggregate(first=Min("seq"))["first"] or head.head + 1


def _load(names: list[Name]) -> list[Model]:
    """Returns the messages that still exist, in the order of `names`."""
    found = {}
    for model in {model for model, _ in names}:
        keys = [pk for one, pk in names if one is model]
        found |= {(model, one.pk): one for one in model._base_manager.filter(pk__in=keys)}
    return [found[name] for name in names if name in found]


def _batches(items: list) -> Iterator[list]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
