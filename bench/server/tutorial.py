"""The consumer of Channels' tutorial on one socket: a group for each conversation, nothing stored.

    REDIS_URL=… python tutorial.py

It shows what a server costs that only forwards. Instead of a login, the cookie `conversations`
lists the ids that the user takes part in.
"""

import json
import os

from django.conf import settings

settings.configure(
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [os.environ["REDIS_URL"]]},
        }
    },
)

import django

django.setup()

import uvicorn
from channels.generic.websocket import AsyncWebsocketConsumer
from django.http import parse_cookie


class ChatConsumer(AsyncWebsocketConsumer):
    async def connect(self):
        cookie = dict(self.scope["headers"]).get(b"cookie", b"").decode()
        self.groups_joined = [f"chat_{id}" for id in parse_cookie(cookie)["conversations"].split("-")]
        for group in self.groups_joined:
            await self.channel_layer.group_add(group, self.channel_name)
        await self.accept()

    async def disconnect(self, code):
        for group in self.groups_joined:
            await self.channel_layer.group_discard(group, self.channel_name)

    async def receive(self, text_data=None, bytes_data=None):
        frame = json.loads(text_data)
        event = {
            "type": "chat.message",
            "conversation_id": frame["conversation_id"],
            "message": frame["message"],
        }
        await self.channel_layer.group_send(f"chat_{frame['conversation_id']}", event)

    async def chat_message(self, event):
        frame = {"conversation_id": event["conversation_id"], "message": event["message"]}
        await self.send(text_data=json.dumps(frame))


class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        print(f"Listening on http://127.0.0.1:{self.servers[0].sockets[0].getsockname()[1]}/", flush=True)


Server(
    uvicorn.Config(
        ChatConsumer.as_asgi(),
        port=0,
        lifespan="off",
        log_level="warning",
        ws="websockets-sansio",
        timeout_graceful_shutdown=10,
    )
).run()
