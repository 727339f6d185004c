"""The socket for `asgi.py`: `application = with_inbox(get_asgi_application())`."""

import os
from functools import cache

from django.core.management import call_command

from inbox_socket.asgi import InboxApplication, Receive, Scope, Send
from inbox_socket.django import checks, conf, telling
from inbox_socket.django.logins import authenticate
from inbox_socket.django.origins import origin_allowed
from inbox_socket.django.storage import DjangoStorage
from inbox_socket.server import Server


def with_inbox(application):
    """Returns an ASGI application that serves the socket at INBOX_SOCKET["PATH"], and hands HTTP
    requests to `application`.
    """
    inbox = inbox_application(path=conf.get("PATH"))

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        is_http = scope["type"] == "http"
        await (application if is_http else inbox)(scope, receive, send)

    return route


def inbox_application(path: str | None = None) -> "DjangoInboxApplication":
    """Returns the socket alone, for a URLRouter or another router. Runs the system checks: Django
    runs them in management commands only, not under a server program.
    """
    with open(os.devnull, "w") as quiet:
        call_command("check", tags=[checks.TAG], stdout=quiet)
    return DjangoInboxApplication(path)


@cache
def server() -> Server:
    """Returns the server of this process."""
    return Server(
        DjangoStorage(),
        broker=conf.make_broker(),
        limits=conf.limits(),
        heartbeat=conf.get("HEARTBEAT"),
        ids=conf.inbox().ids,
    )


class DjangoInboxApplication(InboxApplication):
    """Authenticates with Django's login; the Host header must be in ALLOWED_HOSTS."""

    def __init__(self, path: str | None = None) -> None:
        super().__init__(
            server(),
            authenticate,
            conf.get("ALLOWED_ORIGINS"),
            path=path,
            recheck_seconds=conf.get("RECHECK_SECONDS"),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        telling.serve_here(self.server)
        await super().__call__(scope, receive, send)

    def origin_allowed(self, origin: str, host: str, secure: bool) -> bool:
        return origin_allowed(origin, host, secure)
