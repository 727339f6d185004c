"""The storage with SQLAlchemy: behaviour that the live test doesn't reach. On SQLite here, and on
PostgreSQL in tests/cluster.
"""

import asyncio
import logging
import re
from contextlib import suppress

import pytest
import pytest_asyncio
from sqlalchemy import delete, event, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, object_session

from inbox_socket import Code, Cursor, Refused, Server
from inbox_socket.sqlalchemy import (
    Inbox,
    SQLAlchemyStorage,
    backfill,
    immediate,
    metadata,
    publish,
    watch,
)
from inbox_socket.sqlalchemy.tables import heads
from tests.page import Page, say


class Base(DeclarativeBase):
    pass


class Participant(Base):
    __tablename__ = "participant"
    room_id: Mapped[int] = mapped_column(primary_key=True)
    user: Mapped[str] = mapped_column(primary_key=True)


class Message(Base):
    __tablename__ = "message"
    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int]
    user: Mapped[str]
    body: Mapped[str]


class ChatInbox(Inbox):
    message_model = Message
    conversation_attribute = "room_id"

    def conversations(self, session, user_id):
        return session.scalars(select(Participant.room_id).where(Participant.user == user_id))

    def participants(self, session, room_id):
        return session.scalars(select(Participant.user).where(Participant.room_id == room_id))

    def create(self, session, draft):
        if draft.text == "two":
            session.add(Message(room_id=draft.conversation_id, user="zoe", body="another"))
        if draft.text == "none":
            return None
        if draft.text == "elsewhere":
            return Message(room_id=7, user=draft.user_id, body=draft.text)
        if draft.text == "rude":
            raise Refused(Code.BAD_FRAME, "be kind")
        return Message(room_id=draft.conversation_id, user=draft.user_id, body=draft.text)

    def frame(self, message, reader):
        if message.body == "ignored error":
            with suppress(DBAPIError):
                object_session(message).execute(text("SELECT * FROM nowhere"))
        body = object() if message.body == "not JSON" else message.body
        return {"message": body, "type": "TEXT", "sender_id": message.user}


class World:
    """A server over a new database with room 2, of Ana and Ben."""

    def __init__(self, url: str) -> None:
        options = {"pool_size": 1, "max_overflow": 0} if url.startswith("sqlite") else {}
        self.engine = create_async_engine(url, **options)
        immediate(self.engine)
        watched = type("Watched", (Session,), {})
        self.sessions = async_sessionmaker(self.engine, sync_session_class=watched)
        self.inbox = ChatInbox()
        self.storage = SQLAlchemyStorage(self.sessions, self.inbox)
        self.server = Server(self.storage, ids=self.inbox.ids)
        watch(self.inbox, self.server, watched)

    async def open(self) -> "World":
        async with self.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
            await connection.run_sync(metadata.create_all)
        await self.add(Participant(room_id=2, user="ana"), Participant(room_id=2, user="ben"))
        return self

    async def add(self, *rows) -> None:
        async with self.sessions() as session, session.begin():
            session.add_all(rows)

    async def bodies(self) -> list[str]:
        async with self.sessions() as session:
            return list(await session.scalars(select(Message.body).order_by(Message.id)))

    async def page(self, user: str) -> Page:
        return await Page(self.server, user).hello()

    async def close(self) -> None:
        await self.server.stop()
        await self.engine.dispose()


@pytest_asyncio.fixture
async def world(tmp_path):
    world = await World(f"sqlite+aiosqlite:///{tmp_path}/chat.sqlite3").open()
    yield world
    await world.close()


def http(text: str) -> Message:
    """A message that a route of the application stores."""
    return Message(room_id=2, user="ben", body=text)


async def test_a_message_of_a_route_is_numbered_after_one_of_a_socket_and_pushed(world):
    ana = await world.page("ana")
    assert (await ana.ask(say(2, "first", "c1")))["seq"] == 1
    assert (await ana.receive())["message"] == "first"
    await world.add(http("second"))
    pushed = await ana.receive()
    assert (pushed["seq"], pushed["message"], pushed["sender_id"]) == (2, "second", "ben")
    synced = await ana.ask({"action": "sync", "after": {"2": 1}, "id": 1})
    assert synced["messages"] == [pushed]


async def test_a_repeated_client_id_is_stored_once_through_two_sockets_at_the_same_time(world):
    pages = [await world.page("ana") for _ in range(2)]
    await asyncio.gather(*(page.send(say(2, "a", "c1")) for page in pages for _ in range(5)))
    assert await world.bodies() == ["a"]
    for page in pages:
        received = [await page.receive() for _ in range(6)]
        assert {one["seq"] for one in received} == {1}
        assert sum(one.get("action") == "ack" for one in received) == 5


async def test_a_message_that_is_rolled_back_is_neither_numbered_nor_pushed(world):
    ana = await world.page("ana")
    async with world.sessions() as session:
        session.add(http("never"))
        await session.flush()
        await session.rollback()
    await ana.nothing_more()
    assert (await ana.ask({"action": "ping", "id": 1}))["total"] == 0


async def test_a_message_of_a_savepoint_that_is_rolled_back_takes_no_number(world):
    ana = await world.page("ana")
    async with world.sessions() as session, session.begin():
        session.add(http("kept"))
        nested = await session.begin_nested()
        session.add(http("undone"))
        await session.flush()
        await nested.rollback()
        async with session.begin_nested():
            session.add(http("also kept"))
    pushed = [await ana.receive() for _ in range(2)]
    assert [(one["seq"], one["message"]) for one in pushed] == [(1, "kept"), (2, "also kept")]
    await ana.nothing_more()


async def test_bulk_inserted_messages_are_sent_by_publish_once(world):
    ana = await world.page("ana")
    async with world.sessions() as session, session.begin():
        rows = [{"room_id": 2, "user": "ben", "body": text} for text in "ab"]
        found = await session.scalars(insert(Message).returning(Message), rows)
        messages = found.all()
        for _ in range(2):
            await session.run_sync(
                lambda sync, messages=messages: publish(world.inbox, sync, messages)
            )
    assert [(await ana.receive())["message"] for _ in range(2)] == ["a", "b"]
    await ana.nothing_more()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("none", "ChatInbox.create must return a Message; got NoneType"),
        ("two", "ChatInbox.create must create one message; got 1 others"),
        ("elsewhere", "ChatInbox.create must return a message of conversation 2; got 7"),
    ],
)
async def test_a_create_that_stores_none_two_or_elsewhere_stores_nothing(
    world, text, reason, caplog
):
    ana = await world.page("ana")
    with caplog.at_level(logging.ERROR):
        error = await ana.ask(say(2, text, "c1"))
    assert (error["code"], error["ref"]) == ("internal", "c1")
    assert reason in caplog.text
    assert await world.bodies() == []


async def test_a_message_that_the_application_rejects_gets_its_reason_and_stops_no_other(world):
    ana, ben = await world.page("ana"), await world.page("ben")
    await asyncio.gather(ana.send(say(2, "rude", "c1")), ben.send(say(2, "kind", "c2")))
    received = [await ana.receive() for _ in range(2)]
    error = next(one for one in received if one.get("action") == "error")
    assert (error["code"], error["detail"], error["ref"]) == ("bad_frame", "be kind", "c1")
    assert (await ben.receive())["action"] == "ack"
    assert await world.bodies() == ["kind"]


async def test_a_frame_that_is_not_json_stores_nothing(world):
    ana = await world.page("ana")
    assert (await ana.ask(say(2, "not JSON", "c1")))["code"] == "internal"
    assert await world.bodies() == []


async def test_an_error_that_the_application_ignores_acknowledges_no_message_that_is_not_stored(
    world,
):
    """After it, PostgreSQL answers COMMIT with a rollback, and reports no error."""
    ana = await world.page("ana")
    answer = await ana.ask(say(2, "ignored error", "c1"))
    stored = await world.bodies()
    assert (answer["action"], stored) in [("ack", ["ignored error"]), ("error", [])]


async def test_an_outsider_and_a_missing_conversation_get_the_same_error(world):
    zoe = await world.page("zoe")
    errors = [await zoe.ask(say(room, "a", "c1")) for room in (2, 9)]
    assert [error["code"] for error in errors] == ["not_found", "not_found"]
    assert errors[0]["detail"] == errors[1]["detail"]


async def test_a_deleted_message_is_a_gap_and_its_number_is_not_given_out_again(world):
    ana = await world.page("ana")
    await world.add(http("a"), http("b"), http("c"))
    async with world.sessions() as session, session.begin():
        await session.delete(await session.get(Message, 2))
    for _ in range(3):
        await ana.receive()
    first = await ana.ask({"action": "sync", "after": {"2": 0}, "id": 1})
    assert [one["message"] for one in first["messages"]] == ["a"]
    assert first["has_more"]
    rest = await ana.ask({"action": "sync", "after": {"2": 1}, "id": 2})
    assert ([one["message"] for one in rest["messages"]], rest["floors"]) == (["c"], {"2": 2})
    assert (await ana.ask(say(2, "d", "c1")))["seq"] == 4


async def test_a_user_who_joins_again_starts_at_the_head(world):
    await world.add(http("a"))
    await world.page("ana")
    async with world.sessions() as session, session.begin():
        await session.delete(await session.get(Participant, (2, "ana")))
    await world.add(http("missed"))
    await world.add(Participant(room_id=2, user="ana"))
    ana = await world.page("ana")
    synced = await ana.ask({"action": "sync", "after": {"2": 1}, "id": 1})
    assert (synced["messages"], synced["floors"], synced["complete"]) == ([], {"2": 2}, False)


async def test_backfill_numbers_older_messages_below_those_that_came_meanwhile(world):
    async with world.engine.begin() as connection:
        rows = [{"room_id": 2, "user": "ben", "body": f"old {n}"} for n in range(1, 4)]
        await connection.execute(insert(Message), rows)
    ana = await world.page("ana")
    assert (await ana.ask(say(2, "new", "c1")))["seq"] == 4
    await ana.receive()
    assert await backfill(world.sessions, world.inbox) == 3
    assert await backfill(world.sessions, world.inbox) == 0
    history = await ana.ask({"action": "get_messages", "conversation_id": 2})
    assert [(one["seq"], one["message"]) for one in history["messages"]] == [
        (1, "old 1"),
        (2, "old 2"),
        (3, "old 3"),
        (4, "new"),
    ]
    page = {"action": "get_messages", "conversation_id": 2, "limit": 2}
    older = await ana.ask(page | {"before": history["messages"][2]["message_id"]})
    assert [one["message"] for one in older["messages"]] == ["old 1", "old 2"]
    assert older["has_more"] is False


# --- catching up ---


async def delete_first(world, count: int) -> None:
    """Makes the numbers of `count` messages that have been deleted: the first ones of room 2."""
    numbers = """
        INSERT INTO inbox_socket_entry (conversation, seq, key)
        WITH RECURSIVE numbers (n) AS (
            SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < CAST(:count AS INTEGER)
        )
        SELECT '2', n, CAST(1000000 + n AS VARCHAR) FROM numbers
    """
    async with world.sessions() as session, session.begin():
        head = {"conversation": "2", "head": count, "is_complete": True}
        await session.execute(delete(heads).where(heads.c.conversation == "2"))
        await session.execute(insert(heads), [head])
        await session.execute(text(numbers), {"count": count})


async def sync(page: Page, cursor: int) -> dict:
    return await page.ask({"action": "sync", "after": {"2": cursor}, "id": 1})


async def test_a_long_history_of_deleted_messages_takes_one_batch(world):
    ana = await world.page("ana")
    await delete_first(world, 3_000)
    await world.add(http("a"))
    assert (await ana.receive())["seq"] == 3_001
    batch = await sync(ana, 0)
    assert [one["message"] for one in batch["messages"]] == ["a"]
    assert (batch["floors"], batch["has_more"]) == ({"2": 3_000}, False)


async def test_a_history_of_deleted_messages_only_takes_one_batch(world):
    ana = await world.page("ana")
    await delete_first(world, 3_000)
    batch = await sync(ana, 0)
    assert (batch["messages"], batch["floors"], batch["has_more"]) == ([], {"2": 3_000}, False)


async def test_messages_deleted_amid_others_are_passed_by_two_hundred_numbers(world):
    ana = await world.page("ana")
    await world.add(http("first"), *(http("gone") for _ in range(450)), http("last"))
    async with world.sessions() as session, session.begin():
        await session.execute(delete(Message).where(Message.body == "gone"))
    for _ in range(452):
        await ana.receive()
    cursor, batches = 1, []
    for _ in range(3):
        batch = await sync(ana, cursor)
        cursor = batch["floors"]["2"]
        batches.append((cursor, len(batch["messages"]), batch["has_more"]))
    assert batches == [(201, 0, True), (401, 0, True), (451, 1, False)]


async def test_messages_are_looked_up_by_key(world):
    await delete_first(world, 200_000)
    async with world.engine.begin() as connection:
        await connection.execute(text("ANALYZE"))
    plans = []

    def explain(connection, cursor, sql, parameters, context, many):
        if "JOIN wanted" in sql:
            prefix = (
                "EXPLAIN" if world.engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
            )
            cursor.execute(f"{prefix} {sql}", parameters)
            plans.append("\n".join(str(row[-1]) for row in cursor.fetchall()))

    event.listen(world.engine.sync_engine, "before_cursor_execute", explain)
    assert await world.storage.after("ana", [Cursor(2, 1_000, 1_200)], 200) == []
    [plan] = plans
    by_key = r"SEARCH inbox_socket_entry USING INDEX .*\(conversation=\? AND seq=\?\)"
    assert re.search(by_key + r"|Index Cond: .*conversation.* AND \(?seq = ", plan), plan
