"""The ASGI application under uvicorn, as a process with real sockets."""

import http.client
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from inbox_socket.server import spread
from tests.page import HELLO, TIMEOUT, say


class Program:
    """tests/programs.py on a free port."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.programs", "0"],
            cwd=Path(__file__).parent.parent,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self.process.stdout.readline())

    def connect(self, user: str, path: str = "/ws/inbox/", **options) -> ClientConnection:
        address = f"127.0.0.1:{self.port}"
        options = {"origin": f"http://{address}", "proxy": None, **options}
        return connect(f"ws://{address}{path}?{user}", **options)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(TIMEOUT)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def shared():
    program = Program()
    yield program
    program.stop()


@pytest.fixture
def program():
    program = Program()
    yield program
    program.stop()


def ask(socket: ClientConnection, frame) -> dict:
    socket.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))
    return json.loads(socket.recv(TIMEOUT))


def closed(socket: ClientConnection) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as caught:
        socket.recv(TIMEOUT)
    return caught.value.rcvd.code, caught.value.rcvd.reason


def test_two_users_receive_each_others_messages(shared):
    with shared.connect("ana") as ana, shared.connect("ben") as ben:
        assert ask(ana, HELLO)["user_id"] == "ana"
        assert ask(ben, HELLO)["user_id"] == "ben"
        assert ask(ana, say(2, "Hello", "c1"))["action"] == "ack"
        assert json.loads(ana.recv(TIMEOUT)) == json.loads(ben.recv(TIMEOUT))


def test_a_socket_without_a_login_is_accepted_and_closed(shared):
    with shared.connect("nobody") as socket:
        assert closed(socket) == (4401, "log in first")


def test_a_failing_authentication_closes_with_1013(shared):
    with shared.connect("fail") as socket:
        assert closed(socket) == (1013, "the server cannot authenticate now")


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "http://127.0.0.1",
        "https://127.0.0.1:{port}",
        "http://127.0.0.1:{port}.example",
    ],
)
def test_a_page_of_another_origin_may_not_connect(shared, origin):
    origin = origin and origin.format(port=shared.port)
    with shared.connect("ana", origin=origin) as socket:
        assert closed(socket) == (4403, "this page may not connect")


def test_a_listed_origin_may_connect(shared):
    with shared.connect("ana", origin="https://app.example:8443") as socket:
        assert ask(socket, {})["code"] == "bad_frame"


def test_an_unknown_path_is_closed_with_4404(shared):
    with shared.connect("ana", "/ws/") as socket:
        assert closed(socket) == (4404, "unknown path")


def test_a_plain_http_request_gets_404(shared):
    connection = http.client.HTTPConnection("127.0.0.1", shared.port, timeout=TIMEOUT)
    connection.request("GET", "/ws/inbox/")
    assert connection.getresponse().status == 404
    connection.close()


def test_large_frames_get_an_error_and_larger_ones_close_the_connection(shared):
    with shared.connect("ana") as socket:
        assert ask(socket, b"\x00")["code"] == "bad_frame"
        assert ask(socket, say(2, "a" * 66_000))["code"] == "too_large"
        socket.send("a" * (1024 * 1024 + 1))
        assert closed(socket)[0] == 1009


def test_a_logout_closes_the_sockets(program):
    with program.connect("ana") as ana:
        ask(ana, {})
        with program.connect("logout-ana") as other:
            assert closed(other)[0] == 4401
        assert closed(ana) == (4401, "the session has ended")


def test_a_login_that_ends_without_an_event_is_detected_by_the_periodic_check(program):
    with program.connect("ben") as ben:
        ask(ben, {})
        with program.connect("expire-ben") as other:
            assert closed(other)[0] == 4401
        assert closed(ben) == (4401, "the session has ended")


def test_a_stopping_program_closes_with_1012_and_retry_after():
    program = Program()
    with program.connect("ana") as socket:
        ask(socket, {})
        program.stop()
        assert closed(socket) == (1012, "retry_after=2000")


def test_retry_after_grows_with_the_number_of_sockets():
    assert [spread(sockets) for sockets in (1, 1_000, 10_000)] == [2_000, 10_000, 60_000]
