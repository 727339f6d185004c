"""Numbers the messages that were stored before this package was installed.

Their numbers are those that `create_heads` has reserved: they are given out from the highest down,
newest message first, so that the work can stop and continue at any time, while new messages come
in. What is missing meanwhile is at the beginning, like a pruned history.
"""

from typing import Any

from sqlalchemy import String, cast, func, insert, select, update
from sqlalchemy.ext.asyncio import async_sessionmaker
from sqlalchemy.orm import Session

from inbox_socket.sqlalchemy.inbox import Inbox
from inbox_socket.sqlalchemy.numbering import Numbered, create_heads, entry, lock
from inbox_socket.sqlalchemy.tables import entries, heads

BATCH = 500  # messages in one transaction, during which the conversation is locked


async def backfill(sessions: async_sessionmaker, inbox: Inbox) -> int:
    """Numbers every message without a number; returns how many. The site may run meanwhile.

    Messages are older than others by their primary key, which must ascend.
    """
    done = 0
    async with sessions() as session, session.begin():
        await session.run_sync(_create_missing_heads, inbox)
    async with sessions() as session:
        open_heads = select(heads.c.conversation).where(heads.c.is_complete.is_(False))
        conversations = list(await session.scalars(open_heads.order_by(heads.c.conversation)))
    for conversation in conversations:
        while True:
            async with sessions() as session, session.begin():
                numbered = await session.run_sync(number_older, inbox, conversation)
            done += numbered
            if not numbered:
                break
    return done


def number_older(session: Session, inbox: Inbox, conversation: str, most: int = BATCH) -> int:
    """Numbers the newest messages of a conversation that have no number; returns how many."""
    head = lock(inbox, session, [conversation])[conversation]
    messages = session.scalars(_unnumbered(inbox, conversation).limit(most)).all()
    lowest = select(func.min(entries.c.seq)).where(entries.c.conversation == conversation)
    below = session.scalar(lowest) or head + 1
    # No more than are reserved: another one was inserted without a session, see watching.publish.
    messages = messages[: below - 1]
    if messages:
        numbered = [Numbered(one, conversation, below - 1 - n) for n, one in enumerate(messages)]
        session.execute(insert(entries), [entry(inbox, one) for one in numbered])
    else:
        done = update(heads).where(heads.c.conversation == conversation)
        session.execute(done.values(is_complete=True))
    return len(messages)


def _unnumbered(inbox: Inbox, conversation: str) -> Any:
    is_numbered = select(entries.c.seq).where(entries.c.key == cast(inbox.key, String)).exists()
    query = select(inbox.message_model).where(~is_numbered)
    query = query.where(inbox.conversation == inbox.column_value(inbox.conversation, conversation))
    return query.order_by(inbox.key.desc())


def _create_missing_heads(session: Session, inbox: Inbox) -> None:
    used = {str(key) for key in session.scalars(select(inbox.conversation).distinct())}
    known = set(session.scalars(select(heads.c.conversation)))
    if missing := sorted(used - known):
        create_heads(inbox, session, missing)
