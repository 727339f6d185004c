"""The server's behaviour towards pages, brokers and a storage that fails."""

import asyncio
import json
import logging
from types import SimpleNamespace

import pytest
from asgiref.testing import ApplicationCommunicator

from inbox_socket import Closed, Limits, MemoryBroker, Server, Stored, batches
from inbox_socket.asgi import InboxApplication
from inbox_socket.limits import RETRY_AFTER
from inbox_socket.memory import MemoryStorage
from tests.page import HELLO, Page, say

ROOM = 2
PING = {"action": "ping", "id": 1}


@pytest.fixture
def storage() -> MemoryStorage:
    storage = MemoryStorage()
    storage.create(ROOM, ["ana", "ben"])
    storage.create(9, ["chi"])
    return storage


@pytest.fixture
def server(storage) -> Server:
    return Server(storage)


class Gate:
    """Holds calls of a storage's function until `open()`; `entered` is set by the first one."""

    def __init__(self, storage, name: str) -> None:
        self.entered, self._opened = asyncio.Event(), asyncio.Event()
        function = getattr(storage, name)

        async def gated(*arguments):
            self.entered.set()
            await self._opened.wait()
            return await function(*arguments)

        setattr(storage, name, gated)

    def open(self) -> None:
        self._opened.set()


# --- messages ---


async def test_the_sender_receives_the_ack_and_then_the_message(server):
    ana, ben = await Page(server, "ana").hello(), await Page(server, "ben").hello()
    ack = await ana.ask(say(ROOM, "a", "c1"))
    heard = await ana.receive()
    assert ack == {
        "action": "ack",
        "client_id": "c1",
        "conversation_id": ROOM,
        "message_id": heard["message_id"],
        "seq": 1,
    }
    assert await ben.receive() == heard


async def test_a_message_sent_again_is_stored_and_pushed_once(server):
    ana, ben = await Page(server, "ana").hello(), await Page(server, "ben").hello()
    first = await ana.ask(say(ROOM, "a", "c1"))
    await ana.receive()
    assert await ana.ask(say(9, "something else", "c1")) == first
    await ana.nothing_more()
    assert (await ben.receive())["seq"] == 1
    await ben.nothing_more()


async def test_a_sender_who_has_left_still_receives_the_ack_of_a_stored_message(server, storage):
    ana = await Page(server, "ana").hello()
    first = await ana.ask(say(ROOM, "a", "c1"))
    await ana.receive()
    storage.leave(ROOM, "ana")
    assert await ana.ask(say(ROOM, "a", "c1")) == first
    assert (await ana.ask(say(ROOM, "b", "c2")))["code"] == "not_found"


@pytest.mark.parametrize("frame", [say(ROOM, "a", "c1"), {"action": "get_messages"}])
async def test_missing_and_other_users_conversations_return_the_same_error(server, frame):
    ana = await Page(server, "ana").hello()
    errors = [await ana.ask(frame | {"conversation_id": key}) for key in (9, 404)]
    assert [error.pop("conversation_id") for error in errors] == [9, 404]
    assert errors[0] == errors[1]
    assert errors[0]["code"] == "not_found"


async def test_messages_that_wait_at_the_same_time_share_one_append(server, storage):
    gate, sizes = Gate(storage, "append"), []
    append = storage.append

    async def count(drafts):
        sizes.append(len(drafts))
        return await append(drafts)

    storage.append = count
    pages = [await Page(server, "ana").hello() for _ in range(6)]
    async with asyncio.TaskGroup() as group:
        group.create_task(pages[0].send(say(ROOM, "0", "c0")))
        await gate.entered.wait()
        for number, page in enumerate(pages[1:], 1):
            group.create_task(page.send(say(ROOM, str(number), f"c{number}")))
        await asyncio.sleep(0)  # each task runs until it waits for the batch
        gate.open()
    assert sizes == [1, 5]
    assert [frame["message"] for frame in storage.messages[ROOM]] == list("012345")


async def test_one_message_that_fails_delays_no_other_of_its_batch(server, storage, caplog):
    gate, append, bad = Gate(storage, "append"), storage.append, "secret"

    async def fail(drafts):
        if any(draft.text == bad for draft in drafts):
            raise ValueError(f"the row {drafts[0].text!r}")
        return await append(drafts)

    storage.append = fail
    first, *pages = [await Page(server, "ana").hello() for _ in range(4)]
    async with asyncio.TaskGroup() as group:
        group.create_task(first.send(say(ROOM, "0", "c0")))
        await gate.entered.wait()
        for number, (page, text) in enumerate(zip(pages, ["1", bad, "2"], strict=True), 1):
            group.create_task(page.send(say(ROOM, text, f"c{number}")))
        await asyncio.sleep(0)
        gate.open()
    assert [frame["message"] for frame in storage.messages[ROOM]] == ["0", "1", "2"]
    frames = [await pages[1].receive() for _ in range(4)]
    [error] = [frame for frame in frames if "action" in frame]
    assert (error["code"], error["ref"], error["retry_after"]) == ("internal", "c2", RETRY_AFTER)
    assert bad not in caplog.text
    assert "ValueError" in caplog.text


async def test_a_message_is_pushed_even_if_the_sender_disconnects_before_the_ack(server, storage):
    gate = Gate(storage, "append")
    ana, ben = await Page(server, "ana").hello(), await Page(server, "ben").hello()
    sending = asyncio.create_task(ana.send(say(ROOM, "a", "c1")))
    await gate.entered.wait()
    ana.connection.closed()
    sending.cancel()
    gate.open()
    assert (await ben.receive())["message"] == "a"


async def test_messages_behind_one_that_failed_do_not_overtake_it(server, storage):
    ana, append = await Page(server, "ana").hello(), storage.append
    storage.append = lambda drafts: 1 / 0
    assert (await ana.ask(say(ROOM, "a", "c1")))["code"] == "internal"
    storage.append = append
    assert (await ana.ask(say(ROOM, "b", "c2")))["code"] == "rate_limited"
    assert (await ana.ask(say(ROOM, "a", "c1")))["seq"] == 1
    assert (await ana.receive())["message"] == "a"
    assert (await ana.ask(say(ROOM, "b", "c2")))["seq"] == 2


async def test_the_rate_limit_covers_all_sockets_of_a_user(storage):
    server = Server(storage, limits=Limits(frames_per_second=1, frames_burst=3), now=lambda: 0)
    one, other, ben = Page(server, "ana"), Page(server, "ana"), Page(server, "ben")
    for page in (one, other, one):
        assert (await page.ask({}))["code"] == "bad_frame"
    assert (await other.ask(say(ROOM, "a")))["code"] == "rate_limited"
    assert (await ben.ask(say(ROOM, "a")))["message"] == "a"


async def test_an_unencodable_message_is_acknowledged_and_not_pushed(server, storage, caplog):
    append = storage.append

    async def spoil(drafts):
        return [Stored(stored.frame | {"x": {1}}, ["ana"]) for stored in await append(drafts)]

    storage.append = spoil
    ana = await Page(server, "ana").hello()
    assert (await ana.ask(say(ROOM, "a", "c1")))["action"] == "ack"
    await ana.nothing_more()
    assert "conversation 2: message 1 is not JSON: TypeError" in caplog.text


async def test_a_message_that_looks_different_to_a_user_is_pushed_in_two_versions(server):
    ana, ben = await Page(server, "ana").hello(), await Page(server, "ben").hello()
    frame = {"conversation_id": ROOM, "seq": 1, "message": "a", "type": "TEXT"}
    server.publish([Stored(frame, ["ana", "ben"], {"ben": frame | {"liked": True}})])
    assert await ana.receive() == frame
    assert await ben.receive() == frame | {"liked": True}


# --- a conversation that is locked ---

OTHER, ELSEWHERE = 3, 4


@pytest.fixture
def lock(storage):
    """Holds the batches with a message `locked` until `lock.open()`; `lock.entered` is set then."""
    append, held = storage.append, SimpleNamespace(append=storage.append)
    lock = Gate(held, "append")
    storage.create(OTHER, ["ana", "ben"])
    storage.create(ELSEWHERE, ["chi"])

    async def wait(drafts):
        is_locked = any(draft.text == "locked" for draft in drafts)
        return await (held.append if is_locked else append)(drafts)

    storage.append, storage.writers = wait, 2
    return lock


def texts(storage, conversation_id) -> list[str]:
    return [frame["message"] for frame in storage.messages[conversation_id]]


async def test_a_locked_conversation_delays_no_message_of_another_one_and_sender(storage, lock):
    server = Server(storage)
    ana, chi = await Page(server, "ana").hello(), await Page(server, "chi").hello()
    waiting = asyncio.create_task(ana.send(say(ROOM, "locked", "c1")))
    await lock.entered.wait()
    for number in (1, 2, 3):
        assert (await chi.ask(say(ELSEWHERE, "a", f"c{number}")))["seq"] == number
        await chi.receive()
    assert texts(storage, ROOM) == []
    lock.open()
    await waiting
    assert texts(storage, ROOM) == ["locked"]


async def test_later_messages_of_a_locked_conversation_and_of_its_senders_stay_in_order(
    storage, lock
):
    server = Server(storage)
    ana, ben, chi = [await Page(server, user).hello() for user in ("ana", "ben", "chi")]
    other = await Page(server, "ana").hello()
    async with asyncio.TaskGroup() as group:
        group.create_task(ana.send(say(ROOM, "locked", "c1")))
        await lock.entered.wait()
        group.create_task(ben.send(say(ROOM, "second", "c1")))
        group.create_task(other.send(say(OTHER, "third", "c2")))
        assert (await chi.ask(say(ELSEWHERE, "a", "c1")))["action"] == "ack"
        assert texts(storage, ROOM) == texts(storage, OTHER) == []
        lock.open()
    assert texts(storage, ROOM) == ["locked", "second"]
    assert texts(storage, OTHER) == ["third"]


async def test_a_locked_conversation_delays_all_messages_if_the_storage_has_one_writer(
    storage, lock, monkeypatch
):
    storage.writers = 1
    monkeypatch.setattr(batches, "PATIENCE", 0)
    server = Server(storage)
    ana, chi = await Page(server, "ana").hello(), await Page(server, "chi").hello()
    async with asyncio.TaskGroup() as group:
        group.create_task(ana.send(say(ROOM, "locked", "c1")))
        await lock.entered.wait()
        group.create_task(chi.send(say(ELSEWHERE, "a", "c1")))
        for _ in range(10):
            await asyncio.sleep(0)
        assert texts(storage, ELSEWHERE) == []
        lock.open()
    assert texts(storage, ELSEWHERE) == ["a"]


async def test_a_stopping_server_waits_for_every_batch(storage, lock):
    server = Server(storage)
    ana, chi = await Page(server, "ana").hello(), await Page(server, "chi").hello()
    sending = [asyncio.create_task(ana.send(say(ROOM, "locked", "c1")))]
    await lock.entered.wait()
    assert (await chi.ask(say(ELSEWHERE, "a", "c1")))["action"] == "ack"
    sending.append(asyncio.create_task(chi.send(say(ELSEWHERE, "b", "c2"))))
    await asyncio.sleep(0)
    stopping = asyncio.create_task(server.stop())
    lock.open()
    await asyncio.gather(stopping, *sending)
    assert (texts(storage, ROOM), texts(storage, ELSEWHERE)) == (["locked"], ["a", "b"])


# --- pages that leave ---


@pytest.mark.parametrize("layer", [0, 1])
async def test_a_page_that_leaves_has_sent_what_was_received_before(server, layer):
    ana, ben = Page(server, "ana"), await Page(server, "ben").hello()
    if layer:
        await ana.hello()
    ana.connection.closed()
    for text in ("a", "b"):
        await ana.send(say(ROOM, text, text))
    assert [(await ben.receive())["message"] for _ in range(2)] == ["a", "b"]
    assert len(server) == 1
    # On layer 1 the server knows what the page sends again on its next connection.
    again = await Page(server, "ana").hello()
    assert (await again.ask(say(ROOM, "a", "a")))["seq"] == (1 if layer else 3)


async def test_a_page_to_which_a_reply_can_no_longer_be_sent_has_sent_all_the_same(server):
    async def send(text):
        raise ConnectionError

    async def close(code, reason):
        pass

    ben, gone = await Page(server, "ben").hello(), server.connect("ana", send, close)
    for text in ("a", "b"):
        await gone.receive(json.dumps(say(ROOM, text)))
        assert (await ben.receive())["message"] == text
    assert gone.is_closed


async def test_a_page_that_leaves_and_whose_hello_fails_has_sent_nothing(server, storage):
    """Its messages would lose their client_ids."""
    storage.heads = lambda user_id: 1 / 0
    ana = Page(server, "ana")
    ana.connection.closed()
    await ana.send(HELLO)
    await ana.send(say(ROOM, "a", "c1"))
    assert storage.messages[ROOM] == []


async def test_a_page_whose_socket_the_server_closes_sends_nothing_afterwards(server, storage):
    ana = Page(server, "ana")
    ana.connection.close(4401, "the session has ended")
    await ana.closed()
    await ana.send(say(ROOM, "a"))
    assert storage.messages[ROOM] == []


# --- hello ---


async def test_pushes_wait_until_the_welcome_is_sent(server, storage):
    ben, ana = await Page(server, "ben").hello(), Page(server, "ana")
    gate = Gate(storage, "heads")
    greeting = asyncio.create_task(ana.send(HELLO))
    await gate.entered.wait()
    await ben.ask(say(ROOM, "meanwhile", "c1"))
    await ben.receive()
    gate.open()
    await greeting
    assert (await ana.receive())["action"] == "welcome"
    assert (await ana.receive())["message"] == "meanwhile"


async def test_a_first_hello_is_never_rate_limited_but_later_frames_are(storage):
    server = Server(storage, limits=Limits(frames_per_second=1, frames_burst=1), now=lambda: 0)
    ana = Page(server, "ana")
    await ana.ask({})
    assert (await ana.ask(HELLO))["action"] == "welcome"
    assert (await ana.ask(HELLO))["code"] == "rate_limited"


async def test_a_second_hello_gets_a_welcome_too(server):
    ana = await Page(server, "ana").hello()
    await ana.hello()


async def test_a_server_that_fails_on_hello_closes_with_1013(server, storage):
    storage.heads = lambda user_id: 1 / 0
    ana = Page(server, "ana")
    await ana.send(HELLO)
    assert await ana.closed() == (1013, "the server cannot send welcome now")
    assert len(server) == 0


async def test_a_page_that_never_sends_hello_stays_on_layer_0(server):
    ana = Page(server, "ana")
    assert (await ana.ask(say(ROOM, "a", "c1")))["message"] == "a"
    await ana.nothing_more()


# --- slow readers ---


async def test_a_slow_reader_is_closed_with_1013_and_delays_no_other(storage):
    server = Server(storage, limits=Limits(outbox_bytes=10_000))
    slow, ana = await Page(server, "ben").hello(), await Page(server, "ana").hello()
    slow.stall()
    for number in range(6):
        assert (await ana.ask(say(ROOM, "a" * 2_000, f"c{number}")))["action"] == "ack"
        assert (await ana.receive())["seq"] == number + 1
    assert await slow.closed() == (1013, "too many frames wait for this socket")
    assert len(server) == 1


async def test_pushes_held_during_hello_count_as_well(storage):
    server = Server(storage, limits=Limits(outbox_bytes=10_000))
    ana, ben = await Page(server, "ana").hello(), Page(server, "ben")
    gate = Gate(storage, "heads")
    greeting = asyncio.create_task(ben.send(HELLO))
    await gate.entered.wait()
    for number in range(6):
        await ana.ask(say(ROOM, "a" * 2_000, f"c{number}"))
        await ana.receive()
    assert (await ben.closed())[0] == 1013
    gate.open()
    await greeting


async def test_a_page_that_asks_for_more_than_it_reads_waits_and_gets_everything(storage):
    server = Server(storage, limits=Limits(outbox_bytes=10_000))
    ana = Page(server, "ana")
    for _ in range(3):
        await ana.ask(say(ROOM, "a" * 2_000))
    ana.stall()
    history = {"action": "get_messages", "conversation_id": ROOM}
    await ana.send(history)
    waiting = asyncio.create_task(ana.send(history))
    await asyncio.sleep(0)
    assert not waiting.done()
    ana.resume()
    await waiting
    assert [len((await ana.receive())["messages"]) for _ in range(2)] == [3, 3]


# --- sockets ---


async def test_the_number_of_sockets_of_a_user_is_limited(storage):
    server = Server(storage, limits=Limits(sockets_per_user=2))
    first, _ = Page(server, "ana"), Page(server, "ana")
    with pytest.raises(Closed, match="too many connections") as refused:
        Page(server, "ana")
    assert refused.value.code == 1013
    Page(server, "ben")
    first.connection.closed()
    Page(server, "ana")


async def test_a_socket_whose_login_has_ended_is_closed_by_a_recheck(server):
    logins = {"ana", "ben"}

    def page(user_id):
        async def is_valid():
            return user_id in logins

        return Page(server, user_id, is_valid)

    ana, ben = page("ana"), page("ben")
    server.recheck(["ana", "ben"])
    await ana.nothing_more()
    logins.remove("ana")
    server.recheck(["ana", "ben"])
    assert await ana.closed() == (4401, "the session has ended")
    await ben.nothing_more()


async def test_a_login_that_ends_while_its_socket_opens_closes_the_socket(server):
    logins = ["ana"]

    async def authenticate(scope) -> str | None:
        user = logins[0] if logins else None
        logins.clear()
        server.recheck(["ana"])
        return user

    headers = [(b"host", b"inbox.test"), (b"origin", b"http://inbox.test")]
    scope = {"type": "websocket", "scheme": "ws", "path": "/", "headers": headers}
    socket = ApplicationCommunicator(InboxApplication(server, authenticate), scope)
    await socket.send_input({"type": "websocket.connect"})
    assert (await socket.receive_output())["type"] == "websocket.accept"
    assert (await socket.receive_output())["code"] == 4401
    await socket.send_input({"type": "websocket.disconnect", "code": 4401})
    await socket.wait()


async def test_a_recheck_that_fails_keeps_the_socket(server, caplog):
    failed = asyncio.Event()

    async def is_valid():
        failed.set()
        raise ConnectionError

    ana = Page(server, "ana", is_valid)
    server.recheck(["ana"])
    await failed.wait()
    await ana.nothing_more()
    assert "checking the login failed: ConnectionError" in caplog.text


async def test_a_stopping_server_closes_its_sockets_and_stores_what_it_has_received(
    server, storage
):
    gate = Gate(storage, "append")
    ana, ben = await Page(server, "ana").hello(), await Page(server, "ben").hello()
    sending = asyncio.create_task(ana.send(say(ROOM, "a", "c1")))
    await gate.entered.wait()
    stopping = asyncio.create_task(server.stop())
    assert await ben.closed() == (1012, "retry_after=2000")
    assert not stopping.done()
    gate.open()
    await asyncio.gather(stopping, sending)
    assert [frame["message"] for frame in storage.messages[ROOM]] == ["a"]


# --- several processes ---


async def two_servers(storage, broker):
    servers = Server(storage, broker=broker), Server(storage, broker=broker)
    for server in servers:
        await server.start()
    return servers


async def test_a_message_reaches_the_sockets_of_other_processes_once(storage):
    here, there = await two_servers(storage, MemoryBroker())
    ana, ben = await Page(here, "ana").hello(), await Page(there, "ben").hello()
    second = await Page(here, "ana").hello()
    await ana.ask(say(ROOM, "a", "c1"))
    for page in (ana, ben, second):
        assert (await page.receive())["message"] == "a"
        await page.nothing_more()


async def test_a_recheck_reaches_the_sockets_of_other_processes(storage):
    async def is_valid():
        return False

    here, there = await two_servers(storage, MemoryBroker())
    ana = Page(there, "ana", is_valid)
    here.recheck(["ana"])
    assert (await ana.closed())[0] == 4401


class Recorded(MemoryBroker):
    """Records what is published, and fails or hangs on demand."""

    def __init__(self) -> None:
        super().__init__()
        self.published: list[list] = []
        self.hangs: asyncio.Event | None = None
        self.entered = asyncio.Event()

    async def publish(self, text: str) -> None:
        self.entered.set()
        if self.hangs:
            await self.hangs.wait()
        self.published.append(json.loads(text)["events"])


async def test_a_hanging_broker_delays_neither_acks_nor_local_pushes(storage):
    broker = Recorded()
    broker.hangs = asyncio.Event()
    server = Server(storage, broker=broker)
    ana = await Page(server, "ana").hello()
    for number in range(3):
        assert (await ana.ask(say(ROOM, "a", f"c{number}")))["action"] == "ack"
        assert (await ana.receive())["seq"] == number + 1
    await broker.entered.wait()
    broker.hangs.set()
    await server.stop()
    assert sorted(map(len, broker.published)) == [1, 2], "what waits shares one publish"


async def test_a_failing_broker_is_logged_and_the_message_is_acknowledged(storage, caplog):
    class Failing(MemoryBroker):
        async def publish(self, text):
            raise ConnectionError(text)

    server = Server(storage, broker=Failing())
    ana = await Page(server, "ana").hello()
    assert (await ana.ask(say(ROOM, "secret", "c1")))["action"] == "ack"
    assert (await ana.receive())["message"] == "secret"
    await server.stop()
    assert "publishing 1 events failed: ConnectionError" in caplog.text
    assert "secret" not in caplog.text


async def test_while_the_subscription_is_down_new_sockets_are_refused(storage):
    broker = MemoryBroker()
    server = Server(storage, broker=broker)
    broker.connected = False
    with pytest.raises(Closed) as refused:
        Page(server, "ana")
    assert refused.value.code == 1013
    broker.connected = True
    Page(server, "ana")


async def test_a_subscription_that_fails_is_tried_again_by_the_next_socket(storage):
    class Failing(MemoryBroker):
        failures = 1

        async def start(self, receive):
            if self.failures:
                self.failures -= 1
                raise ConnectionError
            await super().start(receive)

    broker = Failing()
    server = Server(storage, broker=broker)
    with pytest.raises(ConnectionError):
        await server.start()
    await server.start()
    ana = await Page(server, "ana").hello()
    await broker.publish('{"from":null,"events":[{"recipients":["ana"],"text":"{}"}]}')
    assert await ana.receive() == {}


async def test_an_invalid_event_is_logged_and_skipped(storage, caplog):
    caplog.set_level(logging.ERROR)
    broker = MemoryBroker()
    server = Server(storage, broker=broker)
    await server.start()
    ana = await Page(server, "ana").hello()
    for text in ("{", "[]", '{"from":null,"events":[7]}'):
        await broker.publish(text)
    assert caplog.text.count("an event of the broker is invalid") == 3
    await ana.nothing_more()
