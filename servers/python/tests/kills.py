"""The test in which a server is killed while messages come through sockets and HTTP."""

import asyncio
import signal
from collections import Counter
from contextlib import AsyncExitStack

import httpx

PATIENCE = 60  # seconds; only ends a test that has failed
KILL_AT = (40, 120)  # messages received


async def until(condition) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - any condition, also in a database
            await asyncio.sleep(0.02)


async def survive_kills(program, *, people, talkers, conversation: int, post, table: str) -> None:
    """Kills the program twice, and asserts that each message is stored once, and received by
    everyone once and in order.

    `post(text)` posts a message to the application's HTTP route, and returns its response. `table`
    is that of the messages.
    """
    room, confirmed, stopped = str(conversation), [], asyncio.Event()
    texts = {name: [f"{name} {n}" for n in range(150)] for name in talkers}
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(program.client(name)) for name in people]
        by_name = dict(zip(people, clients, strict=True))
        await until(lambda: all(client.cursors is not None for client in clients))
        posting = asyncio.create_task(_post_until(stopped, post, confirmed))

        async def talk(name: str) -> None:
            for text in texts[name]:
                await by_name[name].say(conversation, text)
                await asyncio.sleep(0.005)

        talking = [asyncio.create_task(talk(name)) for name in texts]
        for kills, heard in enumerate(KILL_AT):

            def is_time(kills=kills, heard=heard) -> bool:
                return all(c.connections > kills and len(c.heard[room]) >= heard for c in clients)

            await until(is_time)
            program.stop(signal.SIGKILL)
            await asyncio.to_thread(program.start)
        await asyncio.gather(*talking)
        await until(lambda: not any(client.outbox for client in clients))
        await until(lambda: all(client.connections > len(KILL_AT) for client in clients))
        stopped.set()
        await posting

        [(head,)] = program.rows("SELECT head FROM inbox_socket_head")
        await until(lambda: all(len(client.heard[room]) == head for client in clients))
        for client in clients:
            client.check()
            assert not client.gaps
            assert [frame["seq"] for frame in client.heard[room]] == list(range(1, head + 1))

    heard = [frame["message"] for frame in clients[0].heard[room]]
    for client in clients:
        assert [frame["message"] for frame in client.heard[room]] == heard
    stored = Counter(text for (text,) in program.rows(f"SELECT body FROM {table}"))  # noqa: S608
    assert stored == Counter(heard), "every stored message has a number, and was received"
    assert max(stored.values()) == 1
    assert set(confirmed) <= stored.keys()
    assert len(confirmed) > 10
    for name, sent in texts.items():
        assert [text for text in heard if text.startswith(name)] == sent


async def _post_until(stopped: asyncio.Event, post, confirmed: list[str]) -> None:
    """Posts messages, and records the texts that the route has confirmed."""
    number = 0
    while not stopped.is_set():
        number += 1
        try:
            answer = await post(f"http {number}")
        except httpx.TransportError:
            await asyncio.sleep(0.05)  # the server is down
        else:
            assert answer.status_code == 201
            confirmed.append(f"http {number}")
