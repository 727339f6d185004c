"""Messages stored in a process that has no sockets: told through the broker."""

import json

from chat.models import TextMessage
from django.db import transaction

from inbox_socket import MemoryBroker
from inbox_socket.django import telling

published: list[list[dict]] = []


class Recorded(MemoryBroker):
    async def publish(self, text: str) -> None:
        published.append(json.loads(text)["events"])


class Failing(MemoryBroker):
    async def publish(self, text: str) -> None:
        raise ConnectionError(text)


def test_a_message_is_published_once_its_transaction_has_committed(world, settings):
    settings.INBOX_SOCKET = settings.INBOX_SOCKET | {"BROKER": Recorded}
    published.clear()
    with transaction.atomic():
        TextMessage.objects.create(ticket=world.ticket, agent=world.ben, body="a")
        assert not published
    [[event]] = published
    assert set(event["recipients"]) == {world.ana.pk, world.ben.pk, world.chi.pk}
    assert json.loads(event["text"])["message"] == "a"


def test_a_broker_that_fails_is_logged_and_the_message_is_stored(world, settings, caplog):
    settings.INBOX_SOCKET = settings.INBOX_SOCKET | {"BROKER": Failing}
    TextMessage.objects.create(ticket=world.ticket, agent=world.ben, body="secret")
    assert TextMessage.objects.get().body == "secret"
    assert "publishing 1 events failed: ConnectionError" in caplog.text
    assert "secret" not in caplog.text


def test_without_a_broker_a_process_without_sockets_tells_nobody(world, caplog):
    assert telling._here is None
    TextMessage.objects.create(ticket=world.ticket, agent=world.ben, body="a")
    assert not caplog.text
