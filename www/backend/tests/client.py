"""A client of the protocol, written from PROTOCOL.md: gate, outbox, sync, heartbeat.

Tests use it to check the server's guarantee. It stores the messages that it receives in `heard`.
"""

import asyncio
import json
import random
from collections import defaultdict
from collections.abc import Callable
from uuid import uuid4

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

FINAL = {"bad_json", "bad_frame", "unknown_action", "not_found", "too_large"}
LIFE = 5  # seconds to wait for the reply to a hello, ping, message or sync
NEVER = float("inf")


class Client:
    """One page: `async with Client(…) as ana: await ana.say(2, "Hello")`.

    It connects to the addresses in turn, and again whenever a connection ends.
    """

    def __init__(self, urls: Callable[[], list[str]], session: str) -> None:
        self.heard: dict[str, list[dict]] = defaultdict(list)
        self.gaps: list[tuple[str, int, int]] = []
        self.refused: list[dict] = []
        self.connections = 0
        self.put_off = 0  # how many frames were rejected temporarily
        self.recovered = 0  # how many messages a sync delivered or released
        self.outbox: dict[str, dict] = {}  # client_id to frame, in order of sending
        self.cursors: dict[str, int] | None = None
        self._held: dict[str, dict[int, dict]] = defaultdict(dict)
        self._urls, self._session = urls, session
        self._unsent: list[str] = []
        self._sending = asyncio.Lock()
        self._resume_at = NEVER
        self._socket = None

    async def __aenter__(self) -> "Client":
        self._running = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_) -> None:
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)

    async def say(self, conversation_id: int, text: str) -> None:
        """Queues a message until its ack, and sends it now if possible."""
        client_id = str(uuid4())
        self.outbox[client_id] = {
            "conversation_id": conversation_id,
            "message": text,
            "client_id": client_id,
        }
        self._unsent.append(client_id)
        await self._flush()

    @property
    def missing(self) -> bool:
        """Whether messages are held back because an earlier one is missing."""
        return any(self._held.values())

    def check(self) -> None:
        """Raises the exception that ended the client, if any."""
        if self._running.done():
            self._running.result()

    async def drop(self) -> None:
        """Loses the connection without a close, like a network failure."""
        if self._socket:
            self._socket.transport.abort()

    # --- the connection ---

    async def _run(self) -> None:
        turn = random.randrange(2)  # noqa: S311
        while True:
            urls = self._urls()
            url, turn = urls[turn % len(urls)], turn + 1
            headers = {"Cookie": f"sessionid={self._session}"}
            origin = url.replace("ws", "http", 1).partition("/ws/")[0]
            try:
                async with connect(
                    url,
                    origin=origin,
                    additional_headers=headers,
                    proxy=None,
                    open_timeout=LIFE,
                    max_queue=None,  # as in a browser, which reads while it sends
                ) as socket:
                    await self._talk(socket)
            except (OSError, WebSocketException, TimeoutError):
                pass
            finally:
                self._socket = None
            await asyncio.sleep(random.uniform(0.05, 0.2))  # noqa: S311

    async def _talk(self, socket) -> None:
        self._clock = asyncio.get_running_loop().time
        self._ping_at = self._resume_at = NEVER
        self._answer_by: dict[str | int, float] = {}  # request id to deadline, oldest first
        self._syncing = False
        self._number = 0
        self._heartbeat = NEVER
        hello = {"action": "hello", "protocol": 1, "cursors": self.cursors or {}}
        await socket.send(json.dumps(hello))
        self._answer_by["hello"] = self._clock() + LIFE
        while True:
            due = min(self._alive_by, self._ping_at, self._resume_at)
            try:
                async with asyncio.timeout_at(None if due == NEVER else due):
                    text = await socket.recv()
            except TimeoutError:
                await self._due()
            else:
                await self._receive(socket, json.loads(text))

    @property
    def _alive_by(self) -> float:
        return next(iter(self._answer_by.values()), NEVER)

    async def _due(self) -> None:
        now = self._clock()
        if self._alive_by <= now:
            raise TimeoutError("no answer")
        if self._ping_at <= now:
            self._ping_at = now + self._heartbeat
            self._number += 1
            await self._send({"action": "ping", "id": self._number})
        if self._resume_at <= now:
            self._resume_at = NEVER
            self._syncing = False
            await self._send_again()
            await self._sync()

    async def _send(self, frame: dict) -> None:
        self._answer_by.setdefault(frame.get("client_id") or frame["id"], self._clock() + LIFE)
        try:
            await self._socket.send(json.dumps(frame))
        except WebSocketException:
            return  # the reading side detects the closed connection

    async def _send_again(self) -> None:
        self._unsent = list(self.outbox)
        await self._flush()

    async def _flush(self) -> None:
        async with self._sending:  # one at a time, to keep the order
            while self._unsent and self._socket and self._resume_at == NEVER:
                frame = self.outbox.get(self._unsent.pop(0))
                if frame:
                    await self._send(frame)

    # --- receiving ---

    async def _receive(self, socket, frame: dict) -> None:
        if "action" in frame:  # messages of others are not replies
            answered = (frame.get(name) for name in ("client_id", "id", "ref"))
            self._answer_by.pop(next(filter(None, answered), "hello"), None)
        match frame.get("action"):
            case None:
                # The first welcome's heads include messages received before it. Messages before a
                # later welcome need no sync either: its heads show what is missing.
                if self.cursors is not None and not self._deliver(frame) and self._socket:
                    await self._sync()
            case "welcome":
                await self._welcomed(socket, frame)
            case "ack":
                self.outbox.pop(frame["client_id"], None)
            case "sync_response":
                await self._synced(frame)
            case "pong":
                if frame["total"] != sum(self.cursors.values()):
                    await self._sync()
            case "error" if frame["code"] in FINAL:
                self.refused.append(self.outbox.pop(frame["ref"], frame))
            case "error":
                self.put_off += 1
                # The server rejects later messages too; send all again in their original order.
                self._resume_at = self._clock() + frame["retry_after"] / 1000

    async def _welcomed(self, socket, frame: dict) -> None:
        self.connections += 1
        self._socket = socket
        self._heartbeat = frame["heartbeat"] / 1000
        self._ping_at = self._clock() + self._heartbeat
        if self.cursors is None:
            self.cursors = dict(frame["heads"])
        await self._send_again()
        await self._compare(frame["heads"])

    async def _synced(self, frame: dict) -> None:
        self._syncing = False
        for conversation, floor in frame["floors"].items():
            if floor > self.cursors[conversation]:
                self.gaps.append((conversation, self.cursors[conversation], floor + 1))
                self.cursors[conversation] = floor
                self._release(conversation)
        before = sum(self.cursors.values())
        for message in frame["messages"]:
            self._deliver(message)
        self.recovered += sum(self.cursors.values()) - before
        if frame["has_more"] or self.missing:
            await self._sync()
        else:
            await self._compare(frame["heads"])

    async def _compare(self, heads: dict[str, int]) -> None:
        for conversation in self.cursors.keys() - heads.keys():
            del self.cursors[conversation]
        for conversation in heads:
            self.cursors.setdefault(conversation, 0)
        if any(head > self.cursors[conversation] for conversation, head in heads.items()):
            await self._sync()

    async def _sync(self) -> None:
        """Requests missing messages; one request at a time."""
        if not self._syncing:
            self._syncing = True
            self._number += 1
            await self._send({"action": "sync", "after": self.cursors, "id": self._number})

    # --- the gate ---

    def _deliver(self, message: dict) -> bool:
        """Delivers a message once and in order; returns False if an earlier one is missing."""
        conversation = str(message["conversation_id"])
        cursor = self.cursors.setdefault(conversation, 0)
        if message["seq"] > cursor:
            self._held[conversation][message["seq"]] = message
        self._release(conversation)
        return message["seq"] <= self.cursors[conversation]

    def _release(self, conversation: str) -> None:
        held = self._held[conversation]
        while message := held.pop(self.cursors[conversation] + 1, None):
            self.cursors[conversation] += 1
            self.heard[conversation].append(message)
        self._held[conversation] = {
            seq: message for seq, message in held.items() if seq > self.cursors[conversation]
        }
