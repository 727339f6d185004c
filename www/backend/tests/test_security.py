"""Who may connect, and when the server closes sockets."""

import pytest
from django.test import Client
from inbox_socket.django.database import in_database

from inbox.models import User


async def post(path: str, session: str, body: dict | None = None):
    """Sends a POST with this session's cookie."""
    browser = Client()
    browser.cookies["sessionid"] = session
    return await in_database(lambda: browser.post(path, body or {}, "application/json"))


@pytest.mark.parametrize(
    "path", ["/", "/ws/", "/ws/inbox", "/ws/inbox/x", "/ws/chat/a/", f"/ws/chat/{'9' * 5000}/"]
)
async def test_an_unknown_path_is_closed_with_4404(world, connect, path):
    socket = await connect(world.ana, path)
    assert await socket.closed() == (4404, "unknown path")


async def test_logging_out_closes_the_sockets_of_that_session_only(
    world, connect, sessions, session_of
):
    ana, ben = await connect(world.ana), await connect(world.ben)
    phone = await connect(session=await in_database(session_of, world.ana))
    chat = await connect(world.ana, f"/ws/chat/{world.room.pk}/")
    for socket in (ana, ben, phone, chat):
        await socket.ask({})  # replies once the server has authenticated the socket

    assert (await post("/api/logout", sessions[world.ana.pk])).status_code == 204
    assert await ana.closed() == (4401, "the session has ended")
    assert await chat.closed() == (4401, "the session has ended")

    await ben.send({"conversation_id": world.room.pk, "message": "who is left?"})
    assert (await phone.receive())["message"] == "who is left?"


async def test_logging_in_as_another_user_closes_the_sockets_of_the_previous_session(
    world, connect, sessions, session_of
):
    ana = await connect(world.ana)
    phone = await connect(session=await in_database(session_of, world.ana))
    await ana.ask({})
    login = {"username": "ben", "password": "secret"}
    assert (await post("/api/login", sessions[world.ana.pk], login)).status_code == 200
    assert await ana.closed() == (4401, "the session has ended")
    assert (await phone.ask({}))["code"] == "bad_frame"


async def test_logging_in_again_as_the_same_user_closes_no_socket(world, agree, sessions):
    ana = await agree(world.ana)
    login = {"username": "ana", "password": "secret"}
    assert (await post("/api/login", sessions[world.ana.pk], login)).status_code == 200
    assert (await ana.ask({}))["code"] == "bad_frame"


async def test_deactivating_a_user_closes_the_users_sockets(world, connect, agree):
    ana = await agree(world.ana)
    world.ana.is_active = False
    await world.ana.asave()
    assert await ana.closed() == (4401, "the session has ended")
    assert (await (await connect(world.ana)).closed())[0] == 4401


async def test_changing_the_password_closes_every_socket_of_the_user(world, agree):
    ana = await agree(world.ana)
    world.ana.set_password("another")
    await world.ana.asave()
    assert await ana.closed() == (4401, "the session has ended")


async def test_a_demo_account_can_connect_only_with_debug(world, connect, settings):
    await User.objects.filter(pk=world.ana.pk).aupdate(is_demo=True)
    ana = await connect(world.ana)
    assert (await ana.closed())[0] == 4401
    settings.DEBUG = True
    ana = await connect(world.ana)
    assert (await ana.ask({}))["code"] == "bad_frame"
