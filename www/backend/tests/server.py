"""The real server as a process, for tests on real sockets."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as connect_websocket

BACKEND = Path(__file__).resolve().parent.parent
TIMEOUT = 30  # seconds; only ends a test that has failed


def environment(folder: Path, **extra: str) -> dict[str, str]:
    """Returns the environment of a test process: PATH, HOME, DATA_DIR and the test's variables."""
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return clean | {"DATA_DIR": str(folder)} | extra


class Server:
    """`manage.py demo` on a free port, with its data and its log in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log.txt"

    def start(self, *arguments: str, **extra: str) -> "Server":
        with self.log.open("a") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own server
                [sys.executable, "manage.py", "demo", "--port", "0", *arguments],
                cwd=BACKEND,
                env=environment(self.folder, **extra),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        line = self.process.stdout.readline()
        assert line.startswith("Listening on http://127.0.0.1:"), self.log.read_text()
        self.url = line.split()[-1].rstrip("/")
        return self

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.wait(TIMEOUT)
        self.process.stdout.close()

    def log_in(self, name: str) -> httpx.Response:
        body = {"username": name, "password": "demo"}
        return httpx.post(f"{self.url}/api/login", json=body, timeout=TIMEOUT)

    def connect(self, session=None, headers=None, **options) -> ClientConnection:
        cookie = {"Cookie": f"sessionid={session}"} if session else {}
        return connect_websocket(
            self.url.replace("http", "ws", 1) + "/ws/inbox/",
            additional_headers=cookie | (headers or {}),
            **{"origin": self.url, "proxy": None, **options},
        )
