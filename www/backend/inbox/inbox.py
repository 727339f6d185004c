"""What the package has to know of this application."""

from inbox_socket.django import Inbox

from inbox.models import Conversation, Message


class ChatInbox(Inbox):
    """A user's conversations, their participants, and how a message is stored."""

    message_model = Message

    def conversations(self, user):
        return user.conversations.values_list("pk", flat=True)

    def participants(self, conversation_id):
        pairs = Conversation.participants.through.objects.filter(conversation=conversation_id)
        return pairs.values_list("user_id", flat=True)

    def create(self, user_id, conversation_id, text, type):
        return Message(conversation_id=conversation_id, sender_id=user_id, text=text, type=type)
