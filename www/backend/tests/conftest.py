"""Fixtures: users, conversations and sockets."""

import shutil
from contextlib import AsyncExitStack
from types import SimpleNamespace

import pytest
from channels.layers import get_channel_layer
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from inbox_socket.limits import RateLimit

from inbox import limits
from inbox.events import group_of
from inbox.models import Conversation
from tests.wire import HELLO, Socket


def pytest_unconfigure() -> None:
    shutil.rmtree(settings.DATA_DIR, ignore_errors=True)


@pytest.fixture(autouse=True)
def rate_limit(monkeypatch):
    """Gives each test its own rate limit; `rate_limit(per_second, burst)` replaces it."""

    def replace(per_second: float, burst: int) -> None:
        monkeypatch.setattr(limits, "frames", RateLimit(per_second, burst))

    replace(settings.FRAMES_PER_SECOND, settings.FRAMES_BURST)
    return replace


@pytest.fixture
def world(transactional_db) -> SimpleNamespace:
    """Ana and Ben share `room`; Chi is alone in `elsewhere`; there are no messages."""
    create = get_user_model().objects.create_user
    ana, ben, chi = (
        create(n, password="secret", first_name=n.capitalize()) for n in ("ana", "ben", "chi")
    )
    room = Conversation.objects.create(title="Room")
    room.participants.set([ana, ben])
    elsewhere = Conversation.objects.create(title="Elsewhere")
    elsewhere.participants.set([chi])
    return SimpleNamespace(ana=ana, ben=ben, chi=chi, room=room, elsewhere=elsewhere)


@pytest.fixture
def session_of(world):
    """Creates a session and returns its key: `session_of(world.ana)`."""

    def log_in(user) -> str:
        browser = Client()
        browser.force_login(user)
        return browser.cookies[settings.SESSION_COOKIE_NAME].value

    return log_in


@pytest.fixture
def sessions(world, session_of) -> dict:
    """A session for each user."""
    return {user.pk: session_of(user) for user in (world.ana, world.ben, world.chi)}


@pytest.fixture
async def connect(sessions):
    """Opens sockets, and closes them after the test: `await connect(world.ana)`."""
    async with AsyncExitStack() as stack:

        async def open_socket(user=None, path="/ws/inbox/", **options) -> Socket:
            if user is not None:
                options.setdefault("session", sessions[user.pk])
            socket = Socket(path, **options)
            stack.push_async_callback(socket.leave)
            await socket.open()
            return socket

        yield open_socket


@pytest.fixture
def channel_of(monkeypatch):
    """Returns the channel name of a user's only socket."""
    layer, channels = get_channel_layer(), {}
    join = layer.group_add

    async def join_and_note(group, channel):
        channels[group] = channel
        await join(group, channel)

    monkeypatch.setattr(layer, "group_add", join_and_note)
    return lambda user: channels[group_of(user.pk)]


@pytest.fixture
def agree(connect):
    """Opens a socket that has said hello: `await agree(world.ana)`."""

    async def open_and_agree(user) -> Socket:
        socket = await connect(user)
        assert (await socket.ask(HELLO))["action"] == "welcome"
        return socket

    return open_and_agree
