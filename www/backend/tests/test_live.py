"""The real server, as a process with a database file, and a real client on a real socket.

What only shows here: close codes as they arrive, what the server program does by itself, and what
outlives a process.
"""

import json
import signal
import subprocess
import sys

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from inbox.server import spread
from tests.server import BACKEND, TIMEOUT, Server, environment


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("server")).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def ana(server) -> str:
    return server.log_in("ana").cookies["sessionid"]


@pytest.fixture(scope="module")
def ben(server) -> str:
    return server.log_in("ben").cookies["sessionid"]


def ask(socket: ClientConnection, frame) -> dict:
    socket.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))
    return json.loads(socket.recv(TIMEOUT))


def closed(socket: ClientConnection) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as caught:
        socket.recv(TIMEOUT)
    return caught.value.rcvd.code, caught.value.rcvd.reason


def test_two_people_hear_each_other_at_once(server, ana, ben):
    with server.connect(ana) as one, server.connect(ben) as other:
        for number, (sender, hearer) in enumerate([(one, other), (other, one)]):
            frame = ask(sender, {"conversation_id": 1, "message": f"number {number}"})
            assert json.loads(hearer.recv(TIMEOUT)) == frame


def test_nobody_gets_in_without_a_login(server):
    with server.connect() as socket:
        assert closed(socket) == (4401, "log in first")


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:1"])
def test_no_page_from_elsewhere_gets_in(server, ana, origin):
    with server.connect(ana, origin=origin) as socket:
        assert closed(socket) == (4403, "this page may not connect")


def test_behind_a_proxy_that_ends_tls_the_page_is_of_https(server, ana):
    host = server.url.removeprefix("http://")
    with server.connect(ana, origin=f"https://{host}") as socket:
        assert closed(socket)[0] == 4403
    with server.connect(ana, {"X-Forwarded-Proto": "https"}, origin=f"https://{host}") as socket:
        assert ask(socket, {})["code"] == "bad_frame"


def test_bad_frames_leave_a_good_connection_open(server, ana):
    with server.connect(ana) as socket:
        for frame, code in [
            ("Hello", "bad_json"),
            (b"\x00\xff", "bad_frame"),
            ('{"action":"goodbye"}', "unknown_action"),
            ('{"conversation_id":1,"message":"\\ud800"}', "bad_frame"),
            ('{"conversation_id":6,"message":"Hello"}', "not_found"),
            (json.dumps({"conversation_id": 1, "message": "a" * 66_000}), "too_large"),
        ]:
            assert ask(socket, frame)["code"] == code
        assert ask(socket, {"conversation_id": 1, "message": "still here"})["message_id"]


def test_a_frame_of_absurd_size_ends_the_connection(server, ana):
    with server.connect(ana) as socket:
        socket.send("a" * (1024 * 1024 + 1))
        assert closed(socket)[0] == 1009


def test_a_frame_that_inflates_to_an_absurd_size_does_too(server, ana):
    with server.connect(ana, compression="deflate") as socket:
        socket.send(" " * 20_000_000)  # some 20 kB on the wire
        assert closed(socket)[0] == 1009


def test_logging_out_closes_the_socket(server):
    chi = server.log_in("chi").cookies["sessionid"]
    with server.connect(chi) as socket:
        httpx.post(f"{server.url}/api/logout", json={}, cookies={"sessionid": chi})
        assert closed(socket) == (4401, "the session is over")


def test_in_development_the_cookie_also_travels_over_plain_http(server):
    cookie = server.log_in("ana").headers["set-cookie"]
    assert "Secure" not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_stopping_server_says_so_and_over_how_long_to_come_back(tmp_path):
    server = Server(tmp_path).start()
    with server.connect(server.log_in("ana").cookies["sessionid"]) as socket:
        server.process.send_signal(signal.SIGTERM)
        assert closed(socket) == (1012, "retry_after=2000")
    server.stop()


def test_the_more_clients_there_are_the_longer_they_are_spread():
    assert [spread(sockets) for sockets in (1, 1_000, 10_000)] == [2_000, 10_000, 60_000]


def test_what_was_heard_outlives_a_kill_and_so_does_the_login(tmp_path):
    server = Server(tmp_path).start()
    ana = server.log_in("ana").cookies["sessionid"]
    with server.connect(ana) as socket:
        frame = ask(socket, {"conversation_id": 1, "message": "remember this"})
        server.stop(signal.SIGKILL)

    server.start()
    try:
        with server.connect(ana) as socket:
            history = ask(socket, {"action": "get_messages", "conversation_id": 1})
            assert history["messages"][-1] == frame
    finally:
        server.stop()
    assert "remember this" not in server.log.read_text()


def test_with_debug_off_the_demo_people_are_gone_and_so_are_their_sessions(tmp_path):
    server = Server(tmp_path).start()
    ana = server.log_in("ana").cookies["sessionid"]
    server.stop()

    server.start("--no-seed", DEBUG="0", ALLOWED_HOSTS="127.0.0.1")
    try:
        assert server.log_in("ana").status_code == 401
        with server.connect(ana) as socket:
            assert closed(socket)[0] == 4401
    finally:
        server.stop()


def test_a_server_program_too_refuses_workers_that_cannot_reach_each_other(tmp_path):
    loading = subprocess.run(
        [sys.executable, "-c", "import config.asgi"],
        cwd=BACKEND,
        env=environment(tmp_path, WEB_CONCURRENCY="2"),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    assert loading.returncode != 0
    assert "inbox.E001" in loading.stderr
