"""Who may connect, what users may do, and when the server closes their sockets."""

import json
import logging

import pytest
from channels.layers import get_channel_layer
from django.contrib.sessions.models import Session
from django.test import Client
from inbox_socket.limits import SocketCap

from inbox import limits, services
from inbox.consumers import with_reminders
from inbox.database import in_database
from inbox.events import group_of, send_event
from inbox.models import Message, User

# An event that a socket forwards as `{}`. Events arrive in order, so a socket that has forwarded it
# has processed all earlier events.
MARK = {"type": "inbox.message", "conversation_id": 0, "text": "{}"}


async def post(path: str, session: str, body: dict | None = None):
    """Sends a POST with this session's cookie."""
    browser = Client()
    browser.cookies["sessionid"] = session
    return await in_database(lambda: browser.post(path, body or {}, "application/json"))


# --- connecting ---


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
        ("ws", "inbox.test", "http://inbox.test"),
        ("ws", "inbox.test", "http://INBOX.test:80"),
        ("ws", "inbox.test:8000", "http://inbox.test:8000"),
        ("wss", "inbox.test", "https://inbox.test"),
        ("wss", "inbox.test:443", "https://inbox.test"),
    ],
)
async def test_a_page_of_the_same_origin_may_connect(world, connect, scheme, host, origin):
    socket = await connect(world.ana, scheme=scheme, host=host, origin=origin)
    assert (await socket.ask({}))["code"] == "bad_frame"


async def test_an_origin_with_the_same_port_but_another_scheme_may_not_connect(world, connect):
    socket = await connect(world.ana, host="inbox.test:8443", origin="https://inbox.test:8443")
    assert (await socket.closed())[0] == 4403


async def test_a_listed_origin_may_connect(world, connect, settings):
    settings.ALLOWED_ORIGINS = ["https://app.example:8443"]
    socket = await connect(world.ana, origin="https://app.example:8443")
    assert (await socket.ask({}))["code"] == "bad_frame"
    other_port = await connect(world.ana, origin="https://app.example")
    assert (await other_port.closed())[0] == 4403


@pytest.mark.parametrize("host", ["evil.example", None])
async def test_the_origin_of_an_unknown_host_may_not_connect(world, connect, host):
    socket = await connect(world.ana, host=host, origin="http://evil.example")
    assert (await socket.closed())[0] == 4403


@pytest.mark.parametrize(
    "path", ["/", "/ws/", "/ws/inbox", "/ws/inbox/x", "/ws/chat/a/", f"/ws/chat/{'9' * 5000}/"]
)
async def test_an_unknown_path_is_closed_with_4404(world, connect, path):
    socket = await connect(world.ana, path)
    assert await socket.closed() == (4404, "unknown path")


async def test_the_number_of_sockets_of_a_user_is_limited(world, connect, monkeypatch):
    monkeypatch.setattr(limits, "sockets", SocketCap(2))
    first, _ = await connect(world.ana), await connect(world.ana)
    third = await connect(world.ana)
    assert await third.closed() == (1013, "too many connections")

    someone_else = await connect(world.ben)
    assert (await someone_else.ask({}))["code"] == "bad_frame"
    await first.leave()
    again = await connect(world.ana)
    assert (await again.ask({}))["code"] == "bad_frame"


# --- permissions ---


@pytest.mark.parametrize("request_", [{"message": "let me in"}, {"action": "get_messages"}])
async def test_missing_and_other_users_conversations_return_the_same_error(
    world, connect, request_
):
    ana = await connect(world.ana)
    outsider = await ana.ask(request_ | {"conversation_id": world.elsewhere.pk})
    missing = await ana.ask(request_ | {"conversation_id": 404})
    assert outsider["code"] == "not_found"
    assert outsider | {"conversation_id": 404} == missing
    assert await Message.objects.acount() == 0


async def test_a_removed_participant_can_neither_receive_nor_send_nor_read(world, connect):
    ana, ben = await connect(world.ana), await connect(world.ben)
    await world.room.participants.aremove(world.ben)
    await world.elsewhere.participants.aadd(world.ben, world.ana)

    await ana.ask({"conversation_id": world.room.pk, "message": "without Ben"})
    await ana.ask({"conversation_id": world.elsewhere.pk, "message": "with Ben"})
    assert (await ben.receive())["message"] == "with Ben"

    for request in ({"message": "still here"}, {"action": "get_messages"}):
        error = await ben.ask(request | {"conversation_id": world.room.pk})
        assert error["code"] == "not_found"


async def test_a_new_participant_receives_messages_at_once(world, connect):
    ana, chi = await connect(world.ana), await connect(world.chi)
    await world.room.participants.aadd(world.chi)
    await ana.send({"conversation_id": world.room.pk, "message": "welcome"})
    assert (await chi.receive())["message"] == "welcome"


MALFORMED = {
    "empty": "",
    "not JSON": "Hello",
    "NaN": '{"conversation_id":NaN,"message":"a"}',
    "infinity": '{"conversation_id":ROOM,"message":"a","extra":-Infinity}',
    "deep nesting": "[" * 60_000,
    "deep nesting of objects": '{"a":' * 10_000,
    "5,000 digits": '{"conversation_id":' + "9" * 5000 + ',"message":"a"}',
    "an array": '[{"conversation_id":ROOM,"message":"a"}]',
    "a string": '"Hello"',
    "no id": '{"message":"a"}',
    "true as an id": '{"conversation_id":true,"message":"a"}',
    "a string as an id": '{"conversation_id":"ROOM","message":"a"}',
    "a float as an id": '{"conversation_id":ROOM.0,"message":"a"}',
    "10^20 as an id": '{"conversation_id":100000000000000000000,"message":"a"}',
    "a negative id": '{"conversation_id":-1,"message":"a"}',
    "no message": '{"conversation_id":ROOM}',
    "an empty message": '{"conversation_id":ROOM,"message":" "}',
    "a number as a message": '{"conversation_id":ROOM,"message":7}',
    "NUL": '{"conversation_id":ROOM,"message":"a\\u0000b"}',
    "a lone surrogate": '{"conversation_id":ROOM,"message":"\\ud800"}',
    "a lone surrogate as a reference": '{"id":"\\ud800","conversation_id":ROOM}',
    "a wrong type": '{"conversation_id":ROOM,"message":"a","type":"text; drop"}',
    "an unknown action": '{"action":"goodbye"}',
    "an action that is not a string": '{"action":["get_messages"],"conversation_id":ROOM}',
    "a wrong page": '{"action":"get_messages","conversation_id":ROOM,"before":true}',
    "a message too long": '{"conversation_id":ROOM,"message":"' + "a" * 4001 + '"}',
    "a frame too large": '{"conversation_id":ROOM,"message":"a","extra":"' + "é" * 33_000 + '"}',
    "a binary frame": b'{"conversation_id":ROOM,"message":"a"}',
    "an empty binary frame": b"",
}
CODES = {"bad_json", "bad_frame", "unknown_action", "too_large"}


@pytest.mark.parametrize("frame", MALFORMED.values(), ids=MALFORMED.keys())
async def test_a_malformed_frame_returns_an_error_and_keeps_the_socket_open(world, connect, frame):
    ana = await connect(world.ana)
    room = str(world.room.pk)
    frame = (
        frame.replace(b"ROOM", room.encode())
        if isinstance(frame, bytes)
        else frame.replace("ROOM", room)
    )
    error = await ana.ask(frame)
    assert error["action"] == "error"
    assert error["code"] in CODES
    assert await Message.objects.acount() == 0
    assert (await ana.ask({"conversation_id": world.room.pk, "message": "fine"}))[
        "message"
    ] == "fine"


async def test_the_rate_limit_covers_all_sockets_of_a_user(world, connect, rate_limit):
    rate_limit(0.001, 3)
    first, second = await connect(world.ana), await connect(world.ana)
    ask = {"action": "get_messages", "conversation_id": world.room.pk, "id": "r1"}
    await first.ask(ask)
    await second.ask(ask)
    assert (await first.ask("a malformed frame counts too"))["code"] == "bad_json"

    for socket in (first, second):
        error = await socket.ask(ask)
        assert (error["code"], error["ref"]) == ("rate_limited", "r1")
        assert error["retry_after"] == 60_000  # milliseconds
    message = {"conversation_id": world.room.pk, "message": "too much"}
    assert (await first.ask(message))["code"] == "rate_limited"
    assert await Message.objects.acount() == 0

    someone_else = await connect(world.ben)
    assert (await someone_else.ask(ask))["action"] == "messages_response"


async def test_the_text_of_a_message_is_never_logged(world, connect, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    ana = await connect(world.ana)
    text = "".join(["the", "secret"])  # in two parts, because a traceback shows this line
    message = {"conversation_id": world.room.pk, "message": text}

    def quote(*args):
        raise ValueError(f"a database quotes the row that it rejects: {text}")

    await ana.ask(message)
    await ana.ask(message | {"type": "wrong"})
    await ana.ask(json.dumps(message)[:-1])
    monkeypatch.setattr(services, "send_message", quote)
    assert (await ana.ask(message))["code"] == "internal"
    assert "ValueError" in caplog.text
    assert text not in caplog.text


# --- ended sessions ---


async def test_logging_out_closes_the_sockets_of_that_session_only(
    world, connect, sessions, session_of
):
    ana, ben = await connect(world.ana), await connect(world.ben)
    phone = await connect(session=await in_database(session_of, world.ana))
    chat = await connect(world.ana, f"/ws/chat/{world.room.pk}/")

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
    login = {"username": "ben", "password": "secret"}
    assert (await post("/api/login", sessions[world.ana.pk], login)).status_code == 200
    assert await ana.closed() == (4401, "the session has ended")
    assert (await phone.ask({}))["code"] == "bad_frame"


async def test_logging_in_again_as_the_same_user_closes_no_socket(world, connect, sessions):
    ana = await connect(world.ana)
    login = {"username": "ana", "password": "secret"}
    assert (await post("/api/login", sessions[world.ana.pk], login)).status_code == 200
    await send_event([world.ana.pk], MARK)
    assert await ana.receive() == {}


async def test_deactivating_a_user_closes_the_users_sockets(world, connect):
    ana = await connect(world.ana)
    world.ana.is_active = False
    await world.ana.asave()
    assert await ana.closed() == (4401, "the session has ended")
    assert (await (await connect(world.ana)).closed())[0] == 4401


async def test_changing_the_password_closes_every_socket_of_the_user(world, connect):
    ana = await connect(world.ana)
    world.ana.set_password("another")
    await world.ana.asave()
    assert await ana.closed() == (4401, "the session has ended")


async def test_the_periodic_recheck_detects_changes_without_an_event(world, connect, settings):
    settings.SESSION_RECHECK_SECONDS = 0.05
    ana = await connect(world.ana)
    await User.objects.filter(pk=world.ana.pk).aupdate(is_active=False)
    assert await ana.closed() == (4401, "the session has ended")


async def test_a_busy_client_cannot_delay_the_recheck():
    async def always_something() -> dict:
        return {"type": "websocket.receive"}

    receive = with_reminders(always_something, seconds=0.01, event_type="session.check")
    # `always_something` never yields to the event loop, so a timeout alone would never fire.
    for _ in range(100_000):
        if (await receive())["type"] == "session.check":
            return
    pytest.fail("no reminder in 100,000 events")


async def test_a_failed_recheck_keeps_the_socket_open(world, connect, monkeypatch, caplog):
    ana = await connect(world.ana)
    with monkeypatch.context() as patch:
        patch.setattr("inbox.consumers.session_user", lambda key: 1 / 0)
        await in_database(world.ana.save)
        await send_event([world.ana.pk], MARK)
        assert await ana.receive() == {}
    assert "ZeroDivisionError" in caplog.text


async def test_nothing_is_sent_after_the_close(world, connect, channel_of):
    ana = await connect(world.ana)
    await User.objects.filter(pk=world.ana.pk).aupdate(is_active=False)
    for event in ({"type": "session.check"}, MARK, {"type": "session.check"}):
        await get_channel_layer().send(channel_of(world.ana), event)
    assert (await ana.closed())[0] == 4401
    await ana.leave()


async def test_a_recheck_rejoins_a_socket_that_the_channel_layer_dropped(
    world, connect, channel_of
):
    layer = get_channel_layer()
    ana = await connect(world.ana)
    await layer.group_discard(group_of(world.ana.pk), channel_of(world.ana))
    await layer.send(channel_of(world.ana), {"type": "session.check"})
    await layer.send(channel_of(world.ana), MARK)
    assert await ana.receive() == {}
    await send_event([world.ana.pk], MARK)
    assert await ana.receive() == {}


async def test_a_disconnected_socket_leaves_its_group(world, connect):
    ana = await connect(world.ana)
    assert get_channel_layer().groups
    await ana.leave()
    assert not get_channel_layer().groups


async def test_a_login_survives_a_rotation_of_the_secret_key(world, connect, settings):
    before = [row async for row in Session.objects.order_by("pk").values()]
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the next key"
    ana = await connect(world.ana)
    assert (await ana.ask({}))["code"] == "bad_frame"
    # A socket can't set a new cookie, so it must not replace the session.
    assert [row async for row in Session.objects.order_by("pk").values()] == before

    settings.SECRET_KEY_FALLBACKS = []
    too_late = await connect(world.ana)
    assert (await too_late.closed())[0] == 4401


async def test_a_demo_account_can_connect_only_with_debug(world, connect, settings):
    await User.objects.filter(pk=world.ana.pk).aupdate(is_demo=True)
    ana = await connect(world.ana)
    assert (await ana.closed())[0] == 4401
    settings.DEBUG = True
    ana = await connect(world.ana)
    assert (await ana.ask({}))["code"] == "bad_frame"
