"""A Channels consumer of the application's own, with the inbox on the same socket."""

import json

import pytest
from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth.models import User

from inbox_socket.django.consumers import InboxMixin
from tests.django.wire import HELLO, Socket
from tests.page import say


class ChatConsumer(InboxMixin, AsyncWebsocketConsumer):
    """Answers a frame of its own: `{"action": "typing"}`."""

    async def connect(self):
        await self.accept()

    async def receive(self, text_data=None, bytes_data=None):
        await self.send(json.dumps({"own": text_data}))


@pytest.fixture
async def own(world, browsers):
    sockets = []

    async def open_socket(user=None) -> Socket:
        session = browsers[user.pk].cookies["sessionid"].value if user else None
        socket = Socket("/ws/", session=session, application=ChatConsumer.as_asgi())
        sockets.append(socket)
        await socket.open()
        return socket

    yield open_socket
    for socket in sockets:
        await socket.leave()


async def test_frames_of_the_inbox_are_served_and_others_passed_on(world, own, agree):
    ana, ben = await own(world.ana), await agree(world.ben)
    assert (await ana.ask(HELLO))["action"] == "welcome"
    assert (await ana.ask(say(world.ticket.pk, "Hello", "c1")))["action"] == "ack"
    assert await ana.receive() == await ben.receive()
    for text in ('{"action":"typing"}', '{"action":["hello"]}', "Hello", "[]"):
        assert await ana.ask(text) == {"own": text}
    await ben.send(say(world.ticket.pk, "back", "c1"))
    assert (await ana.receive())["message"] == "back"


async def test_the_periodic_check_detects_changes_without_an_event(world, own, settings):
    settings.INBOX_SOCKET = settings.INBOX_SOCKET | {"RECHECK_SECONDS": 0.05}
    ana = await own(world.ana)
    await ana.ask(HELLO)  # the consumer accepts the socket before it authenticates
    await User.objects.filter(pk=world.ana.pk).aupdate(is_active=False)
    assert await ana.closed() == (4401, "the session has ended")


async def test_a_socket_without_a_login_is_closed(world, own):
    socket = await own()
    assert await socket.closed() == (4401, "log in first")
