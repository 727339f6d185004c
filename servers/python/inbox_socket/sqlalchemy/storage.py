"""The storage: the application's messages, numbered by this package's tables."""

import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, String, column, func, inspect, select, tuple_, values
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import async_sessionmaker
from sqlalchemy.orm import Session

from inbox_socket import protocol
from inbox_socket.protocol import ConversationId, Frame, MessageId, Refused, UserId
from inbox_socket.sqlalchemy.inbox import Inbox
from inbox_socket.sqlalchemy.numbering import (
    Heads,
    Numbered,
    create_heads,
    frame_of,
    insert_new,
    lock,
    number,
    recipients_of,
    remember_members,
    stored,
)
from inbox_socket.sqlalchemy.older import number_older
from inbox_socket.sqlalchemy.tables import entries, heads, members
from inbox_socket.sqlalchemy.watching import IS_STORAGE, NEW
from inbox_socket.storage import Cursor, Draft, Head, Stored, keys_of

logger = logging.getLogger(__name__)

Sender = tuple[str, str]  # a user and a `client_id`


class SQLAlchemyStorage:
    """Storage over an `async_sessionmaker` of the application's engine.

    `writers` is how many batches may be stored at the same time, each with a connection of the
    engine's pool. Give the pool some more, for the readers. SQLite has one writer.
    """

    def __init__(self, sessions: async_sessionmaker, inbox: Inbox, *, writers: int = 4) -> None:
        self._sessions, self._inbox = sessions, inbox
        dialect = sessions().get_bind(mapper=inbox.message_model).dialect
        self.writers = 1 if dialect.name == "sqlite" else writers

    async def heads(self, user_id: UserId) -> dict[ConversationId, Head]:
        return await self._run(_heads_of, user_id)

    async def participants(self, conversation_id: ConversationId) -> list[UserId]:
        return await self._run(_participants, conversation_id)

    async def append(self, drafts: Sequence[Draft]) -> list[Stored | Refused]:
        try:
            return await self._run(_append, drafts)
        except IntegrityError:
            # Probably the same client_id was stored meanwhile for another conversation, under
            # another lock. Now it is found.
            return await self._run(_append, drafts)

    async def after(self, user_id: UserId, cursors: Sequence[Cursor], limit: int) -> list[Frame]:
        return await self._run(_after, user_id, cursors, limit)

    async def first(self, user_id: UserId, cursors: Sequence[Cursor]) -> dict[ConversationId, int]:
        return await self._run(_first, cursors)

    async def history(
        self,
        user_id: UserId,
        conversation_id: ConversationId,
        before: MessageId | None,
        limit: int,
    ) -> list[Frame]:
        return await self._run(_history, user_id, str(conversation_id), before, limit)

    async def _run(self, work, *args) -> Any:
        async with self._sessions() as session, session.begin():
            session.sync_session.info[IS_STORAGE] = True
            return await session.run_sync(work, self._inbox, *args)


def _heads_of(session: Session, inbox: Inbox, user_id: UserId) -> dict[ConversationId, Head]:
    """Returns every conversation of the user. Who is new in one starts at its head."""
    keys = [str(key) for key in inbox.conversations(session, user_id)]
    found = _read_heads(session, keys)
    if missing := [key for key in keys if key not in found]:
        create_heads(inbox, session, missing)
        found = _read_heads(session, keys)
    # Read after the heads: a message stored meanwhile has recorded a floor that isn't above them.
    mine = select(members.c.conversation, members.c.floor).where(members.c.user == str(user_id))
    floors = dict(session.execute(mine.where(members.c.conversation.in_(keys))).all())
    new = [key for key in keys if key not in floors]
    rows = [{"conversation": key, "user": str(user_id), "floor": found[key]} for key in new]
    insert_new(session, members, rows)
    return {
        inbox.conversation_id(key): Head(found[key], floors.get(key, found[key])) for key in keys
    }


def _participants(session: Session, inbox: Inbox, conversation_id: ConversationId) -> list[UserId]:
    return list(inbox.participants(session, conversation_id))


def _append(session: Session, inbox: Inbox, drafts: Sequence[Draft]) -> list[Stored | Refused]:
    recipients = recipients_of(inbox, session, {str(one.conversation_id) for one in drafts})
    # No row for a conversation that its sender may not write to: it may not even exist.
    allowed = {
        str(one.conversation_id)
        for one in drafts
        if one.user_id in recipients[str(one.conversation_id)]
    }
    locked = lock(inbox, session, allowed)
    before = dict(locked)
    # Again, under the lock: a user may have left meanwhile.
    recipients = recipients_of(inbox, session, locked)
    repeated = _repeated(session, inbox, drafts)
    outcomes: dict[int, Stored | Refused] = {}
    new: dict[Sender | int, tuple[int, Draft]] = {}
    for place, draft in enumerate(drafts):
        sender = _sender(draft)
        if sender in repeated:
            outcomes[place] = repeated[sender]
        elif draft.user_id not in recipients.get(str(draft.conversation_id), ()):
            outcomes[place] = protocol.not_found()
        else:
            # The same message may be in one batch twice.
            new.setdefault(sender or place, (place, draft))
    messages = _create(session, inbox, [draft for _, draft in new.values()])
    origins = [_sender(draft) or (None, None) for _, draft in new.values()]
    numbered = number(inbox, session, messages, locked, origins)
    written = {one.conversation for one in numbered}
    recipients = {key: recipients[key] for key in written}
    for (place, _), one in zip(new.values(), stored(inbox, numbered, recipients), strict=True):
        for frame in (one.frame, *one.views.values()):
            protocol.encode(frame)  # raises, and so stores nothing, if it isn't JSON
        outcomes[place] = one
    # After the application's functions: if one of them has ignored the error of a query, PostgreSQL
    # rejects this query, while it would roll back at COMMIT without an error.
    remember_members(session, recipients, before)
    firsts = {sender: outcomes[place] for sender, (place, _) in new.items()}
    return [
        outcomes[place] if place in outcomes else Stored(firsts[_sender(draft)].frame)
        for place, draft in enumerate(drafts)
    ]


def _create(session: Session, inbox: Inbox, drafts: Sequence[Draft]) -> list[Any]:
    """Calls the application's `create` for each draft, and stores the messages."""
    messages = [_create_one(session, inbox, draft) for draft in drafts]
    session.flush()
    if others := [one for one in session.info.pop(NEW, []) if one not in messages]:
        _fail(f"{type(inbox).__name__}.create must create one message; got {len(others)} others")
    return messages


def _create_one(session: Session, inbox: Inbox, draft: Draft) -> Any:
    message = inbox.create(session, draft)
    name = f"{type(inbox).__name__}.create"
    if not isinstance(message, inbox.message_model):
        expected, got = inbox.message_model.__name__, type(message).__name__
        _fail(f"{name} must return a {expected}; got {got}")
    if inspect(message).has_identity and message not in session.info.get(NEW, ()):
        _fail(f"{name} must return a new message; got one that is stored already")
    if inbox.conversation_of(message) != str(draft.conversation_id):
        got = inbox.conversation_of(message)
        _fail(f"{name} must return a message of conversation {draft.conversation_id}; got {got}")
    session.add(message)
    return message


def _fail(reason: str) -> None:
    # The server's own log omits the texts of exceptions, which may quote a message.
    logger.error("%s", reason)
    raise TypeError(reason)


def _after(
    session: Session, inbox: Inbox, user_id: UserId, cursors: Sequence[Cursor], limit: int
) -> list[Frame]:
    # By key: with ranges the database reads every entry of the ranges before the limit applies.
    keys = [(str(key), seq) for key, seq in keys_of(cursors, limit)]
    columns = column("name", String), column("number", BigInteger)
    wanted = values(*columns).data(keys).cte("wanted")
    is_wanted = (entries.c.conversation == wanted.c.name) & (entries.c.seq == wanted.c.number)
    found = select(entries).join(wanted, is_wanted)
    found = found.order_by(entries.c.conversation, entries.c.seq)
    return _frames(session, inbox, session.execute(found).all(), user_id)


def _first(session: Session, inbox: Inbox, cursors: Sequence[Cursor]) -> dict[ConversationId, int]:
    """Returns a number in each range up to which all messages have been deleted, as far as the
    oldest entry and the oldest message of the conversation tell.
    """
    name, low, high = column("name", String), column("low", BigInteger), column("high", BigInteger)
    conversation = column("id", inbox.conversation.type)
    rows = [
        (str(key), inbox.column_value(inbox.conversation, str(key)), seq, head)
        for key, seq, head in cursors
    ]
    ranges = values(name, conversation, low, high).data(rows).cte("ranges")
    entry = select(func.min(entries.c.seq)).where(
        entries.c.conversation == ranges.c.name,
        entries.c.seq > ranges.c.low,
        entries.c.seq <= ranges.c.high,
    )
    message = select(inbox.key).where(inbox.conversation == ranges.c.id)
    message = message.order_by(inbox.key).limit(1)
    query = select(ranges.c.name, entry.scalar_subquery(), message.scalar_subquery())
    found = session.execute(query).all()
    keys = [str(key) for _, _, key in found if key is not None]
    numbers = select(entries.c.conversation, entries.c.seq).where(entries.c.key.in_(keys))
    oldest = dict(session.execute(numbers).all())
    return {
        inbox.conversation_id(name): max(seq, oldest.get(name, 0))
        for name, seq, key in found
        if seq is not None and key is not None
    }


def _history(
    session: Session,
    inbox: Inbox,
    user_id: UserId,
    conversation: str,
    before: MessageId | None,
    limit: int,
) -> list[Frame]:
    """Returns the newest messages, newest first; numbers older ones if necessary."""
    mine = select(entries).where(entries.c.conversation == conversation)
    found: list[Frame] = []
    below = None
    if before is not None:
        below = session.scalar(
            select(entries.c.seq).where(
                entries.c.conversation == conversation, entries.c.key == str(before)
            )
        )
        if below is None:
            return []
    # Several rounds only if messages were deleted.
    while len(found) < limit:
        page = mine if below is None else mine.where(entries.c.seq < below)
        page = page.order_by(entries.c.seq.desc()).limit(limit - len(found))
        if rows := session.execute(page).all():
            found += _frames(session, inbox, rows, user_id)
            below = rows[-1].seq
        elif not number_older(session, inbox, conversation, limit):
            break
    return found


def _frames(session: Session, inbox: Inbox, rows: Sequence[Any], reader: UserId) -> list[Frame]:
    """Returns the frames of the messages that still exist."""
    keys = [inbox.column_value(inbox.key, row.key) for row in rows]
    query = select(inbox.message_model).where(inbox.key.in_(keys))
    messages = {inbox.key_of(one): one for one in session.scalars(query)}
    return [
        frame_of(inbox, Numbered(messages[row.key], row.conversation, row.seq), reader)
        for row in rows
        # A message that was moved is shown in neither place.
        if row.key in messages and inbox.conversation_of(messages[row.key]) == row.conversation
    ]


def _repeated(session: Session, inbox: Inbox, drafts: Sequence[Draft]) -> dict[Sender, Stored]:
    """Returns what an acknowledgement needs of messages that their senders send again."""
    senders = [sender for draft in drafts if (sender := _sender(draft))]
    if not senders:
        return {}
    found = select(entries).where(tuple_(entries.c.sender, entries.c.client_id).in_(senders))
    return {
        (row.sender, row.client_id): Stored(
            {
                "conversation_id": inbox.conversation_id(row.conversation),
                "seq": row.seq,
                "message_id": inbox.message_id(row.key),
            }
        )
        for row in session.execute(found)
    }


def _read_heads(session: Session, keys: Sequence[str]) -> Heads:
    found = select(heads.c.conversation, heads.c.head).where(heads.c.conversation.in_(keys))
    return dict(session.execute(found).all())


def _sender(draft: Draft) -> Sender | None:
    return None if draft.client_id is None else (str(draft.user_id), draft.client_id)
