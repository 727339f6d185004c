from django.conf import settings
from django.db import models


class Room(models.Model):
    users = models.ManyToManyField(settings.AUTH_USER_MODEL)


class Message(models.Model):
    room = models.ForeignKey(Room, models.CASCADE)
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    text = models.TextField()
    type = models.CharField(max_length=16)
    created_at = models.DateTimeField(auto_now_add=True)
