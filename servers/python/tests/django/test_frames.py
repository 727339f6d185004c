"""The frames that an application's own views return."""

from chat.models import TextMessage

from inbox_socket.django.database import in_database
from inbox_socket.django.frames import frames


async def test_a_view_returns_the_frame_that_the_sockets_send(world, agree):
    ana = await agree(world.ana)
    message = await TextMessage.objects.acreate(ticket=world.ticket, agent=world.ben, body="Hello")
    pushed = await ana.receive()
    assert await in_database(frames, [message]) == [pushed]


def test_a_message_without_a_number_has_a_frame_without_seq(world):
    text = {"ticket": world.ticket, "agent": world.ben}
    TextMessage.objects.bulk_create([TextMessage(**text, body="older")])
    older, newer = TextMessage.objects.get(), TextMessage.objects.create(**text, body="newer")
    one, other = frames([older, newer])
    assert (one["message"], one["message_id"]) == ("older", f"textmessage-{older.pk}")
    assert "seq" not in one
    assert (other["message"], other["seq"]) == ("newer", 2)


def test_frames_take_one_query_for_each_model(world, django_assert_num_queries):
    text = {"ticket": world.ticket, "agent": world.ben}
    messages = [TextMessage.objects.create(**text, body=f"{number}") for number in range(5)]
    with django_assert_num_queries(1):
        assert [frame["seq"] for frame in frames(messages)] == [1, 2, 3, 4, 5]
