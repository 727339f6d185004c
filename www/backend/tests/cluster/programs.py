"""Starts PostgreSQL and Redis on free local ports, with their data in one folder."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import psycopg
import redis

PATIENCE = 30  # seconds; it only ends a test that has failed


def find(name: str) -> str | None:
    """Returns the path of a program. Debian installs PostgreSQL's outside PATH."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(installed[-1]) if installed else None)


def missing() -> list[str]:
    """Returns the required programs that are not installed."""
    return [name for name in ("initdb", "postgres", "redis-server") if not find(name)]


def free_port() -> int:
    """Returns a port that is free at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def eventually(attempt, *errors: type[Exception]):
    """Calls `attempt` until it raises none of these errors; returns its result."""
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            return attempt()
        except errors:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.05)


class Program:
    """A child process."""

    process: subprocess.Popen | None = None
    log: Path

    def run(self, arguments: list[str], **options) -> None:
        with self.log.open("a") as log:
            self.process = subprocess.Popen(  # noqa: S603 - fixed programs
                arguments, stdout=log, stderr=log, **options
            )

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.wait(PATIENCE)


class Postgres(Program):
    """A new database cluster that never syncs to disk, because it lives only as long as a test."""

    def __init__(self, folder: Path) -> None:
        self.data, self.log, self.port = folder / "postgres", folder / "postgres.log", free_port()
        # PostgreSQL refuses to run as root.
        self.user = _other_account() if os.getuid() == 0 else {}
        self.data.mkdir()
        if self.user:
            shutil.chown(self.data, **self.user)

    def start(self) -> "Postgres":
        # -A trust: only this machine can reach the port. -N: don't wait for the disk.
        options = ["-U", "inbox", "-A", "trust", "-N", "-E", "UTF8", "--locale", "C"]
        self.run([find("initdb"), "-D", self.data, *options], cwd="/", **self.user)
        assert self.process.wait(PATIENCE) == 0, self.log.read_text()
        self.restart()
        eventually(lambda: self.execute("CREATE DATABASE inbox"), psycopg.OperationalError)
        return self

    def restart(self) -> None:
        """Starts the cluster that exists, after `stop`."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "fsync": "off",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self.run([find("postgres"), "-D", self.data, *options], cwd="/", **self.user)

    def url(self, database: str = "inbox") -> str:
        return f"postgres://inbox@127.0.0.1:{self.port}/{database}"

    def execute(self, query: str, database: str = "postgres") -> list[tuple]:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(query)
            return cursor.fetchall() if cursor.description else []


class Redis(Program):
    """A Redis without persistence."""

    def __init__(self, folder: Path) -> None:
        self.log, self.port = folder / "redis.log", free_port()

    def start(self) -> "Redis":
        program = [find("redis-server"), "--port", str(self.port), "--bind", "127.0.0.1"]
        self.run([*program, "--save", "", "--appendonly", "no"], cwd=self.log.parent)
        with redis.Redis(port=self.port) as client:
            eventually(client.ping, redis.ConnectionError)
        return self

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"


def _other_account() -> dict:
    """Returns an account other than root, and its group."""
    accounts = {account.pw_name: account for account in pwd.getpwall()}
    account = accounts.get("postgres") or accounts["nobody"]
    return {"user": account.pw_name, "group": account.pw_gid}
