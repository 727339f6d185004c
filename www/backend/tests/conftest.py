"""Fixtures: users, conversations and sockets."""

import shutil
import sys
from contextlib import AsyncExitStack
from types import SimpleNamespace

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connections
from django.test import Client
from inbox_socket.django import telling
from inbox_socket.django.asgi import server

from inbox.models import Conversation
from tests.wire import HELLO, Socket


def pytest_unconfigure() -> None:
    shutil.rmtree(settings.DATA_DIR, ignore_errors=True)


@pytest.fixture(autouse=True)
def fresh_server():
    """Each test has a separate event loop and limits, and therefore a separate server."""
    server.cache_clear()
    telling._here = None
    sys.modules.pop("config.asgi", None)  # it holds the server of the test before


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
    # The tests' asynchronous queries have run on a thread, whose connection would keep PostgreSQL
    # from dropping the test's database.
    await sync_to_async(connections.close_all)()


@pytest.fixture
def agree(connect):
    """Opens a socket that has said hello: `await agree(world.ana)`."""

    async def open_and_agree(user) -> Socket:
        socket = await connect(user)
        assert (await socket.ask(HELLO))["action"] == "welcome"
        return socket

    return open_and_agree
