"""The Django application."""

from django.apps import AppConfig


class InboxSocketConfig(AppConfig):
    """Registers the checks, and watches the application's messages and logins."""

    name = "inbox_socket.django"
    label = "inbox_socket"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from inbox_socket.django import checks, conf, logins, watching

        checks.register_all()
        if conf.problems():
            return  # the checks report them
        watching.watch_messages()
        logins.watch_logins()
