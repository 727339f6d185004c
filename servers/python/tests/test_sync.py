"""Synchronization: batches, floors, cursors, with the storage in memory."""

import pytest

from inbox_socket import Cursor, Draft, Server, protocol
from inbox_socket.memory import MemoryStorage
from tests.page import Page

ROOM, SECOND, ELSEWHERE = 1, 2, 3


class Counted(MemoryStorage):
    """Records the ranges of each read."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[list[Cursor]] = []

    async def after(self, user_id, cursors, limit):
        self.reads.append(list(cursors))
        return await super().after(user_id, cursors, limit)


@pytest.fixture
def storage() -> Counted:
    storage = Counted()
    for key, users in [(ROOM, ["ana", "ben"]), (SECOND, ["ana"]), (ELSEWHERE, ["chi"])]:
        storage.create(key, users)
    return storage


@pytest.fixture
def talk(storage):
    """Fills a conversation: `await talk(ROOM, 3)`."""

    async def fill(key: int, count: int, text: str = "a") -> None:
        sender = (await storage.participants(key))[0]
        await storage.append([Draft(sender, key, text, "TEXT")] * count)

    return fill


@pytest.fixture
async def ask(storage):
    """Returns the reply to a `sync` of Ana: `await ask({ROOM: 3})`."""
    ana = await Page(Server(storage, now=lambda: 0), "ana").hello()

    async def ask(after: dict, limit: int = protocol.SYNC_BYTES_DEFAULT) -> dict:
        cursors = {str(key): seq for key, seq in after.items()}
        return await ana.ask({"action": "sync", "after": cursors, "id": "r1", "bytes": limit})

    return ask


def seqs(answer: dict) -> list[tuple[int, int]]:
    return [(message["conversation_id"], message["seq"]) for message in answer["messages"]]


async def catch_up(ask, cursors: dict, most: int = 1_000) -> list[int]:
    """Requests batches until the last one, like a client; returns the size of each batch."""
    sizes = []
    for _ in range(most):
        answer = await ask(cursors)
        before = dict(cursors)
        cursors |= {int(key): floor for key, floor in answer["floors"].items()}
        for key, seq in seqs(answer):
            assert seq == cursors[key] + 1, "directly after the cursor or the floor"
            cursors[key] = seq
        sizes.append(len(answer["messages"]))
        if not answer["has_more"]:
            return sizes
        assert cursors != before, "a cut batch moves at least one cursor"
    pytest.fail(f"has_more is still true after {most} batches")


async def test_messages_after_a_cursor_are_returned_oldest_first(talk, ask):
    await talk(ROOM, 3)
    answer = await ask({ROOM: 1})
    assert seqs(answer) == [(ROOM, 2), (ROOM, 3)]
    assert (answer["id"], answer["has_more"], answer["complete"]) == ("r1", False, True)
    assert (answer["heads"], answer["floors"]) == ({"1": 3, "2": 0}, {})


async def test_other_users_conversations_are_silently_omitted(talk, ask):
    await talk(ELSEWHERE, 1)
    answer = await ask({ELSEWHERE: 0, 404: 0})
    assert (answer["messages"], answer["floors"], answer["complete"]) == ([], {}, True)
    assert answer["heads"] == {"1": 0, "2": 0}


async def test_a_batch_has_at_most_two_hundred_messages_of_all_conversations(talk, ask):
    await talk(ROOM, 250)
    await talk(SECOND, 160)
    cursors = {ROOM: 0, SECOND: 0}
    assert await catch_up(lambda c: ask(c, protocol.SYNC_BYTES_MAX), cursors) == [200, 200, 10]
    assert cursors == {ROOM: 250, SECOND: 160}


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("a" * 990, [28] * 2 + [4]),
        ("😀" * 4000, [2] * 30),  # 16 kB each in UTF-8
        ("\1" * 3999, [1] * 60),  # 24 kB each with JSON's escapes
    ],
)
async def test_a_batch_has_at_most_32768_encoded_bytes(talk, ask, text, sizes):
    await talk(ROOM, sum(sizes), text)
    assert protocol.size(await ask({ROOM: 0})) <= 32_768
    assert await catch_up(ask, {ROOM: 0}) == sizes


async def test_the_heads_of_many_conversations_leave_half_a_batch_for_messages(storage, talk, ask):
    for key in range(10, 210):
        storage.create(key, ["ana"])
    await talk(ROOM, 100, "a" * 50)
    answer = await ask({ROOM: 0}, 1_024)
    assert protocol.size(answer | {"messages": []}) > 1_024
    assert 1 < len(answer["messages"]) < 100
    assert sum(protocol.size(message) + 1 for message in answer["messages"]) <= 512


async def test_one_read_names_exactly_the_messages_of_the_batch(storage, talk, ask):
    await talk(ROOM, 250)
    await talk(SECOND, 5)
    await ask({ROOM: 10, SECOND: 4})
    assert storage.reads == [[Cursor(ROOM, 10, 210)]]
    await ask({ROOM: 100, SECOND: 4})
    assert storage.reads[1:] == [[Cursor(ROOM, 100, 250), Cursor(SECOND, 4, 5)]]


async def test_nothing_is_read_if_no_conversation_is_behind(storage, talk, ask):
    await talk(ROOM, 2)
    assert (await ask({ROOM: 2, SECOND: 9}))["messages"] == []
    assert storage.reads == []


async def test_messages_committed_after_the_heads_were_read_are_left_to_the_broadcast(
    storage, talk, ask, monkeypatch
):
    find = storage.after

    async def one_more_comes(*arguments):
        await talk(ROOM, 1)
        return await find(*arguments)

    await talk(ROOM, 2)
    monkeypatch.setattr(storage, "after", one_more_comes)
    answer = await ask({ROOM: 0})
    assert seqs(answer) == [(ROOM, 1), (ROOM, 2)]
    assert (answer["heads"]["1"], answer["has_more"]) == (2, False)


# --- floors ---


async def test_a_cursor_older_than_the_history_gets_a_floor(storage, talk, ask):
    await talk(ROOM, 10)
    storage.prune(ROOM, keep=3)
    answer = await ask({ROOM: 4})
    assert [seq for _, seq in seqs(answer)] == [8, 9, 10]
    assert (answer["floors"], answer["complete"], answer["has_more"]) == ({"1": 7}, False, False)


@pytest.mark.parametrize("cursor", [7, 8, 10, 99])
async def test_a_cursor_within_the_history_gets_no_floor(storage, talk, ask, cursor):
    await talk(ROOM, 10)
    storage.prune(ROOM, keep=3)
    answer = await ask({ROOM: cursor})
    assert [seq for _, seq in seqs(answer)] == list(range(cursor + 1, 11))
    assert (answer["floors"], answer["complete"]) == ({}, True)


async def test_without_any_history_the_floor_is_the_head(storage, talk, ask):
    await talk(ROOM, 10)
    storage.prune(ROOM, keep=0)
    answer = await ask({ROOM: 4})
    assert (answer["messages"], answer["has_more"], answer["floors"]) == ([], False, {"1": 10})


async def test_thousands_of_pruned_messages_take_one_batch(storage, talk, ask):
    await talk(ROOM, 3_000)
    await talk(SECOND, 250)
    storage.prune(ROOM, keep=0)
    storage.prune(SECOND, keep=1)
    answer = await ask({ROOM: 0, SECOND: 0})
    assert answer["floors"] == {"1": 3_000, "2": 249}
    assert (seqs(answer), answer["has_more"]) == ([(SECOND, 250)], False)


async def test_a_conversation_whose_messages_follow_in_a_later_batch_gets_its_floor_at_once(
    storage, talk, ask
):
    await talk(ROOM, 500)
    await talk(SECOND, 500)
    storage.prune(ROOM, keep=300)
    storage.prune(SECOND, keep=2)
    first = await ask({ROOM: 0, SECOND: 0}, protocol.SYNC_BYTES_MAX)
    assert (first["floors"], len(first["messages"]), first["has_more"]) == (
        {"1": 200, "2": 498},
        200,
        True,
    )
    cursors = {ROOM: 0, SECOND: 0}
    assert sum(await catch_up(ask, cursors)) == 302
    assert cursors == {ROOM: 500, SECOND: 500}


@pytest.mark.parametrize("first", [{ROOM: 1}, {ROOM: -5, SECOND: 99}])
async def test_a_storage_that_does_not_find_the_first_message_is_read_by_two_hundred_numbers(
    storage, talk, ask, first, monkeypatch
):
    async def low(user_id, cursors):
        return first

    await talk(ROOM, 500)
    await talk(SECOND, 10)
    storage.prune(ROOM, keep=50)
    monkeypatch.setattr(storage, "first", low)
    cursors = {ROOM: 0, SECOND: 10}
    assert await catch_up(ask, cursors) == [0, 0, 50]
    assert cursors == {ROOM: 500, SECOND: 10}


async def test_a_long_history_takes_two_reads_of_at_most_two_hundred_numbers(storage, talk, ask):
    await talk(ROOM, 3_000)
    storage.prune(ROOM, keep=1_000)
    assert (await ask({ROOM: 5}, protocol.SYNC_BYTES_MAX))["floors"] == {"1": 2_000}
    assert storage.reads[0] == [Cursor(ROOM, 5, 205)]
    assert storage.reads[-1] == [Cursor(ROOM, 2_000, 2_200)]


async def test_a_message_deleted_by_hand_leaves_a_floor(storage, talk, ask):
    await talk(ROOM, 6)
    del storage.messages[ROOM][3]
    first = await ask({ROOM: 1})
    assert [seq for _, seq in seqs(first)] == [2, 3]
    assert (first["has_more"], first["floors"]) == (True, {})
    second = await ask({ROOM: 3})
    assert [seq for _, seq in seqs(second)] == [5, 6]
    assert (second["has_more"], second["floors"]) == (False, {"1": 4})


async def test_a_user_who_joins_again_gets_the_head_as_the_floor(storage, talk, ask):
    await talk(ROOM, 2)
    storage.leave(ROOM, "ana")
    await talk(ROOM, 3)
    storage.join(ROOM, "ana")
    await talk(ROOM, 1)
    answer = await ask({ROOM: 2})
    assert (answer["floors"], seqs(answer)) == ({"1": 5}, [(ROOM, 6)])
