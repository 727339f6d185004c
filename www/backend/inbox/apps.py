"""The Django application."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """Registers the checks and the signal handlers."""

    name = "inbox"

    def ready(self) -> None:
        from inbox import checks, signals  # noqa: F401
