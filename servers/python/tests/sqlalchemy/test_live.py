"""The guide's application under uvicorn, killed while messages come through sockets and HTTP."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing

import httpx
import pytest

from tests.client import Client
from tests.kills import PATIENCE, survive_kills
from tests.sqlalchemy import guide

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


async def test_messages_are_stored_once_and_received_in_order_though_the_server_is_killed(program):
    async with httpx.AsyncClient(base_url=f"http://{program.address}") as http:
        await survive_kills(
            program,
            people=["ana", "ben"],
            talkers=["ana", "ben"],
            conversation=2,
            post=lambda text: http.post(
                "/rooms/2/messages", params={"body": text, "token": TOKENS["ben"]}
            ),
            table="message",
        )
