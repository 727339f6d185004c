"""The limits, with a clock that the tests advance."""

from inbox_socket.limits import GIVE_UP, RETRY_AFTER, RateLimit, SocketCap, Turns


class Limit:
    """A rate limit with its clock: by default 10 frames per second and a burst of 3."""

    def __init__(self, per_second: float = 10, burst: int = 3) -> None:
        self.now = 10**9
        self.rate = RateLimit(per_second, burst)

    def take(self, user_id: int = 1, is_message: bool = False) -> int:
        return self.rate.take(user_id, self.now, is_message)

    def advance(self, milliseconds: int) -> None:
        self.now += milliseconds


def test_a_burst_is_allowed_and_then_a_steady_rate():
    limit = Limit()
    assert [limit.take() for _ in range(5)] == [0, 0, 0, 100, 100]
    limit.advance(100)
    assert [limit.take() for _ in range(2)] == [0, 100]


def test_a_rejected_frame_takes_no_token():
    limit = Limit()
    for _ in range(100):
        limit.take()
    limit.advance(300)
    assert [limit.take() for _ in range(4)] == [0, 0, 0, 100]


def test_a_frame_passes_after_the_returned_wait():
    limit = Limit()
    while not (wait := limit.take()):
        limit.advance(13)
    limit.advance(wait)
    assert limit.take() == 0


def test_idle_time_accumulates_at_most_one_burst():
    limit = Limit()
    limit.take()
    limit.advance(3_600_000)
    assert [limit.take() for _ in range(4)] == [0, 0, 0, 100]


def test_each_user_has_a_separate_limit():
    limit = Limit()
    for _ in range(4):
        limit.take()
    assert limit.take(2) == 0


def test_a_user_over_the_limit_waits_for_a_tenth_of_the_burst():
    limit = Limit(burst=50)
    while not (wait := limit.take(is_message=True)):
        pass
    assert wait == 500
    limit.advance(499)
    assert limit.take(is_message=True) == 1
    limit.advance(1)
    assert [limit.take(is_message=True) for _ in range(6)] == [0, 0, 0, 0, 0, 500]


def test_frames_other_than_messages_wait_only_for_the_next_token():
    limit = Limit(burst=50)
    while not limit.take():
        pass
    limit.advance(100)
    assert limit.take(is_message=True) == 400
    assert limit.take() == 0


def test_a_returned_wait_never_exceeds_the_maximum_of_clients():
    limit = Limit(per_second=0.01, burst=1)
    assert [limit.take(is_message=True) for _ in range(2)] == [0, 60_000]
    limit.advance(60_000)
    assert limit.take(is_message=True) == 40_000
    limit.advance(40_000)
    assert limit.take(is_message=True) == 0


def test_idle_users_are_removed():
    limit = Limit()
    for user_id in range(10_000):
        limit.take(user_id)
        limit.advance(1)  # the bucket is full again after 100
    assert len(limit.rate) == 100


def test_users_who_still_have_to_wait_are_not_removed():
    limit = Limit(burst=50)
    while not limit.take(is_message=True):
        pass
    for user_id in range(2, 1_000):
        limit.take(user_id)
    limit.advance(499)
    assert limit.take(is_message=True) == 1


def test_times_between_two_milliseconds_add_up_exactly():
    limit = Limit(per_second=3, burst=1)
    limit.now = 0.25
    assert [limit.take(is_message=True) for _ in range(2)] == [0, 334]
    limit.now = 333.6
    assert limit.take(is_message=True) == 0


def test_messages_wait_for_the_first_rejected_one():
    turns = Turns()
    assert turns.wait("a", now=0) == 0
    turns.refused("a", 50, now=0)
    turns.refused("b", 50, now=0)
    assert turns.wait("b", now=1) == turns.wait("c", now=1) == RETRY_AFTER
    assert [turns.wait(name, now=1) for name in ("a", "b", "c")] == [0, 0, 0]


def test_messages_without_a_client_id_neither_wait_nor_delay_others():
    turns = Turns()
    turns.refused(None, 50, now=0)
    assert turns.wait("a", now=0) == 0
    turns.refused("a", 50, now=0)
    assert turns.wait(None, now=0) == 0
    assert turns.wait("b", now=0) > 0


def test_messages_stop_waiting_for_one_that_is_never_sent_again():
    turns = Turns()
    turns.refused("a", 50, now=0)
    assert turns.wait("b", now=50 + GIVE_UP - 1) > 0
    assert turns.wait("b", now=50 + GIVE_UP) == 0


def test_the_number_of_sockets_per_user_is_limited():
    cap = SocketCap(1)
    assert (cap.take(1), cap.take(1), cap.take(2)) == (True, False, True)
    cap.release(1)
    assert cap.take(1)
