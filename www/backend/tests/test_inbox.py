"""The inbox's socket: sending, receiving, history."""

import asyncio
import json
import threading

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from inbox_socket import protocol

from inbox import consumers, services
from inbox.database import in_database
from inbox.events import send_event
from inbox.models import Conversation, Message


def say(conversation, text: str) -> dict:
    return {"conversation_id": conversation.pk, "message": text, "type": "TEXT"}


async def test_every_tab_of_every_participant_receives_a_message(world, connect):
    ana, other_tab, ben = [await connect(who) for who in (world.ana, world.ana, world.ben)]
    await ana.send(say(world.room, "Hello"))
    for socket in (ana, other_tab, ben):
        frame = await socket.receive()
        assert frame["message"] == "Hello"


async def test_a_message_starts_with_its_conversation_and_number(world, connect):
    ana = await connect(world.ana)
    await ana.send(say(world.room, "Grüße 👋"))
    text = await ana.receive_text()
    message = await Message.objects.aget()
    assert list(json.loads(text).items()) == [
        ("conversation_id", world.room.pk),
        ("seq", 1),
        ("message", "Grüße 👋"),
        ("type", "TEXT"),
        ("sender_id", world.ana.pk),
        ("sender_name", "Ana"),
        ("message_id", message.pk),
        ("created_at", f"{message.created_at:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"),
    ]


async def test_one_socket_serves_several_conversations(world, connect):
    second = await Conversation.objects.acreate(title="Second")
    await second.participants.aset([world.ana, world.ben])
    ana, ben = await connect(world.ana), await connect(world.ben)
    await ana.send(say(world.room, "here"))
    await ana.send(say(second, "there"))
    heard = [await ben.receive() for _ in range(2)]
    assert [(f["conversation_id"], f["message"]) for f in heard] == [
        (world.room.pk, "here"),
        (second.pk, "there"),
    ]


async def test_only_participants_receive_a_message(world, connect):
    ana, chi = await connect(world.ana), await connect(world.chi)
    await ana.ask(say(world.room, "private"))
    frame = await chi.ask(say(world.elsewhere, "alone"))
    assert frame["message"] == "alone"


@pytest.mark.parametrize(("text", "page"), [("😀" * 4000, 4), ("\1" * 3999, 2)])
async def test_a_history_of_long_messages_needs_more_pages(world, connect, text, page):
    ana = await connect(world.ana)
    for _ in range(10):
        await ana.ask(say(world.room, text))
    ask = {"action": "get_messages", "conversation_id": world.room.pk}
    found: list[int] = []
    while True:
        await ana.send(ask)
        sent = await ana.receive_text()
        answer = json.loads(sent)
        assert len(sent.encode()) <= protocol.HISTORY_BYTES
        found = [message["seq"] for message in answer["messages"]] + found
        if not answer["has_more"]:
            break
        assert len(answer["messages"]) == page
        ask["before"] = answer["messages"][0]["message_id"]
    assert found == list(range(1, 11)), "no message is missing between two pages"


async def test_a_page_of_history_is_sorted_oldest_first(world, connect):
    ana = await connect(world.ana)
    for number in range(5):
        await ana.ask(say(world.room, f"{number}"))
    ask = {"action": "get_messages", "conversation_id": world.room.pk, "limit": 2}

    newest = await ana.ask(ask)
    assert newest["action"] == "messages_response"
    assert newest["conversation_id"] == world.room.pk
    assert [m["message"] for m in newest["messages"]] == ["3", "4"]
    assert newest["has_more"] is True

    older = await ana.ask(ask | {"before": newest["messages"][0]["message_id"]})
    assert [m["message"] for m in older["messages"]] == ["1", "2"]

    oldest = await ana.ask(ask | {"before": older["messages"][0]["message_id"]})
    assert [m["message"] for m in oldest["messages"]] == ["0"]
    assert oldest["has_more"] is False


async def test_a_message_in_the_history_equals_the_broadcast_frame(world, connect):
    ana = await connect(world.ana)
    pushed = await ana.ask(say(world.room, "same"))
    history = await ana.ask({"action": "get_messages", "conversation_id": world.room.pk})
    assert history["messages"] == [pushed]


async def test_a_message_is_committed_before_it_is_broadcast(world, connect, monkeypatch):
    stored_when_told = []

    async def look_first(people, event):
        stored_when_told.append(await in_database(Message.objects.count))
        await send_event(people, event)

    monkeypatch.setattr(consumers, "send_event", look_first)
    ana = await connect(world.ana)
    await ana.ask(say(world.room, "committed"))
    assert stored_when_told == [1]


async def test_a_message_is_stored_even_if_its_broadcast_fails(world, connect, monkeypatch, caplog):
    async def fail(group, event):
        raise ConnectionError("the channel layer is unreachable")

    ana = await connect(world.ana)
    monkeypatch.setattr(get_channel_layer(), "group_send", fail)
    await ana.send(say(world.room, "kept"))
    history = await ana.ask({"action": "get_messages", "conversation_id": world.room.pk})
    assert [m["message"] for m in history["messages"]] == ["kept"]
    assert "ConnectionError" in caplog.text


async def test_a_failed_event_to_one_recipient_does_not_affect_the_others(
    world, connect, monkeypatch
):
    layer = get_channel_layer()
    deliver = layer.group_send

    async def fail_for_ana(group, event):
        if group == f"user.{world.ana.pk}":
            raise ConnectionError
        await deliver(group, event)

    ana, ben = await connect(world.ana), await connect(world.ben)
    monkeypatch.setattr(layer, "group_send", fail_for_ana)
    await ana.send(say(world.room, "on its way"))
    assert (await ben.receive())["message"] == "on its way"


async def test_a_slow_query_delays_no_other_user(world, connect, monkeypatch):
    loop, started, done = asyncio.get_running_loop(), asyncio.Event(), threading.Event()
    history = services.history

    def slow_history(*args):
        loop.call_soon_threadsafe(started.set)
        done.wait()
        return history(*args)

    monkeypatch.setattr(services, "history", slow_history)
    ana, ben = await connect(world.ana), await connect(world.ben)
    try:
        await ana.send({"action": "get_messages", "conversation_id": world.room.pk})
        await started.wait()
        assert (await ben.ask(say(world.room, "quick")))["message"] == "quick"
    finally:
        done.set()
    assert (await ana.receive())["action"] == "messages_response"
    assert (await ana.receive())["message"] == "quick"


async def test_forwarding_a_message_waits_for_no_thread(world, connect):
    ana = await connect(world.ana)
    done = threading.Event()
    # Blocks the default thread of sync_to_async, on which Channels would call first.
    busy = asyncio.ensure_future(sync_to_async(done.wait)())
    try:
        event = {"type": "inbox.message", "conversation_id": 1, "text": "{}"}
        await send_event([world.ana.pk], event)
        assert await ana.receive() == {}
    finally:
        done.set()
        await busy


async def test_an_internal_failure_returns_an_error_and_keeps_the_socket_open(
    world, connect, monkeypatch
):
    def fail(*args):
        raise ZeroDivisionError

    ana = await connect(world.ana)
    with monkeypatch.context() as patch:
        patch.setattr(services, "send_message", fail)
        error = await ana.ask(say(world.room, "a") | {"id": 7})
    assert (error["code"], error["ref"]) == ("internal", 7)
    assert (await ana.ask(say(world.room, "b")))["message"] == "b"
