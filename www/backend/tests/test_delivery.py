"""Acknowledged sending: each message is stored once and numbered consecutively.

`tests/cluster` also runs these tests with PostgreSQL and Redis, where locks matter.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from channels.layers import get_channel_layer
from django.db import IntegrityError, connections
from inbox_socket.protocol import SendMessage

from inbox import consumers, events, limits, services, sync
from inbox.events import group_of
from inbox.models import Conversation, Message, Participation
from tests.wire import HELLO


def say(conversation, text: str, client_id: str | None = None) -> dict:
    frame = {"conversation_id": conversation.pk, "message": text}
    return frame if client_id is None else frame | {"client_id": client_id}


def at_once(calls: int, function) -> list:
    """Calls `function(0)`, `function(1)` … on eight threads with separate database connections."""

    def call(number: int):
        try:
            return function(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(call, range(calls)))


# --- numbers ---


def test_simultaneous_messages_are_numbered_consecutively_in_commit_order(world):
    def send(number: int) -> int:
        sender = (world.ana, world.ben)[number % 2]
        frame, _ = services.send_message(sender.pk, SendMessage(world.room.pk, "a", "TEXT"))
        return frame["seq"]

    assert sorted(at_once(100, send)) == list(range(1, 101))
    world.room.refresh_from_db()
    assert world.room.head == 100
    stored = Message.objects.order_by("pk").values_list("seq", flat=True)
    assert list(stored) == list(range(1, 101))


def test_a_failed_message_uses_no_number(world, monkeypatch):
    send = SendMessage(world.room.pk, "a", "TEXT")
    with monkeypatch.context() as patch:
        patch.setattr(Message.objects, "create", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            services.send_message(world.ana.pk, send)
    frame, _ = services.send_message(world.ana.pk, send)
    assert frame["seq"] == 1


def test_the_database_rejects_a_repeated_number_or_client_id(world):
    message = {"conversation": world.room, "sender": world.ana, "type": "TEXT", "text": "a"}
    Message.objects.create(**message, seq=1, client_id="c1")
    Message.objects.create(**message, seq=2, client_id=None)
    Message.objects.create(**message, seq=3, client_id=None)
    for twice in ({"seq": 1, "client_id": "c2"}, {"seq": 4, "client_id": "c1"}):
        with pytest.raises(IntegrityError):
            Message.objects.create(**message | twice)


# --- acknowledgements ---


async def test_the_sender_receives_the_ack_and_then_the_message(world, agree):
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


async def test_a_message_is_acknowledged_even_if_its_broadcast_fails(world, agree, monkeypatch):
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


async def test_a_message_is_broadcast_even_if_the_sender_disconnects_before_the_ack(
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


async def test_a_hanging_channel_layer_does_not_block_the_sender(world, agree, monkeypatch):
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


async def test_a_message_sent_again_is_stored_once_and_received_once(world, agree):
    ana, ben = await agree(world.ana), await agree(world.ben)
    first = await ana.ask(say(world.room, "a", "c1"))
    await ana.receive()
    assert await ana.ask(say(world.room, "a", "c1")) == first
    again_elsewhere = await agree(world.ana)
    assert await again_elsewhere.ask(say(world.room, "a", "c1")) == first
    await ana.ask(say(world.room, "b", "c2"))
    assert [(await ben.receive())["message"] for _ in range(2)] == ["a", "b"]
    assert await Message.objects.acount() == 2


async def test_a_client_id_reused_for_another_message_returns_the_stored_one(world, agree):
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


async def test_two_users_may_use_the_same_client_id(world, agree):
    ana, ben = await agree(world.ana), await agree(world.ben)
    assert (await ana.ask(say(world.room, "a", "c1")))["seq"] == 1
    await ben.receive()
    assert (await ben.ask(say(world.room, "b", "c1")))["seq"] == 2


async def test_a_sender_who_has_left_still_receives_the_ack_of_a_stored_message(world, agree):
    ana = await agree(world.ana)
    first = await ana.ask(say(world.room, "a", "c1"))
    await ana.receive()
    await world.room.participants.aremove(world.ana)
    assert await ana.ask(say(world.room, "a", "c1")) == first
    assert (await ana.ask(say(world.room, "b", "c2")))["code"] == "not_found"


def test_a_message_that_arrives_eight_times_at_once_is_stored_once(world):
    request = SendMessage(world.room.pk, "a", "TEXT", client_id="c1")
    answers = at_once(8, lambda _: services.send_message(world.ana.pk, request))
    assert Message.objects.count() == 1
    assert len({frame["message_id"] for frame, _ in answers}) == 1
    assert sum(people != [] for _, people in answers) == 1


def test_a_client_id_sent_to_eight_conversations_at_once_is_stored_once(world):
    rooms = [world.ana.conversations.create(title=f"{number}") for number in range(8)]

    def send(number: int):
        request = SendMessage(rooms[number].pk, "a", "TEXT", client_id="c1")
        return services.send_message(world.ana.pk, request)

    answers = at_once(8, send)
    assert Message.objects.count() == 1
    assert len({frame["message_id"] for frame, _ in answers}) == 1
    assert sum(Conversation.objects.values_list("head", flat=True)) == 1


def test_the_constraint_stops_a_duplicate_that_the_lookup_missed(world, monkeypatch):
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


async def test_a_message_committed_after_the_heads_were_read_is_broadcast(
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
    # Channel layers may drop members, so joining once, on connecting, is not enough.
    await get_channel_layer().group_discard(group_of(world.ben.pk), channel_of(world.ben))
    welcome = await ben.ask(HELLO)
    assert welcome["heads"] == {str(world.room.pk): 0}
    assert (await ben.receive())["seq"] == 1


async def test_a_welcome_contains_the_heads_of_the_users_conversations_only(world, agree):
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


async def test_the_welcome_to_a_newer_version_has_the_highest_supported_version(world, connect):
    ana = await connect(world.ana)
    assert (await ana.ask(HELLO | {"protocol": 7}))["protocol"] == 1
    assert (await ana.ask(say(world.room, "a", "c1")))["action"] == "ack"


async def test_the_first_hello_is_never_rate_limited(world, connect, rate_limit):
    rate_limit(0.001, 1)
    ana = await connect(world.ana)
    await ana.ask("a malformed frame counts")
    assert (await ana.ask(HELLO))["action"] == "welcome"
    assert (await ana.ask(HELLO))["code"] == "rate_limited"


async def test_a_server_that_fails_on_hello_closes_with_1013_instead_of_an_error(
    world, connect, monkeypatch
):
    ana = await connect(world.ana)
    monkeypatch.setattr(sync, "heads_of", lambda user_id: 1 / 0)
    await ana.send(HELLO)
    assert await ana.closed() == (1013, "the server cannot send welcome now")


@pytest.mark.parametrize("operation", ["group_send", "new_channel", "group_add"])
@pytest.mark.parametrize("path", ["/ws/inbox/", "/ws/chat/{}/"])
async def test_a_socket_that_cannot_receive_events_is_accepted_and_closed_with_1013(
    world, connect, monkeypatch, caplog, path, operation
):
    async def fail(*arguments):
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(get_channel_layer(), operation, fail)
        ana = await connect(world.ana, path.format(world.room.pk))
        assert await ana.closed() == (1013, "the channel layer is unavailable")
        await ana.leave()
    (line,) = caplog.records
    assert (line.levelname, line.exc_info) == ("WARNING", None)
    user = world.ana.pk
    assert line.getMessage() == f"user {user}: joining the channel layer failed: ConnectionError"


async def test_a_socket_whose_join_fails_half_way_leaves_its_group(world, connect, monkeypatch):
    layer = get_channel_layer()
    join = layer.group_add

    async def join_and_fail(group, channel):
        await join(group, channel)
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(layer, "group_add", join_and_fail)
        ana = await connect(world.ana)
        assert await ana.closed() == (1013, "the channel layer is unavailable")
        await ana.leave()
    assert not layer.groups


async def test_a_socket_is_closed_with_1013_if_the_channel_layer_hangs(world, connect, monkeypatch):
    async def hang():
        await asyncio.Event().wait()

    monkeypatch.setattr(consumers, "TIMEOUT", 0.05)
    with monkeypatch.context() as patch:
        patch.setattr(get_channel_layer(), "new_channel", hang)
        ana = await connect(world.ana)
        assert await ana.closed() == (1013, "the channel layer is unavailable")


async def test_a_socket_can_disconnect_while_the_channel_layer_fails(
    world, connect, monkeypatch, caplog
):
    discard = get_channel_layer().group_discard

    async def discard_and_fail(group, channel):
        await discard(group, channel)
        raise ConnectionError

    ana = await connect(world.ana)
    with monkeypatch.context() as patch:
        patch.setattr(get_channel_layer(), "group_discard", discard_and_fail)
        await ana.leave()  # raises if the application has raised
    (line,) = caplog.records
    assert (line.levelname, line.exc_info) == ("WARNING", None)


# --- layer 0 ---


async def test_a_page_that_never_sends_hello_stays_on_layer_0(world, connect, agree):
    old, new = await connect(world.ana), await agree(world.ben)
    await new.ask(say(world.room, "from the new page", "c1"))
    heard = await old.receive()
    assert heard["message"] == "from the new page"
    # On layer 0 the server ignores client_id.
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


async def test_a_removed_participant_receives_nothing_more(world, agree):
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
async def test_a_new_participant_starts_at_the_head_and_receives_at_once(world, agree, by):
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


def test_a_user_who_joins_while_others_send_receives_all_later_messages(world):
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


class Clock:
    """Milliseconds that the test advances."""

    def __init__(self) -> None:
        self.now = 10**9

    def __call__(self) -> int:
        return self.now

    def advance(self, milliseconds: int) -> None:
        self.now += milliseconds


@pytest.fixture
def clock(rate_limit, monkeypatch) -> Clock:
    """A burst of three frames, then ten per second, by a clock that the test advances."""
    rate_limit(10, 3)
    clock = Clock()
    monkeypatch.setattr(limits, "now", clock)
    return clock


async def use_up(socket) -> None:
    while (await socket.ask({"action": "ping", "id": 1}))["action"] == "pong":
        pass


async def test_messages_in_flight_behind_a_rejected_one_do_not_overtake_it(world, agree, clock):
    ana = await agree(world.ana)
    await use_up(ana)
    refused = await ana.ask(say(world.room, "first", "c1"))
    assert (refused["code"], refused["ref"], refused["retry_after"]) == ("rate_limited", "c1", 100)
    clock.advance(5000)
    assert (await ana.ask(say(world.room, "second", "c2")))["code"] == "rate_limited"
    for text, client_id in (("first", "c1"), ("second", "c2")):
        assert (await ana.ask(say(world.room, text, client_id)))["action"] == "ack"
        assert (await ana.receive())["message"] == text


async def test_the_users_messages_are_rejected_on_other_sockets_too_until_then(
    world, agree, clock, rate_limit
):
    rate_limit(10, 30)  # the wait is for a tenth of it, which is more than one frame
    ana, other_tab = await agree(world.ana), await agree(world.ana)
    await use_up(ana)
    refused = await ana.ask(say(world.room, "a", "c1"))
    assert refused["retry_after"] == 300
    clock.advance(299)
    assert (await other_tab.ask(say(world.room, "b", "c2")))["retry_after"] == 1
    assert (await other_tab.ask({"action": "ping", "id": 2}))["action"] == "pong"
    clock.advance(1)
    assert (await ana.ask(say(world.room, "a", "c1")))["action"] == "ack"


async def test_messages_do_not_overtake_one_that_failed_internally(
    world, agree, clock, monkeypatch
):
    ana = await agree(world.ana)
    clock.advance(10_000)
    with monkeypatch.context() as patch:
        patch.setattr(services, "send_message", lambda *_: 1 / 0)
        failed = await ana.ask(say(world.room, "first", "c1"))
    assert (failed["code"], failed["ref"], failed["retry_after"]) == ("internal", "c1", 1000)
    assert (await ana.ask(say(world.room, "second", "c2")))["code"] == "rate_limited"
    assert (await ana.ask(say(world.room, "first", "c1")))["seq"] == 1


async def test_a_message_rejected_permanently_delays_no_other(world, agree):
    ana = await agree(world.ana)
    assert (await ana.ask(say(world.elsewhere, "a", "c1")))["code"] == "not_found"
    assert (await ana.ask(say(world.room, "b", "c2")))["action"] == "ack"
