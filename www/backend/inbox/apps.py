"""The Django application."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """The demo's users, conversations and messages."""

    name = "inbox"
