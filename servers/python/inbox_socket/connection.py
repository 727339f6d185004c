"""One connection, independent of the program that carries it."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from inbox_socket import protocol
from inbox_socket.outbox import Outbox
from inbox_socket.protocol import (
    Frame,
    GetMessages,
    Hello,
    Ping,
    Refused,
    SendMessage,
    Sync,
    UserId,
)
from inbox_socket.session import Session
from inbox_socket.storage import Cursor, Draft, Stored
from inbox_socket.sync import CatchUp

if TYPE_CHECKING:
    from inbox_socket.server import Server

logger = logging.getLogger(__name__)

# Close codes. Codes from 4000 on are defined by the protocol; 1013 is "try again later".
LOGGED_OUT = 4401
WRONG_ORIGIN = 4403
NOT_FOUND = 4404
RESTARTING = 1012
TRY_AGAIN_LATER = 1013

RECHECK_SECONDS = 60

Send = Callable[[str], Awaitable[None]]
Close = Callable[[int, str], Awaitable[None]]
Recheck = Callable[[], Awaitable[bool]]


class Connection:
    """A user's socket. `Server.connect` makes it; the transport calls `receive` for each frame, one
    after the other, and `closed` at the end.
    """

    def __init__(
        self,
        server: Server,
        user_id: UserId,
        send: Send,
        close: Close,
        recheck: Recheck | None,
        recheck_seconds: float,
    ) -> None:
        self.user_id = user_id
        self.is_closed = False
        self._drops = False  # whether frames that were received and not processed yet are dropped
        self._server, self._close, self._recheck = server, close, recheck
        self._session = Session(user_id, server.rate, server.ids, server.heartbeat)
        self._outbox = Outbox(send, self.closed)
        self._recheck_seconds = recheck_seconds
        self._timer: asyncio.TimerHandle | None = None
        if recheck:
            self._recheck_later()

    async def receive(self, text: str | None) -> None:
        """Does what a frame requests, and replies; `None` represents a binary frame."""
        # A client that asks for more than it reads waits here; other sockets don't.
        await self._outbox.room(self._server.limits.outbox_bytes // 2)
        if self._drops:
            return
        try:
            await self._do(self._session.read(text, self._server.now()))
        except Refused as refused:
            self._reply(self._session.refuse(refused, self._server.now()))
        except Exception as error:
            # The traceback without the error's message: a database quotes the row that it rejects.
            place = "".join(traceback.format_tb(error.__traceback__))
            logger.error("processing a frame failed: %s\n%s", type(error).__name__, place)
            reply = self._session.fail(self._server.now())
            if reply is None:
                self.close(TRY_AGAIN_LATER, "the server cannot send welcome now")
            else:
                self._reply(reply)

    def push(self, text: str) -> None:
        """Sends a stored message."""
        for frame in self._session.push(text):
            self._put(frame)
        self._check_size(self._session.held_bytes)

    def close(self, code: int, reason: str) -> None:
        """Closes the socket. Frames that wait are dropped, in both directions: the client sends
        them, or asks for them, again.
        """
        self._drops = True
        if not self.is_closed:
            self.closed()
            self._server.spawn(self._close_socket(code, reason))

    def closed(self) -> None:
        """Removes the connection from the server; the transport calls this when its socket ends.

        Frames received before are still processed, without replies: a page that sends and leaves at
        once has sent.
        """
        if not self.is_closed:
            self.is_closed = True
            self._outbox.clear()
            if self._timer:
                self._timer.cancel()
            self._server.disconnected(self)

    async def recheck(self) -> None:
        """Closes the socket if its user may no longer be here."""
        if self.is_closed or self._recheck is None:
            return
        try:
            valid = await self._recheck()
        except Exception as error:
            # The database is unreachable, perhaps briefly: keep the socket until the next check.
            name = type(error).__name__
            logger.error("user %s: checking the login failed: %s", self.user_id, name)
            return
        if not valid:
            self.close(LOGGED_OUT, "the session has ended")

    def _recheck_later(self) -> None:
        def recheck() -> None:
            self._server.spawn(self.recheck())
            self._recheck_later()

        # A timer, not a task: an idle socket takes no memory for one.
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._recheck_seconds, recheck)

    async def _do(self, request: protocol.Request) -> None:
        match request:
            case SendMessage():
                await self._store(request)
            case GetMessages():
                self._reply(await self._history(request))
            case Hello():
                heads = await self._server.storage.heads(self.user_id)
                for text in self._session.welcome(request, heads):
                    self._put(text)
            case Sync():
                self._reply(await self._sync(request))
            case Ping():
                heads = await self._server.storage.heads(self.user_id)
                total = sum(head.seq for head in heads.values())
                self._reply(protocol.pong_frame(request, total))

    async def _store(self, request: SendMessage) -> None:
        draft = Draft(
            self.user_id,
            request.conversation_id,
            request.text,
            request.type,
            request.client_id,
        )

        def acknowledge(stored: Stored) -> None:
            if request.client_id is not None:
                self._reply(protocol.ack_frame(request.client_id, stored.frame))

        await self._server.batches.store(draft, acknowledge)

    async def _history(self, request: GetMessages) -> Frame:
        storage, conversation_id = self._server.storage, request.conversation_id
        if self.user_id not in await storage.participants(conversation_id):
            raise protocol.not_found()
        found = await storage.history(
            self.user_id, conversation_id, request.before, request.limit + 1
        )
        around = protocol.size(protocol.messages_frame(request, [], has_more=False))
        newest = protocol.fitting(found[: request.limit], protocol.HISTORY_BYTES - around)
        has_more = len(found) > len(newest)
        return protocol.messages_frame(request, newest[::-1], has_more)

    async def _sync(self, request: Sync) -> Frame:
        storage = self._server.storage
        catch_up = CatchUp(request, await storage.heads(self.user_id))
        found = await self._after(catch_up.wanted())
        if not catch_up.begins_everywhere(found):
            catch_up.begin(await storage.first(self.user_id, catch_up.everything()))
            found = await self._after(catch_up.wanted())
        return catch_up.reply(found)

    async def _after(self, wanted: Sequence[Cursor]) -> Sequence[Frame]:
        if not wanted:
            return []
        return await self._server.storage.after(self.user_id, wanted, protocol.SYNC_MESSAGES)

    async def _close_socket(self, code: int, reason: str) -> None:
        try:
            await self._close(code, reason)
        except Exception as error:
            # It has ended on its own; the transport reports that as well.
            logger.debug("user %s: closing failed: %s", self.user_id, type(error).__name__)

    def _reply(self, frame: Frame) -> None:
        self._put(protocol.encode(frame))

    def _put(self, text: str) -> None:
        if not self.is_closed:
            self._outbox.put(text)
            self._check_size(0)

    def _check_size(self, held: int) -> None:
        if self._outbox.bytes + held > self._server.limits.outbox_bytes:
            self.close(TRY_AGAIN_LATER, "too many frames wait for this socket")
