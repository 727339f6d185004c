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
    participants = models.ManyToManyField(User, related_name="conversations")
    # Rehearsals belong to the comparison page and are never listed. See services.rehearsal_of.
    is_rehearsal = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.title


class Message(models.Model):
    """One message. The package keeps its number and its `client_id` in tables beside this one."""

    # An index below begins with the same column, so this key needs no separate index.
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="messages", db_index=False
    )
    # PROTECT: deactivate users who have sent messages instead of deleting them.
    sender = models.ForeignKey(User, models.PROTECT, related_name="messages")
    type = models.CharField(max_length=32)
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=["conversation", "id"], name="message_history"),)

    def __str__(self) -> str:
        return f"message {self.pk}"  # without its text, because this may be logged
