"""The limits, with a clock that the tests advance."""

from contextlib import suppress

import pytest

from inbox.limits import GIVE_UP, RETRY_AFTER, RateLimit, SocketCap, Turns


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


def test_a_burst_is_allowed_and_then_a_steady_rate(clock):
    limit = RateLimit(clock)
    assert [limit.take(1) for _ in range(5)] == [0, 0, 0, 100, 100]
    clock.advance(100)
    assert [limit.take(1) for _ in range(2)] == [0, 100]


def test_a_rejected_frame_takes_no_token(clock):
    limit = RateLimit(clock)
    for _ in range(100):
        limit.take(1)
    clock.advance(300)
    assert [limit.take(1) for _ in range(4)] == [0, 0, 0, 100]


def test_a_frame_passes_after_the_returned_wait(clock):
    limit = RateLimit(clock)
    while not (wait := limit.take(1)):
        clock.advance(13)
    clock.advance(wait)
    assert limit.take(1) == 0


def test_idle_time_accumulates_at_most_one_burst(clock):
    limit = RateLimit(clock)
    limit.take(1)
    clock.advance(3_600_000)
    assert [limit.take(1) for _ in range(4)] == [0, 0, 0, 100]


def test_each_user_has_a_separate_limit(clock):
    limit = RateLimit(clock)
    for _ in range(4):
        limit.take(1)
    assert limit.take(2) == 0


def test_a_user_over_the_limit_waits_for_a_tenth_of_the_burst(clock, settings):
    settings.FRAMES_BURST = 50
    limit = RateLimit(clock)
    while not (wait := limit.take(1, is_message=True)):
        pass
    assert wait == 500
    clock.advance(499)
    assert limit.take(1, is_message=True) == 1
    clock.advance(1)
    assert [limit.take(1, is_message=True) for _ in range(6)] == [0, 0, 0, 0, 0, 500]


def test_frames_other_than_messages_wait_only_for_the_next_token(clock, settings):
    settings.FRAMES_BURST = 50
    limit = RateLimit(clock)
    while not limit.take(1):
        pass
    clock.advance(100)
    assert limit.take(1, is_message=True) == 400
    assert limit.take(1) == 0


def test_a_returned_wait_never_exceeds_the_maximum_of_clients(clock, settings):
    settings.FRAMES_PER_SECOND, settings.FRAMES_BURST = 0.01, 1
    limit = RateLimit(clock)
    assert [limit.take(1, is_message=True) for _ in range(2)] == [0, 60_000]
    clock.advance(60_000)
    assert limit.take(1, is_message=True) == 40_000
    clock.advance(40_000)
    assert limit.take(1, is_message=True) == 0


def test_idle_users_are_removed(clock):
    limit = RateLimit(clock)
    for user_id in range(10_000):
        limit.take(user_id)
        clock.advance(1)  # the bucket is full again after 100
    assert len(limit) == 100


def test_users_who_still_have_to_wait_are_not_removed(clock, settings):
    settings.FRAMES_BURST = 50
    limit = RateLimit(clock)
    while not limit.take(1, is_message=True):
        pass
    for user_id in range(2, 1_000):
        limit.take(user_id)
    clock.advance(499)
    assert limit.take(1, is_message=True) == 1


def test_messages_wait_for_the_first_rejected_one(clock):
    turns = Turns(clock)
    assert turns.wait("a") == 0
    turns.refused("a", 50)
    turns.refused("b", 50)
    assert turns.wait("b") == turns.wait("c") == RETRY_AFTER
    assert [turns.wait(name) for name in ("a", "b", "c")] == [0, 0, 0]


def test_messages_without_a_client_id_neither_wait_nor_delay_others(clock):
    turns = Turns(clock)
    turns.refused(None, 50)
    assert turns.wait("a") == 0
    turns.refused("a", 50)
    assert turns.wait(None) == 0
    assert turns.wait("b") > 0


def test_messages_stop_waiting_for_one_that_is_never_sent_again(clock):
    turns = Turns(clock)
    turns.refused("a", 50)
    clock.advance(50 + GIVE_UP - 1)
    assert turns.wait("b") > 0
    clock.advance(1)
    assert turns.wait("b") == 0


def test_the_number_of_sockets_per_user_is_limited(settings):
    settings.SOCKETS_PER_USER = 1
    cap = SocketCap()
    with cap.slot(1) as first, cap.slot(1) as second, cap.slot(2) as someone_elses:
        assert (first, second, someone_elses) == (True, False, True)
    with cap.slot(1) as again:
        assert again


def test_a_socket_that_fails_releases_its_slot(settings):
    settings.SOCKETS_PER_USER = 1
    cap = SocketCap()
    with suppress(ZeroDivisionError), cap.slot(1):
        raise ZeroDivisionError
    with cap.slot(1) as free:
        assert free
