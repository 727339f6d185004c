"""All database work of the chat: synchronous, and knowing nothing of sockets."""

from django.db import IntegrityError, transaction
from django.db.models import Count, F, OuterRef, Subquery

from inbox.models import Conversation, Message, User
from inbox.protocol import (
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


def send_message(sender_id: int, request: SendMessage) -> tuple[Frame, list[int]]:
    """Store a message; return its frame and the ids of all who are to see it, the sender too.

    The conversation's row is locked first and its participants are read under that lock, so one
    who has left meanwhile neither sends nor hears, and messages are committed in the order of
    their `seq`. On return the message is committed.

    A `client_id` of the sender's that is there already names the message that is stored, whatever
    the request says besides. Nobody is told of that one again: a layer-0 page would show it
    twice, and a layer-1 page that has missed it finds out by itself.
    """
    try:
        with transaction.atomic():
            return _store(sender_id, request)
    except IntegrityError:
        # Meanwhile the same client_id came in for another conversation, so behind another lock.
        if stored := _stored(sender_id, request.client_id):
            return message_frame(stored), []
        raise


def _store(sender_id: int, request: SendMessage) -> tuple[Frame, list[int]]:
    # `of` keeps the lock to this row, whatever a later version of the query joins.
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
    """The `messages_response` to a participant."""
    if not is_participant(user_id, request.conversation_id):
        raise _not_found()
    messages = Message.objects.filter(conversation_id=request.conversation_id)
    if request.before is not None:
        messages = messages.filter(pk__lt=request.before)
    # One more than asked for tells whether there are more.
    found = list(messages.select_related("sender").order_by("-pk")[: request.limit + 1])
    around = size(messages_frame(request.conversation_id, [], has_more=False))
    newest = fitting(map(message_frame, found[: request.limit]), HISTORY_BYTES - around)
    has_more = len(found) > len(newest)
    return messages_frame(request.conversation_id, newest[::-1], has_more)


def is_participant(user_id: int, conversation_id: int) -> bool:
    """Whether the conversation exists and the user takes part in it."""
    return Conversation.objects.filter(pk=conversation_id, participants=user_id).exists()


def conversations_of(user: User) -> list[dict]:
    """The inbox: a user's conversations, the one with the newest message first."""
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
    """Ids of so many conversations that the user has alone, made as far as they are missing.

    The comparison page opens them all at once and fills them with messages that mean nothing.
    """
    with transaction.atomic():
        # Two pages that ask at once would else both make them.
        User.objects.select_for_update().get(pk=user.pk)
        mine = user.conversations.filter(is_rehearsal=True).order_by("pk")
        ids = list(mine.values_list("pk", flat=True)[:count])
        for number in range(len(ids) + 1, count + 1):
            room = Conversation.objects.create(title=f"Rehearsal {number}", is_rehearsal=True)
            room.participants.add(user)
            ids.append(room.pk)
    return ids


def message_frame(message: Message) -> Frame:
    """A message as it goes over the wire. The client's quick path reads the first two."""
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
    # The same words for a missing conversation and for somebody else's.
    return Refused(Code.NOT_FOUND, "there is no such conversation")
