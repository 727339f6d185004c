"""A real Redis that is unreachable, as a page sees it."""

import signal

import pytest
from websockets.exceptions import ConnectionClosed

from tests.cluster.programs import Redis, eventually, find
from tests.server import Server
from tests.test_live import ask, closed


@pytest.fixture
def redis(tmp_path):
    """A Redis that is not started yet."""
    if not find("redis-server"):
        pytest.skip("not installed: redis-server")
    program = Redis(tmp_path)
    yield program
    if program.process:
        program.stop()


@pytest.fixture
def server(tmp_path, redis):
    running = Server(tmp_path).start(REDIS_URL=redis.url)
    yield running
    running.stop()


def start(redis: Redis, server: Server, session: str) -> None:
    """Starts Redis, and waits until the server has subscribed."""

    def attempt() -> None:
        with server.connect(session) as socket:
            ask(socket, {"action": "get_messages", "conversation_id": 1, "limit": 1})

    redis.start()
    eventually(attempt, ConnectionClosed)


def test_without_redis_new_sockets_are_accepted_and_closed_with_1013(server, redis):
    ana = server.log_in("ana").cookies["sessionid"]
    with server.connect(ana) as early:
        assert closed(early) == (1013, "the message broker is unavailable")
    line = "ERROR: inbox_socket.subscription: the subscription to Redis failed: ConnectionError\n"
    assert line in server.log.read_text()

    failures = 0

    def has_failed_again() -> None:
        assert server.log.read_text().count(line) > failures

    start(redis, server, ana)
    with server.connect(ana) as socket:
        failures = server.log.read_text().count(line)
        assert ask(socket, {"conversation_id": 1, "message": "a"})["message"] == "a"
        redis.stop(signal.SIGKILL)
        eventually(has_failed_again, AssertionError)
        with server.connect(ana) as late:
            assert closed(late) == (1013, "the message broker is unavailable")
        history = ask(socket, {"action": "get_messages", "conversation_id": 1, "limit": 1})
        assert history["messages"][0]["message"] == "a", "open sockets stay open"

    start(redis, server, ana)
    with server.connect(ana) as again:
        assert ask(again, {"conversation_id": 1, "message": "b"})["message"] == "b"
