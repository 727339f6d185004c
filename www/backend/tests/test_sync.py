"""Catching up: batches, floors, the digest."""

from functools import partial

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inbox import protocol, services, sync
from inbox.models import Conversation, Message
from inbox.protocol import Ping, SendMessage, Sync


@pytest.fixture
def talk(world):
    """Fills a conversation: `talk(room, 3)` is three messages of Ana's."""

    def fill(conversation: Conversation, count: int, text: str = "a") -> None:
        for _ in range(count):
            services.send_message(world.ana.pk, SendMessage(conversation.pk, text, "TEXT"))

    return fill


@pytest.fixture
def ask(world):
    """What Ana is answered: `ask({room: 3})`."""

    def ask(after: dict, limit: int = protocol.SYNC_BYTES_DEFAULT) -> dict:
        cursors = {room.pk: seq for room, seq in after.items()}
        return sync.sync(world.ana.pk, Sync(cursors, "r1", limit))

    return ask


def seqs(answer: dict) -> list[tuple[int, int]]:
    return [(message["conversation_id"], message["seq"]) for message in answer["messages"]]


def test_what_came_after_a_cursor_comes_oldest_first(world, talk, ask):
    talk(world.room, 3)
    room = world.room.pk
    answer = ask({world.room: 1})
    assert seqs(answer) == [(room, 2), (room, 3)]
    assert (answer["id"], answer["has_more"], answer["complete"]) == ("r1", False, True)
    assert (answer["heads"], answer["floors"]) == ({str(room): 3}, {})


def test_a_message_looks_as_it_did_when_it_was_pushed(world, ask):
    frame, _ = services.send_message(world.ben.pk, SendMessage(world.room.pk, "Grüße", "NOTE"))
    assert ask({world.room: 0})["messages"] == [frame]


def test_heads_are_those_of_all_conversations_and_messages_of_those_asked_about(world, talk, ask):
    quiet = world.ana.conversations.create(title="Quiet")
    talk(world.room, 2)
    talk(quiet, 1)
    answer = ask({quiet: 0})
    assert seqs(answer) == [(quiet.pk, 1)]
    assert answer["heads"] == {str(world.room.pk): 2, str(quiet.pk): 1}


def test_somebody_elses_conversation_is_left_out_without_a_word(world, ask):
    services.send_message(world.chi.pk, SendMessage(world.elsewhere.pk, "a", "TEXT"))
    answer = ask({world.elsewhere: 0, Conversation(pk=404): 0})
    assert (answer["messages"], answer["floors"], answer["complete"]) == ([], {}, True)
    assert str(world.elsewhere.pk) not in answer["heads"]


def catch_up(ask, cursors: dict, batches: int) -> list[int]:
    """Ask until there is no more, as a client does; the number of messages in each batch."""
    sizes, by_id = [], {room.pk: room for room in cursors}
    while len(sizes) < batches + 1:
        answer = ask(cursors)
        for conversation_id, seq in seqs(answer):
            room = by_id[conversation_id]
            assert seq == cursors[room] + 1, "right behind the cursor"
            cursors[room] = seq
        sizes.append(len(answer["messages"]))
        if not answer["has_more"]:
            return sizes
    pytest.fail("no end")


def test_a_batch_has_two_hundred_messages_also_of_several_conversations(world, talk, ask):
    second = world.ana.conversations.create(title="Second")
    talk(world.room, 250)
    talk(second, 160)
    cursors = {world.room: 0, second: 0}
    assert catch_up(partial(ask, limit=protocol.SYNC_BYTES_MAX), cursors, 3) == [200, 200, 10]
    assert cursors == {world.room: 250, second: 160}


def test_two_hundred_and_no_more_is_the_end(world, talk, ask):
    talk(world.room, 200)
    everything = partial(ask, limit=protocol.SYNC_BYTES_MAX)
    assert catch_up(everything, {world.room: 0}, 1) == [200]


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("a" * 990, [28] * 2 + [4]),
        ("😀" * 4000, [2] * 30),  # 16 kB in UTF-8, each of them
        ("\1" * 3999, [1] * 60),  # 24 kB with JSON's escapes
    ],
)
def test_a_batch_ends_at_32768_bytes_of_what_is_encoded(world, talk, ask, text, sizes):
    talk(world.room, sum(sizes), text)
    assert catch_up(ask, {world.room: 0}, len(sizes)) == sizes
    assert protocol.size(ask({world.room: 0})) <= 32_768


@pytest.mark.parametrize("limit", [1_024, 4_096, 262_144])
def test_a_client_may_ask_for_smaller_batches_and_for_larger_ones(world, talk, ask, limit):
    talk(world.room, 200, "a" * 1_200)
    first = ask({world.room: 0}, limit)
    one_more = protocol.size(first["messages"][0]) + 1
    if limit > one_more:
        assert limit - one_more < protocol.size(first) <= limit
    else:
        assert len(first["messages"]) == 1, "or it would never end"
    assert first["has_more"]


def test_the_heads_of_very_many_conversations_leave_half_a_batch_for_messages(world, talk, ask):
    for number in range(200):
        world.ana.conversations.create(title=f"{number}")
    talk(world.room, 100, "a" * 50)
    answer = ask({world.room: 0}, 1_024)
    assert protocol.size(answer | {"messages": []}) > 1_024
    assert 1 < len(answer["messages"]) < 100
    assert sum(protocol.size(message) + 1 for message in answer["messages"]) <= 512


@pytest.mark.parametrize("conversations", [1, 300])
def test_it_takes_three_queries_however_many_conversations_are_asked_about(
    world, talk, ask, conversations
):
    rooms = [world.ana.conversations.create(title=f"{n}") for n in range(conversations)]
    for room in rooms[:60]:
        talk(room, 2)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = ask(dict.fromkeys(rooms, 1))
    assert len(answer["messages"]) == min(conversations, 60)
    assert len(queries) == 3


def test_what_is_committed_while_the_answer_is_made_is_left_to_its_own_push(
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


# --- history that is gone ---


def prune(keep: int) -> None:
    call_command("prune", keep=keep, days=-1)


def test_where_history_does_not_reach_back_the_floor_says_so(world, talk, ask):
    talk(world.room, 10)
    prune(keep=3)
    room = str(world.room.pk)
    answer = ask({world.room: 4})
    assert [seq for _, seq in seqs(answer)] == [8, 9, 10]
    assert (answer["floors"], answer["complete"], answer["has_more"]) == ({room: 7}, False, False)


@pytest.mark.parametrize("cursor", [7, 8, 10, 99])
def test_a_cursor_that_history_reaches_back_to_has_no_floor(world, talk, ask, cursor):
    talk(world.room, 10)
    prune(keep=3)
    answer = ask({world.room: cursor})
    assert [seq for _, seq in seqs(answer)] == list(range(cursor + 1, 11))
    assert (answer["floors"], answer["complete"]) == ({}, True)


def test_where_nothing_is_left_the_floor_is_the_head(world, talk, ask):
    talk(world.room, 10)
    prune(keep=0)
    answer = ask({world.room: 4})
    assert (answer["messages"], answer["has_more"]) == ([], False)
    assert answer["floors"] == {str(world.room.pk): 10}
    talk(world.room, 1)
    assert [seq for _, seq in seqs(ask({world.room: 10}))] == [11]


def test_a_long_gone_history_takes_two_queries_more(world, talk, ask):
    talk(world.room, 300)
    prune(keep=5)
    with CaptureQueriesContext(connection) as queries:
        answer = ask({world.room: 0})
    assert [seq for _, seq in seqs(answer)] == [296, 297, 298, 299, 300]
    assert len(queries) == 5


def test_a_floor_is_told_of_only_the_conversations_that_have_one(world, talk, ask):
    second = world.ana.conversations.create(title="Second")
    talk(world.room, 4)
    prune(keep=1)
    talk(second, 2)
    answer = ask({world.room: 0, second: 0})
    assert seqs(answer) == [(world.room.pk, 4), (second.pk, 1), (second.pk, 2)]
    assert answer["floors"] == {str(world.room.pk): 3}


def test_floors_do_not_keep_the_messages_behind_them_out_of_the_batch(world, talk, ask):
    second = world.ana.conversations.create(title="Second")
    talk(world.room, 250)
    talk(second, 250)
    prune(keep=1)
    Message.objects.filter(conversation=world.room).delete()
    answer = ask({world.room: 0, second: 0})
    assert answer["floors"] == {str(world.room.pk): 250, str(second.pk): 249}
    assert seqs(answer) == [(second.pk, 250)]
    assert answer["has_more"] is False


def test_a_hole_that_somebody_made_by_hand_becomes_a_floor_too(world, talk, ask):
    talk(world.room, 6)
    Message.objects.filter(seq=4).delete()
    first = ask({world.room: 1})
    assert [seq for _, seq in seqs(first)] == [2, 3]
    assert (first["has_more"], first["floors"]) == (True, {})
    second = ask({world.room: 3})
    assert [seq for _, seq in seqs(second)] == [5, 6]
    assert (second["has_more"], second["floors"]) == (False, {str(world.room.pk): 4})


def test_pruning_spares_what_is_young_and_keeps_the_head(world, talk):
    talk(world.room, 5)
    call_command("prune", keep=2)
    assert Message.objects.count() == 5
    prune(keep=2)
    assert list(Message.objects.order_by("pk").values_list("seq", flat=True)) == [4, 5]
    world.room.refresh_from_db()
    assert world.room.head == 5


# --- the digest ---


def test_the_digest_is_the_sum_of_ones_own_heads_in_one_query(
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


def test_the_digest_of_somebody_without_conversations_is_0(world):
    world.ana.conversations.clear()
    assert sync.pong(world.ana.pk, Ping(7))["total"] == 0
