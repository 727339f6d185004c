"""Two common kinds of Channels consumers: one socket for all conversations, and one socket for each."""

from urllib.parse import parse_qs

from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.routing import URLRouter
from django.conf import settings
from django.urls import path

settings.configure(CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}})


class ChatConsumer(AsyncJsonWebsocketConsumer):
    """Receives and sends `{type: "chat_message", message: {conversation_id, body, …}}` for all of a user's conversations."""

    groups = ["everyone"]

    async def receive_json(self, content):
        # A frame of another kind raises a KeyError, which closes the connection.
        handler = {"chat_message": self.chat_message}[content["type"]]
        await handler(content["message"])

    async def chat_message(self, message):
        stored = {"conversation_id": message["conversation_id"], "body": message["body"]}
        await self.channel_layer.group_send("everyone", {"type": "chat.stored", "message": stored})

    async def chat_stored(self, event):
        await self.send_json({"type": "chat_message", "message": event["message"]})


class RoomConsumer(AsyncJsonWebsocketConsumer):
    """Receives and sends `{message}`, in the room that the URL names."""

    async def connect(self):
        self.room = f"room-{self.scope['url_route']['kwargs']['room']}"
        await self.channel_layer.group_add(self.room, self.channel_name)
        await self.accept()
        user = parse_qs(self.scope["query_string"].decode()).get("user", ["ana"])
        self.user = user[0]

    async def disconnect(self, code):
        await self.channel_layer.group_discard(self.room, self.channel_name)

    async def receive_json(self, content):
        message = {"message": content["message"], "sender": self.user}
        await self.channel_layer.group_send(self.room, {"type": "room.message", "frame": message})

    async def room_message(self, event):
        await self.send_json(event["frame"])


application = URLRouter(
    [path("ws/inbox/", ChatConsumer.as_asgi()), path("ws/chat/<int:room>/", RoomConsumer.as_asgi())]
)
