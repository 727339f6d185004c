"""The counting behind the limits, with a clock of the test's own."""

from contextlib import suppress

import pytest

from inbox.limits import RateLimit, SocketCap


class Clock:
    def __init__(self) -> None:
        self.now = 10**18

    def __call__(self) -> int:
        return self.now

    def advance(self, milliseconds: int) -> None:
        self.now += milliseconds * 10**6


@pytest.fixture
def clock(settings) -> Clock:
    settings.FRAMES_PER_SECOND, settings.FRAMES_BURST = 10, 3
    return Clock()


def test_a_burst_is_granted_and_then_a_steady_rate(clock):
    limit = RateLimit(clock)
    assert [limit.take(1) for _ in range(5)] == [0, 0, 0, 100, 100]
    clock.advance(100)
    assert [limit.take(1) for _ in range(2)] == [0, 100]


def test_what_is_refused_costs_nothing(clock):
    limit = RateLimit(clock)
    for _ in range(100):
        limit.take(1)
    clock.advance(300)
    assert [limit.take(1) for _ in range(4)] == [0, 0, 0, 100]


def test_waiting_as_long_as_one_was_told_is_enough(clock):
    limit = RateLimit(clock)
    while not (wait := limit.take(1)):
        clock.advance(13)
    clock.advance(wait)
    assert limit.take(1) == 0


def test_a_long_rest_saves_up_no_more_than_the_burst(clock):
    limit = RateLimit(clock)
    limit.take(1)
    clock.advance(3_600_000)
    assert [limit.take(1) for _ in range(4)] == [0, 0, 0, 100]


def test_each_user_has_an_own_allowance(clock):
    limit = RateLimit(clock)
    for _ in range(4):
        limit.take(1)
    assert limit.take(2) == 0


def test_there_are_only_so_many_places_for_sockets(settings):
    settings.SOCKETS_PER_USER = 1
    cap = SocketCap()
    with cap.slot(1) as first, cap.slot(1) as second, cap.slot(2) as someone_elses:
        assert (first, second, someone_elses) == (True, False, True)
    with cap.slot(1) as again:
        assert again


def test_a_socket_that_fails_gives_its_place_back(settings):
    settings.SOCKETS_PER_USER = 1
    cap = SocketCap()
    with suppress(ZeroDivisionError), cap.slot(1):
        raise ZeroDivisionError
    with cap.slot(1) as free:
        assert free
