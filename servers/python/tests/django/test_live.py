"""The test project under uvicorn, killed while messages come through sockets and the REST API."""

import asyncio
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import AsyncExitStack, closing
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.client import Client
from tests.page import TIMEOUT

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds; only ends a test that has failed


class Program:
    """The server process. It keeps its port and its data when it starts again."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.database = folder / "chat.sqlite3"
        self._environment = environment | {"FOLDER": str(folder)}
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self.sessions = self.start()

    def start(self) -> dict[str, str]:
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "tests.django_project.serve", self.address.split(":")[1]],
            cwd=ROOT,
            env=os.environ | self._environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        return json.loads(self.process.stdout.readline())

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.wait(TIMEOUT)
        self.process.stdout.close()

    def client(self, name: str) -> Client:
        return Client(lambda: [f"ws://{self.address}/ws/inbox/"], self.sessions[name])

    def rows(self, query: str) -> list[tuple]:
        with closing(sqlite3.connect(self.database)) as database:
            return database.execute(query).fetchall()


@pytest.fixture
def program(tmp_path):
    program = Program(tmp_path)
    yield program
    program.stop()


async def until(condition) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - any condition, also in a database
            await asyncio.sleep(0.02)


async def post_until(stopped: asyncio.Event, program: Program, stored: list[str]) -> None:
    """Posts messages to the REST API, and records the texts that it has confirmed."""
    number = 0
    url = f"http://{program.address}/api/tickets/1/messages/"
    async with httpx.AsyncClient(cookies={"sessionid": program.sessions["chi"]}) as http:
        while not stopped.is_set():
            number += 1
            try:
                answer = await http.post(url, json={"body": f"rest {number}"}, timeout=TIMEOUT)
            except httpx.TransportError:
                await asyncio.sleep(0.05)  # the server is down
            else:
                assert answer.status_code == 201
                stored.append(f"rest {number}")


async def test_messages_are_stored_once_and_received_in_order_though_the_server_is_killed(program):
    confirmed, stopped = [], asyncio.Event()
    texts = {name: [f"{name} {n}" for n in range(150)] for name in ("ana", "ben")}
    async with AsyncExitStack() as stack:
        clients = {
            name: await stack.enter_async_context(program.client(name)) for name in program.sessions
        }
        await until(lambda: all(client.cursors is not None for client in clients.values()))
        posting = asyncio.create_task(post_until(stopped, program, confirmed))

        async def talk(name: str) -> None:
            for text in texts[name]:
                await clients[name].say(1, text)
                await asyncio.sleep(0.005)

        talking = [asyncio.create_task(talk(name)) for name in texts]
        for kills, heard in enumerate((40, 120)):

            def is_time(kills=kills, heard=heard) -> bool:
                everyone = clients.values()
                return all(c.connections > kills and len(c.heard["1"]) >= heard for c in everyone)

            await until(is_time)
            program.stop(signal.SIGKILL)
            await asyncio.to_thread(program.start)
        await asyncio.gather(*talking)
        await until(lambda: not any(client.outbox for client in clients.values()))
        await until(lambda: all(client.connections >= 3 for client in clients.values()))
        stopped.set()
        await posting

        [(head,)] = program.rows("SELECT head FROM inbox_socket_head")
        await until(lambda: all(len(one.heard["1"]) == head for one in clients.values()))
        for client in clients.values():
            client.check()
            assert not client.gaps
            assert [frame["seq"] for frame in client.heard["1"]] == list(range(1, head + 1))

    heard = [frame["message"] for frame in clients["chi"].heard["1"]]
    for client in clients.values():
        assert [frame["message"] for frame in client.heard["1"]] == heard
    stored = Counter(text for (text,) in program.rows("SELECT body FROM chat_textmessage"))
    assert stored == Counter(heard), "every stored message has a number, and was received"
    assert max(stored.values()) == 1
    assert set(confirmed) <= stored.keys()
    assert len(confirmed) > 10
    for name, sent in texts.items():
        assert [text for text in heard if text.startswith(name)] == sent


async def test_a_message_of_a_view_is_pushed_by_the_real_server(program):
    headers = {"Cookie": f"sessionid={program.sessions['ana']}"}
    url = f"ws://{program.address}/ws/inbox/"
    origin = f"http://{program.address}"
    async with connect(url, origin=origin, additional_headers=headers, proxy=None) as ana:
        await ana.send("{}")
        await ana.recv()
        async with httpx.AsyncClient(cookies={"sessionid": program.sessions["ben"]}) as http:
            path = f"http://{program.address}/api/tickets/1/messages/"
            assert (await http.post(path, json={"body": "Hello"})).status_code == 201
        async with asyncio.timeout(TIMEOUT):
            assert json.loads(await ana.recv())["message"] == "Hello"
