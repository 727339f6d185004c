"""Two server processes and a worker of the test project, with one database and one Redis."""

import asyncio
import os
import subprocess
import sys

import httpx
import pytest
from programs import Redis

from tests.django.test_live import ROOT, Program
from tests.kills import until

WORKER = """
from chat.models import TextMessage
TextMessage.objects.create(ticket_id=1, agent_id=2, body="from the worker")
"""


@pytest.fixture
def redis(folder):
    program = Redis(folder).start()
    yield program
    program.stop()


@pytest.fixture
def programs(tmp_path, redis):
    both = [Program(tmp_path, REDIS_URL=redis.url) for _ in range(2)]
    yield both
    for program in both:
        program.stop()


def texts(client):
    return [frame["message"] for frame in client.heard["1"]]


async def test_a_message_reaches_the_sockets_of_every_process_wherever_it_is_stored(
    programs, redis, tmp_path
):
    here, there = programs
    async with here.client("ana") as ana, there.client("chi") as chi:
        await until(lambda: ana.cursors is not None and chi.cursors is not None)
        await ana.say(1, "through a socket")
        await until(lambda: len(texts(chi)) == 1)
        async with httpx.AsyncClient(cookies={"sessionid": there.sessions["ben"]}) as http:
            path = f"http://{there.address}/api/tickets/1/messages/"
            await http.post(path, json={"body": "through a view"})
        await until(lambda: len(texts(ana)) == 2)
        worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.django_project.manage",
            "shell",
            "-c",
            WORKER,
            cwd=ROOT,
            env=os.environ | {"FOLDER": str(tmp_path), "REDIS_URL": redis.url},
            stdout=subprocess.DEVNULL,
        )
        assert await worker.wait() == 0
        await until(lambda: len(texts(ana)) == 3 and len(texts(chi)) == 3)
        assert texts(ana) == texts(chi)
        assert texts(ana) == ["through a socket", "through a view", "from the worker"]
        for client in (ana, chi):
            client.check()
            assert client.connections == 1, "nothing waited for a reconnection"
