"""A common kind of Channels consumer: it treats every frame as a message, and fails on any other."""

from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings

settings.configure()


class UsualConsumer(AsyncJsonWebsocketConsumer):
    async def receive_json(self, content):
        await self.send_json({"conversation_id": content["conversation_id"], "message": content["message"]})


application = UsualConsumer.as_asgi()
