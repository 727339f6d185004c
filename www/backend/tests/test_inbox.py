"""The inbox's socket: sending, receiving, history."""

import asyncio
import json
import threading

import pytest
from inbox_socket import protocol
from inbox_socket.django import storage

from inbox.models import Conversation, Message
from tests.wire import HELLO


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
        ("created_at", f"{message.created_at:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"),
        ("message_id", message.pk),
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


async def test_a_slow_query_delays_no_other_user(world, connect, monkeypatch):
    loop, started, done = asyncio.get_running_loop(), asyncio.Event(), threading.Event()
    history = storage.history

    def slow_history(*args):
        loop.call_soon_threadsafe(started.set)
        done.wait()
        return history(*args)

    monkeypatch.setattr(storage, "history", slow_history)
    ana, ben = await connect(world.ana), await connect(world.ben)
    try:
        await ana.send({"action": "get_messages", "conversation_id": world.room.pk})
        await started.wait()
        assert (await ben.ask(say(world.room, "quick")))["message"] == "quick"
    finally:
        done.set()
    assert (await ana.receive())["message"] == "quick"
    assert (await ana.receive())["action"] == "messages_response"


# --- membership ---


async def test_a_removed_participant_can_neither_receive_nor_send_nor_read(world, agree):
    ana, ben = await agree(world.ana), await agree(world.ben)
    await world.room.participants.aremove(world.ben)
    await world.elsewhere.participants.aadd(world.ben, world.ana)

    await ana.ask(say(world.room, "without Ben"))
    await ana.ask(say(world.elsewhere, "with Ben"))
    assert (await ben.receive())["message"] == "with Ben"
    for request in ({"message": "still here"}, {"action": "get_messages"}):
        error = await ben.ask(request | {"conversation_id": world.room.pk})
        assert error["code"] == "not_found"
    assert str(world.room.pk) not in (await ben.ask(HELLO))["heads"]


@pytest.mark.parametrize("by", ["the conversation", "the user"])
async def test_a_new_participant_receives_the_next_message_and_not_the_history(world, agree, by):
    ana, chi = await agree(world.ana), await agree(world.chi)
    await ana.ask(say(world.room, "before"))
    if by == "the user":
        await world.chi.conversations.aadd(world.room)
    else:
        await world.room.participants.aadd(world.chi)
    await ana.ask(say(world.room, "after"))
    assert (await chi.receive())["message"] == "after"

    room = str(world.room.pk)
    answer = await chi.ask({"action": "sync", "after": {room: 0}, "id": 2})
    assert [message["message"] for message in answer["messages"]] == ["after"]
    assert answer["floors"] == {room: 1}
    history = await chi.ask({"action": "get_messages", "conversation_id": world.room.pk})
    assert [message["message"] for message in history["messages"]] == ["before", "after"]


# --- wherever a message is stored ---


async def test_a_message_stored_without_a_socket_is_pushed(world, agree):
    ana = await agree(world.ana)
    await Message.objects.acreate(
        conversation=world.room, sender=world.ben, type="TEXT", text="from a view"
    )
    assert (await ana.receive())["message"] == "from a view"
