"""The socket for one conversation, which the inbox's socket replaces."""

import pytest

from inbox.models import Conversation, Message
from tests.wire import HELLO


async def test_frames_need_no_conversation_id_and_replies_contain_it(world, connect):
    ana = await connect(world.ana, f"/ws/chat/{world.room.pk}/")
    frame = await ana.ask({"message": "Hello"})
    assert (frame["conversation_id"], frame["message"]) == (world.room.pk, "Hello")
    history = await ana.ask({"action": "get_messages"})
    assert history["messages"] == [frame]


async def test_it_receives_only_messages_of_its_own_conversation(world, connect):
    second = await Conversation.objects.acreate(title="Second")
    await second.participants.aset([world.ana, world.ben])
    ben = await connect(world.ben, f"/ws/chat/{world.room.pk}/")
    ana = await connect(world.ana)
    await ana.ask({"conversation_id": second.pk, "message": "not for this socket"})
    await ana.ask({"conversation_id": world.room.pk, "message": "for this one"})
    assert (await ben.receive())["message"] == "for this one"


async def test_it_rejects_frames_for_another_conversation(world, connect):
    ana = await connect(world.ana, f"/ws/chat/{world.room.pk}/")
    error = await ana.ask({"conversation_id": world.room.pk + 1, "message": "Hello"})
    assert error["code"] == "bad_frame"
    assert await Message.objects.acount() == 0


@pytest.mark.parametrize("number", ["someone else's", "missing", str(10**14)])
async def test_missing_and_other_users_conversations_are_both_unknown(world, connect, number):
    known = {"someone else's": world.elsewhere.pk, "missing": 404}
    ana = await connect(world.ana, f"/ws/chat/{known.get(number, number)}/")
    assert await ana.closed() == (4404, "unknown conversation")


async def test_it_stays_on_layer_0(world, connect):
    ana = await connect(world.ana, f"/ws/chat/{world.room.pk}/")
    assert (await ana.ask(HELLO))["code"] == "unknown_action"
    answer = await ana.ask({"message": "a", "client_id": "c1"})
    assert (answer["message"], answer["seq"]) == ("a", 1)


async def test_a_malformed_frame_returns_an_error_and_keeps_the_socket_open(world, connect):
    ana = await connect(world.ana, f"/ws/chat/{world.room.pk}/")
    for frame, code in (("{", "bad_json"), (b"a", "bad_frame"), ({"message": 7}, "bad_frame")):
        assert (await ana.ask(frame))["code"] == code
    assert (await ana.ask({"message": "fine"}))["message"] == "fine"


async def test_a_socket_without_a_session_or_of_another_origin_is_closed(world, connect):
    path = f"/ws/chat/{world.room.pk}/"
    assert (await (await connect(path=path)).closed())[0] == 4401
    other = await connect(world.ana, path, origin="http://evil.example")
    assert (await other.closed())[0] == 4403
