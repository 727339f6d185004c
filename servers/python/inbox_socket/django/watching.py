"""Numbers every message of the application, wherever it is created: in a view, a form, the admin.

`bulk_create`, `QuerySet.update` and SQL send no signals: call `publish` after them, in the same
transaction.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial, wraps

from django.apps import apps
from django.db import router, transaction
from django.db.models import Model
from django.db.models.signals import post_delete, post_save

from inbox_socket.django import conf
from inbox_socket.django.models import Entry
from inbox_socket.django.numbering import (
    Numbered,
    lock,
    number,
    participants,
    remember_members,
    save_heads,
    stored,
)
from inbox_socket.django.telling import tell_messages

logger = logging.getLogger(__name__)

# While the server itself stores messages: the list of those stored.
_collected: ContextVar[list[Model] | None] = ContextVar("collected", default=None)


def watch_messages() -> None:
    """Connects the handlers to the message models."""
    for model in conf.inbox().models:
        _store_in_one_transaction(model)
    for model in apps.get_models():
        # Proxies and children send the signals in their own names.
        if issubclass(model, conf.inbox().models):
            post_save.connect(_saved, sender=model, dispatch_uid="inbox_socket.saved")
            post_delete.connect(_deleted, sender=model, dispatch_uid="inbox_socket.deleted")


def publish(messages: Iterable[Model]) -> None:
    """Numbers messages that were stored without a signal, in this order, and sends them on commit.

    Messages that have a number are skipped, so calling it twice does nothing more.
    """
    with transaction.atomic():
        messages = list(messages)
        heads = lock((_key(message) for message in messages), besides=messages)
        known = entries_of(messages)
        new = [message for message in messages if name_of(message) not in known]
        before = {key: head.head for key, head in heads.items()}
        _tell_on_commit(number(new, heads), before)


@contextmanager
def collecting() -> Iterator[list[Model]]:
    """Collects the messages saved in this block instead of numbering each."""
    token = _collected.set([])
    try:
        yield _collected.get()
    finally:
        _collected.reset(token)


def _store_in_one_transaction(model: type[Model]) -> None:
    """Makes `save` a transaction that includes its `post_save`.

    In autocommit mode Django commits the insert before it sends the signal: a process that is
    killed between the two would leave a message without a number, which no page is ever told about.
    """
    save_base = model.save_base
    if getattr(save_base, "is_one_transaction", False):
        return

    @wraps(save_base)
    def in_one_transaction(self, *args, **kwargs):
        using = kwargs.get("using") or router.db_for_write(type(self), instance=self)
        with transaction.atomic(using=using):
            return save_base(self, *args, **kwargs)

    in_one_transaction.is_one_transaction = True
    model.save_base = in_one_transaction


def _saved(instance: Model, created: bool, raw: bool, update_fields, **kwargs) -> None:
    if raw or conf.inbox().conversation_of(instance) is None:
        return  # a fixture, whose conversation may follow later, or a message of no conversation
    collected = _collected.get()
    if not created:
        _move(instance, update_fields)
    elif collected is not None:
        collected.append(instance)
    else:
        heads = lock([_key(instance)], besides=[instance])
        before = {key: head.head for key, head in heads.items()}
        _tell_on_commit(number([instance], heads), before)


def _move(message: Model, update_fields: Iterable[str] | None) -> None:
    """Numbers a message anew if it was moved to another conversation; where it was remains a gap.

    A message that has no number yet gets one with those that are as old.
    """
    name = conf.inbox().conversation_name(type(message))
    attribute = message._meta.get_field(name).attname
    if update_fields is not None and not {name, attribute} & set(update_fields):
        return
    former = entries_of([message]).get(name_of(message))
    if former is None or former.conversation == _key(message):
        return
    heads = lock([former.conversation, _key(message)], besides=[message])
    head = heads[_key(message)]
    before = {head.pk: head.head}
    head.head += 1
    former.conversation, former.seq = head.pk, head.head
    former.save(update_fields=["conversation", "seq"])
    save_heads([head.pk], heads)
    _tell_on_commit([Numbered(message, former)], before)


def _deleted(instance: Model, **kwargs) -> None:
    """Keeps the entry, without the key: its number is not given out again, nor is the message
    stored again if its sender repeats it.
    """
    entries = Entry.objects.filter(model=conf.inbox().label(instance), key=str(instance.pk))
    entries.update(key=None)


def _tell_on_commit(numbered: Sequence[Numbered], before: dict[str, int]) -> None:
    """Sends messages when the transaction commits. A failure of the application's `participants` or
    `frame` is logged: the message is numbered, and the pages find it with `sync`.
    """
    if not numbered:
        return
    conversations = sorted({one.entry.conversation for one in numbered})
    try:
        # A savepoint: on PostgreSQL an error would otherwise fail the rest of the transaction.
        with transaction.atomic():
            recipients = {key: participants(key) for key in conversations}
            remember_members(recipients, before)
            messages = stored(numbered, recipients)
    except Exception as error:
        name = type(error).__name__
        logger.error("conversations %s: a message isn't sent: %s", ", ".join(conversations), name)
        return
    transaction.on_commit(partial(tell_messages, messages))


def entries_of(messages: Sequence[Model]) -> dict[tuple[str, str], Entry]:
    """Returns the entries of messages, by model and key."""
    found: dict[tuple[str, str], Entry] = {}
    names = [name_of(message) for message in messages]
    for label in {label for label, _ in names}:
        keys = [key for one, key in names if one == label]
        for entry in Entry.objects.filter(model=label, key__in=keys):
            found[label, entry.key] = entry
    return found


def name_of(message: Model) -> tuple[str, str]:
    """Returns what identifies a message in its entry: its model and key."""
    return conf.inbox().label(message), str(message.pk)


def _key(message: Model) -> str:
    return str(conf.inbox().conversation_of(message))
