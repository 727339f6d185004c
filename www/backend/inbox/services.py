"""All database work of the chat: synchronous, and independent of sockets."""

from django.db import IntegrityError, transaction
from django.db.models import Count, F, OuterRef, Subquery
from inbox_socket.protocol import (
    HISTORY_BYTES,
    Code,
    Frame,
    GetMessages,
    Refused,
    SendMessage,
    fitting,
    messages_frame,
    size,
)

from inbox.models import Conversation, Message, User


def send_message(sender_id: int, request: SendMessage) -> tuple[Frame, list[int]]:
    """Stores a message; returns its frame and the ids of all recipients, including the sender.

    Locks the conversation's row first and reads its participants under that lock: a user who has
    left meanwhile neither sends nor receives, and messages are committed in the order of `seq`. On
    return the message is committed.

    If the sender has already used the `client_id`, returns the stored message regardless of the
    rest of the request, and no recipients: a layer-0 page would show it twice, and a layer-1 page
    that missed it detects that itself.
    """
    try:
        with transaction.atomic():
            return _store(sender_id, request)
    except IntegrityError:
        # The same client_id was stored meanwhile for another conversation, under another lock.
        if stored := _stored(sender_id, request.client_id):
            return message_frame(stored), []
        raise


def _store(sender_id: int, request: SendMessage) -> tuple[Frame, list[int]]:
    # `of` limits the lock to this row, even if a later version of the query joins tables.
    conversation = (
        Conversation.objects.select_for_update(of=("self",))
        .filter(pk=request.conversation_id)
        .first()
    )
    if stored := _stored(sender_id, request.client_id):
        return message_frame(stored), []
    participants = (
        {user.pk: user for user in conversation.participants.all()} if conversation else {}
    )
    if sender_id not in participants:
        raise _not_found()
    conversation.head += 1
    conversation.save(update_fields=["head"])
    message = Message.objects.create(
        conversation=conversation,
        seq=conversation.head,
        sender=participants[sender_id],
        client_id=request.client_id,
        type=request.type,
        text=request.text,
    )
    return message_frame(message), list(participants)


def _stored(sender_id: int, client_id: str | None) -> Message | None:
    if client_id is None:
        return None
    messages = Message.objects.select_related("sender")
    return messages.filter(sender=sender_id, client_id=client_id).first()


def history(user_id: int, request: GetMessages) -> Frame:
    """Returns the `messages_response` for a participant."""
    if not is_participant(user_id, request.conversation_id):
        raise _not_found()
    messages = Message.objects.filter(conversation_id=request.conversation_id)
    if request.before is not None:
        messages = messages.filter(pk__lt=request.before)
    # One message more than requested shows whether there are older ones.
    found = list(messages.select_related("sender").order_by("-pk")[: request.limit + 1])
    around = size(messages_frame(request.conversation_id, [], has_more=False))
    newest = fitting(map(message_frame, found[: request.limit]), HISTORY_BYTES - around)
    has_more = len(found) > len(newest)
    return messages_frame(request.conversation_id, newest[::-1], has_more)


def is_participant(user_id: int, conversation_id: int) -> bool:
    """Returns whether the conversation exists and the user takes part in it."""
    return Conversation.objects.filter(pk=conversation_id, participants=user_id).exists()


def conversations_of(user: User) -> list[dict]:
    """Returns the user's conversations, the one with the newest message first."""
    newest = Message.objects.filter(conversation=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    conversations = (
        user.conversations.filter(is_rehearsal=False)
        .annotate(newest=Subquery(newest), message_count=Count("messages"))
        .order_by(F("newest").desc(nulls_last=True), "pk")
        .prefetch_related("participants")
    )
    last = Message.objects.select_related("sender").in_bulk([c.newest for c in conversations])
    return [
        {
            "id": conversation.pk,
            "title": conversation.title,
            "participants": [
                {"id": person.pk, "name": person.name}
                for person in sorted(conversation.participants.all(), key=lambda p: p.pk)
            ],
            "last_message": message_frame(last[conversation.newest])
            if conversation.newest
            else None,
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


def message_frame(message: Message) -> Frame:
    """Returns a message's frame. The client's fast path expects the first two members first."""
    return {
        "conversation_id": message.conversation_id,
        "seq": message.seq,
        "message": message.text,
        "type": message.type,
        "sender_id": message.sender_id,
        "sender_name": message.sender.name,
        "message_id": message.pk,
        "created_at": message.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def _not_found() -> Refused:
    # The same error for a missing conversation and for one of other users.
    return Refused(Code.NOT_FOUND, "unknown conversation")
