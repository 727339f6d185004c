"""The sockets: the inbox's one connection, and the one per conversation that it replaces."""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from channels.utils import await_many_dispatch
from django.conf import settings

from inbox import limits, protocol, services, sync
from inbox.database import in_database
from inbox.events import TIMEOUT, group_of, tell
from inbox.outline import outline
from inbox.protocol import (
    Code,
    Frame,
    GetMessages,
    Hello,
    Ping,
    Refused,
    Request,
    SendMessage,
    Sync,
)
from inbox.security import LOGGED_OUT, NOT_FOUND, TRY_AGAIN_LATER, refuse, session_user

logger = logging.getLogger(__name__)

Receive = Callable[[], Awaitable[dict]]


class InboxConsumer(AsyncWebsocketConsumer):
    """One user's socket for every conversation the user is part of.

    Frames are answered strictly one after the other. The middleware in inbox/security.py has
    already seen to the origin and the login.
    """

    async def __call__(self, scope, receive, send) -> None:
        """Hear and answer until the socket is closed.

        In place of Channels' own, which asks the layer for a channel outside of any guard: without
        Redis the page would get an HTTP 500 then, of which a browser tells it nothing.
        """
        self.scope, self.base_send = scope, send
        self.user_id: int = scope["user_id"]
        self.session_key: str = scope["session_key"]
        self.layer = 0
        self.turns = limits.Turns()
        self.closed = False
        self.channel_layer = get_channel_layer(self.channel_layer_alias)
        try:
            await self.open_channel()
        except Exception as error:
            self.log_not_joined(error)
            await refuse(receive, send, TRY_AGAIN_LATER, "no channel layer now")
            return
        try:
            await self.handle_events(receive)
        finally:
            # Not in disconnect(), which isn't called if a send fails.
            await self.leave()

    async def handle_events(self, receive: Receive) -> None:
        """Handles frames, events of the channel layer and session checks, until the disconnect."""
        receive_event = partial(self.channel_layer.receive, self.channel_name)
        receive = with_reminders(receive, settings.SESSION_RECHECK_SECONDS, "session.check")
        with suppress(StopConsumer):
            await await_many_dispatch([receive, receive_event], self.dispatch)

    async def dispatch(self, event) -> None:
        """Call the event's handler; without Channels' hop to the database thread before each.

        That hop closes stale connections, which in_database() sees to, and would make every
        message that is merely passed on wait for whatever else is on that thread.
        """
        if not self.closed or event["type"] == "websocket.disconnect":
            await getattr(self, get_handler_name(event))(event)

    async def connect(self) -> None:
        # The group first: what is sent once the client knows it is connected must reach it.
        try:
            await self.join()
        except Exception as error:
            self.log_not_joined(error)
            await self.accept()
            await self.close(TRY_AGAIN_LATER, "no channel layer now")
        else:
            await self.accept()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        reply = await self.answer(text_data)
        if reply is not None:
            await self.send(protocol.encode(reply))

    async def close(self, code=None, reason=None) -> None:
        self.closed = True  # nothing may be sent after it, yet events may be under way
        await super().close(code, reason)

    async def open_channel(self) -> None:
        """Get the channel that this socket will hear through."""
        async with asyncio.timeout(TIMEOUT):
            # An event to nobody shows whether Redis is there: the pub/sub layer keeps a queue, for
            # ever, of each new channel that it could not subscribe to.
            await self.channel_layer.group_send("nobody", {"type": "nothing"})
            self.channel_name = await self.channel_layer.new_channel()

    async def join(self) -> None:
        async with asyncio.timeout(TIMEOUT):
            await self.channel_layer.group_add(group_of(self.user_id), self.channel_name)

    async def leave(self) -> None:
        try:
            async with asyncio.timeout(TIMEOUT):
                await self.channel_layer.group_discard(group_of(self.user_id), self.channel_name)
        except Exception as error:
            # Redis is away, and knows nothing of this socket when it is back.
            logger.warning("user %s not taken out: %s", self.user_id, type(error).__name__)

    def log_not_joined(self, error: Exception) -> None:
        logger.warning("user %s not joined: %s", self.user_id, type(error).__name__)

    async def answer(self, text: str | None) -> Frame | None:
        """Do what a frame asks for and return what to reply to it, if anything."""
        frame: Frame = {}
        request: Request | None = None
        try:
            frame = protocol.decode(text)
            request = self.parse(frame)
            self.check_limits(request)
            return await self.do(request)
        except Refused as error:
            refusal = error
        except Exception as error:
            # The place but not the error's own words: a database quotes the row it rejects.
            place = "".join(traceback.format_tb(error.__traceback__))
            logger.error("a frame failed with %s\n%s", type(error).__name__, place)
            if isinstance(request, Hello):
                # The client would take an error reply to `hello` for layer 0.
                await self.close(TRY_AGAIN_LATER, "no welcome now")
                return None
            refusal = Refused(Code.INTERNAL, "the server failed", retry_after=limits.RETRY_AFTER)
        if request is None:
            # A malformed frame counts too, but is told what is wrong with it.
            limits.frames.take(self.user_id)
        if isinstance(request, SendMessage) and refusal.retry_after:
            self.turns.refused(request.client_id, refusal.retry_after)
        return protocol.error_frame(refusal, frame or outline(text or ""))

    def check_limits(self, request: Request) -> None:
        """Raises Refused if the request has to wait."""
        if isinstance(request, SendMessage):
            wait = self.turns.wait(request.client_id) or limits.frames.take(self.user_id, True)
        else:
            wait = limits.frames.take(self.user_id)
        # The client would take an error reply to its first `hello` for layer 0.
        is_first_hello = isinstance(request, Hello) and self.layer == 0
        if wait and not is_first_hello:
            raise Refused(Code.RATE_LIMITED, "too many frames", retry_after=wait)

    async def do(self, request: Request) -> Frame | None:
        match request:
            case SendMessage():
                return await self.send_message(request)
            case GetMessages():
                return await in_database(services.history, self.user_id, request)
            case Hello():
                return await self.welcome(request)
            case Sync():
                return await in_database(sync.sync, self.user_id, request)
            case Ping():
                return await in_database(sync.pong, self.user_id, request)

    def parse(self, frame: Frame) -> Request:
        return protocol.parse(frame, self.layer)

    async def welcome(self, request: Hello) -> Frame:
        """Go over to layer 1."""
        # Once more before the heads are read, should the layer have forgotten this socket.
        await self.join()
        heads = await in_database(sync.heads_of, self.user_id)
        self.layer = request.protocol
        return protocol.welcome_frame(self.user_id, heads, settings.HEARTBEAT_MS)

    async def send_message(self, request: SendMessage) -> None:
        """Store a message, then tell everyone in the conversation; the sender's tabs as well."""
        frame, people = await in_database(services.send_message, self.user_id, request)
        if request.client_id is not None:
            # First, since it is true whether or not the others can be told; and they are to be
            # told whether or not the sender is still there.
            with suppress(OSError):
                await self.send(protocol.encode(protocol.ack_frame(request.client_id, frame)))
        event = {
            "type": "inbox.message",
            "conversation_id": request.conversation_id,
            "text": protocol.encode(frame),  # once, for all who get it
        }
        await tell(people, event)

    async def inbox_message(self, event) -> None:
        """Pass on a message that was stored."""
        await self.send(event["text"])

    async def session_check(self, event) -> None:
        """Close if the session is over: somebody says so, or it is time to look."""
        try:
            user = await in_database(session_user, self.session_key)
            # The in-memory layer drops a member that was slow to read, or joined a day ago.
            await self.join()
        except Exception as error:
            # The database or Redis is away. The socket may outlive that; the next look decides.
            logger.error("user %s not rechecked: %s", self.user_id, type(error).__name__)
            return
        if user is None or user.pk != self.user_id:
            await self.close(LOGGED_OUT, "the session is over")


class ConversationConsumer(InboxConsumer):
    """One user's socket for one conversation: the design that InboxConsumer replaces.

    Here to compare with. It hears all of the user's events and passes on its own conversation's,
    so that what the server spends on a message grows with the sockets that are open.
    """

    async def connect(self) -> None:
        self.conversation_id: int = self.scope["url_route"]["kwargs"]["conversation_id"]
        if await in_database(services.is_participant, self.user_id, self.conversation_id):
            await super().connect()
        else:
            await self.accept()
            await self.close(NOT_FOUND, "there is no such conversation")

    async def welcome(self, request: Hello) -> Frame:
        raise Refused(Code.UNKNOWN_ACTION, "this socket speaks layer 0 only")

    def parse(self, frame: Frame) -> Request:
        """Frames need no conversation_id; one that names another is refused."""
        if frame.setdefault("conversation_id", self.conversation_id) != self.conversation_id:
            raise Refused(Code.BAD_FRAME, "this socket belongs to another conversation")
        return super().parse(frame)

    async def inbox_message(self, event) -> None:
        if event["conversation_id"] == self.conversation_id:
            await super().inbox_message(event)


def with_reminders(receive: Receive, seconds: float, event_type: str) -> Receive:
    """`receive`, which besides returns an event of `event_type` every so many seconds.

    A reminder thus waits its turn like any event, and needs neither a task nor the channel layer.
    """
    clock = asyncio.get_running_loop()
    due = clock.time() + seconds

    async def receive_or_remind() -> dict:
        nonlocal due
        try:
            if clock.time() < due:  # else a busy client could put it off for ever
                async with asyncio.timeout_at(due):
                    return await receive()
        except TimeoutError:
            pass
        due = clock.time() + seconds
        return {"type": event_type}

    return receive_or_remind
