"""Messages through the socket and through the REST API: numbered, pushed, synced, once."""

from contextlib import suppress

import pytest
from chat.inbox import ChatInbox
from chat.models import Note, Picture, TextMessage, Ticket
from django.db import DatabaseError, connection, transaction
from django.db.models import FilteredRelation
from django.test.utils import CaptureQueriesContext

from inbox_socket import Code, Draft, Refused, Stored
from inbox_socket.django import storage
from inbox_socket.django.database import in_database
from inbox_socket.django.models import Entry, Head, Member
from inbox_socket.django.watching import publish
from tests.page import say

PING = {"action": "ping", "id": 1}


def numbers(ticket) -> list[tuple[int, str]]:
    """Returns the numbers of a conversation's messages that still exist, with their texts."""
    found = []
    for entry in Entry.objects.filter(conversation=str(ticket.pk)).order_by("seq"):
        model = {"chat.textmessage": TextMessage, "chat.picture": Picture}[entry.model]
        message = model.objects.filter(pk=entry.key).first()
        if message:
            found.append((entry.seq, getattr(message, "body", None) or message.address))
    return found


def drafts(world, *texts: str) -> list[Draft]:
    return [
        Draft(world.ana.pk, world.ticket.pk, text, "TEXT", f"c{number}")
        for number, text in enumerate(texts)
    ]


# --- wherever a message is created ---


async def test_a_message_of_the_socket_is_acknowledged_pushed_and_in_the_applications_table(
    world, agree
):
    ana, ben = await agree(world.ana), await agree(world.ben)
    ack = await ana.ask(say(world.ticket.pk, "Hello", "c1"))
    frame = await ben.receive()
    message = await TextMessage.objects.aget()
    assert ack["message_id"] == frame["message_id"] == f"textmessage-{message.pk}"
    assert (message.body, message.customer_id, message.agent_id) == ("Hello", world.ana.pk, None)
    assert list(frame.items())[:4] == [
        ("conversation_id", world.ticket.pk),
        ("seq", 1),
        ("message", "Hello"),
        ("type", "TEXT"),
    ]
    assert (frame["sender_id"], frame["sender_name"]) == (world.ana.pk, "Ana")
    assert frame["created_at"].endswith("Z")


async def test_messages_of_the_rest_api_are_numbered_pushed_and_synced(world, agree, browsers):
    ana, ben = await agree(world.ana), await agree(world.ben)
    await ana.ask(say(world.ticket.pk, "first", "c1"))
    await ana.receive()
    post = browsers[world.chi.pk].post
    path = f"/api/tickets/{world.ticket.pk}/messages/"
    answer = await in_database(lambda: post(path, {"body": "second"}, "application/json"))
    assert answer.status_code == 201
    pushed = await ana.receive()
    assert (pushed["seq"], pushed["message"], pushed["sender_id"]) == (2, "second", world.chi.pk)
    assert [(await ben.receive())["seq"] for _ in range(2)] == [1, 2]
    synced = await ben.sync(**{f"_{world.ticket.pk}": 1})
    assert synced["messages"] == [pushed]


async def test_messages_of_several_models_share_one_sequence(world, agree):
    def store():
        TextMessage.objects.create(ticket=world.ticket, agent=world.ben, body="one")
        Picture.objects.create(ticket=world.ticket, agent=world.ben, address="https://two.example")
        TextMessage.objects.create(ticket=world.ticket, agent=world.ben, body="three")

    ana = await agree(world.ana)
    await in_database(store)
    pushed = [await ana.receive() for _ in range(3)]
    assert [frame["seq"] for frame in pushed] == [1, 2, 3]
    assert (pushed[1]["message"], pushed[1]["type"]) == ("https://two.example", "PICTURE")
    assert pushed[0]["message_id"] != pushed[1]["message_id"]
    history = await ana.ask({"action": "get_messages", "conversation_id": world.ticket.pk})
    assert history["messages"] == pushed
    older = {"action": "get_messages", "conversation_id": world.ticket.pk, "limit": 1}
    older = await ana.ask(older | {"before": pushed[2]["message_id"]})
    assert (older["messages"], older["has_more"]) == (pushed[1:2], True)


async def test_a_message_of_a_transaction_that_is_rolled_back_is_neither_numbered_nor_pushed(
    world, agree
):
    def fail():
        with transaction.atomic():
            TextMessage.objects.create(ticket=world.ticket, agent=world.ben, body="never")
            raise ZeroDivisionError

    ana = await agree(world.ana)
    with pytest.raises(ZeroDivisionError):
        await in_database(fail)
    await ana.nothing_more()
    assert (await ana.ask(PING))["total"] == 0
    assert (await ana.ask(say(world.ticket.pk, "a", "c1")))["seq"] == 1


def test_the_insert_and_the_number_are_one_transaction_in_autocommit_mode(world, monkeypatch):
    from inbox_socket.django import watching

    monkeypatch.setattr(watching, "lock", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        TextMessage.objects.create(ticket=world.ticket, agent=world.ben, body="a")
    assert not TextMessage.objects.exists(), "a message without a number would never be told"


async def test_bulk_created_messages_are_sent_by_publish_once(world, agree):
    def store():
        with transaction.atomic():
            messages = TextMessage.objects.bulk_create(
                TextMessage(ticket=world.ticket, agent=world.ben, body=text) for text in "ab"
            )
            publish(messages)
            publish(messages)

    ana = await agree(world.ana)
    await in_database(store)
    assert [(await ana.receive())["message"] for _ in range(2)] == ["a", "b"]
    await ana.nothing_more()
    assert await in_database(numbers, world.ticket) == [(1, "a"), (2, "b")]


def test_a_message_created_through_a_proxy_is_one_of_its_model(world):
    note = Note.objects.create(ticket=world.ticket, agent=world.ben, body="a")
    TextMessage.objects.get().save()
    assert numbers(world.ticket) == [(1, "a")]
    note.delete()
    assert Entry.objects.get().key is None


def test_saving_a_message_again_gives_it_no_second_number(world):
    message = TextMessage.objects.create(ticket=world.ticket, agent=world.ben, body="a")
    message.body = "edited"
    message.save()
    message.save(update_fields=["body"])
    assert numbers(world.ticket) == [(1, "edited")]


# --- what an application does to its messages ---


async def test_a_message_moved_to_another_conversation_is_new_there_and_a_gap_here(world, agree):
    def move():
        first, second, _ = [
            TextMessage.objects.create(ticket=world.ticket, agent=world.ben, body=text)
            for text in "abc"
        ]
        TextMessage.objects.create(ticket=world.elsewhere, customer=world.dan, body="d")
        second.ticket = world.elsewhere
        second.save()
        first.save()

    dan, chi = await agree(world.dan), await agree(world.chi)
    await in_database(move)
    assert [((await dan.receive())["seq"]) for _ in range(2)] == [1, 2]
    here, there = f"_{world.ticket.pk}", f"_{world.elsewhere.pk}"
    assert [m["message"] for m in (await dan.sync(**{there: 0}))["messages"]] == ["d", "b"]
    first = await chi.receive()
    assert first["message"] == "a"
    assert [(await chi.receive())["message"] for _ in range(2)] == ["b", "c"]
    batch = await chi.sync(**{here: 0})
    assert ([m["message"] for m in batch["messages"]], batch["has_more"]) == (["a"], True)
    batch = await chi.sync(**{here: 1})
    assert [m["message"] for m in batch["messages"]] == ["c"]
    assert batch["floors"] == {str(world.ticket.pk): 2}


async def test_a_message_moved_by_an_update_without_a_signal_is_shown_in_neither_place(
    world, agree
):
    def move():
        TextMessage.objects.create(ticket=world.ticket, agent=world.ben, body="secret")
        TextMessage.objects.update(ticket=world.elsewhere)

    await in_database(move)
    chi = await agree(world.chi)
    assert (await chi.sync(**{f"_{world.ticket.pk}": 0}))["messages"] == []


@pytest.mark.parametrize("how", ["delete", "_raw_delete"])
async def test_a_deleted_message_is_a_gap_and_its_number_is_not_given_out_again(world, agree, how):
    def delete():
        for text in "abc":
            TextMessage.objects.create(ticket=world.ticket, agent=world.ben, body=text)
        query = TextMessage.objects.filter(body__in="bc")
        query.delete() if how == "delete" else query._raw_delete("default")

    chi = await agree(world.chi)
    await in_database(delete)
    for _ in "abc":
        await chi.receive()
    batch = await chi.sync(**{f"_{world.ticket.pk}": 1})
    assert (batch["messages"], batch["floors"]) == ([], {str(world.ticket.pk): 3})
    history = await chi.ask({"action": "get_messages", "conversation_id": world.ticket.pk})
    assert [message["message"] for message in history["messages"]] == ["a"]
    assert (await chi.ask(say(world.ticket.pk, "d", "c1")))["seq"] == 4


async def test_a_message_sent_again_after_its_deletion_is_not_stored_again(world, agree):
    ana = await agree(world.ana)
    first = await ana.ask(say(world.ticket.pk, "a", "c1"))
    await ana.receive()
    await TextMessage.objects.all().adelete()
    again = await ana.ask(say(world.ticket.pk, "a", "c1"))
    assert again["seq"] == first["seq"]
    assert not await TextMessage.objects.aexists()


def test_a_missing_head_is_recreated_above_the_highest_number(world):
    for text in "abc":
        TextMessage.objects.create(ticket=world.ticket, agent=world.ben, body=text)
    TextMessage.objects.filter(body="a").delete()
    Head.objects.all().delete()
    TextMessage.objects.create(ticket=world.ticket, agent=world.ben, body="d")
    assert numbers(world.ticket) == [(2, "b"), (3, "c"), (4, "d")]


# --- batches ---


@pytest.mark.parametrize("count", [1, 40])
def test_a_batch_takes_the_same_number_of_queries_for_any_number_of_messages(world, count):
    storage.append(drafts(world, "warm"))
    batch = [
        Draft(world.ana.pk, world.ticket.pk, f"{number}", "TEXT", f"n{number}")
        for number in range(count)
    ]
    with CaptureQueriesContext(connection) as queries:
        outcomes = storage.append(batch)
    assert [outcome.frame["seq"] for outcome in outcomes] == list(range(2, count + 2))
    # Besides that of the application's `create`.
    own = [q["sql"] for q in queries if 'FROM "chat_ticket"' not in q["sql"]]
    tables = ["chat_textmessage", "socket_head", "socket_entry", "socket_member", "auth_user"]
    kinds = [(sql.split()[0], next(t for t in tables if t in sql)) for sql in own if '"' in sql]
    assert kinds == [
        ("SELECT", "socket_head"),  # lock
        ("SELECT", "auth_user"),  # participants
        ("SELECT", "socket_entry"),  # repeated messages
        ("INSERT", "chat_textmessage"),
        ("INSERT", "socket_entry"),
        ("INSERT", "socket_head"),  # which updates it
        ("SELECT", "auth_user"),  # senders
        ("SELECT", "socket_member"),
    ]


def test_a_batch_names_the_sender_of_each_message(world):
    senders = [world.ana, world.ben, world.chi, world.ben]
    batch = [Draft(user.pk, world.ticket.pk, "a", "TEXT") for user in senders]
    found = [outcome.frame["sender_name"] for outcome in storage.append(batch)]
    assert found == ["Ana", "Ben", "Chi", "Ben"]


def test_a_batch_loads_the_foreign_keys_that_messages_selects_with_one_query_each(
    world, monkeypatch
):
    # A FilteredRelation is not a field that a message could have.
    query = TextMessage.objects.annotate(writer=FilteredRelation("customer"))
    query = query.select_related("writer", "ticket__team")
    monkeypatch.setattr(ChatInbox, "messages", lambda self, model: query)

    def frame(self, message, reader):
        return {"message": message.ticket.team.name, "type": "TEXT"}

    monkeypatch.setattr(ChatInbox, "frame", frame)
    with CaptureQueriesContext(connection) as queries:
        outcomes = storage.append(drafts(world, "a", "b", "c"))
    assert [outcome.frame["message"] for outcome in outcomes] == ["Help"] * 3
    assert len([q for q in queries if 'FROM "chat_team" WHERE' in q["sql"]]) == 1


def test_a_batch_numbers_conversations_with_and_without_messages(world):
    new = Ticket.objects.create(customer=world.ana, team=world.team)
    storage.append(drafts(world, "a"))
    batch = [
        Draft(world.ana.pk, ticket.pk, text, "TEXT")
        for text in "bc"
        for ticket in (world.ticket, new)
    ]
    storage.append(batch)
    assert numbers(world.ticket) == [(1, "a"), (2, "b"), (3, "c")]
    assert numbers(new) == [(1, "b"), (2, "c")]


def test_a_message_twice_in_one_batch_is_stored_once(world):
    first, second = storage.append(drafts(world, "a")[:1] * 2)
    assert first.frame["seq"] == second.frame["seq"] == 1
    assert (set(first.recipients), second.recipients) == (
        {world.ana.pk, world.ben.pk, world.chi.pk},
        (),
    )
    assert numbers(world.ticket) == [(1, "a")]


def test_an_outsiders_draft_is_refused_within_a_batch_and_creates_no_rows(world):
    outcomes = storage.append(
        [
            Draft(world.dan.pk, world.ticket.pk, "a", "TEXT", "c1"),
            Draft(world.ana.pk, world.ticket.pk, "b", "TEXT", "c1"),
            Draft(world.ana.pk, 404, "c", "TEXT", "c2"),
        ]
    )
    assert [type(outcome) for outcome in outcomes] == [Refused, Stored, Refused]
    assert numbers(world.ticket) == [(1, "b")]
    assert [head.pk for head in Head.objects.all()] == [str(world.ticket.pk)]


# --- applications with mistakes ---


@pytest.fixture
def creating(monkeypatch):
    """Replaces the application's create."""

    def replace(function) -> None:
        monkeypatch.setattr(ChatInbox, "create", lambda self, *arguments: function(*arguments))

    return replace


def text_message(user_id, ticket_id, text) -> TextMessage:
    return TextMessage(ticket_id=ticket_id, customer_id=user_id, body=text)


def stores_none(user_id, ticket_id, text, type):
    return None


def stores_two(user_id, ticket_id, text, type):
    text_message(user_id, ticket_id, "an extra one").save()
    message = text_message(user_id, ticket_id, text)
    message.save()
    return message


def stores_one_and_returns_another(user_id, ticket_id, text, type):
    text_message(user_id, ticket_id, "an extra one").save()
    return text_message(user_id, ticket_id, text)


def stores_it_elsewhere(user_id, ticket_id, text, type):
    return text_message(user_id, Ticket.objects.exclude(pk=ticket_id).get().pk, text)


@pytest.mark.parametrize(
    ("create", "reason"),
    [
        (stores_none, "must return a chat.TextMessage or chat.Picture; got NoneType"),
        (stores_two, "must store exactly one message and return it; it stored 2"),
        (stores_one_and_returns_another, "must store the message that it returns; it stored 1"),
        (stores_it_elsewhere, "must store the message in conversation"),
    ],
)
async def test_a_create_that_does_not_store_one_message_stores_nothing(
    world, agree, creating, caplog, create, reason
):
    creating(create)
    ana = await agree(world.ana)
    error = await ana.ask(say(world.ticket.pk, "secret", "c1"))
    assert (error["code"], error["ref"], error["retry_after"]) == ("internal", "c1", 1_000)
    assert not await TextMessage.objects.aexists()
    assert f"ChatInbox.create {reason}" in caplog.text
    assert "secret" not in caplog.text
    assert (await ana.ask(PING))["total"] == 0


async def test_a_create_that_saves_is_numbered_once(world, agree, creating):
    def saves(user_id, ticket_id, text, type):
        message = text_message(user_id, ticket_id, text)
        message.save()
        return message

    creating(saves)
    ana = await agree(world.ana)
    assert (await ana.ask(say(world.ticket.pk, "a", "c1")))["seq"] == 1
    assert (await ana.receive())["seq"] == 1
    await ana.nothing_more()


async def test_a_create_may_reject_a_message_for_good(world, agree, creating):
    def rejects(*arguments):
        raise Refused(Code.BAD_FRAME, "no links, please")

    creating(rejects)
    ana = await agree(world.ana)
    error = await ana.ask(say(world.ticket.pk, "a", "c1"))
    assert (error["code"], error["detail"]) == ("bad_frame", "no links, please")
    assert "retry_after" not in error


async def test_participants_that_raise_reject_the_socket_s_message_and_number_the_views(
    world, agree, monkeypatch, caplog
):
    ana = await agree(world.ana)
    with monkeypatch.context() as patch:
        patch.setattr(ChatInbox, "participants", lambda *_: 1 / 0)
        assert (await ana.ask(say(world.ticket.pk, "a", "c1")))["code"] == "internal"
        await TextMessage.objects.acreate(ticket=world.ticket, agent=world.ben, body="view")
        assert "a message isn't sent: ZeroDivisionError" in caplog.text
    await ana.nothing_more()
    assert (await ana.ask(PING))["total"] == 1
    assert (await ana.ask(say(world.ticket.pk, "a", "c1")))["seq"] == 2
    await ana.receive()
    found = await ana.sync(**{f"_{world.ticket.pk}": 0})
    assert [message["message"] for message in found["messages"]] == ["view", "a"]


async def test_a_frame_that_is_not_json_stores_no_message_of_the_socket(
    world, agree, monkeypatch, caplog
):
    ana = await agree(world.ana)
    with monkeypatch.context() as patch:
        patch.setattr(ChatInbox, "frame", lambda *_: {"message": {1, 2}})
        assert (await ana.ask(say(world.ticket.pk, "a", "c1")))["code"] == "internal"
        await TextMessage.objects.acreate(ticket=world.ticket, agent=world.ben, body="view")
        await ana.nothing_more()
        assert "is not JSON: TypeError" in caplog.text
    assert (await ana.ask(say(world.ticket.pk, "a", "c1")))["seq"] == 2
    await ana.receive()
    found = await ana.sync(**{f"_{world.ticket.pk}": 0})
    assert [message["message"] for message in found["messages"]] == ["view", "a"]


async def test_an_error_that_the_application_ignores_acknowledges_no_message_that_is_not_stored(
    world, agree, monkeypatch
):
    """After it, PostgreSQL answers COMMIT with a rollback, and reports no error."""

    def ignores_an_error(inbox, message, reader):
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM nowhere")
        return {"message": message.body, "type": "TEXT"}

    ana = await agree(world.ana)
    monkeypatch.setattr(ChatInbox, "frame", ignores_an_error)
    answer = await ana.ask(say(world.ticket.pk, "a", "c1"))
    stored = await TextMessage.objects.acount()
    assert (answer["action"], stored) in [("ack", 1), ("error", 0)]


async def test_frames_may_differ_between_readers(world, agree, monkeypatch):
    monkeypatch.setattr(ChatInbox, "frames_differ", True)
    monkeypatch.setattr(
        ChatInbox, "frame", lambda self, message, reader: {"message": f"for {reader}", "type": "T"}
    )
    ana, ben = await agree(world.ana), await agree(world.ben)
    await ana.ask(say(world.ticket.pk, "a", "c1"))
    for page, user in ((ana, world.ana), (ben, world.ben)):
        pushed = await page.receive()
        assert pushed["message"] == f"for {user.pk}"
        assert (await page.sync(**{f"_{world.ticket.pk}": 0}))["messages"] == [pushed]


# --- joining and leaving ---


async def test_a_user_who_joins_receives_the_next_message_and_not_the_history(world, agree):
    dan, ana = await agree(world.dan), await agree(world.ana)
    for number in range(3):
        await ana.ask(say(world.ticket.pk, "before", f"c{number}"))
        await ana.receive()
    await world.team.members.aadd(world.dan)
    await ana.ask(say(world.ticket.pk, "after", "c9"))
    assert (await dan.receive())["message"] == "after"
    batch = await dan.sync(**{f"_{world.ticket.pk}": 0})
    assert [message["message"] for message in batch["messages"]] == ["after"]
    assert batch["floors"] == {str(world.ticket.pk): 3}


async def test_a_user_who_leaves_receives_nothing_more_and_joins_again_at_the_head(world, agree):
    chi, ana = await agree(world.chi), await agree(world.ana)

    async def write(text: str) -> None:
        await ana.ask(say(world.ticket.pk, text, text))
        await ana.receive()

    await write("one")
    await chi.receive()
    await world.team.members.aremove(world.chi)
    await write("two")
    await chi.nothing_more()
    assert (await chi.sync(**{f"_{world.ticket.pk}": 1}))["heads"] == {}
    assert not await Member.objects.filter(user=str(world.chi.pk)).aexists()
    await world.team.members.aadd(world.chi)
    await write("three")
    assert (await chi.receive())["message"] == "three"
    batch = await chi.sync(**{f"_{world.ticket.pk}": 1})
    assert batch["floors"] == {str(world.ticket.pk): 2}
    assert [message["message"] for message in batch["messages"]] == ["three"]
