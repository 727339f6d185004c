"""The storage with SQLAlchemy on PostgreSQL: the same behaviour, and concurrent writers."""

import asyncio

import pytest
import pytest_asyncio
from programs import Postgres
from sqlalchemy import select

from inbox_socket.sqlalchemy.tables import heads
from tests.page import say
from tests.sqlalchemy.test_storage import *  # noqa: F403 - its tests, with the fixture below
from tests.sqlalchemy.test_storage import Participant, World, http


@pytest.fixture(params=["psycopg", "asyncpg"])
def url(request, folder):
    program = Postgres(folder).start()
    yield program.url().replace("postgres://", f"postgresql+{request.param}://")
    program.stop()


@pytest_asyncio.fixture
async def world(url):
    world = await World(url).open()
    yield world
    await world.close()


async def test_concurrent_writers_of_two_processes_leave_no_hole_and_double_nothing(world, url):
    """Two servers with engines of their own write as two processes do; each client_id is sent to
    both of them.
    """
    other = World(url)
    each = 60

    async def talk(server, user):
        page = await Page(server, user).hello()  # noqa: F405
        for number in range(each):
            await page.send(say(2, f"{user} {number}", f"c{number}"))

    async def post(sessions):
        for number in range(each):
            async with sessions() as session, session.begin():
                session.add(http(f"http {number}"))

    await asyncio.gather(
        *(talk(one.server, user) for one in (world, other) for user in ("ana", "ben")),
        post(world.sessions),
        post(other.sessions),
    )
    bodies = await world.bodies()
    assert len(bodies) == 4 * each
    assert len({body for body in bodies if not body.startswith("http")}) == 2 * each
    ana = await other.page("ana")
    synced = await ana.ask({"action": "sync", "after": {"2": 0}, "id": 1, "bytes": 262_144})
    assert [one["seq"] for one in synced["messages"]] == list(range(1, 201))
    assert synced["heads"] == {"2": 4 * each}
    await other.close()


async def test_a_conversation_that_the_application_has_locked_delays_no_other(world):
    await world.add(Participant(room_id=3, user="chi"), http("first"))
    ana, chi = await world.page("ana"), await world.page("chi")
    entered, append = asyncio.Event(), world.storage.append

    async def noted(drafts):
        entered.set()
        return await append(drafts)

    world.storage.append = noted
    async with world.sessions() as session, session.begin():
        await session.execute(select(heads).where(heads.c.conversation == "2").with_for_update())
        waiting = asyncio.create_task(ana.send(say(2, "second", "c1")))
        await entered.wait()
        for number in (1, 2):
            assert (await chi.ask(say(3, "a", f"c{number}")))["seq"] == number
            await chi.receive()
    await waiting
    assert (await ana.receive())["seq"] == 2
