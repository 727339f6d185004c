"""The server's replies, compared with the protocol's examples."""

import json

import pytest
from django.core.management import call_command
from examples import FROM_CLIENT, FROM_SERVER, MALFORMED, each, shape
from inbox_socket.limits import RateLimit

from inbox import limits, services
from inbox.database import in_database
from inbox.models import Conversation, Message
from tests.wire import HELLO

HEARD = {"action": "sync", "after": {"2": 57}, "id": "r2"}


@pytest.fixture
def examples(world):
    """The conversations in the examples: Ana takes part in 2 and 7, but not in 9."""

    def create(pk: int, people: list, messages: int) -> None:
        conversation = Conversation.objects.create(pk=pk)
        conversation.participants.set(people)
        Message.objects.bulk_create(
            Message(conversation=conversation, seq=seq, sender=people[0], type="TEXT", text="a")
            for seq in range(1, messages + 1)
        )
        Conversation.objects.filter(pk=pk).update(head=messages)

    Conversation.objects.all().delete()
    create(2, [world.ana, world.ben], messages=60)
    create(7, [world.ana], messages=12)
    create(9, [world.chi], messages=3)
    return world


async def open_socket(connect, user, layer: int):
    socket = await connect(user)
    if layer:
        assert (await socket.ask(HELLO))["action"] == "welcome"
    return socket


@each(FROM_CLIENT)
async def test_the_reply_to_each_client_frame_matches_its_example(examples, connect, example):
    is_hello = example["frame"].get("action") == "hello"
    ana = await open_socket(connect, examples.ana, 0 if is_hello else example["layer"])
    answer = await ana.ask(example["frame"])
    assert shape(answer) == shape(FROM_SERVER[example["answer"]]["frame"])
    if "code" in answer:
        assert answer["code"] == FROM_SERVER[example["answer"]]["frame"]["code"]


@pytest.mark.parametrize("layer", [0, 1])
async def test_each_malformed_frame_returns_its_code_and_stores_nothing(examples, connect, layer):
    ana = await open_socket(connect, examples.ana, layer)
    for example in MALFORMED:
        if example["layer"] == layer:
            error = await ana.ask(example["text"])
            assert (error["action"], error["code"]) == ("error", example["code"]), example["name"]
    assert (await ana.ask({"conversation_id": 2, "message": "still here"}))["seq"] == 61
    assert await Message.objects.acount() == 60 + 12 + 3 + 1


async def no_heartbeat(ana, settings, monkeypatch):
    settings.HEARTBEAT_MS = 0
    return await ana.ask(HELLO)


async def a_cut_batch(ana, settings, monkeypatch):
    monkeypatch.setattr("inbox.sync.SYNC_MESSAGES", 2)
    return await ana.ask(HEARD)


async def a_floor(ana, settings, monkeypatch):
    await in_database(lambda: call_command("prune", keep=1, days=-1))
    return await ana.ask(HEARD)


async def nothing_left(ana, settings, monkeypatch):
    await in_database(lambda: call_command("prune", keep=0, days=-1))
    return await ana.ask(HEARD)


async def an_empty_page(ana, settings, monkeypatch):
    return await ana.ask({"action": "get_messages", "conversation_id": 2, "before": 0})


async def bad_json(ana, settings, monkeypatch):
    return await ana.ask("{")


async def bad_frame(ana, settings, monkeypatch):
    return await ana.ask({"conversation_id": 2, "message": 7, "id": "r1"})


async def unknown_action(ana, settings, monkeypatch):
    return await ana.ask({"action": "goodbye", "id": 7})


async def too_large(ana, settings, monkeypatch):
    return await ana.ask({"conversation_id": 2, "message": "a" * 4001, "client_id": "c"})


async def rate_limited(ana, settings, monkeypatch):
    monkeypatch.setattr(limits, "frames", RateLimit(1, 1))
    monkeypatch.setattr(limits, "now", lambda: 0)
    message = {"conversation_id": 2, "message": "a", "client_id": "c1"}
    await ana.ask(message)
    await ana.receive()
    return await ana.ask(message | {"client_id": "c2"})


async def internal(ana, settings, monkeypatch):
    monkeypatch.setattr(services, "send_message", lambda *_: 1 / 0)
    return await ana.ask({"conversation_id": 2, "message": "a", "client_id": "c1"})


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
async def test_each_server_frame_matches_its_example(
    examples, connect, settings, monkeypatch, name
):
    ana = await open_socket(connect, examples.ana, layer=1)
    frame, example = await MADE_HERE[name](ana, settings, monkeypatch), FROM_SERVER[name]["frame"]
    assert shape(frame) == shape(example)
    assert {f: frame.get(f) for f in FLAGS} == {f: example.get(f) for f in FLAGS}


def test_the_tests_cover_every_example():
    assert {example["answer"] for example in FROM_CLIENT} | MADE_HERE.keys() == FROM_SERVER.keys()


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ("[" * 9_000 + "]" * 9_000, "bad_json"),
        ('"' + "x" * 65_536 + '"', "too_large"),
        ('"' + "x" * 1_000_000 + '"', "too_large"),
        ("[" * 90_000 + "]" * 90_000, "too_large"),
    ],
)
@pytest.mark.parametrize("layer", [0, 1])
async def test_the_error_for_a_frame_too_large_to_parse_has_its_ids(
    examples, connect, layer, extra, code
):
    ana = await open_socket(connect, examples.ana, layer)
    text = '{"conversation_id":2,"message":"a","extra":%s,"client_id":"c1"}'
    error = await ana.ask(text % extra)
    assert (error["code"], error["ref"], error["conversation_id"]) == (code, "c1", 2)


@pytest.mark.parametrize(
    "text",
    [
        '{"action":"ping","id":' + "9" * 5000 + "}",
        '{"action":"sync","id":1,"after":{"2":' + "9" * 5000 + "}}",
        '{"action":"hello","protocol":1,"cursors":' + '{"2":' * 9000,
    ],
)
async def test_huge_numbers_and_deep_nesting_are_bad_json(examples, connect, text):
    ana = await open_socket(connect, examples.ana, layer=1)
    assert (await ana.ask(text))["code"] == "bad_json"


async def test_frames_are_compact_json_in_utf8(examples, connect):
    ana = await open_socket(connect, examples.ana, layer=1)
    await ana.send(HEARD)
    text = await ana.receive_text()
    assert text == json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":"))
