"""Settings, checks and the demo's data."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from config import environment
from inbox import demo_data
from inbox.models import Conversation, Message, User


def test_the_models_and_the_migrations_agree(db):
    call_command("makemigrations", check=True, dry_run=True)


def test_a_secret_key_is_generated_once_and_only_its_owner_can_read_it(monkeypatch, tmp_path):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    key = environment.secret_key(tmp_path)
    assert len(key) >= 50
    assert environment.secret_key(tmp_path) == key
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0

    monkeypatch.setenv("SECRET_KEY", "given")
    assert environment.secret_key(tmp_path) == "given"


SQLITE = "sqlite:////data/inbox.sqlite3"


@pytest.mark.parametrize("url", ["", " "])
def test_an_empty_database_url_selects_the_default(monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", url)
    assert environment.database("DATABASE_URL", SQLITE)["NAME"] == "/data/inbox.sqlite3"


@pytest.mark.parametrize(
    ("url", "got"),
    [
        ("postgres://ana:secret@host:port/inbox", "a URL that begins with postgres://"),
        ("postgres://ana:secret@host/", "a URL that begins with postgres://"),
        ("mysql://ana:secret@host/inbox", "a URL that begins with mysql://"),
        ("sqlite://:memory:", "a URL that begins with sqlite://"),
        ("/var/lib/secret.sqlite3", "a value without ://"),
    ],
)
def test_an_invalid_database_url_raises_an_error_that_names_valid_ones(monkeypatch, url, got):
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured) as caught:
        environment.database("DATABASE_URL", SQLITE)
    error = str(caught.value)
    assert error.startswith("DATABASE_URL must be postgres://user:password@host/name ")
    assert error.endswith(f"or sqlite:////path/to/file; got {got}")
    assert "secret" not in error


def test_the_demo_has_three_users_with_conversations(transactional_db):
    demo_data.seed_demo()
    ana, ben, chi = User.objects.order_by("pk")
    assert [user.username for user in (ana, ben, chi)] == ["ana", "ben", "chi"]
    shared = Conversation.objects.filter(participants=ana).filter(participants=ben)
    assert shared.exclude(participants=chi).count() == 3
    assert shared.filter(participants=chi).count() == 1
    for conversation in Conversation.objects.all():
        writers = set(conversation.messages.values_list("sender", flat=True))
        assert writers == set(conversation.participants.values_list("pk", flat=True))
    times = list(Message.objects.order_by("pk").values_list("created_at", flat=True))
    assert times == sorted(times)


def test_seeding_again_changes_nothing(transactional_db):
    for _ in range(2):
        demo_data.seed_demo()
        demo_data.seed_crowd(users=2, conversations=3)
    assert User.objects.count() == 3 + 2
    assert User.objects.get(username="u1").conversations.count() == 3


def test_a_database_that_has_users_is_not_seeded(world):
    demo_data.seed_demo()
    assert User.objects.count() == 3
    assert not User.objects.filter(is_demo=True).exists()


def test_every_seeded_user_is_a_demo_account(transactional_db):
    demo_data.seed_demo()
    demo_data.seed_crowd(users=2, conversations=1)
    assert not User.objects.filter(is_demo=False).exists()


def test_without_debug_the_demo_refuses_to_seed(transactional_db, settings, monkeypatch):
    monkeypatch.setattr("inbox.management.commands.demo.serve", lambda host, port: None)
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG"):
        call_command("demo")
    assert not User.objects.exists()
