"""Numbers every message that a session of the application stores, and tells it on commit.

Bulk inserts (`session.execute(insert(Message), …)`) and SQL don't pass through the session's unit
of work: call `inbox_socket.sqlalchemy.watching.publish` after them, in the same transaction.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session

from inbox_socket.server import Server
from inbox_socket.sqlalchemy.inbox import Inbox
from inbox_socket.sqlalchemy.numbering import (
    Numbered,
    lock,
    number,
    recipients_of,
    remember_members,
    stored,
)
from inbox_socket.sqlalchemy.tables import entries
from inbox_socket.storage import Stored

logger = logging.getLogger(__name__)

# The keys of `Session.info`: messages without a number yet, and messages to tell on commit. The
# storage of the sockets numbers its own messages.
NEW, TO_TELL, IS_STORAGE = "inbox_socket.new", "inbox_socket.to_tell", "inbox_socket.is_storage"


def watch(inbox: Inbox, server: Server, sessions: type[Session] = Session) -> None:
    """Numbers the messages that sessions store, and sends them through the server on commit.

    `sessions` limits this to a class of sessions: with an `async_sessionmaker`, the one given as
    `sync_session_class`. Call it once, in the event loop in which the server runs; the sessions may
    also be used in threads.
    """
    loop = asyncio.get_running_loop()

    @event.listens_for(sessions, "after_flush")
    def flushed(session: Session, context) -> None:
        new = [one for one in session.new if isinstance(one, inbox.message_model)]
        session.info.setdefault(NEW, []).extend(new)

    @event.listens_for(sessions, "before_commit")
    def committing(session: Session) -> None:
        if session.in_nested_transaction():
            return  # it may still be rolled back; the outer commit follows
        session.flush()
        new = session.info.pop(NEW, [])
        if not session.info.get(IS_STORAGE):
            # A rollback to a savepoint has removed some from the session.
            publish(inbox, session, [one for one in new if inspect(one).persistent])

    @event.listens_for(sessions, "after_commit")
    def committed(session: Session) -> None:
        if session.in_nested_transaction():
            return
        if told := session.info.pop(TO_TELL, []):
            loop.call_soon_threadsafe(server.publish, told)

    @event.listens_for(sessions, "after_soft_rollback")
    def rolled_back(session: Session, previous) -> None:
        if previous.nested:
            return
        session.info.pop(NEW, None)
        session.info.pop(TO_TELL, None)


def publish(inbox: Inbox, session: Session, messages: Sequence[Any]) -> None:
    """Numbers flushed messages, in this order, and sends them when the session commits.

    Messages that have a number are skipped. If `participants` or `frame` raises, the error is
    logged: the message is numbered, and the pages find it with `sync`.
    """
    if not messages:
        return
    keys = [inbox.key_of(message) for message in messages]
    known = set(session.scalars(select(entries.c.key).where(entries.c.key.in_(keys))))
    new = [one for one, key in zip(messages, keys, strict=True) if key not in known]
    locked = lock(inbox, session, map(inbox.conversation_of, new), besides=new)
    before = dict(locked)
    numbered = number(inbox, session, new, locked)
    session.info.setdefault(TO_TELL, []).extend(_frames(inbox, session, numbered, before))


def _frames(
    inbox: Inbox, session: Session, numbered: list[Numbered], before: dict[str, int]
) -> list[Stored]:
    conversations = sorted({one.conversation for one in numbered})
    try:
        # A savepoint: on PostgreSQL an error would otherwise fail the rest of the transaction.
        with session.begin_nested():
            recipients = recipients_of(inbox, session, conversations)
            remember_members(session, recipients, before)
            return stored(inbox, numbered, recipients)
    except Exception as error:
        name = type(error).__name__
        logger.error("conversations %s: a message isn't sent: %s", ", ".join(conversations), name)
        return []
