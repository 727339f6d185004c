"""Messages that were stored before the application was installed, and old ones."""

import threading
from datetime import timedelta
from io import StringIO

import pytest
from chat.models import Picture, TextMessage
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from inbox_socket.django import older, storage
from inbox_socket.django.database import in_database
from inbox_socket.django.models import Entry, Head
from tests.django.test_messages import drafts, numbers
from tests.page import say


@pytest.fixture
def store(world):
    """Stores texts as before the installation: without numbers."""

    def store(*texts: str, ticket=None) -> None:
        start = timezone.now() - timedelta(days=1)
        ticket = ticket or world.ticket
        TextMessage.objects.bulk_create(
            TextMessage(ticket=ticket, agent=world.ben, body=text) for text in texts
        )
        for place, message in enumerate(TextMessage.objects.filter(body__in=texts).order_by("pk")):
            moment = start + timedelta(seconds=place)
            TextMessage.objects.filter(pk=message.pk).update(created_at=moment)

    return store


def backfill() -> str:
    out = StringIO()
    call_command("inbox_backfill", stdout=out)
    return out.getvalue().strip()


def texts_and_numbers(count: int) -> list[tuple[int, str]]:
    return [(number, f"{number}") for number in range(1, count + 1)]


def test_older_messages_of_all_models_are_numbered_by_time(world, store):
    store("1", "2")
    Picture.objects.bulk_create([Picture(ticket=world.ticket, agent=world.ben, address="3")])
    assert backfill() == "3 messages of 1 conversations numbered"
    assert numbers(world.ticket) == texts_and_numbers(3)
    assert backfill() == "0 messages of 0 conversations numbered"


def test_a_new_message_is_above_older_ones_that_are_not_numbered_yet(world, store):
    store("1", "2")
    TextMessage.objects.create(ticket=world.ticket, agent=world.ben, body="3")
    assert numbers(world.ticket) == [(3, "3")]
    storage.append(drafts(world, "4"))
    backfill()
    assert numbers(world.ticket) == texts_and_numbers(4)


async def test_a_page_sees_the_head_above_older_messages_and_their_history(world, agree, store):
    from inbox_socket.django.database import in_database

    await in_database(store, "1", "2", "3")
    ana = await agree(world.ana)
    assert (await ana.ask({"action": "ping", "id": 1}))["total"] == 3
    history = await ana.ask({"action": "get_messages", "conversation_id": world.ticket.pk})
    assert [(m["seq"], m["message"]) for m in history["messages"]] == texts_and_numbers(3)
    assert (await ana.ask(say(world.ticket.pk, "4", "c1")))["seq"] == 4


def test_an_interrupted_backfill_continues(world, store, monkeypatch):
    monkeypatch.setattr(older, "BATCH", 2)
    number_batch, calls = older._number_batch, []

    def killed_at_the_third(*arguments):
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return number_batch(*arguments)

    store(*"123456789")
    with monkeypatch.context() as patch:
        patch.setattr(older, "_number_batch", killed_at_the_third)
        with pytest.raises(KeyboardInterrupt):
            backfill()
    assert numbers(world.ticket) == texts_and_numbers(9)[5:]
    TextMessage.objects.create(ticket=world.ticket, agent=world.ben, body="10")
    assert backfill() == "5 messages of 1 conversations numbered"
    assert numbers(world.ticket) == texts_and_numbers(10)


def test_messages_may_come_in_while_older_ones_are_numbered(world, store, monkeypatch):
    monkeypatch.setattr(older, "BATCH", 10)
    store(*(f"{number}" for number in range(1, 201)))
    first = threading.Event()
    number_batch = older._number_batch

    def signal_first(*arguments):
        first.set()
        return number_batch(*arguments)

    monkeypatch.setattr(older, "_number_batch", signal_first)

    def work() -> None:
        try:
            backfill()
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    first.wait(10)
    for number in range(201, 231):
        TextMessage.objects.create(ticket=world.ticket, agent=world.ben, body=f"{number}")
    thread.join()
    assert numbers(world.ticket) == texts_and_numbers(230)


def test_messages_deleted_before_they_are_numbered_leave_a_gap_at_the_beginning(world, store):
    store("1", "2", "3")
    TextMessage.objects.create(ticket=world.ticket, agent=world.ben, body="4")
    TextMessage.objects.filter(body="2").delete()
    backfill()
    assert numbers(world.ticket) == [(2, "1"), (3, "3"), (4, "4")]


def test_messages_that_were_stored_without_a_signal_meanwhile_count_as_new(world, store):
    store("1")
    TextMessage.objects.create(ticket=world.ticket, agent=world.ben, body="2")
    TextMessage.objects.bulk_create([TextMessage(ticket=world.ticket, agent=world.ben, body="3")])
    backfill()
    assert numbers(world.ticket) == texts_and_numbers(3)


def test_messages_stored_without_the_application_after_the_backfill_are_found_by_the_next(
    world, store
):
    store("1", "2")
    backfill()
    store("3")
    TextMessage.objects.create(ticket=world.ticket, agent=world.ben, body="4")
    assert numbers(world.ticket) == [(1, "1"), (2, "2"), (3, "4")]
    assert backfill().endswith("1 messages that had been stored without a number sent")
    assert numbers(world.ticket) == [(1, "1"), (2, "2"), (3, "4"), (4, "3")]
    assert backfill() == "0 messages of 0 conversations numbered"


async def test_a_message_found_late_is_sent(world, store, agree):
    await in_database(store, "1")
    await in_database(backfill)
    ana = await agree(world.ana)
    await in_database(store, "2")
    await in_database(backfill)
    assert (await ana.receive())["message"] == "2"


# --- pruning ---


def prune(*options: str) -> None:
    call_command("inbox_prune", "--days", "30", *options, stdout=StringIO())


def test_pruning_deletes_old_messages_and_keeps_young_ones_and_the_heads(world):
    for text in "123":
        TextMessage.objects.create(ticket=world.ticket, agent=world.ben, body=text)
    Entry.objects.filter(seq__lt=3).update(created_at=timezone.now() - timedelta(days=31))
    prune()
    assert TextMessage.objects.count() == 3, "without --messages no message is deleted"
    prune("--messages")
    assert numbers(world.ticket) == [(3, "3")]
    assert (Entry.objects.count(), TextMessage.objects.count()) == (1, 1)
    assert Head.objects.get().head == 3


def test_pruning_keeps_the_newest_messages_of_each_conversation(world):
    for text in "123":
        TextMessage.objects.create(ticket=world.ticket, agent=world.ben, body=text)
    TextMessage.objects.create(ticket=world.elsewhere, customer=world.dan, body="alone")
    Entry.objects.update(created_at=timezone.now() - timedelta(days=31))
    prune("--messages", "--keep", "2")
    assert numbers(world.ticket) == [(2, "2"), (3, "3")]
    assert numbers(world.elsewhere) == [(1, "alone")]


def test_numbers_that_a_page_may_still_send_again_are_not_pruned(db):
    with pytest.raises(CommandError, match="--days must be at least 7; got 6"):
        call_command("inbox_prune", "--days", "6")


def test_numbers_of_messages_that_the_application_has_deleted_are_pruned_when_old(world):
    for text in "12":
        TextMessage.objects.create(ticket=world.ticket, agent=world.ben, body=text)
    TextMessage.objects.all().delete()
    Entry.objects.filter(seq=1).update(created_at=timezone.now() - timedelta(days=31))
    prune()
    assert list(Entry.objects.values_list("seq", flat=True)) == [2]
