"""The socket for one conversation, which the inbox's socket replaces."""

import pytest

from inbox.models import Conversation, Message


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


@pytest.mark.parametrize("number", ["someone else's", "missing", str(10**20)])
async def test_missing_and_other_users_conversations_are_both_unknown(world, connect, number):
    known = {"someone else's": world.elsewhere.pk, "missing": 404}
    ana = await connect(world.ana, f"/ws/chat/{known.get(number, number)}/")
    assert await ana.closed() == (4404, "unknown conversation")
