import os

from django.contrib.auth.models import User
from django.http import parse_cookie
from inbox_socket.asgi import header
from inbox_socket.django import Inbox
from inbox_socket.redis import RedisBroker

from chat.models import Message, Room


class ChatInbox(Inbox):
    message_model = Message

    def conversations(self, user):
        return Room.objects.filter(users=user).values_list("pk", flat=True)

    def participants(self, room_id):
        return Room.users.through.objects.filter(room=room_id).values_list("user_id", flat=True)

    def create(self, user_id, room_id, text, type):
        return Message(room_id=room_id, sender_id=user_id, text=text, type=type)


def user_of(scope):
    """The cookie names the user: a thousand logins would mostly measure the password hash."""
    return User.objects.filter(pk=parse_cookie(header(scope, b"cookie"))["user"]).first()


def broker():
    return RedisBroker(os.environ["REDIS_URL"])
