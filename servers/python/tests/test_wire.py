"""The server's replies, compared with the protocol's examples."""

import json

import pytest
from examples import FROM_CLIENT, FROM_SERVER, MALFORMED, each, shape

from inbox_socket import Draft, Limits, Server, protocol, sync
from inbox_socket.memory import MemoryStorage
from tests.page import HELLO, Page, say

HEARD = {"action": "sync", "after": {"2": 57}, "id": "r2"}
ANA, BEN, CHI = 456, 457, 458


@pytest.fixture
async def storage() -> MemoryStorage:
    """The conversations in the examples: Ana takes part in 2 and 7, but not in 9."""
    storage = MemoryStorage()
    for key, users, messages in [(2, [ANA, BEN], 60), (7, [ANA], 12), (9, [CHI], 3)]:
        storage.create(key, users)
        await storage.append([Draft(users[0], key, "a", "TEXT")] * messages)
    return storage


def page_of(storage, **options) -> Page:
    return Page(Server(storage, now=lambda: 0, **options), ANA)


@each(FROM_CLIENT)
async def test_the_reply_to_each_client_frame_matches_its_example(storage, example):
    ana = page_of(storage)
    if example["layer"] and example["frame"].get("action") != "hello":
        await ana.hello()
    answer = await ana.ask(example["frame"])
    assert shape(answer) == shape(FROM_SERVER[example["answer"]]["frame"])
    if "code" in answer:
        assert answer["code"] == FROM_SERVER[example["answer"]]["frame"]["code"]


@pytest.mark.parametrize("layer", [0, 1])
async def test_each_malformed_frame_returns_its_code_and_stores_nothing(storage, layer):
    ana = page_of(storage)
    if layer:
        await ana.hello()
    for example in MALFORMED:
        if example["layer"] == layer:
            error = await ana.ask(example["text"])
            assert (error["action"], error["code"]) == ("error", example["code"]), example["name"]
    assert (await ana.ask(say(2, "still here")))["seq"] == 61
    assert sum(map(len, storage.messages.values())) == 60 + 12 + 3 + 1


async def no_heartbeat(storage, monkeypatch):
    return await page_of(storage, heartbeat=0).ask(HELLO)


async def a_cut_batch(storage, monkeypatch):
    monkeypatch.setattr(sync, "SYNC_MESSAGES", 2)
    return await (await page_of(storage).hello()).ask(HEARD)


async def a_floor(storage, monkeypatch):
    storage.prune(2, keep=1)
    return await (await page_of(storage).hello()).ask(HEARD)


async def nothing_left(storage, monkeypatch):
    storage.prune(2, keep=0)
    return await (await page_of(storage).hello()).ask(HEARD)


async def an_empty_page(storage, monkeypatch):
    return await page_of(storage).ask({"action": "get_messages", "conversation_id": 2, "before": 0})


async def bad_json(storage, monkeypatch):
    return await page_of(storage).ask("{")


async def bad_frame(storage, monkeypatch):
    return await page_of(storage).ask({"conversation_id": 2, "message": 7, "id": "r1"})


async def unknown_action(storage, monkeypatch):
    return await page_of(storage).ask({"action": "goodbye", "id": 7})


async def too_large(storage, monkeypatch):
    return await page_of(storage).ask(say(2, "a" * 4001, "c"))


async def rate_limited(storage, monkeypatch):
    ana = page_of(storage, limits=Limits(frames_per_second=1, frames_burst=1))
    await ana.hello()
    return await ana.ask(say(2, "b", "c2"))


async def internal(storage, monkeypatch):
    ana = await page_of(storage).hello()
    monkeypatch.setattr(storage, "append", lambda drafts: 1 / 0)
    return await ana.ask(say(2, "a", "c1"))


MADE_HERE = {
    "welcome that asks for no heartbeat": no_heartbeat,
    "sync_response, cut": a_cut_batch,
    "sync_response with a floor": a_floor,
    "sync_response where nothing is left": nothing_left,
    "messages_response, empty": an_empty_page,
    "error bad_json": bad_json,
    "error bad_frame": bad_frame,
    "error unknown_action": unknown_action,
    "error too_large": too_large,
    "error rate_limited": rate_limited,
    "error internal": internal,
}
FLAGS = ("code", "has_more", "complete")


@pytest.mark.parametrize("name", MADE_HERE)
async def test_each_server_frame_matches_its_example(storage, monkeypatch, name):
    frame, example = await MADE_HERE[name](storage, monkeypatch), FROM_SERVER[name]["frame"]
    assert shape(frame) == shape(example)
    assert {f: frame.get(f) for f in FLAGS} == {f: example.get(f) for f in FLAGS}


def test_the_tests_cover_every_example():
    assert {example["answer"] for example in FROM_CLIENT} | MADE_HERE.keys() == FROM_SERVER.keys()


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ("[" * 9_000 + "]" * 9_000, "bad_json"),
        ('"' + "x" * 65_536 + '"', "too_large"),
        ("[" * 90_000 + "]" * 90_000, "too_large"),
    ],
)
async def test_the_error_for_a_frame_too_large_to_parse_has_its_ids(storage, extra, code):
    text = '{"conversation_id":2,"message":"a","extra":%s,"client_id":"c1"}'
    error = await page_of(storage).ask(text % extra)
    assert (error["code"], error["ref"], error["conversation_id"]) == (code, "c1", 2)


async def test_a_binary_frame_is_a_bad_frame(storage):
    assert (await page_of(storage).ask(None))["code"] == "bad_frame"


async def test_frames_are_compact_json_and_begin_with_the_conversation_and_seq(storage):
    ana = await page_of(storage).hello()
    await ana.send(say(2, "Grüße", "c1"))
    texts = [await ana.receive_text() for _ in range(2)]
    assert texts == [protocol.encode(json.loads(text)) for text in texts]
    assert texts[1].startswith('{"conversation_id":2,"seq":61,"message":"Grüße",')
