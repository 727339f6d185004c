"""Fixtures: a help desk with a customer, a team of two, and sockets."""

import shutil
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
from tests.django.wire import HELLO, Socket


def pytest_unconfigure() -> None:
    shutil.rmtree(settings.FOLDER, ignore_errors=True)


@pytest.fixture(autouse=True)
def fresh_server():
    """Each test has its own event loop and limits, and so its own server."""
    server.cache_clear()
    telling._here = None


@pytest.fixture
def world(transactional_db) -> SimpleNamespace:
    """Ana is the customer of `ticket`; Ben and Chi are in the team; Dan is in another ticket."""
    from chat.models import Team, Ticket

    create = get_user_model().objects.create_user
    ana, ben, chi, dan = (
        create(name, first_name=name.capitalize()) for name in ("ana", "ben", "chi", "dan")
    )
    team = Team.objects.create(name="Help")
    team.members.set([ben, chi])
    empty = Team.objects.create(name="Nobody")
    ticket = Ticket.objects.create(customer=ana, team=team)
    elsewhere = Ticket.objects.create(customer=dan, team=empty)
    return SimpleNamespace(
        ana=ana, ben=ben, chi=chi, dan=dan, team=team, ticket=ticket, elsewhere=elsewhere
    )


@pytest.fixture
def browser_of(world):
    """Returns a user's browser, logged in."""

    def log_in(user) -> Client:
        browser = Client(headers={"host": "inbox.test"})
        browser.force_login(user)
        return browser

    return log_in


@pytest.fixture
def browsers(world, browser_of) -> dict:
    """A browser for each user."""
    return {user.pk: browser_of(user) for user in (world.ana, world.ben, world.chi, world.dan)}


@pytest.fixture
async def connect(browsers):
    """Opens sockets, and closes them after the test: `await connect(world.ana)`."""
    async with AsyncExitStack() as stack:

        async def open_socket(user=None, path="/ws/inbox/", **options) -> Socket:
            if user is not None:
                options.setdefault("session", browsers[user.pk].cookies["sessionid"].value)
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
