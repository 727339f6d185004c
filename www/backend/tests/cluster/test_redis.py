"""A real Redis that is unreachable, as a page sees it."""

import signal

import pytest

from tests.cluster.programs import Redis, find
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


def test_without_redis_new_sockets_are_accepted_and_closed_with_1013(server, redis):
    ana = server.log_in("ana").cookies["sessionid"]
    with server.connect(ana) as early:
        assert closed(early) == (1013, "the channel layer is unavailable")
    line = "WARNING: inbox.consumers: user 1: joining the channel layer failed: ConnectionError\n"
    assert server.log.read_text() == line

    redis.start()
    with server.connect(ana) as socket:
        assert ask(socket, {"conversation_id": 1, "message": "a"})["message"] == "a"
        redis.stop(signal.SIGKILL)
        with server.connect(ana) as late:
            assert closed(late) == (1013, "the channel layer is unavailable")
        history = ask(socket, {"action": "get_messages", "conversation_id": 1, "limit": 1})
        assert history["messages"][0]["message"] == "a", "open sockets stay open"
    assert server.log.read_text().count(line) == 2

    redis.start()
    with server.connect(ana) as again:
        assert ask(again, {"conversation_id": 1, "message": "b"})["message"] == "b"
