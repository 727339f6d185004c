"""Users, conversations and messages."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone


class User(AbstractUser):
    """A user. A user with `is_demo` has a public password and can log in only with DEBUG."""

    is_demo = models.BooleanField(default=False)

    @property
    def name(self) -> str:
        """The name that others see."""
        return self.get_full_name() or self.username


class Conversation(models.Model):
    """A titled conversation between its participants."""

    title = models.CharField(max_length=200)
    participants = models.ManyToManyField(
        User, through="Participation", related_name="conversations"
    )
    # The highest `seq` assigned so far. It never decreases, even when messages are pruned.
    head = models.BigIntegerField(default=0)
    # Rehearsals belong to the comparison page and are never listed. See services.rehearsal_of.
    is_rehearsal = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.title


class Participation(models.Model):
    """The participation of one user in one conversation."""

    conversation = models.ForeignKey(Conversation, models.CASCADE)
    user = models.ForeignKey(User, models.CASCADE)
    # The head when the user was added to `participants` (see inbox/signals.py). The user can read
    # earlier messages in the history, but `sync` doesn't return them.
    joined_seq = models.BigIntegerField(default=0)

    class Meta:
        # The name that Django chose while `participants` had no explicit `through` model.
        db_table = "inbox_conversation_participants"
        unique_together = (("conversation", "user"),)

    def __str__(self) -> str:
        return f"user {self.user_id} in conversation {self.conversation_id}"


class Message(models.Model):
    """One message.

    `seq` numbers a conversation's messages 1, 2, 3 … in commit order, because storing a message
    locks the conversation's row. Ids ascend within a conversation too, but are not consecutive;
    ids of different conversations have no defined order.
    """

    # An index below begins with the same column, so this key needs no separate index.
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="messages", db_index=False
    )
    seq = models.BigIntegerField()
    # PROTECT: deactivate users who have sent messages instead of deleting them. A constraint below
    # indexes this key.
    sender = models.ForeignKey(User, models.PROTECT, related_name="messages", db_index=False)
    # Assigned by the sender's page, so that the server recognizes a message that is sent again.
    client_id = models.CharField(max_length=64, null=True)  # noqa: DJ001 - unique, NULL if absent
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
        return f"message {self.pk}"  # without its text, because this may be logged
