"""The conversations that the HTTP API lists."""

from django.db import transaction
from django.db.models import Count, F, OuterRef, Subquery
from inbox_socket.django.frames import frames

from inbox.models import Conversation, Message, User


def conversations_of(user: User) -> list[dict]:
    """Returns the user's conversations, the one with the newest message first."""
    newest = Message.objects.filter(conversation=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    conversations = (
        user.conversations.filter(is_rehearsal=False)
        .annotate(newest=Subquery(newest), message_count=Count("messages"))
        .order_by(F("newest").desc(nulls_last=True), "pk")
        .prefetch_related("participants")
    )
    newest_messages = Message.objects.select_related("sender").filter(
        pk__in=[conversation.newest for conversation in conversations]
    )
    last = {frame["conversation_id"]: frame for frame in frames(newest_messages)}
    return [
        {
            "id": conversation.pk,
            "title": conversation.title,
            "participants": [
                {"id": person.pk, "name": person.name}
                for person in sorted(conversation.participants.all(), key=lambda p: p.pk)
            ],
            "last_message": last.get(conversation.pk),
            "message_count": conversation.message_count,
        }
        for conversation in conversations
    ]


def rehearsal_of(user: User, count: int) -> list[int]:
    """Returns the ids of `count` conversations with this user alone, creating missing ones.

    The comparison page opens all of them at once and fills them with meaningless messages.
    """
    with transaction.atomic():
        # Lock the user: otherwise two simultaneous requests would both create them.
        User.objects.select_for_update().get(pk=user.pk)
        mine = user.conversations.filter(is_rehearsal=True).order_by("pk")
        ids = list(mine.values_list("pk", flat=True)[:count])
        for number in range(len(ids) + 1, count + 1):
            room = Conversation.objects.create(title=f"Rehearsal {number}", is_rehearsal=True)
            room.participants.add(user)
            ids.append(room.pk)
    return ids
