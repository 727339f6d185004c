"""The sockets: one for the whole inbox, and the older design with one per conversation."""

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
from inbox_socket import protocol
from inbox_socket.limits import RETRY_AFTER, Turns
from inbox_socket.outline import outline
from inbox_socket.protocol import (
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

from inbox import limits, services, sync
from inbox.database import in_database
from inbox.events import TIMEOUT, group_of, send_event
from inbox.security import LOGGED_OUT, NOT_FOUND, TRY_AGAIN_LATER, refuse, session_user

logger = logging.getLogger(__name__)

Receive = Callable[[], Awaitable[dict]]

NO_CHANNEL_LAYER = "the channel layer is unavailable"


class InboxConsumer(AsyncWebsocketConsumer):
    """A user's socket for all conversations of that user.

    It processes frames strictly in order. The middleware in inbox/security.py has already checked
    the origin and the login.
    """

    async def __call__(self, scope, receive, send) -> None:
        """Serves the socket until it is closed.

        Replaces Channels' method, which requests a channel without handling errors: without Redis
        the handshake would fail with an HTTP 500, which a browser hides from the page.
        """
        self.scope, self.base_send = scope, send
        self.user_id: int = scope["user_id"]
        self.session_key: str = scope["session_key"]
        self.layer = 0
        self.turns = Turns()
        self.closed = False
        self.channel_layer = get_channel_layer(self.channel_layer_alias)
        try:
            await self.open_channel()
        except Exception as error:
            self.warn("joining the channel layer", error)
            await refuse(receive, send, TRY_AGAIN_LATER, NO_CHANNEL_LAYER)
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
        """Calls the event's handler, without Channels' preceding call on the database thread.

        Channels closes stale connections there, which in_database() does as well. That call would
        make every forwarded message wait for other work on the same thread.
        """
        if not self.closed or event["type"] == "websocket.disconnect":
            await getattr(self, get_handler_name(event))(event)

    async def connect(self) -> None:
        # Join before accepting: the socket must receive every event sent after it is open.
        try:
            await self.join()
        except Exception as error:
            self.warn("joining the channel layer", error)
            await self.accept()
            await self.close(TRY_AGAIN_LATER, NO_CHANNEL_LAYER)
        else:
            await self.accept()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        reply = await self.answer(text_data)
        if reply is not None:
            await self.send(protocol.encode(reply))

    async def close(self, code=None, reason=None) -> None:
        self.closed = True  # dispatch() drops events that arrive later: sending would fail
        await super().close(code, reason)

    async def open_channel(self) -> None:
        """Requests the channel on which this socket receives events."""
        async with asyncio.timeout(TIMEOUT):
            # Test Redis first, with an event to an empty group: if subscribing to a new channel
            # fails, the pub/sub layer keeps that channel's queue forever.
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
            # Redis is unreachable; after a restart it has no record of this socket.
            self.warn("leaving the channel layer", error)

    def warn(self, operation: str, error: Exception) -> None:
        logger.warning("user %s: %s failed: %s", self.user_id, operation, type(error).__name__)

    async def answer(self, text: str | None) -> Frame | None:
        """Does what a frame requests, and returns the reply to it, if any."""
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
            # The traceback without the error's message: a database quotes the row that it rejects.
            place = "".join(traceback.format_tb(error.__traceback__))
            logger.error("processing a frame failed: %s\n%s", type(error).__name__, place)
            if isinstance(request, Hello):
                # The client would take an error reply to `hello` for layer 0.
                await self.close(TRY_AGAIN_LATER, "the server cannot send welcome now")
                return None
            refusal = Refused(Code.INTERNAL, "the server failed", retry_after=RETRY_AFTER)
        if request is None:
            # Malformed frames count towards the limit too, but the reply names the mistake.
            limits.frames.take(self.user_id, limits.now())
        if isinstance(request, SendMessage) and refusal.retry_after:
            self.turns.refused(request.client_id, refusal.retry_after, limits.now())
        return protocol.error_frame(refusal, frame or outline(text or ""))

    def check_limits(self, request: Request) -> None:
        """Raises Refused if the request has to wait."""
        now = limits.now()
        if isinstance(request, SendMessage):
            wait = self.turns.wait(request.client_id, now)
            wait = wait or limits.frames.take(self.user_id, now, is_message=True)
        else:
            wait = limits.frames.take(self.user_id, now)
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
        """Switches to layer 1."""
        # Join again before reading the heads: the channel layer may have dropped this socket.
        await self.join()
        heads = await in_database(sync.heads_of, self.user_id)
        self.layer = request.protocol
        return protocol.welcome_frame(self.user_id, heads, settings.HEARTBEAT_MS)

    async def send_message(self, request: SendMessage) -> None:
        """Stores a message and sends it to all participants, including the sender's other tabs."""
        frame, people = await in_database(services.send_message, self.user_id, request)
        if request.client_id is not None:
            # Send the ack first: it is true even if the broadcast fails. Broadcast the message even
            # if the sender has disconnected.
            with suppress(OSError):
                await self.send(protocol.encode(protocol.ack_frame(request.client_id, frame)))
        event = {
            "type": "inbox.message",
            "conversation_id": request.conversation_id,
            "text": protocol.encode(frame),  # encoded once for all recipients
        }
        await send_event(people, event)

    async def inbox_message(self, event) -> None:
        """Forwards a stored message to the client."""
        await self.send(event["text"])

    async def session_check(self, event) -> None:
        """Closes the socket if the session has ended: on an event, and periodically."""
        try:
            user = await in_database(session_user, self.session_key)
            # The in-memory layer drops members that read slowly, or that joined a day ago.
            await self.join()
        except Exception as error:
            # The database or Redis is unreachable, perhaps briefly: keep the socket until the next
            # check.
            name = type(error).__name__
            logger.error("user %s: checking the session failed: %s", self.user_id, name)
            return
        if user is None or user.pk != self.user_id:
            await self.close(LOGGED_OUT, "the session has ended")


class ConversationConsumer(InboxConsumer):
    """A user's socket for one conversation: the design that InboxConsumer replaces.

    It exists for comparison. It receives all events of the user and forwards those of its own
    conversation, so the server's cost of a message grows with the number of open sockets.
    """

    async def connect(self) -> None:
        self.conversation_id: int = self.scope["url_route"]["kwargs"]["conversation_id"]
        if await in_database(services.is_participant, self.user_id, self.conversation_id):
            await super().connect()
        else:
            await self.accept()
            await self.close(NOT_FOUND, "unknown conversation")

    async def welcome(self, request: Hello) -> Frame:
        raise Refused(Code.UNKNOWN_ACTION, "this socket speaks layer 0 only")

    def parse(self, frame: Frame) -> Request:
        """Adds the conversation_id if it is missing; rejects frames for another conversation."""
        if frame.setdefault("conversation_id", self.conversation_id) != self.conversation_id:
            raise Refused(Code.BAD_FRAME, "this socket belongs to another conversation")
        return super().parse(frame)

    async def inbox_message(self, event) -> None:
        if event["conversation_id"] == self.conversation_id:
            await super().inbox_message(event)


def with_reminders(receive: Receive, seconds: float, event_type: str) -> Receive:
    """Returns a `receive` that also returns an event of `event_type` every `seconds` seconds.

    Reminders are processed in order with other events, and need neither a task nor the channel
    layer.
    """
    clock = asyncio.get_running_loop()
    due = clock.time() + seconds

    async def receive_or_remind() -> dict:
        nonlocal due
        try:
            if clock.time() < due:  # otherwise a busy client could delay the reminder forever
                async with asyncio.timeout_at(due):
                    return await receive()
        except TimeoutError:
            pass
        due = clock.time() + seconds
        return {"type": event_type}

    return receive_or_remind
