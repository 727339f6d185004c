"""The protocol's guarantee across two server processes, while they and Redis are killed."""

import asyncio
import signal
import subprocess
import sys

import pytest

from tests.client import Client
from tests.server import BACKEND, Server, environment
from tests.traffic import STORED, Stored, Traffic

ROOMS = "SELECT id FROM inbox_conversation WHERE title LIKE 'Room %' ORDER BY id"


class Pair:
    """Two server processes with one database and one Redis."""

    CROWD = ("--users", "6", "--conversations", "3")

    def __init__(self, folder, postgres, redis) -> None:
        self.servers = []
        for name in ("one", "other"):
            (folder / name).mkdir(exist_ok=True)
            self.servers.append(Server(folder / name))
        self.extra = {
            "DJANGO_SETTINGS_MODULE": "tests.cluster.settings",
            "DATABASE_URL": postgres.url(),
            "REDIS_URL": redis.url,
            "SECRET_KEY": "the same for both",
            "HEARTBEAT_MS": "1000",
        }

    async def start(self, number: int) -> None:
        """Starts a server, or restarts it on the same port."""
        server = self.servers[number]
        port = server.url.rpartition(":")[2] if hasattr(server, "url") else "0"
        await asyncio.to_thread(server.start, "--port", port, *self.CROWD, **self.extra)

    async def stop(self, number: int, how: signal.Signals) -> None:
        await asyncio.to_thread(self.servers[number].stop, how)

    def addresses(self) -> list[str]:
        """Returns both addresses, even while one server is down: clients have to find out."""
        return [server.url.replace("http", "ws", 1) + "/ws/inbox/" for server in self.servers]

    def session(self, name: str) -> str:
        return self.servers[0].log_in(name).cookies["sessionid"]


@pytest.fixture
async def pair(folder, postgres, redis):
    pair = Pair(folder, postgres, redis)
    for number in (0, 1):
        await pair.start(number)
    yield pair
    for number in (0, 1):
        await pair.stop(number, signal.SIGTERM)


async def test_no_message_is_lost_or_duplicated_when_servers_and_redis_are_killed(
    pair, postgres, redis
):
    async def trouble(traffic: Traffic) -> None:
        await traffic.go_on()
        redis.stop(signal.SIGKILL)
        await traffic.go_on()
        redis.start()
        await traffic.go_on()
        await pair.stop(0, signal.SIGKILL)
        await traffic.go_on()
        await pair.start(0)
        for client in traffic.clients:
            await client.drop()
        await traffic.go_on()
        await pair.stop(1, signal.SIGTERM)
        await pair.start(1)

    sessions = [pair.session(f"u{number}") for number in range(1, 7)]
    clients = [Client(pair.addresses, session) for session in sessions]
    rooms = [row[0] for row in postgres.execute(ROOMS, "inbox")]
    traffic = Traffic(clients, rooms, each=80, pace=0.2)
    await traffic.flow(trouble)
    stored = [Stored(*row) for row in postgres.execute(STORED, "inbox")]
    print(traffic.check(stored))


def test_the_backends_tests_also_pass_on_postgresql(folder, postgres):
    tests = ["tests/test_inbox.py", "tests/test_http.py", "tests/test_migration.py"]
    run = subprocess.run(  # noqa: S603 - our own tests
        [sys.executable, "-m", "pytest", "--quiet", *tests],
        cwd=BACKEND,
        env=environment(folder, DATABASE_URL=postgres.url()),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stdout + run.stderr
