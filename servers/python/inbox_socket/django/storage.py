"""The storage: the application's messages, numbered by this application's tables."""

import logging
from collections import defaultdict
from collections.abc import Sequence

from django.contrib.auth import get_user_model
from django.db import IntegrityError, OperationalError, connections, router, transaction
from django.db.models import Model, Q

from inbox_socket import protocol
from inbox_socket.django import conf
from inbox_socket.django.database import in_database
from inbox_socket.django.inbox import user_key
from inbox_socket.django.models import Entry, Head, Member
from inbox_socket.django.numbering import (
    Heads,
    Numbered,
    conversation_id,
    create_heads,
    frame_of,
    lock,
    lock_existing,
    number,
    participants,
    remember_members,
    stored,
)
from inbox_socket.django.older import number_older
from inbox_socket.django.watching import collecting
from inbox_socket.protocol import ConversationId, Frame, MessageId, Refused, UserId
from inbox_socket.storage import Cursor, Draft, Stored, keys_of
from inbox_socket.storage import Head as HeadOfUser

logger = logging.getLogger(__name__)

Origin = tuple[str, str | None]  # a message's sender and `client_id`


class DjangoStorage:
    """Storage on the threads of the database. The functions below do the work."""

    @property
    def writers(self) -> int:
        """How many batches may be stored at the same time: writers that all wait for locks leave a
        thread to the readers.
        """
        return max(conf.database_threads() - 1, 1)

    async def heads(self, user_id: UserId) -> dict[ConversationId, HeadOfUser]:
        return await in_database(heads, user_id)

    async def participants(self, conversation_id: ConversationId) -> list[UserId]:
        return await in_database(participants, str(conversation_id))

    async def append(self, drafts: Sequence[Draft]) -> list[Stored | Refused]:
        return await in_database(append, drafts)

    async def after(self, user_id: UserId, cursors: Sequence[Cursor], limit: int) -> list[Frame]:
        return await in_database(after, user_id, cursors, limit)

    async def first(self, user_id: UserId, cursors: Sequence[Cursor]) -> dict[ConversationId, int]:
        return await in_database(first, cursors)

    async def history(
        self,
        user_id: UserId,
        conversation_id: ConversationId,
        before: MessageId | None,
        limit: int,
    ) -> list[Frame]:
        return await in_database(history, user_id, conversation_id, before, limit)


class CreateError(Exception):
    """Raised if the application's `create` has not done what it must."""


def heads(user_id: UserId) -> dict[ConversationId, HeadOfUser]:
    """Returns every conversation of the user. Who is new in one starts at its head."""
    user = get_user_model()._base_manager.filter(pk=user_key(user_id)).first()
    if user is None:
        return {}
    keys = [str(key) for key in conf.inbox().conversations(user)]
    rows = _heads(keys)
    if missing := [key for key in keys if key not in rows]:
        create_heads(missing)
        rows = _heads(keys)
    # Read after the heads: a message stored meanwhile has recorded a floor that isn't above them.
    members = Member.objects.filter(user=str(user_id), conversation__in=keys)
    floors = dict(members.values_list("conversation", "floor"))
    Member.objects.bulk_create(
        (
            Member(conversation=key, user=str(user_id), floor=rows[key])
            for key in keys
            if key not in floors
        ),
        ignore_conflicts=True,
    )
    return {conversation_id(key): HeadOfUser(rows[key], floors.get(key, rows[key])) for key in keys}


def append(drafts: Sequence[Draft]) -> list[Stored | Refused]:
    """Stores the messages in one transaction. On return they are committed."""
    try:
        return _append(drafts)
    except (IntegrityError, OperationalError):
        # Probably the same client_id was stored meanwhile for another conversation, under another
        # lock, and is found now; or a transaction of the application, which locks its own rows
        # before our heads, made a deadlock.
        return _append(drafts)


def after(user_id: UserId, cursors: Sequence[Cursor], limit: int) -> list[Frame]:
    """Returns the messages in these ranges, by conversation and `seq`."""
    # By key: with ranges the database reads every entry of the ranges before the limit applies.
    # The keys joined as a table: a chain of ORs, which Django's ORM could build, takes ten times as
    # long, mostly to build the query.
    query = """
        WITH wanted (name, number) AS (VALUES {values})
        SELECT entry.* FROM wanted JOIN {table} entry
        ON entry.conversation = name AND seq = number
        ORDER BY entry.conversation, seq
    """
    keys = [(str(key), seq) for key, seq in keys_of(cursors, limit)]
    return _frames(list(Entry.objects.raw(*_with(query, keys))), user_id)


def first(cursors: Sequence[Cursor]) -> dict[ConversationId, int]:
    """Returns the number of the first message in each range that has not been deleted; a lower one
    if messages were deleted without a signal.
    """
    # The index `inbox_socket_kept` leads to it past any number of deleted messages.
    query = """
        WITH ranges (name, low, high) AS (VALUES {values})
        SELECT name, (
            SELECT MIN(seq) FROM {table}
            WHERE conversation = name AND key IS NOT NULL AND seq > low AND seq <= high
        ) FROM ranges
    """
    ranges = [(str(key), seq, head) for key, seq, head in cursors]
    with connections[router.db_for_read(Entry)].cursor() as cursor:
        cursor.execute(*_with(query, ranges))
        return {conversation_id(name): seq for name, seq in cursor.fetchall() if seq is not None}


def history(
    user_id: UserId,
    conversation_id: ConversationId,
    before: MessageId | None,
    limit: int,
) -> list[Frame]:
    """Returns the newest messages, newest first; numbers older ones if necessary."""
    key, found, below = str(conversation_id), [], None
    if before is not None:
        below = _seq_of(key, before)
        if below is None:
            return []
    # Several rounds only if messages were deleted without a signal.
    while len(found) < limit:
        entries = Entry.objects.filter(conversation=key, key__isnull=False).order_by("-seq")
        if below is not None:
            entries = entries.filter(seq__lt=below)
        page = list(entries[: limit - len(found)])
        if page:
            found += _frames(page, user_id)
            below = page[-1].seq
        elif not number_older(key, most=limit):
            break
    return found


def _with(query: str, rows: Sequence[tuple]) -> tuple[str, list]:
    """Returns a query over these rows, and its parameters."""
    row = f"({','.join(['%s'] * len(rows[0]))})"
    text = query.format(values=",".join([row] * len(rows)), table=Entry._meta.db_table)
    return text, [value for one in rows for value in one]


def _append(drafts: Sequence[Draft]) -> list[Stored | Refused]:
    with transaction.atomic():
        locked = _lock(drafts)
        before = {key: head.head for key, head in locked.items()}
        recipients = {key: participants(key) for key in locked}
        repeated = _repeated(drafts)
        outcomes: dict[int, Stored | Refused] = {}
        new: dict[Origin | int, tuple[int, Draft]] = {}
        for place, draft in enumerate(drafts):
            origin = _origin(draft)
            if origin in repeated:
                outcomes[place] = _stored_before(repeated[origin])
            elif draft.user_id not in recipients.get(str(draft.conversation_id), ()):
                outcomes[place] = protocol.not_found()
            else:
                # The same message may be in one batch twice.
                new.setdefault(place if draft.client_id is None else origin, (place, draft))
        messages = _create([draft for _, draft in new.values()])
        origins = [_origin(draft) for _, draft in new.values()]
        numbered = number(messages, locked, origins)
        written = {one.entry.conversation for one in numbered}
        recipients = {key: recipients[key] for key in written}
        results = stored(numbered, recipients)
        for result in results:
            for frame in (result.frame, *result.views.values()):
                protocol.encode(frame)  # raises, and so stores nothing, if it isn't JSON
        # After the application's functions: if one of them has ignored the error of a query,
        # PostgreSQL rejects this query, while it would roll back at COMMIT without an error.
        remember_members(recipients, before)
    for (place, _), result in zip(new.values(), results, strict=True):
        outcomes[place] = result
    firsts = {name: outcomes[place] for name, (place, _) in new.items()}
    return [
        outcomes[place] if place in outcomes else Stored(firsts[_origin(draft)].frame)
        for place, draft in enumerate(drafts)
    ]


def _lock(drafts: Sequence[Draft]) -> Heads:
    """Locks the conversations of the drafts. Creates no rows for those that the senders may not
    write to: they may not even exist.
    """
    locked = lock_existing({str(draft.conversation_id) for draft in drafts})
    allowed = {
        str(draft.conversation_id)
        for draft in drafts
        if str(draft.conversation_id) not in locked
        and draft.user_id in participants(str(draft.conversation_id))
    }
    return locked | lock(allowed) if allowed else locked


def _repeated(drafts: Sequence[Draft]) -> dict[Origin, Entry]:
    """Returns the entries of messages that their senders send again, with one query."""
    ids = defaultdict(list)
    for draft in drafts:
        if draft.client_id is not None:
            ids[str(draft.user_id)].append(draft.client_id)
    if not ids:
        return {}
    wanted = Q()
    for sender, client_ids in ids.items():
        wanted |= Q(sender=sender, client_id__in=client_ids)
    return {(entry.sender, entry.client_id): entry for entry in Entry.objects.filter(wanted)}


def _create(drafts: Sequence[Draft]) -> list[Model]:
    """Calls the application's `create` for each draft; stores instances that it left unsaved."""
    messages = [_create_one(draft) for draft in drafts]
    unsaved = defaultdict(list)
    for message in messages:
        if message._state.adding:
            unsaved[type(message)].append(message)
    for model, several in unsaved.items():
        model._base_manager.bulk_create(several)
    return messages


def _create_one(draft: Draft) -> Model:
    inbox = conf.inbox()
    with collecting() as saved:
        message = inbox.create(
            user_key(draft.user_id), draft.conversation_id, draft.text, draft.type
        )
    name = f"{type(inbox).__name__}.create"
    if not isinstance(message, inbox.models):
        labels = " or ".join(model._meta.label for model in inbox.models)
        _fail(f"{name} must return a {labels}; got {type(message).__name__}")
    elif message._state.adding and saved:
        _fail(f"{name} must store the message that it returns; it stored {len(saved)} others")
    elif not message._state.adding and (len(saved) != 1 or saved[0].pk != message.pk):
        _fail(f"{name} must store exactly one message and return it; it stored {len(saved)}")
    elif inbox.conversation_of(message) != draft.conversation_id:
        _fail(
            f"{name} must store the message in conversation {draft.conversation_id};"
            f" got conversation {inbox.conversation_of(message)}"
        )
    return message


def _fail(reason: str) -> None:
    # The server's own log omits the texts of exceptions, which may quote a message.
    logger.error("%s", reason)
    raise CreateError(reason)


def _stored_before(entry: Entry) -> Stored:
    """Returns what an acknowledgement needs; the message itself may have been deleted."""
    frame = {
        "conversation_id": conversation_id(entry.conversation),
        "seq": entry.seq,
        "message_id": conf.inbox().message_id(entry.model, entry.key),
    }
    return Stored(frame)


def _frames(entries: Sequence[Entry], reader: UserId) -> list[Frame]:
    """Returns the frames of the messages that still exist."""
    inbox, messages = conf.inbox(), {}
    for label in {entry.model for entry in entries}:
        model = inbox.model_of(label)
        if model is None:
            continue
        keys = [entry.key for entry in entries if entry.model == label and entry.key is not None]
        for message in inbox.messages(model).filter(pk__in=keys):
            messages[label, str(message.pk)] = message
    found = ((messages.get((entry.model, entry.key)), entry) for entry in entries)
    return [
        frame_of(Numbered(message, entry), reader)
        for message, entry in found
        # An update that sent no signal may have moved it: then it isn't shown in either place.
        if message is not None and str(inbox.conversation_of(message)) == entry.conversation
    ]


def _seq_of(conversation: str, message_id: MessageId) -> int | None:
    """Returns the number below which the messages older than this one are; None if it is unknown.

    The numbers of a conversation ascend with its messages.
    """
    inbox, key = conf.inbox(), str(message_id)
    entries = Entry.objects.filter(conversation=conversation)
    if len(inbox.models) > 1:
        name, _, key = key.partition("-")
        entries = entries.filter(model__endswith=f".{name}")
    seq = entries.filter(key=key).values_list("seq", flat=True).first()
    if seq is None and inbox.ids.message is int:
        # The page's message has been deleted; numeric keys ascend too.
        model = inbox.models[0]
        older = model._base_manager.filter(**{inbox.conversation_name(model): conversation})
        last = older.filter(pk__lt=message_id).order_by("-pk").values_list("pk", flat=True).first()
        last = entries.filter(key=str(last)).values_list("seq", flat=True).first()
        seq = None if last is None else last + 1
    return seq


def _heads(keys) -> dict[str, int]:
    return dict(Head.objects.filter(pk__in=keys).values_list("pk", "head"))


def _origin(draft: Draft) -> Origin:
    return str(draft.user_id), draft.client_id
