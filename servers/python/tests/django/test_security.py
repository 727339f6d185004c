"""Who may connect, and when the server closes their sockets."""

import pytest
from django.contrib.auth.models import User

from inbox_socket.django.database import in_database
from tests.django.wire import HELLO, Socket
from tests.page import say


@pytest.mark.parametrize("session", [None, "", "made-up", "x" * 5000])
async def test_a_socket_without_a_session_is_closed(world, connect, session):
    socket = await connect(session=session)
    assert await socket.closed() == (4401, "log in first")


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "http://inbox.test:8000",
        "https://inbox.test",
        "http://inbox.test.evil.example",
        "http://evil-inbox.test",
        "http://inbox.test@evil.example",
        "http://inbox.test/",
        "file://inbox.test",
        "",
    ],
)
async def test_a_page_of_another_origin_may_not_connect(world, connect, origin):
    socket = await connect(world.ana, origin=origin)
    assert await socket.closed() == (4403, "this page may not connect")


@pytest.mark.parametrize(
    ("scheme", "host", "origin"),
    [
        ("ws", "inbox.test", "http://INBOX.test:80"),
        ("ws", "inbox.test:8000", "http://inbox.test:8000"),
        ("wss", "inbox.test", "https://inbox.test"),
    ],
)
async def test_a_page_of_the_same_origin_may_connect(world, connect, scheme, host, origin):
    socket = await connect(world.ana, scheme=scheme, host=host, origin=origin)
    assert (await socket.ask({}))["code"] == "bad_frame"


async def test_the_origin_of_an_unknown_host_may_not_connect(world, connect):
    socket = await connect(world.ana, host="evil.example", origin="http://evil.example")
    assert (await socket.closed())[0] == 4403


async def test_a_listed_origin_may_connect(world, connect, settings):
    settings.INBOX_SOCKET = settings.INBOX_SOCKET | {"ALLOWED_ORIGINS": ["https://app.example"]}
    socket = await connect(world.ana, origin="https://app.example")
    assert (await socket.ask({}))["code"] == "bad_frame"


async def test_an_unknown_path_is_closed_with_4404(world, connect):
    socket = await connect(world.ana, "/ws/")
    assert await socket.closed() == (4404, "unknown path")


@pytest.mark.parametrize("frame", [{"message": "let me in"}, {"action": "get_messages"}])
async def test_missing_and_other_users_conversations_return_the_same_error(world, connect, frame):
    ana = await connect(world.ana)
    errors = [await ana.ask(frame | {"conversation_id": key}) for key in (world.elsewhere.pk, 404)]
    for error in errors:
        del error["conversation_id"]
    assert errors[0] == errors[1]
    assert errors[0]["code"] == "not_found"


async def test_logging_out_closes_the_sockets_of_that_session_only(world, connect, browser_of):
    first, second = (
        await in_database(browser_of, world.ana),
        await in_database(browser_of, world.ana),
    )
    one = await connect(session=first.cookies["sessionid"].value)
    other = await connect(session=second.cookies["sessionid"].value)
    for socket in (one, other):
        await socket.nothing_more()
    assert (await in_database(first.post, "/api/logout/")).status_code == 204
    assert await one.closed() == (4401, "the session has ended")
    await other.nothing_more()


def deactivate(user: User) -> None:
    user.is_active = False
    user.save()


def change_password(user: User) -> None:
    user.set_password("another")
    user.save()


@pytest.mark.parametrize("change", [deactivate, change_password])
async def test_a_deactivation_and_a_new_password_close_the_users_sockets(world, connect, change):
    ana, ben = await connect(world.ana), await connect(world.ben)
    for socket in (ana, ben):
        await socket.nothing_more()
    await in_database(change, world.ana)
    assert (await ana.closed())[0] == 4401
    await ben.nothing_more()


async def test_the_periodic_check_detects_changes_without_an_event(world, connect, settings):
    settings.INBOX_SOCKET = settings.INBOX_SOCKET | {"RECHECK_SECONDS": 0.05}
    ana = await connect(world.ana)
    await ana.nothing_more()
    await User.objects.filter(pk=world.ana.pk).aupdate(is_active=False)
    assert await ana.closed() == (4401, "the session has ended")


async def test_a_rotated_secret_key_keeps_the_login_while_it_is_a_fallback(
    world, connect, settings
):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new one", [settings.SECRET_KEY]
    ana = await connect(world.ana)
    assert (await ana.ask({}))["code"] == "bad_frame"
    settings.SECRET_KEY_FALLBACKS = []
    again = await connect(world.ana)
    assert (await again.closed())[0] == 4401


async def user_in_the_query(scope) -> User | None:
    return await User.objects.filter(username=scope["query_string"].decode()).afirst()


async def test_an_application_may_authenticate_otherwise(world, settings):
    settings.INBOX_SOCKET = settings.INBOX_SOCKET | {"AUTHENTICATE": user_in_the_query}
    for query, is_ana in ((b"", False), (b"ana", True)):
        socket = Socket("/ws/inbox/", query=query)
        await socket.open()
        if is_ana:
            assert (await socket.ask(HELLO))["user_id"] == world.ana.pk
        else:
            assert await socket.closed() == (4401, "log in first")
        await socket.leave()


async def test_the_text_of_a_message_is_never_logged(world, agree, monkeypatch, caplog):
    from chat.inbox import ChatInbox

    def fail(self, user_id, ticket_id, text, type):
        raise ValueError(text)

    caplog.set_level(0)
    ana = await agree(world.ana)
    await ana.ask(say(world.ticket.pk, "the secret one", "c1"))
    await ana.receive()
    monkeypatch.setattr(ChatInbox, "create", fail)
    assert (await ana.ask(say(world.ticket.pk, "the secret two", "c2")))["code"] == "internal"
    inbox = [record for record in caplog.records if record.name.startswith("inbox_socket")]
    assert inbox
    assert not [record for record in inbox if "the secret" in record.getMessage()]


def test_sockets_are_checked_after_the_session_has_ended(world, browsers, monkeypatch):
    """Django announces a logout before it deletes the session."""
    from django.contrib.sessions.models import Session

    from inbox_socket.django import logins

    browser, found = browsers[world.ana.pk], []
    key = browser.cookies["sessionid"].value
    monkeypatch.setattr(
        logins, "tell", lambda event: found.append(Session.objects.filter(pk=key).exists())
    )
    browser.post("/api/logout/")
    assert found == [False]
