"""The settings, the subclass of Inbox, and the checks."""

import pytest
import uvicorn
from chat.inbox import ChatInbox
from chat.models import Ticket
from django.core.management import CommandError, call_command
from uvicorn._subprocess import get_subprocess

from inbox_socket import MemoryBroker
from inbox_socket.django import Inbox, asgi, checks, conf
from tests.django.workers import count_problems


class Incomplete(Inbox):
    message_model = Ticket

    def conversations(self, user):
        return []


class Misspelt(ChatInbox):
    text_field = "boddy"


class NoModel(ChatInbox):
    message_models = ()


def broker() -> MemoryBroker:
    return MemoryBroker()


@pytest.fixture
def inbox_settings(settings):
    """Replaces INBOX_SOCKET, and clears what is made from it."""

    def replace(value) -> None:
        settings.INBOX_SOCKET = value
        conf.inbox.cache_clear()

    yield replace
    conf.inbox.cache_clear()


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, 'INBOX_SOCKET must be a dictionary with at least "INBOX"; got None'),
        ({"INBOX": "chat.inbox.Missing"}, 'INBOX_SOCKET["INBOX"] must be a dotted path; '),
        ({"INBOX": "chat.models.Ticket"}, "must be a subclass of Inbox; got <class"),
        ({}, 'INBOX_SOCKET["INBOX"] must be a subclass of Inbox; got None'),
        ({"INBOX": ChatInbox, "HEARTBEATS": 1}, "must have only the keys INBOX, PATH, "),
        ({"INBOX": ChatInbox, "LIMITS": {"burst": 1}}, "frames_per_second, frames_burst"),
        ({"INBOX": ChatInbox, "ALLOWED_ORIGINS": "https://a.example"}, "must be a list of origins"),
        (
            {"INBOX": ChatInbox, "ALLOWED_ORIGINS": ["https://a.example/"]},
            "a slash at the end; got",
        ),
        ({"INBOX": ChatInbox, "PATH": "ws/"}, 'INBOX_SOCKET["PATH"] must begin with a slash'),
        ({"INBOX": Misspelt}, "Misspelt.text_field must name a field of chat.TextMessage; got 'b"),
        ({"INBOX": ChatInbox, "BROKER": 7}, "must name a class or function; got 7"),
        ({"INBOX": NoModel}, "NoModel must have a message_model or message_models"),
        ({"INBOX": Incomplete}, "Incomplete must define participants"),
        ({"INBOX": Incomplete}, "Incomplete must define create"),
        (
            {"INBOX": Incomplete},
            "Incomplete.conversation_field must name a field of chat.Ticket; got None"
            " (without it: one of conversation, room,",
        ),
    ],
)
def test_a_mistake_in_the_settings_is_named(inbox_settings, value, problem):
    inbox_settings(value)
    assert any(problem in found for found in conf.problems()), conf.problems()


def test_a_server_does_not_start_with_a_mistake_in_the_settings(inbox_settings):
    inbox_settings({"INBOX": "chat.inbox.Missing"})
    with pytest.raises(Exception, match=r"inbox_socket\.E001"):
        asgi.inbox_application()


def test_the_test_project_has_no_mistakes():
    call_command("check", fail_level="WARNING")


def test_several_workers_need_a_broker(inbox_settings, monkeypatch):
    monkeypatch.setenv("WEB_CONCURRENCY", "2")
    with pytest.raises(CommandError, match=r"inbox_socket\.E002"):
        call_command("check", tags=["inbox_socket"])
    inbox_settings({"INBOX": "chat.inbox.ChatInbox", "BROKER": "tests.django.test_setup.broker"})
    call_command("check", tags=["inbox_socket"])
    assert isinstance(conf.make_broker(), MemoryBroker)


@pytest.mark.parametrize(
    ("options", "problems"),
    [({"workers": 2}, 1), ({"workers": 1}, 0), ({"reload": True}, 0), ({}, 0)],
)
def test_several_workers_of_uvicorn_s_option_need_a_broker(options, problems):
    child = get_subprocess(uvicorn.Config("asgi:application", **options), count_problems, [])
    child.start()
    child.join(30)
    assert child.exitcode == problems


@pytest.mark.parametrize(
    ("engine", "options", "ids"),
    [
        ("django.db.backends.sqlite3", {}, ["inbox_socket.W001"]),
        ("django.db.backends.sqlite3", {"transaction_mode": "IMMEDIATE"}, []),
        ("django.db.backends.postgresql", {}, []),
        ("django.db.backends.mysql", {}, ["inbox_socket.E003"]),
    ],
)
def test_the_database_is_checked(monkeypatch, engine, options, ids):
    class Settings:
        DATABASES = {"default": {"ENGINE": engine, "OPTIONS": options}}  # noqa: RUF012

    monkeypatch.setattr(checks, "settings", Settings)
    assert [found.id for found in checks.supported_database(None)] == ids


def test_migrations_match_the_models(db):
    call_command("makemigrations", "inbox_socket", check=True, dry_run=True)
