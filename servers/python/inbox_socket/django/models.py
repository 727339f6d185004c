"""The tables of this application, beside those of the application that uses it."""

from django.db import models
from django.utils import timezone


class Head(models.Model):
    """The highest `seq` of a conversation. Its row is the conversation's lock.

    `head` never decreases. `is_complete` is false while the conversation may have messages without
    an entry: those that were stored before this application was installed.
    """

    conversation = models.CharField(max_length=128, primary_key=True)
    head = models.BigIntegerField()
    is_complete = models.BooleanField()

    def __str__(self) -> str:
        return f"conversation {self.conversation}: {self.head}"


class Entry(models.Model):
    """The number of a message. `seq` numbers a conversation's messages in commit order.

    `model` and `key` name the message; `key` is NULL once it has been deleted. `sender` and
    `client_id` identify a message that came through a socket, so that the server recognizes it if
    it is sent again, even after its deletion.
    """

    conversation = models.CharField(max_length=128)
    seq = models.BigIntegerField()
    model = models.CharField(max_length=128)
    key = models.CharField(max_length=128, null=True)  # noqa: DJ001 - unique, NULL if deleted
    sender = models.CharField(max_length=128, null=True)  # noqa: DJ001 - unique, NULL if absent
    client_id = models.CharField(max_length=64, null=True)  # noqa: DJ001 - as `sender`
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["conversation", "seq"], name="inbox_socket_one_seq"),
            models.UniqueConstraint(
                fields=["sender", "client_id"], name="inbox_socket_one_client_id"
            ),
            models.UniqueConstraint(fields=["model", "key"], name="inbox_socket_one_message"),
        )
        indexes = (
            # The first message that is left after a long history of deleted ones.
            models.Index(
                fields=["conversation", "seq"],
                name="inbox_socket_kept",
                condition=models.Q(key__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"conversation {self.conversation}: {self.seq}"


class Member(models.Model):
    """A user seen in a conversation, and the head when the user was first seen there.

    `sync` returns nothing up to that floor: otherwise a page whose user joins would receive the
    whole history as new messages.
    """

    conversation = models.CharField(max_length=128)
    user = models.CharField(max_length=128)
    floor = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["conversation", "user"], name="inbox_socket_one_member"
            ),
        )
        indexes = (models.Index(fields=["user"], name="inbox_socket_by_user"),)

    def __str__(self) -> str:
        return f"user {self.user} in conversation {self.conversation}"
