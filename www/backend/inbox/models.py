"""People, conversations and what was said in them."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone


class User(AbstractUser):
    """A person. One with `is_demo` has a public password and exists only while DEBUG is on."""

    is_demo = models.BooleanField(default=False)

    @property
    def name(self) -> str:
        """What others see."""
        return self.get_full_name() or self.username


class Conversation(models.Model):
    """A titled conversation between its participants."""

    title = models.CharField(max_length=200)
    participants = models.ManyToManyField(
        User, through="Participation", related_name="conversations"
    )
    # The highest `seq` that was given out. It never goes back, also when messages are pruned.
    head = models.BigIntegerField(default=0)
    # A rehearsal's is not for reading, and so not in the inbox's list. See services.rehearsal_of.
    is_rehearsal = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.title


class Participation(models.Model):
    """One user's part in one conversation."""

    conversation = models.ForeignKey(Conversation, models.CASCADE)
    user = models.ForeignKey(User, models.CASCADE)
    # The head when the user was added to `participants` (see inbox/signals.py). What was said
    # before is there to read, but is nothing that the user could have missed.
    joined_seq = models.BigIntegerField(default=0)

    class Meta:
        # The table that Django made by itself while there was nothing to say but who and where.
        db_table = "inbox_conversation_participants"
        unique_together = (("conversation", "user"),)

    def __str__(self) -> str:
        return f"user {self.user_id} in conversation {self.conversation_id}"


class Message(models.Model):
    """One message.

    `seq` numbers a conversation's messages 1, 2, 3 … in the order in which they are committed,
    since the conversation's row is locked while one is stored. Ids ascend within a conversation
    too, but have holes; between conversations they say nothing about order.
    """

    # An index below begins with the same column, so the key needs none of its own.
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="messages", db_index=False
    )
    seq = models.BigIntegerField()
    # Whoever has written is deactivated rather than deleted. Likewise for the index.
    sender = models.ForeignKey(User, models.PROTECT, related_name="messages", db_index=False)
    # What the sender's page calls the message, so that one which is sent again is known again.
    client_id = models.CharField(max_length=64, null=True)  # noqa: DJ001 - several without one
    type = models.CharField(max_length=32)
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=["conversation", "id"], name="message_history"),)
        constraints = (
            models.UniqueConstraint(fields=["conversation", "seq"], name="message_seq"),
            models.UniqueConstraint(fields=["sender", "client_id"], name="message_client_id"),
        )

    def __str__(self) -> str:
        return f"message {self.pk}"  # without its text, since this may end in a log
