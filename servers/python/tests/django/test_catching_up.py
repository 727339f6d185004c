"""What `sync` reads: the messages of one batch, and the beginning of a history of deleted ones."""

import re

import pytest
from chat.models import TextMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inbox_socket import Cursor
from inbox_socket.django import storage
from inbox_socket.django.database import in_database
from inbox_socket.django.models import Entry, Head

DELETED = 3_000


def fill(world, deleted: int, *texts: str) -> None:
    """Stores messages after numbers whose messages have been deleted."""
    key = str(world.ticket.pk)
    head = {"head": deleted, "is_complete": True}
    Head.objects.update_or_create(conversation=key, defaults=head)
    label = "chat.textmessage"
    Entry.objects.bulk_create(
        Entry(conversation=key, seq=seq, model=label) for seq in range(1, deleted + 1)
    )
    for text in texts:
        TextMessage.objects.create(ticket=world.ticket, agent=world.ben, body=text)


async def test_a_long_history_of_deleted_messages_takes_one_batch(world, agree):
    chi = await agree(world.chi)
    await in_database(fill, world, DELETED, "a", "b")
    assert [(await chi.receive())["seq"] for _ in range(2)] == [DELETED + 1, DELETED + 2]
    batch = await chi.sync(**{f"_{world.ticket.pk}": 0})
    assert [message["message"] for message in batch["messages"]] == ["a", "b"]
    assert (batch["floors"], batch["has_more"]) == ({str(world.ticket.pk): DELETED}, False)


async def test_messages_deleted_without_a_signal_are_passed_by_two_hundred_numbers(world, agree):
    def store():
        texts = [f"{number}" for number in range(450)]
        fill(world, 0, *texts, "kept")
        gone = TextMessage.objects.filter(body__in=texts)
        gone._raw_delete(gone.db)

    chi, key = await agree(world.chi), str(world.ticket.pk)
    await in_database(store)
    for _ in range(451):
        await chi.receive()
    cursor, batches = 0, []
    for _ in range(3):
        batch = await chi.sync(**{f"_{key}": cursor})
        cursor = batch["floors"][key]
        batches.append((cursor, len(batch["messages"]), batch["has_more"]))
    assert batches == [(200, 0, True), (400, 0, True), (450, 1, False)]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plans of SQLite")
def test_messages_are_looked_up_by_key_and_the_first_one_in_an_index_of_the_kept_ones(world):
    fill(world, 0, "a")
    cursors = [Cursor(world.ticket.pk, 0, 200)]
    with CaptureQueriesContext(connection) as queries:
        storage.after(world.chi.pk, cursors, 200)
        assert storage.first(cursors) == {world.ticket.pk: 1}
    [find, first] = [
        plan for query in queries if (plan := plan_of(query["sql"], "inbox_socket_entry"))
    ]
    assert re.search(r"SEARCH entry USING .*\(conversation=\? AND seq=\?\)", find)
    assert "USING INDEX inbox_socket_kept (conversation=? AND seq>? AND seq<?)" in first


def plan_of(sql: str, table: str) -> str:
    """Returns how SQLite executes a query over ranges or numbers of a table."""
    if table not in sql or "WITH" not in sql:
        return ""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return "\n".join(detail for *_, detail in cursor.fetchall())
