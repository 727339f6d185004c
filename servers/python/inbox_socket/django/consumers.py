"""For an application that has a Channels consumer already: the inbox on the same socket."""

import json

from inbox_socket.connection import LOGGED_OUT, Connection
from inbox_socket.django import conf, telling
from inbox_socket.django.asgi import server
from inbox_socket.django.logins import authenticate
from inbox_socket.server import Closed

ACTIONS = {"hello", "sync", "ping", "get_messages"}


class InboxMixin:
    """Serves the inbox's frames of an AsyncWebsocketConsumer, and passes other frames on to it.

    `class ChatConsumer(InboxMixin, AsyncWebsocketConsumer)`. The inbox begins when the consumer
    accepts the socket: authenticate before, and check the origin (`OriginValidator`). The frames of
    the inbox are those with one of its actions, and those without an `action` that have a
    `conversation_id`.
    """

    _inbox: Connection | None = None

    async def accept(self, *args, **kwargs) -> None:
        await super().accept(*args, **kwargs)
        telling.serve_here(server())
        try:
            user_id = await authenticate(self.scope)
            if user_id is None:
                raise Closed(LOGGED_OUT, "log in first")
            await server().start()
            self._inbox = server().connect(
                user_id, self._send, self.close, self._is_valid, conf.get("RECHECK_SECONDS")
            )
        except Closed as closed:
            await self.close(closed.code, closed.reason)

    async def websocket_receive(self, message) -> None:
        if self._inbox is None or not _is_for_inbox(message.get("text")):
            await super().websocket_receive(message)
        else:
            await self._inbox.receive(message["text"])

    async def websocket_disconnect(self, message) -> None:
        if self._inbox:
            self._inbox.closed()
        await super().websocket_disconnect(message)

    async def _send(self, text: str) -> None:
        await self.send(text_data=text)

    async def _is_valid(self) -> bool:
        return await authenticate(self.scope) == self._inbox.user_id


def _is_for_inbox(text: str | None) -> bool:
    try:
        frame = json.loads(text or "")
    except (ValueError, RecursionError):
        return False
    if not isinstance(frame, dict):
        return False
    action = frame.get("action")
    return (
        action in ACTIONS
        if isinstance(action, str)
        else "action" not in frame and "conversation_id" in frame
    )
