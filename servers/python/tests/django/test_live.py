"""The test project under uvicorn, killed while messages come through sockets and the REST API."""

import asyncio
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.client import Client
from tests.kills import survive_kills
from tests.page import TIMEOUT

ROOT = Path(__file__).resolve().parents[2]


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


async def test_messages_are_stored_once_and_received_in_order_though_the_server_is_killed(program):
    path = f"http://{program.address}/api/tickets/1/messages/"
    async with httpx.AsyncClient(cookies={"sessionid": program.sessions["chi"]}) as http:
        await survive_kills(
            program,
            people=["ana", "ben", "chi"],
            talkers=["ana", "ben"],
            conversation=1,
            post=lambda text: http.post(path, json={"body": text}, timeout=TIMEOUT),
            table="chat_textmessage",
        )


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
