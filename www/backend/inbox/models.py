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
    participants = models.ManyToManyField(User, related_name="conversations")

    def __str__(self) -> str:
        return self.title


class Message(models.Model):
    """One message. Ids ascend within a conversation, since its row is locked while one is stored;
    between conversations they say nothing about order.
    """

    # The index below begins with the same column, so the key needs none of its own.
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="messages", db_index=False
    )
    # Whoever has written is deactivated rather than deleted.
    sender = models.ForeignKey(User, models.PROTECT, related_name="messages")
    type = models.CharField(max_length=32)
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=["conversation", "id"], name="message_history"),)

    def __str__(self) -> str:
        return f"message {self.pk}"  # without its text, since this may end in a log
