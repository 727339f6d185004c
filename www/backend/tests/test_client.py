"""The protocol's guarantee, with real clients and a real server that is killed meanwhile."""

import asyncio
import signal
import sqlite3
from contextlib import closing

from tests.client import Client
from tests.server import Server
from tests.traffic import STORED, Stored, Traffic


def stored(server: Server) -> list[Stored]:
    """Reads all messages in the crowd's rooms from the database file."""
    with closing(sqlite3.connect(server.folder / "inbox.sqlite3")) as database:
        return [Stored(*row) for row in database.execute(STORED)]


def rooms(server: Server) -> list[int]:
    """Reads the ids of the rooms."""
    with closing(sqlite3.connect(server.folder / "inbox.sqlite3")) as database:
        rows = database.execute("SELECT id FROM inbox_conversation WHERE title LIKE 'Room %'")
        return [row[0] for row in rows]


async def test_no_message_is_lost_or_duplicated_when_the_server_and_connections_die(tmp_path):
    server, options = Server(tmp_path), ("--users", "4", "--conversations", "2")
    # Below the clients' rate, so that rejections put the order at risk too.
    extra = {"HEARTBEAT_MS": "300", "FRAMES_PER_SECOND": "15", "FRAMES_BURST": "10"}
    await asyncio.to_thread(server.start, *options, **extra)
    port = server.url.rpartition(":")[2]

    async def trouble(traffic: Traffic) -> None:
        await traffic.at(0.2)
        await traffic.clients[0].drop()
        await traffic.at(0.4)
        await asyncio.to_thread(server.stop, signal.SIGKILL)
        await asyncio.to_thread(server.start, "--port", port, *options, **extra)
        await traffic.at(0.7)
        for client in traffic.clients:
            await client.drop()

    sessions = [server.log_in(f"u{n}").cookies["sessionid"] for n in range(1, 5)]
    url = server.url.replace("http", "ws", 1) + "/ws/inbox/"
    clients = [Client(lambda: [url], session) for session in sessions]
    traffic = Traffic(clients, rooms(server), each=40, pace=0.04)
    try:
        await traffic.flow(trouble)
        print(traffic.check(stored(server)))
        assert any(client.put_off for client in clients), "the rate limit rejected frames"
    finally:
        server.stop()
