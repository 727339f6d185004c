"""A help desk: customers write to a team, whose members answer."""

from django.conf import settings
from django.db import models


class Team(models.Model):
    name = models.CharField(max_length=80)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="teams")

    def __str__(self) -> str:
        return self.name


class Ticket(models.Model):
    """A conversation of one customer with a team."""

    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tickets")
    team = models.ForeignKey(Team, models.CASCADE, related_name="tickets")

    def __str__(self) -> str:
        return f"ticket {self.pk}"


class Post(models.Model):
    """What both kinds of messages have. Exactly one of `customer` and `agent` is set."""

    ticket = models.ForeignKey(Ticket, models.CASCADE)
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+"
    )
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class TextMessage(Post):
    body = models.TextField()

    def __str__(self) -> str:
        return f"message {self.pk}"


class Note(TextMessage):
    """A proxy, as the admin uses it."""

    class Meta:
        proxy = True


class Picture(Post):
    address = models.URLField()

    def __str__(self) -> str:
        return f"picture {self.pk}"
