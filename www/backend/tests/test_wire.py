"""The server's replies, compared with the protocol's examples."""

import json

import pytest
from examples import FROM_CLIENT, FROM_SERVER, MALFORMED, each, shape
from inbox_socket.django.watching import publish

from inbox.models import Conversation, Message
from tests.wire import HELLO


@pytest.fixture
def examples(world):
    """The conversations in the examples: Ana takes part in 2 and 7, but not in 9."""

    def create(pk: int, people: list, messages: int) -> None:
        conversation = Conversation.objects.create(pk=pk)
        conversation.participants.set(people)
        publish(
            Message.objects.bulk_create(
                Message(conversation=conversation, sender=people[0], type="TEXT", text="a")
                for _ in range(messages)
            )
        )

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
    assert shape(in_order(answer)) == shape(in_order(FROM_SERVER[example["answer"]]["frame"]))
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


def in_order(frame: dict) -> dict:
    """Returns a frame with its members sorted: their order has no meaning."""
    return json.loads(json.dumps(frame, sort_keys=True))
