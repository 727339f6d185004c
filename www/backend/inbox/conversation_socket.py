"""The older design, for comparison: one WebSocket for each conversation.

Each socket is one of the user's inbox, reduced to its conversation: it receives all messages of the
user and forwards those of its own conversation, so the server's cost of a message grows with the
number of open sockets.
"""

import json
import re

from inbox_socket import protocol
from inbox_socket.asgi import Receive, Scope, Send
from inbox_socket.connection import NOT_FOUND
from inbox_socket.django.asgi import DjangoInboxApplication
from inbox_socket.outline import outline
from inbox_socket.protocol import Code, Frame, Refused, UserId
from inbox_socket.server import Closed

# Every id of 15 digits is one that the protocol and the databases can represent.
_PATH = re.compile(r"/ws/chat/([0-9]{1,15})/")


def with_conversation_sockets(application):
    """Returns an ASGI application that also serves `/ws/chat/<id>/`."""
    sockets = ConversationApplication()

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "websocket" else ""
        if match := _PATH.fullmatch(path):
            await sockets(dict(scope, conversation_id=int(match[1])), receive, send)
        else:
            await application(scope, receive, send)

    return route


class ConversationApplication(DjangoInboxApplication):
    """Serves the socket of the scope's `conversation_id`, on layer 0 only."""

    async def admit(self, scope: Scope) -> UserId:
        user_id = await super().admit(scope)
        participants = await self.server.storage.participants(scope["conversation_id"])
        if user_id not in participants:
            raise Closed(NOT_FOUND, "unknown conversation")
        return user_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        conversation_id = scope["conversation_id"]
        # Messages begin with their conversation, and replies with their action.
        any_message, own_message = '{"conversation_id":', f'{{"conversation_id":{conversation_id},'

        async def receive_addressed() -> dict:
            while True:
                event = await receive()
                if event["type"] != "websocket.receive":
                    return event
                try:
                    return event | {"text": addressed(event.get("text"), conversation_id)}
                except Refused as refused:
                    error = protocol.error_frame(refused, outline(event["text"]))
                    await send({"type": "websocket.send", "text": protocol.encode(error)})

        async def send_own(event: dict) -> None:
            text = event.get("text") or ""
            if not text.startswith(any_message) or text.startswith(own_message):
                await send(event)

        await super().__call__(scope, receive_addressed, send_own)


def addressed(text: str | None, conversation_id: int) -> str | None:
    """Adds the conversation to a frame if it is missing. Raises Refused for another conversation,
    and for `hello`. The inbox replies to a frame that is malformed.
    """
    try:
        frame: Frame = protocol.decode(text)
    except Refused:
        return text
    if frame.get("action") == "hello":
        raise Refused(Code.UNKNOWN_ACTION, "this socket speaks layer 0 only")
    if frame.setdefault("conversation_id", conversation_id) != conversation_id:
        raise Refused(Code.BAD_FRAME, "this socket belongs to another conversation")
    return json.dumps(frame)
