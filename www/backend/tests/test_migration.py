"""Migrates databases of older versions without losing data."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from inbox_socket.django.models import Entry, Head, Member
from inbox_socket.django.storage import append, heads
from inbox_socket.storage import Draft, Stored


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

    migrate_to("0004_package")

    expected = {str(talked.pk): 3, str(quiet.pk): 0, str(other.pk): 2}
    assert dict(Head.objects.values_list("conversation", "head")) == expected
    texts = {str(pk): text for pk, text in Old.objects.values_list("pk", "text")}
    assert {entry.key: str(entry.seq) for entry in Entry.objects.all()} == texts
    assert Member.objects.filter(floor=0).count() == 6
    assert set(Entry.objects.values_list("client_id", flat=True)) == {None}


def test_numbers_client_ids_and_floors_move_into_the_tables_of_the_package(layer_0):
    apps = migrate_to("0003_rehearsal")
    ana = apps.get_model("inbox", "User").objects.create(username="ana")
    room = apps.get_model("inbox", "Conversation").objects.create(title="a", head=9)
    apps.get_model("inbox", "Participation").objects.create(
        conversation=room, user=ana, joined_seq=4
    )
    message = apps.get_model("inbox", "Message").objects.create(
        conversation=room, seq=9, sender=ana, client_id="c1", type="TEXT", text="a"
    )

    migrate_to("0004_package")

    assert append([Draft(ana.pk, room.pk, "again", "TEXT", "c1")]) == [
        Stored({"conversation_id": room.pk, "seq": 9, "message_id": message.pk})
    ]
    assert heads(ana.pk) == {room.pk: (9, 4)}
    (new,) = append([Draft(ana.pk, room.pk, "next", "TEXT", "c2")])
    assert new.frame["seq"] == 10
