"""The functions that the recipe leaves to its reader: participants and stored messages, here in memory."""

from django.contrib.auth.models import User
from django.utils import timezone

messages = []


def participants(conversation_id):
    return list(User.objects.values_list("pk", flat=True)) if conversation_id == 2 else []


def newest_messages(conversation_id):
    return messages[-50:]


def store(conversation_id, user, message, type):
    stored = {
        "conversation_id": conversation_id,
        "message": message,
        "type": type,
        "sender_id": user.pk,
        "message_id": len(messages) + 1,
        "created_at": timezone.now().isoformat(),
    }
    messages.append(stored)
    return stored
