"""Migrates a database from layer 0 to layer 1 without losing data."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from inbox.models import Conversation, Message, Participation


def migrate_to(name: str):
    executor = MigrationExecutor(connection)
    executor.migrate([("inbox", name)])
    return MigrationExecutor(connection).loader.project_state([("inbox", name)]).apps


@pytest.fixture
def layer_0(transactional_db):
    """The old models; the newest migration is applied again after the test."""
    yield migrate_to("0001_initial")
    call_command("migrate", verbosity=0)


def test_existing_messages_are_numbered_and_participants_keep_their_history(layer_0):
    User = layer_0.get_model("inbox", "User")
    Room = layer_0.get_model("inbox", "Conversation")
    Old = layer_0.get_model("inbox", "Message")
    ana, ben = (User.objects.create(username=name) for name in ("ana", "ben"))
    talked, quiet, other = (Room.objects.create(title=title) for title in "abc")
    for room in (talked, quiet, other):
        room.participants.set([ana, ben])
    for room, text in ((talked, "1"), (other, "1"), (talked, "2"), (talked, "3"), (other, "2")):
        Old.objects.create(conversation=room, sender=ana, type="TEXT", text=text)

    migrate_to("0002_delivery")

    assert dict(Conversation.objects.values_list("title", "head")) == {"a": 3, "b": 0, "c": 2}
    assert all(str(message.seq) == message.text for message in Message.objects.all())
    assert Participation.objects.filter(joined_seq=0).count() == 6
    assert set(Message.objects.values_list("client_id", flat=True)) == {None}
