"""Several threads, each with a database connection of its own."""

import threading
from concurrent.futures import ThreadPoolExecutor

from chat.models import TextMessage, Ticket
from django.db import connection

from inbox_socket import Draft
from inbox_socket.django import storage
from inbox_socket.django.models import Entry, Head
from tests.django.test_messages import numbers

THREADS = 8


def at_once(count: int, function) -> list:
    """Calls `function(0)`, `function(1)` … at the same time."""
    barrier = threading.Barrier(THREADS)

    def call(number: int):
        try:
            barrier.wait(10)
            return function(number)
        finally:
            connection.close()

    assert count % THREADS == 0
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(call, range(count)))


def test_views_and_sockets_number_one_conversation_consecutively(world):
    def store(number: int) -> None:
        if number % 2:
            TextMessage.objects.create(ticket=world.ticket, agent=world.ben, body=f"{number}")
        else:
            draft = Draft(world.ana.pk, world.ticket.pk, f"{number}", "TEXT", f"c{number}")
            storage.append([draft])

    at_once(64, store)
    found = numbers(world.ticket)
    assert [number for number, _ in found] == list(range(1, 65))
    assert sorted(text for _, text in found) == sorted(f"{number}" for number in range(64))
    assert Head.objects.get().head == 64


def test_batches_of_the_same_conversations_in_another_order_wait_for_no_circle(world):
    tickets = [
        world.ticket,
        *(Ticket.objects.create(customer=world.ana, team=world.team) for _ in range(5)),
    ]

    def store(number: int) -> None:
        order = tickets if number % 2 else tickets[::-1]
        storage.append(
            [
                Draft(world.ana.pk, ticket.pk, "a", "TEXT", f"{number}-{ticket.pk}")
                for ticket in order
            ]
        )

    at_once(40, store)
    assert list(Head.objects.values_list("head", flat=True)) == [40] * 6


def test_a_message_that_arrives_eight_times_at_once_is_stored_once(world):
    draft = Draft(world.ana.pk, world.ticket.pk, "a", "TEXT", "c1")
    outcomes = at_once(8, lambda _: storage.append([draft])[0])
    assert {outcome.frame["seq"] for outcome in outcomes} == {1}
    assert sum(bool(outcome.recipients) for outcome in outcomes) == 1
    assert numbers(world.ticket) == [(1, "a")]


def test_a_client_id_sent_to_eight_conversations_at_once_is_stored_once(world):
    tickets = [Ticket.objects.create(customer=world.ana, team=world.team) for _ in range(8)]
    outcomes = at_once(
        8,
        lambda number: storage.append([Draft(world.ana.pk, tickets[number].pk, "a", "TEXT", "c1")])[
            0
        ],
    )
    assert len({outcome.frame["conversation_id"] for outcome in outcomes}) == 1
    assert Entry.objects.count() == TextMessage.objects.count() == 1


def test_first_messages_and_first_looks_at_once_agree_on_the_older_messages(world):
    TextMessage.objects.bulk_create(
        TextMessage(ticket=world.ticket, agent=world.ben, body=f"old {n}") for n in range(5)
    )

    def look_or_store(number: int) -> None:
        if number % 2:
            assert storage.heads(world.chi.pk)[world.ticket.pk].seq >= 5
        else:
            storage.append([Draft(world.ana.pk, world.ticket.pk, "new", "TEXT", f"c{number}")])

    at_once(16, look_or_store)
    assert [number for number, _ in numbers(world.ticket)] == list(range(6, 14))


def test_a_batch_that_fails_once_is_tried_again(world, monkeypatch):
    from django.db import OperationalError

    number, calls = storage.number, []

    def fail_once(*arguments):
        calls.append(arguments)
        if len(calls) == 1:
            raise OperationalError("deadlock detected")
        return number(*arguments)

    monkeypatch.setattr(storage, "number", fail_once)
    storage.append([Draft(world.ana.pk, world.ticket.pk, "a", "TEXT", "c1")])
    assert numbers(world.ticket) == [(1, "a")]
