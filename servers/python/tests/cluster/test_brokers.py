"""The brokers over a real Redis and a real PostgreSQL, which hang and restart."""

import asyncio
import json
import os
import signal
from contextlib import asynccontextmanager

from programs import Postgres, Redis

from inbox_socket import Server
from inbox_socket.memory import MemoryStorage
from inbox_socket.postgres import PostgresBroker
from inbox_socket.redis import RedisBroker
from tests.kills import PATIENCE, until


def broker_of(service, *channel):
    if isinstance(service, Redis):
        return RedisBroker(service.url, *channel)
    return PostgresBroker(service.url(), *channel)


@asynccontextmanager
async def subscribed(service, *channel):
    """A broker, and the queue of the texts that it receives."""
    broker, texts = broker_of(service, *channel), asyncio.Queue()
    await broker.start(texts.put_nowait)
    try:
        yield broker, texts
    finally:
        await broker.stop()


async def next_of(queue):
    async with asyncio.timeout(PATIENCE):
        return await queue.get()


def hang(service):
    """Suspends a program with its children, as a host that is out of memory does."""
    for pid in family(service.process.pid):
        os.kill(pid, signal.SIGSTOP)


def resume(service):
    for pid in family(service.process.pid):
        os.kill(pid, signal.SIGCONT)


def family(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as children:
        return [pid, *map(int, children.read().split())]


def start_again(service):
    service.restart() if isinstance(service, Postgres) else service.start()


async def test_a_text_reaches_every_process_whatever_its_length(service):
    texts = ["short", "", "ü€😀'\"\\\n" * 9_000, "a" * 1_900, "b" * 3_800]
    async with subscribed(service) as (one, heard), subscribed(service) as (_, heard_elsewhere):
        for text in texts:
            await one.publish(text)
        for queue in (heard, heard_elsewhere):
            assert [await next_of(queue) for _ in texts] == texts


async def test_a_process_without_sockets_publishes_without_subscribing(service):
    async with subscribed(service) as (_, heard):
        worker = broker_of(service)
        await worker.publish("from a worker")
        await worker.stop()
        assert await next_of(heard) == "from a worker"


async def test_applications_with_different_channels_are_apart(service):
    async with (
        subscribed(service, "shop") as (shop, _),
        subscribed(service, "desk") as (desk, heard),
    ):
        await shop.publish("for the shop")
        await desk.publish("for the desk")
        assert await next_of(heard) == "for the desk"
        assert heard.empty()


async def test_the_broker_subscribes_again_after_a_restart(service):
    async with subscribed(service) as (broker, heard):
        assert broker.connected
        service.stop(signal.SIGKILL)
        await until(lambda: not broker.connected)
        start_again(service)
        await until(lambda: broker.connected)
        other = broker_of(service)
        await other.publish("after the restart")
        await other.stop()
        assert await next_of(heard) == "after the restart"


async def test_starting_without_the_service_returns_and_connects_later(service):
    service.stop()
    async with subscribed(service) as (broker, _):
        assert not broker.connected
        start_again(service)
        await until(lambda: broker.connected)


async def test_a_message_is_stored_and_acknowledged_while_the_broker_hangs(service):
    storage, sent = MemoryStorage(), asyncio.Queue()
    storage.create(2, ["ana"])
    server = Server(storage, broker=broker_of(service))
    await server.start()

    async def send(text):
        sent.put_nowait(json.loads(text))

    async def close(code, reason):
        sent.put_nowait((code, reason))

    ana = server.connect("ana", send, close)
    await ana.receive('{"action":"hello","protocol":1,"cursors":{}}')
    assert (await next_of(sent))["action"] == "welcome"
    hang(service)
    try:
        await ana.receive('{"conversation_id":2,"message":"a","client_id":"1"}')
        assert (await next_of(sent))["action"] == "ack"
        assert (await next_of(sent))["message"] == "a", "this process needs no broker"
        await ana.receive('{"conversation_id":2,"message":"b","client_id":"2"}')
        assert (await next_of(sent))["seq"] == 2
    finally:
        resume(service)
    await server.stop()
