"""Synchronization: batches, floors, the total of `pong`."""

from functools import partial

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from inbox_socket import protocol
from inbox_socket.protocol import Ping, SendMessage, Sync

from inbox import services, sync
from inbox.models import Conversation, Message


@pytest.fixture
def talk(world):
    """Fills a conversation: `talk(room, 3)` stores three messages of Ana."""

    def fill(conversation: Conversation, count: int, text: str = "a") -> None:
        for _ in range(count):
            services.send_message(world.ana.pk, SendMessage(conversation.pk, text, "TEXT"))

    return fill


@pytest.fixture
def ask(world):
    """Returns the reply to a `sync` of Ana: `ask({room: 3})`."""

    def ask(after: dict, limit: int = protocol.SYNC_BYTES_DEFAULT) -> dict:
        cursors = {room.pk: seq for room, seq in after.items()}
        return sync.sync(world.ana.pk, Sync(cursors, "r1", limit))

    return ask


def seqs(answer: dict) -> list[tuple[int, int]]:
    return [(message["conversation_id"], message["seq"]) for message in answer["messages"]]


def test_messages_after_a_cursor_are_returned_oldest_first(world, talk, ask):
    talk(world.room, 3)
    room = world.room.pk
    answer = ask({world.room: 1})
    assert seqs(answer) == [(room, 2), (room, 3)]
    assert (answer["id"], answer["has_more"], answer["complete"]) == ("r1", False, True)
    assert (answer["heads"], answer["floors"]) == ({str(room): 3}, {})


def test_a_message_equals_its_broadcast_frame(world, ask):
    frame, _ = services.send_message(world.ben.pk, SendMessage(world.room.pk, "Grüße", "NOTE"))
    assert ask({world.room: 0})["messages"] == [frame]


def test_heads_cover_all_conversations_and_messages_the_requested_ones(world, talk, ask):
    quiet = world.ana.conversations.create(title="Quiet")
    talk(world.room, 2)
    talk(quiet, 1)
    answer = ask({quiet: 0})
    assert seqs(answer) == [(quiet.pk, 1)]
    assert answer["heads"] == {str(world.room.pk): 2, str(quiet.pk): 1}


def test_other_users_conversations_are_silently_omitted(world, ask):
    services.send_message(world.chi.pk, SendMessage(world.elsewhere.pk, "a", "TEXT"))
    answer = ask({world.elsewhere: 0, Conversation(pk=404): 0})
    assert (answer["messages"], answer["floors"], answer["complete"]) == ([], {}, True)
    assert str(world.elsewhere.pk) not in answer["heads"]


def catch_up(ask, cursors: dict, batches: int) -> list[int]:
    """Requests batches until the last one, like a client; returns the size of each batch."""
    sizes, by_id = [], {room.pk: room for room in cursors}
    while len(sizes) < batches + 1:
        answer = ask(cursors)
        for conversation_id, seq in seqs(answer):
            room = by_id[conversation_id]
            assert seq == cursors[room] + 1, "directly after the cursor"
            cursors[room] = seq
        sizes.append(len(answer["messages"]))
        if not answer["has_more"]:
            return sizes
    pytest.fail(f"has_more is still true after {batches + 1} batches")


def test_a_batch_has_at_most_two_hundred_messages_of_all_conversations(world, talk, ask):
    second = world.ana.conversations.create(title="Second")
    talk(world.room, 250)
    talk(second, 160)
    cursors = {world.room: 0, second: 0}
    assert catch_up(partial(ask, limit=protocol.SYNC_BYTES_MAX), cursors, 3) == [200, 200, 10]
    assert cursors == {world.room: 250, second: 160}


def test_a_batch_of_exactly_all_two_hundred_messages_is_the_last(world, talk, ask):
    talk(world.room, 200)
    everything = partial(ask, limit=protocol.SYNC_BYTES_MAX)
    assert catch_up(everything, {world.room: 0}, 1) == [200]


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("a" * 990, [28] * 2 + [4]),
        ("😀" * 4000, [2] * 30),  # 16 kB each in UTF-8
        ("\1" * 3999, [1] * 60),  # 24 kB each with JSON's escapes
    ],
)
def test_a_batch_has_at_most_32768_encoded_bytes(world, talk, ask, text, sizes):
    talk(world.room, sum(sizes), text)
    assert catch_up(ask, {world.room: 0}, len(sizes)) == sizes
    assert protocol.size(ask({world.room: 0})) <= 32_768


@pytest.mark.parametrize("limit", [1_024, 4_096, 262_144])
def test_a_client_may_request_smaller_and_larger_batches(world, talk, ask, limit):
    talk(world.room, 200, "a" * 1_200)
    first = ask({world.room: 0}, limit)
    one_more = protocol.size(first["messages"][0]) + 1
    if limit > one_more:
        assert limit - one_more < protocol.size(first) <= limit
    else:
        assert len(first["messages"]) == 1, "at least one message, or the client would loop"
    assert first["has_more"]


def test_the_heads_of_many_conversations_leave_half_a_batch_for_messages(world, talk, ask):
    for number in range(200):
        world.ana.conversations.create(title=f"{number}")
    talk(world.room, 100, "a" * 50)
    answer = ask({world.room: 0}, 1_024)
    assert protocol.size(answer | {"messages": []}) > 1_024
    assert 1 < len(answer["messages"]) < 100
    assert sum(protocol.size(message) + 1 for message in answer["messages"]) <= 512


@pytest.mark.parametrize("conversations", [1, 300])
def test_sync_takes_three_queries_for_any_number_of_conversations(world, talk, ask, conversations):
    rooms = [world.ana.conversations.create(title=f"{n}") for n in range(conversations)]
    for room in rooms[:60]:
        talk(room, 2)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = ask(dict.fromkeys(rooms, 1))
    assert len(answer["messages"]) == min(conversations, 60)
    assert len(queries) == 3


def test_messages_committed_after_the_heads_were_read_are_left_to_the_broadcast(
    world, talk, ask, monkeypatch
):
    find = sync._messages

    def one_more_comes(*arguments):
        talk(world.room, 1)
        return find(*arguments)

    talk(world.room, 2)
    monkeypatch.setattr(sync, "_messages", one_more_comes)
    answer = ask({world.room: 0})
    assert [seq for _, seq in seqs(answer)] == [1, 2]
    assert (answer["heads"], answer["has_more"]) == ({str(world.room.pk): 2}, False)


# --- deleted history ---


def prune(keep: int) -> None:
    call_command("prune", keep=keep, days=-1)


def test_a_cursor_older_than_the_history_gets_a_floor(world, talk, ask):
    talk(world.room, 10)
    prune(keep=3)
    room = str(world.room.pk)
    answer = ask({world.room: 4})
    assert [seq for _, seq in seqs(answer)] == [8, 9, 10]
    assert (answer["floors"], answer["complete"], answer["has_more"]) == ({room: 7}, False, False)


@pytest.mark.parametrize("cursor", [7, 8, 10, 99])
def test_a_cursor_within_the_history_gets_no_floor(world, talk, ask, cursor):
    talk(world.room, 10)
    prune(keep=3)
    answer = ask({world.room: cursor})
    assert [seq for _, seq in seqs(answer)] == list(range(cursor + 1, 11))
    assert (answer["floors"], answer["complete"]) == ({}, True)


def test_without_any_history_the_floor_is_the_head(world, talk, ask):
    talk(world.room, 10)
    prune(keep=0)
    answer = ask({world.room: 4})
    assert (answer["messages"], answer["has_more"]) == ([], False)
    assert answer["floors"] == {str(world.room.pk): 10}
    talk(world.room, 1)
    assert [seq for _, seq in seqs(ask({world.room: 10}))] == [11]


def test_a_floor_takes_two_more_queries(world, talk, ask):
    talk(world.room, 300)
    prune(keep=5)
    with CaptureQueriesContext(connection) as queries:
        answer = ask({world.room: 0})
    assert [seq for _, seq in seqs(answer)] == [296, 297, 298, 299, 300]
    assert len(queries) == 5


def test_floors_contain_only_the_conversations_that_have_one(world, talk, ask):
    second = world.ana.conversations.create(title="Second")
    talk(world.room, 4)
    prune(keep=1)
    talk(second, 2)
    answer = ask({world.room: 0, second: 0})
    assert seqs(answer) == [(world.room.pk, 4), (second.pk, 1), (second.pk, 2)]
    assert answer["floors"] == {str(world.room.pk): 3}


def test_a_batch_with_floors_also_contains_the_messages_after_them(world, talk, ask):
    second = world.ana.conversations.create(title="Second")
    talk(world.room, 250)
    talk(second, 250)
    prune(keep=1)
    Message.objects.filter(conversation=world.room).delete()
    answer = ask({world.room: 0, second: 0})
    assert answer["floors"] == {str(world.room.pk): 250, str(second.pk): 249}
    assert seqs(answer) == [(second.pk, 250)]
    assert answer["has_more"] is False


def test_a_message_deleted_by_hand_leaves_a_floor(world, talk, ask):
    talk(world.room, 6)
    Message.objects.filter(seq=4).delete()
    first = ask({world.room: 1})
    assert [seq for _, seq in seqs(first)] == [2, 3]
    assert (first["has_more"], first["floors"]) == (True, {})
    second = ask({world.room: 3})
    assert [seq for _, seq in seqs(second)] == [5, 6]
    assert (second["has_more"], second["floors"]) == (False, {str(world.room.pk): 4})


def test_pruning_keeps_young_messages_and_the_head(world, talk):
    talk(world.room, 5)
    call_command("prune", keep=2)
    assert Message.objects.count() == 5
    prune(keep=2)
    assert list(Message.objects.order_by("pk").values_list("seq", flat=True)) == [4, 5]
    world.room.refresh_from_db()
    assert world.room.head == 5


# --- the total ---


def test_the_total_is_the_sum_of_the_users_heads_in_one_query(
    world, talk, django_assert_num_queries
):
    second = world.ana.conversations.create(title="Second")
    talk(world.room, 3)
    talk(second, 4)
    services.send_message(world.chi.pk, SendMessage(world.elsewhere.pk, "a", "TEXT"))
    with django_assert_num_queries(1):
        pong = sync.pong(world.ana.pk, Ping(7))
    assert pong == {"action": "pong", "id": 7, "total": 7}
    assert sync.pong(world.ben.pk, Ping("x"))["total"] == 3


def test_the_total_of_a_user_without_conversations_is_0(world):
    world.ana.conversations.clear()
    assert sync.pong(world.ana.pk, Ping(7))["total"] == 0
