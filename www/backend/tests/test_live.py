"""The real server process with a database file, and a real client on a real socket.

Covers close codes as clients receive them, the server program's own behavior, and restarts.
"""

import json
import signal
import subprocess
import sys

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

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


def test_two_users_receive_each_others_messages(server, ana, ben):
    with server.connect(ana) as one, server.connect(ben) as other:
        for number, (sender, hearer) in enumerate([(one, other), (other, one)]):
            frame = ask(sender, {"conversation_id": 1, "message": f"number {number}"})
            assert json.loads(hearer.recv(TIMEOUT)) == frame


def test_a_socket_without_a_login_is_closed(server):
    with server.connect() as socket:
        assert closed(socket) == (4401, "log in first")


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:1"])
def test_a_socket_of_another_origin_is_closed(server, ana, origin):
    with server.connect(ana, origin=origin) as socket:
        assert closed(socket) == (4403, "this page may not connect")


def test_behind_a_proxy_that_terminates_tls_the_origin_is_https(server, ana):
    host = server.url.removeprefix("http://")
    with server.connect(ana, origin=f"https://{host}") as socket:
        assert closed(socket)[0] == 4403
    with server.connect(ana, {"X-Forwarded-Proto": "https"}, origin=f"https://{host}") as socket:
        assert ask(socket, {})["code"] == "bad_frame"


def test_invalid_frames_do_not_close_the_connection(server, ana):
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


def test_a_frame_over_1_mib_closes_the_connection(server, ana):
    with server.connect(ana) as socket:
        socket.send("a" * (1024 * 1024 + 1))
        assert closed(socket)[0] == 1009


def test_a_compressed_frame_that_inflates_beyond_1_mib_closes_the_connection(server, ana):
    with server.connect(ana, compression="deflate") as socket:
        socket.send(" " * 20_000_000)  # about 20 kB on the wire
        assert closed(socket)[0] == 1009


def test_logging_out_closes_the_socket(server):
    chi = server.log_in("chi").cookies["sessionid"]
    with server.connect(chi) as socket:
        httpx.post(f"{server.url}/api/logout", json={}, cookies={"sessionid": chi})
        assert closed(socket) == (4401, "the session has ended")


def test_with_debug_the_cookie_is_also_sent_over_plain_http(server):
    cookie = server.log_in("ana").headers["set-cookie"]
    assert "Secure" not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_stopping_server_closes_with_1012_and_retry_after(tmp_path):
    server = Server(tmp_path).start()
    with server.connect(server.log_in("ana").cookies["sessionid"]) as socket:
        server.process.send_signal(signal.SIGTERM)
        assert closed(socket) == (1012, "retry_after=2000")
    server.stop()


def test_messages_and_logins_survive_a_kill(tmp_path):
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


def test_without_debug_demo_accounts_and_their_sessions_are_disabled(tmp_path):
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


def test_a_server_program_refuses_several_workers_without_redis(tmp_path):
    loading = subprocess.run(
        [sys.executable, "-c", "import config.asgi"],
        cwd=BACKEND,
        env=environment(tmp_path, WEB_CONCURRENCY="2"),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    assert loading.returncode != 0
    assert "inbox_socket.E002" in loading.stderr
