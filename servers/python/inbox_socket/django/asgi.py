"""The socket for `asgi.py`: `application = with_inbox(get_asgi_application())`."""

import os
from functools import cache

from django.conf import settings
from django.core.management import call_command
from django.http.request import split_domain_port, validate_host

from inbox_socket.asgi import InboxApplication, Receive, Scope, Send
from inbox_socket.django import checks, conf, telling
from inbox_socket.django.logins import authenticate
from inbox_socket.django.storage import DjangoStorage
from inbox_socket.origins import is_listed, same_origin
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
        if is_listed(origin, conf.get("ALLOWED_ORIGINS")):
            return True
        allowed = settings.ALLOWED_HOSTS
        if settings.DEBUG and not allowed:
            allowed = [".localhost", "127.0.0.1", "[::1]"]  # as Django does
        name, _ = split_domain_port(host)
        return same_origin(origin, host, secure) and validate_host(name, allowed)
