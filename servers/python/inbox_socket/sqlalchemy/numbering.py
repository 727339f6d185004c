"""Numbers messages: one after the other under the lock of their conversation.

Everything here runs within a transaction. A number given out in it becomes visible when the
message does, in commit order.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, bindparam, delete, func, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from inbox_socket.protocol import Frame, UserId
from inbox_socket.sqlalchemy.inbox import Inbox
from inbox_socket.sqlalchemy.tables import entries, heads, members
from inbox_socket.storage import Stored

Heads = dict[str, int]
Recipients = dict[str, list[UserId]]
Origin = tuple[str | None, str | None]  # a message's sender and `client_id`


@dataclass(frozen=True, slots=True)
class Numbered:
    """A message and its number."""

    message: Any
    conversation: str
    seq: int


def lock(
    inbox: Inbox, session: Session, conversations: Iterable[str], besides: Sequence[Any] = ()
) -> Heads:
    """Locks conversations, in the same order everywhere, so that two transactions never wait for
    each other. Creates missing rows; `besides` are new messages not to count.
    """
    keys = sorted(set(conversations))
    found = _locked(session, keys)
    if missing := [key for key in keys if key not in found]:
        create_heads(inbox, session, missing, besides)
        found = _locked(session, keys)
    return found


def create_heads(
    inbox: Inbox, session: Session, conversations: Sequence[str], besides: Sequence[Any] = ()
) -> None:
    """Creates the heads of conversations that have none, unless another transaction does.

    Numbers up to the count of its messages are reserved for those that a conversation has already:
    so new messages get higher ones, and the older ones can be numbered at any later time. If a head
    was lost, it continues above the highest entry.
    """
    by_entry = select(entries.c.conversation, func.max(entries.c.seq))
    by_entry = by_entry.where(entries.c.conversation.in_(conversations))
    highest = dict(session.execute(by_entry.group_by(entries.c.conversation)).all())
    ids = [inbox.column_value(inbox.conversation, key) for key in conversations]
    counted = select(inbox.conversation, func.count()).where(inbox.conversation.in_(ids))
    older = {str(key): n for key, n in session.execute(counted.group_by(inbox.conversation)).all()}
    for message in besides:
        older[inbox.conversation_of(message)] -= 1
    rows = [
        {
            "conversation": key,
            "head": highest.get(key, older.get(key, 0)),
            "is_complete": key not in highest and not older.get(key),
        }
        for key in sorted(conversations)
    ]
    insert_new(session, heads, rows)


def number(
    inbox: Inbox,
    session: Session,
    messages: Sequence[Any],
    locked: Heads,
    origins: Sequence[Origin] = (),
) -> list[Numbered]:
    """Gives new messages the next numbers of their locked conversations.

    `origins` are the sender and `client_id` of each message that came through a socket.
    """
    if not messages:
        return []
    numbered, rows = [], []
    for message, origin in zip(messages, origins or [(None, None)] * len(messages), strict=True):
        conversation = inbox.conversation_of(message)
        locked[conversation] += 1
        one = Numbered(message, conversation, locked[conversation])
        numbered.append(one)
        rows.append(entry(inbox, one) | {"sender": origin[0], "client_id": origin[1]})
    session.execute(insert(entries), rows)
    changed = sorted({one.conversation for one in numbered})
    save = update(heads).where(heads.c.conversation == bindparam("key"))
    session.connection().execute(
        save.values(head=bindparam("value")),
        [{"key": key, "value": locked[key]} for key in changed],
    )
    return numbered


def entry(inbox: Inbox, one: Numbered) -> dict[str, Any]:
    """Returns the row of a message's number."""
    return {
        "conversation": one.conversation,
        "seq": one.seq,
        "key": inbox.key_of(one.message),
        "sender": None,
        "client_id": None,
    }


def stored(inbox: Inbox, numbered: Sequence[Numbered], recipients: Recipients) -> list[Stored]:
    """Returns the frames of new messages for their recipients."""
    result = []
    for one in numbered:
        users = recipients[one.conversation]
        views = {}
        if inbox.frames_differ:
            views = {user_id: frame_of(inbox, one, user_id) for user_id in users}
        frame = next(iter(views.values()), None) or frame_of(inbox, one, None)
        result.append(Stored(frame, users, views))
    return result


def frame_of(inbox: Inbox, one: Numbered, reader: UserId | None) -> Frame:
    """Returns a message's frame. The client's fast path expects the first two members first."""
    reader = reader if inbox.frames_differ else None
    head = {"conversation_id": inbox.conversation_id(one.conversation), "seq": one.seq}
    frame = head | inbox.frame(one.message, reader) | head
    return frame | {"message_id": inbox.message_id(inbox.key_of(one.message))}


def recipients_of(inbox: Inbox, session: Session, conversations: Collection[str]) -> Recipients:
    """Returns the users of each conversation."""
    return {
        key: list(dict.fromkeys(inbox.participants(session, inbox.conversation_id(key))))
        for key in conversations
    }


def remember_members(session: Session, recipients: Recipients, before: Heads) -> None:
    """Records who takes part in locked conversations: who is new starts at the head `before` the
    new messages, and who has left is forgotten, and so starts at the head when joining again.
    """
    known = select(members.c.conversation, members.c.user)
    known = known.where(members.c.conversation.in_(recipients))
    seen = {tuple(row) for row in session.execute(known)}
    present = {(key, str(user_id)) for key, users in recipients.items() for user_id in users}
    if gone := sorted(seen - present):
        session.execute(
            delete(members).where(tuple_(members.c.conversation, members.c.user).in_(gone))
        )
    rows = [
        {"conversation": key, "user": user, "floor": before[key]}
        for key, user in sorted(present - seen)
    ]
    insert_new(session, members, rows)


def insert_new(session: Session, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Inserts rows, except those whose key another transaction has inserted meanwhile."""
    if rows:
        dialect = sqlite if session.connection().dialect.name == "sqlite" else postgresql
        session.execute(dialect.insert(table).on_conflict_do_nothing(), list(rows))


def _locked(session: Session, keys: Sequence[str]) -> Heads:
    rows = select(heads.c.conversation, heads.c.head).where(heads.c.conversation.in_(keys))
    # SQLite has one writer at a time, and ignores this.
    rows = rows.order_by(heads.c.conversation).with_for_update()
    return dict(session.execute(rows).all())
