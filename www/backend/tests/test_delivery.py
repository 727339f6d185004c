"""Sending with a promise: stored once, numbered without holes, acknowledged when it is true.

`tests/cluster` runs these against PostgreSQL and Redis as well, where locks matter.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from channels.layers import get_channel_layer
from django.db import IntegrityError, connections

from inbox import consumers, events, limits, services, sync
from inbox.events import group_of
from inbox.models import Conversation, Message, Participation
from inbox.protocol import SendMessage
from tests.test_limits import Clock
from tests.wire import HELLO


def say(conversation, text: str, client_id: str | None = None) -> dict:
    frame = {"conversation_id": conversation.pk, "message": text}
    return frame if client_id is None else frame | {"client_id": client_id}


def at_once(calls: int, function) -> list:
    """Call `function(0)`, `function(1)` … on eight threads, each with a connection of its own."""

    def call(number: int):
        try:
            return function(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(call, range(calls)))


# --- numbers ---


def test_messages_that_are_sent_at_once_are_numbered_without_holes_in_the_order_of_commit(world):
    def send(number: int) -> int:
        sender = (world.ana, world.ben)[number % 2]
        frame, _ = services.send_message(sender.pk, SendMessage(world.room.pk, "a", "TEXT"))
        return frame["seq"]

    assert sorted(at_once(100, send)) == list(range(1, 101))
    world.room.refresh_from_db()
    assert world.room.head == 100
    stored = Message.objects.order_by("pk").values_list("seq", flat=True)
    assert list(stored) == list(range(1, 101))


def test_a_message_that_fails_takes_no_number(world, monkeypatch):
    send = SendMessage(world.room.pk, "a", "TEXT")
    with monkeypatch.context() as patch:
        patch.setattr(Message.objects, "create", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            services.send_message(world.ana.pk, send)
    frame, _ = services.send_message(world.ana.pk, send)
    assert frame["seq"] == 1


def test_the_database_itself_takes_no_number_and_no_client_id_twice(world):
    message = {"conversation": world.room, "sender": world.ana, "type": "TEXT", "text": "a"}
    Message.objects.create(**message, seq=1, client_id="c1")
    Message.objects.create(**message, seq=2, client_id=None)
    Message.objects.create(**message, seq=3, client_id=None)
    for twice in ({"seq": 1, "client_id": "c2"}, {"seq": 4, "client_id": "c1"}):
        with pytest.raises(IntegrityError):
            Message.objects.create(**message | twice)


# --- acknowledgements ---


async def test_a_message_with_a_client_id_is_acknowledged_and_then_heard(world, agree):
    ana = await agree(world.ana)
    await ana.ask(say(world.room, "without"))
    ack = await ana.ask(say(world.room, "with", "c1"))
    heard = await ana.receive()
    assert ack == {
        "action": "ack",
        "client_id": "c1",
        "conversation_id": world.room.pk,
        "message_id": heard["message_id"],
        "seq": 2,
    }
    assert (heard["message"], heard["seq"]) == ("with", 2)


async def test_a_message_whose_broadcast_fails_is_acknowledged_all_the_same(
    world, agree, monkeypatch
):
    async def fail(group, event):
        raise ConnectionError

    ana, ben = await agree(world.ana), await agree(world.ben)
    with monkeypatch.context() as patch:
        patch.setattr(get_channel_layer(), "group_send", fail)
        assert (await ana.ask(say(world.room, "a", "c1")))["action"] == "ack"
        await ana.ask({"action": "ping", "id": 1})  # the broadcast has failed by now
    pong = await ben.ask({"action": "ping", "id": 1})
    assert pong["total"] == 1
    found = await ben.ask({"action": "sync", "after": {str(world.room.pk): 0}, "id": 2})
    assert [message["message"] for message in found["messages"]] == ["a"]


async def test_a_message_whose_sender_is_gone_before_the_ack_is_heard_all_the_same(
    world, agree, monkeypatch
):
    send = consumers.InboxConsumer.send

    async def hang_up_on_acks(consumer, text):
        if '"ack"' in text:
            raise OSError
        await send(consumer, text)

    ana, ben = await agree(world.ana), await agree(world.ben)
    monkeypatch.setattr(consumers.InboxConsumer, "send", hang_up_on_acks)
    await ana.send(say(world.room, "a", "c1"))
    assert (await ben.receive())["message"] == "a"
    assert (await ana.receive())["message"] == "a"


async def test_a_layer_that_hangs_holds_nobody_up_for_long(world, agree, monkeypatch):
    async def hang(group, event):
        await forever.wait()

    forever = asyncio.Event()
    ana = await agree(world.ana)
    monkeypatch.setattr(events, "TIMEOUT", 0.05)
    with monkeypatch.context() as patch:
        patch.setattr(get_channel_layer(), "group_send", hang)
        assert (await ana.ask(say(world.room, "a", "c1")))["action"] == "ack"
        assert (await ana.ask({"action": "ping", "id": 1}))["total"] == 1


# --- sending again ---


async def test_a_message_that_is_sent_again_is_stored_once_and_heard_once(world, agree):
    ana, ben = await agree(world.ana), await agree(world.ben)
    first = await ana.ask(say(world.room, "a", "c1"))
    await ana.receive()
    assert await ana.ask(say(world.room, "a", "c1")) == first
    again_elsewhere = await agree(world.ana)
    assert await again_elsewhere.ask(say(world.room, "a", "c1")) == first
    await ana.ask(say(world.room, "b", "c2"))
    assert [(await ben.receive())["message"] for _ in range(2)] == ["a", "b"]
    assert await Message.objects.acount() == 2


async def test_a_client_id_that_is_used_again_for_something_else_names_what_is_stored(world, agree):
    second = await Conversation.objects.acreate(title="Second")
    await second.participants.aadd(world.ana)
    ana = await agree(world.ana)
    first = await ana.ask(say(world.room, "a", "c1"))
    await ana.receive()
    for other in (
        say(world.room, "b", "c1"),
        say(second, "a", "c1"),
        say(world.elsewhere, "a", "c1"),
    ):
        assert await ana.ask(other) == first
    assert await Message.objects.acount() == 1


async def test_somebody_elses_client_id_is_another(world, agree):
    ana, ben = await agree(world.ana), await agree(world.ben)
    assert (await ana.ask(say(world.room, "a", "c1")))["seq"] == 1
    await ben.receive()
    assert (await ben.ask(say(world.room, "b", "c1")))["seq"] == 2


async def test_whoever_has_left_still_learns_what_was_stored(world, agree):
    ana = await agree(world.ana)
    first = await ana.ask(say(world.room, "a", "c1"))
    await ana.receive()
    await world.room.participants.aremove(world.ana)
    assert await ana.ask(say(world.room, "a", "c1")) == first
    assert (await ana.ask(say(world.room, "b", "c2")))["code"] == "not_found"


def test_one_message_that_comes_eight_times_at_once_is_one_row(world):
    request = SendMessage(world.room.pk, "a", "TEXT", client_id="c1")
    answers = at_once(8, lambda _: services.send_message(world.ana.pk, request))
    assert Message.objects.count() == 1
    assert len({frame["message_id"] for frame, _ in answers}) == 1
    assert sum(people != [] for _, people in answers) == 1


def test_one_client_id_for_eight_conversations_at_once_is_one_row(world):
    rooms = [world.ana.conversations.create(title=f"{number}") for number in range(8)]

    def send(number: int):
        request = SendMessage(rooms[number].pk, "a", "TEXT", client_id="c1")
        return services.send_message(world.ana.pk, request)

    answers = at_once(8, send)
    assert Message.objects.count() == 1
    assert len({frame["message_id"] for frame, _ in answers}) == 1
    assert sum(Conversation.objects.values_list("head", flat=True)) == 1


def test_one_that_slips_past_the_look_is_stopped_by_the_constraint(world, monkeypatch):
    look, looks = services._stored, []

    def look_too_early(*arguments):
        looks.append(arguments)
        return look(*arguments) if len(looks) > 1 else None

    request = SendMessage(world.room.pk, "a", "TEXT", client_id="c1")
    first, _ = services.send_message(world.ana.pk, request)
    monkeypatch.setattr(services, "_stored", look_too_early)
    assert services.send_message(world.ana.pk, request) == (first, [])
    world.room.refresh_from_db()
    assert world.room.head == 1


# --- connecting ---


async def test_what_is_committed_after_the_heads_were_read_comes_as_a_message(
    world, agree, connect, channel_of, monkeypatch
):
    ana, ben = await agree(world.ana), await connect(world.ben)
    read, loop = sync.heads_of, asyncio.get_running_loop()

    def read_and_then_ana_speaks(user_id: int) -> dict:
        heads = read(user_id)
        speak = ana.ask(say(world.room, "a", "c1"))
        asyncio.run_coroutine_threadsafe(speak, loop).result()
        return heads

    monkeypatch.setattr(sync, "heads_of", read_and_then_ana_speaks)
    # Layers forget members now and then, so that having joined while connecting is not enough.
    await get_channel_layer().group_discard(group_of(world.ben.pk), channel_of(world.ben))
    welcome = await ben.ask(HELLO)
    assert welcome["heads"] == {str(world.room.pk): 0}
    assert (await ben.receive())["seq"] == 1


async def test_a_welcome_names_the_heads_of_ones_own_conversations_and_of_no_other(world, agree):
    ana, chi = await agree(world.ana), await agree(world.chi)
    await chi.ask(say(world.elsewhere, "a"))
    await ana.ask(say(world.room, "a"))
    welcome = await ana.ask(HELLO)
    assert welcome == {
        "action": "welcome",
        "protocol": 1,
        "user_id": world.ana.pk,
        "heartbeat": 25_000,
        "heads": {str(world.room.pk): 1},
    }


async def test_a_later_version_is_answered_with_the_one_that_is_known(world, connect):
    ana = await connect(world.ana)
    assert (await ana.ask(HELLO | {"protocol": 7}))["protocol"] == 1
    assert (await ana.ask(say(world.room, "a", "c1")))["action"] == "ack"


async def test_a_hello_is_welcomed_however_busy_the_user_was(world, connect, settings):
    settings.FRAMES_PER_SECOND, settings.FRAMES_BURST = 0.001, 1
    ana = await connect(world.ana)
    await ana.ask("a malformed frame counts")
    assert (await ana.ask(HELLO))["action"] == "welcome"
    assert (await ana.ask(HELLO))["code"] == "rate_limited"


async def test_a_server_that_cannot_welcome_is_not_taken_for_one_of_layer_0(
    world, connect, monkeypatch
):
    ana = await connect(world.ana)
    monkeypatch.setattr(sync, "heads_of", lambda user_id: 1 / 0)
    await ana.send(HELLO)
    assert await ana.closed() == (1013, "no welcome now")


@pytest.mark.parametrize("operation", ["group_send", "new_channel", "group_add"])
@pytest.mark.parametrize("path", ["/ws/inbox/", "/ws/chat/{}/"])
async def test_a_socket_that_would_hear_nothing_is_accepted_and_closed_for_now(
    world, connect, monkeypatch, caplog, path, operation
):
    async def fail(*arguments):
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(get_channel_layer(), operation, fail)
        ana = await connect(world.ana, path.format(world.room.pk))
        assert await ana.closed() == (1013, "no channel layer now")
        await ana.leave()
    (line,) = caplog.records
    assert (line.levelname, line.exc_info) == ("WARNING", None)
    assert line.getMessage() == f"user {world.ana.pk} not joined: ConnectionError"


async def test_a_socket_that_joined_half_way_leaves_nothing_behind(world, connect, monkeypatch):
    layer = get_channel_layer()
    join = layer.group_add

    async def join_and_fail(group, channel):
        await join(group, channel)
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(layer, "group_add", join_and_fail)
        ana = await connect(world.ana)
        assert await ana.closed() == (1013, "no channel layer now")
        await ana.leave()
    assert not layer.groups


async def test_a_layer_that_hangs_keeps_no_page_from_an_answer(world, connect, monkeypatch):
    async def hang():
        await asyncio.Event().wait()

    monkeypatch.setattr(consumers, "TIMEOUT", 0.05)
    with monkeypatch.context() as patch:
        patch.setattr(get_channel_layer(), "new_channel", hang)
        ana = await connect(world.ana)
        assert await ana.closed() == (1013, "no channel layer now")


async def test_a_socket_may_go_while_the_layer_is_away(world, connect, monkeypatch, caplog):
    discard = get_channel_layer().group_discard

    async def discard_and_fail(group, channel):
        await discard(group, channel)
        raise ConnectionError

    ana = await connect(world.ana)
    with monkeypatch.context() as patch:
        patch.setattr(get_channel_layer(), "group_discard", discard_and_fail)
        await ana.leave()  # which raises whatever the server has raised
    (line,) = caplog.records
    assert (line.levelname, line.exc_info) == ("WARNING", None)


# --- layer 0 ---


async def test_a_page_that_never_says_hello_sees_nothing_of_layer_1(world, connect, agree):
    old, new = await connect(world.ana), await agree(world.ben)
    await new.ask(say(world.room, "from the new page", "c1"))
    heard = await old.receive()
    assert heard["message"] == "from the new page"
    # What such a page calls a message is nobody's business, however often it does.
    for _ in range(2):
        answer = await old.ask(say(world.room, "from the old page") | {"client_id": 1})
        assert answer["message"] == "from the old page"
        assert "action" not in answer
    assert await Message.objects.acount() == 3
    for frame in ({"action": "sync", "after": {}, "id": 1}, {"action": "ping", "id": 1}):
        assert (await old.ask(frame))["code"] == "unknown_action"


async def test_the_socket_of_one_conversation_stays_on_layer_0(world, connect):
    ana = await connect(world.ana, f"/ws/chat/{world.room.pk}/")
    assert (await ana.ask(HELLO))["code"] == "unknown_action"
    answer = await ana.ask({"message": "a", "client_id": "c1"})
    assert (answer["message"], answer["seq"]) == ("a", 1)


# --- membership ---


async def test_a_removed_member_learns_nothing_more(world, agree):
    ana, ben = await agree(world.ana), await agree(world.ben)
    await ana.ask(say(world.room, "before", "c1"))
    await ben.receive()
    await world.room.participants.aremove(world.ben)
    await ana.receive()
    await ana.ask(say(world.room, "after", "c2"))

    assert (await ben.ask({"action": "ping", "id": 1}))["total"] == 0
    answer = await ben.ask({"action": "sync", "after": {str(world.room.pk): 0}, "id": 2})
    assert (answer["messages"], answer["heads"], answer["complete"]) == ([], {}, True)
    assert (await ben.ask(HELLO))["heads"] == {}


@pytest.mark.parametrize("by", ["the conversation", "the user"])
async def test_a_new_member_begins_at_the_head_and_hears_at_once(world, agree, by):
    room = str(world.room.pk)
    ana, chi = await agree(world.ana), await agree(world.chi)
    await ana.ask(say(world.room, "before", "c1"))
    if by == "the user":
        await world.chi.conversations.aadd(world.room)
    else:
        await world.room.participants.aadd(world.chi)
    assert (await chi.ask({"action": "ping", "id": 1}))["total"] == 1

    await ana.receive()
    await ana.ask(say(world.room, "after", "c2"))
    assert (await chi.receive())["seq"] == 2
    answer = await chi.ask({"action": "sync", "after": {room: 0}, "id": 2})
    assert [message["message"] for message in answer["messages"]] == ["after"]
    assert (answer["floors"], answer["complete"]) == ({room: 1}, False)
    history = await chi.ask({"action": "get_messages", "conversation_id": world.room.pk})
    assert [message["message"] for message in history["messages"]] == ["before", "after"]


def test_whoever_joins_while_others_talk_is_told_all_that_comes_after(world):
    told = {}

    def send_or_add(number: int) -> None:
        if number == 20:
            world.room.participants.add(world.chi)
            return
        request = SendMessage(world.room.pk, "a", "TEXT")
        frame, people = services.send_message(world.ana.pk, request)
        told[frame["seq"]] = world.chi.pk in people

    at_once(60, send_or_add)
    joined = Participation.objects.get(conversation=world.room, user=world.chi).joined_seq
    assert [seq for seq in sorted(told) if told[seq]] == list(range(joined + 1, 60))


# --- order under the rate limit ---


@pytest.fixture
def clock(settings, monkeypatch) -> Clock:
    """Three frames at once, then ten a second, by the test's own clock."""
    settings.FRAMES_PER_SECOND, settings.FRAMES_BURST = 10, 3
    clock = Clock()
    monkeypatch.setattr(limits, "frames", limits.RateLimit(clock))
    monkeypatch.setattr(limits, "Turns", partial(limits.Turns, clock))
    return clock


async def use_up(socket) -> None:
    while (await socket.ask({"action": "ping", "id": 1}))["action"] == "pong":
        pass


async def test_what_was_under_way_behind_a_refused_message_does_not_overtake_it(
    world, agree, clock
):
    ana = await agree(world.ana)
    await use_up(ana)
    refused = await ana.ask(say(world.room, "first", "c1"))
    assert (refused["code"], refused["ref"], refused["retry_after"]) == ("rate_limited", "c1", 100)
    clock.advance(5000)
    assert (await ana.ask(say(world.room, "second", "c2")))["code"] == "rate_limited"
    for text, client_id in (("first", "c1"), ("second", "c2")):
        assert (await ana.ask(say(world.room, text, client_id)))["action"] == "ack"
        assert (await ana.receive())["message"] == text


async def test_until_then_no_message_of_that_user_passes_on_another_socket_either(
    world, agree, clock, settings
):
    settings.FRAMES_BURST = 30  # a tenth of it has to come back, which is more than one frame
    ana, other_tab = await agree(world.ana), await agree(world.ana)
    await use_up(ana)
    refused = await ana.ask(say(world.room, "a", "c1"))
    assert refused["retry_after"] == 300
    clock.advance(299)
    assert (await other_tab.ask(say(world.room, "b", "c2")))["retry_after"] == 1
    assert (await other_tab.ask({"action": "ping", "id": 2}))["action"] == "pong"
    clock.advance(1)
    assert (await ana.ask(say(world.room, "a", "c1")))["action"] == "ack"


async def test_a_failure_inside_is_not_overtaken_either(world, agree, clock, monkeypatch):
    ana = await agree(world.ana)
    clock.advance(10_000)
    with monkeypatch.context() as patch:
        patch.setattr(services, "send_message", lambda *_: 1 / 0)
        failed = await ana.ask(say(world.room, "first", "c1"))
    assert (failed["code"], failed["ref"], failed["retry_after"]) == ("internal", "c1", 1000)
    assert (await ana.ask(say(world.room, "second", "c2")))["code"] == "rate_limited"
    assert (await ana.ask(say(world.room, "first", "c1")))["seq"] == 1


async def test_a_message_that_is_refused_for_good_holds_up_none(world, agree):
    ana = await agree(world.ana)
    assert (await ana.ask(say(world.elsewhere, "a", "c1")))["code"] == "not_found"
    assert (await ana.ask(say(world.room, "b", "c2")))["action"] == "ack"
