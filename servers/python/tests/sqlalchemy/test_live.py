"""The guide's application under uvicorn, killed while messages come through sockets and HTTP."""

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import AsyncExitStack, closing

import httpx
import pytest

from tests.client import Client
from tests.sqlalchemy import guide

PATIENCE = 60  # seconds; only ends a test that has failed
TOKENS = {"ana": "token-of-ana", "ben": "token-of-ben"}
COMMAND = [sys.executable, "-m", "uvicorn", "main:app", "--ws", "inbox_socket.uvicorn:WebSocket"]


class Program:
    """The server process. It keeps its port and its data when it starts again."""

    def __init__(self, folder) -> None:
        self._folder = folder
        guide.write(folder)
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self.start()
        self.rows("INSERT INTO participant VALUES (2, 'ana'), (2, 'ben')")

    def start(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [*COMMAND, "--port", self.address.split(":")[1], "--log-level", "warning"],
            cwd=self._folder,
            env=os.environ | {"PYTHONPATH": str(self._folder)},
        )
        for _ in range(1_000):
            try:
                return httpx.get(f"http://{self.address}/openapi.json").raise_for_status()
            except httpx.TransportError:
                assert self.process.poll() is None, "the server ended"
        raise TimeoutError

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.wait(PATIENCE)

    def client(self, name: str) -> Client:
        return Client(lambda: [f"ws://{self.address}/ws/inbox/?token={TOKENS[name]}"], "")

    def rows(self, query: str) -> list[tuple]:
        with closing(sqlite3.connect(self._folder / "chat.sqlite3", timeout=20)) as database:
            rows = database.execute(query).fetchall()
            database.commit()
            return rows


@pytest.fixture
def program(tmp_path):
    program = Program(tmp_path)
    yield program
    program.stop()


async def until(condition) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - any condition, also in a database
            await asyncio.sleep(0.02)


async def post_until(stopped: asyncio.Event, program: Program, confirmed: list[str]) -> None:
    """Posts messages to the HTTP route, and records the texts that it has confirmed."""
    async with httpx.AsyncClient(base_url=f"http://{program.address}") as http:
        number = 0
        while not stopped.is_set():
            number += 1
            body = {"body": f"http {number}", "token": TOKENS["ben"]}
            try:
                answer = await http.post("/rooms/2/messages", params=body)
            except httpx.TransportError:
                await asyncio.sleep(0.05)  # the server is down
            else:
                assert answer.status_code == 201
                confirmed.append(f"http {number}")


async def test_messages_are_stored_once_and_received_in_order_though_the_server_is_killed(program):
    confirmed, stopped = [], asyncio.Event()
    texts = {name: [f"{name} {n}" for n in range(150)] for name in TOKENS}
    async with AsyncExitStack() as stack:
        clients = {name: await stack.enter_async_context(program.client(name)) for name in TOKENS}
        await until(lambda: all(client.cursors is not None for client in clients.values()))
        posting = asyncio.create_task(post_until(stopped, program, confirmed))

        async def talk(name: str) -> None:
            for text in texts[name]:
                await clients[name].say(2, text)
                await asyncio.sleep(0.005)

        talking = [asyncio.create_task(talk(name)) for name in texts]
        for kills, heard in enumerate((40, 120)):

            def is_time(kills=kills, heard=heard) -> bool:
                everyone = clients.values()
                return all(c.connections > kills and len(c.heard["2"]) >= heard for c in everyone)

            await until(is_time)
            program.stop(signal.SIGKILL)
            await asyncio.to_thread(program.start)
        await asyncio.gather(*talking)
        await until(lambda: not any(client.outbox for client in clients.values()))
        await until(lambda: all(client.connections >= 3 for client in clients.values()))
        stopped.set()
        await posting

        [(head,)] = program.rows("SELECT head FROM inbox_socket_head")
        await until(lambda: all(len(one.heard["2"]) == head for one in clients.values()))
        for client in clients.values():
            client.check()
            assert not client.gaps
            assert [frame["seq"] for frame in client.heard["2"]] == list(range(1, head + 1))

    heard = [frame["message"] for frame in clients["ana"].heard["2"]]
    assert [frame["message"] for frame in clients["ben"].heard["2"]] == heard
    stored = Counter(text for (text,) in program.rows("SELECT body FROM message"))
    assert stored == Counter(heard), "every stored message has a number, and was received"
    assert max(stored.values()) == 1
    assert set(confirmed) <= stored.keys()
    assert len(confirmed) > 10
    for name, sent in texts.items():
        assert [text for text in heard if text.startswith(name)] == sent
