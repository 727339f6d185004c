"""The settings: `INBOX_SOCKET = {"INBOX": "chat.inbox.ChatInbox", …}`."""

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connections
from django.utils.module_loading import import_string

from inbox_socket.broker import Broker
from inbox_socket.django.inbox import Inbox
from inbox_socket.limits import Limits
from inbox_socket.origins import is_origin

DEFAULTS: dict[str, Any] = {
    # The dotted path of the subclass of Inbox. Required.
    "INBOX": None,
    # The socket's path.
    "PATH": "/ws/inbox/",
    # The dotted path of a function without arguments that returns a broker, or the function itself.
    # None: the sockets of one process only.
    "BROKER": None,
    # Origins that may connect, besides the server's own, each as "https://app.example".
    "ALLOWED_ORIGINS": (),
    # The dotted path of a function from an ASGI scope to a user or None, which replaces the login
    # of Django's sessions.
    "AUTHENTICATE": None,
    # Seconds between two checks of a socket's login.
    "RECHECK_SECONDS": 60,
    # The ping interval for clients in milliseconds; 0 disables pings.
    "HEARTBEAT": 25_000,
    # See inbox_socket.limits.Limits.
    "LIMITS": {},
    # Threads for the sockets' database work. None: 4, and on SQLite 1, which allows one writer at a
    # time.
    "DATABASE_THREADS": None,
}


def get(name: str) -> Any:
    """Returns a setting, or its default."""
    return getattr(settings, "INBOX_SOCKET", {}).get(name, DEFAULTS[name])


@cache
def inbox() -> Inbox:
    """Returns the application's inbox."""
    return imported("INBOX")()


def limits() -> Limits:
    """Returns the limits of one process."""
    return Limits(**get("LIMITS"))


def make_broker() -> Broker | None:
    """Returns a new broker, or None if the settings name none."""
    factory = imported("BROKER")
    return factory() if factory else None


def database_threads() -> int:
    """Returns how many threads do the sockets' database work."""
    one_writer = connections["default"].vendor == "sqlite"
    return get("DATABASE_THREADS") or (1 if one_writer else 4)


def imported(name: str) -> Callable | None:
    """Returns the object that a setting names, or None."""
    value = get(name)
    return import_string(value) if isinstance(value, str) else value


def problems() -> list[str]:
    """Returns what is wrong with the settings, each as a sentence."""
    value = getattr(settings, "INBOX_SOCKET", None)
    if not isinstance(value, dict):
        return [f'INBOX_SOCKET must be a dictionary with at least "INBOX"; got {value!r}']
    found = [
        f"INBOX_SOCKET must have only the keys {', '.join(DEFAULTS)}; got {name!r}"
        for name in value
        if name not in DEFAULTS
    ]
    for name in ("INBOX", "BROKER", "AUTHENTICATE"):
        try:
            target = imported(name)
        except ImportError as error:
            found.append(f'INBOX_SOCKET["{name}"] must be a dotted path; {error}')
            continue
        if target is not None and not callable(target):
            found.append(f'INBOX_SOCKET["{name}"] must name a class or function; got {target!r}')
    if not found:
        found += _inbox_problems()
    known = [field.name for field in fields(Limits)]
    found += [
        f'INBOX_SOCKET["LIMITS"] must have only the keys {", ".join(known)}; got {name!r}'
        for name in get("LIMITS")
        if name not in known
    ]
    origins = get("ALLOWED_ORIGINS")
    if isinstance(origins, str):
        found.append(f'INBOX_SOCKET["ALLOWED_ORIGINS"] must be a list of origins; got {origins!r}')
    else:
        found += [
            'INBOX_SOCKET["ALLOWED_ORIGINS"] must have only origins as "https://app.example",'
            f" without a path or a slash at the end; got {origin!r}"
            for origin in origins
            if not is_origin(origin)
        ]
    path = get("PATH")
    if not path.startswith("/"):
        found.append(f'INBOX_SOCKET["PATH"] must begin with a slash; got {path!r}')
    return found


def _inbox_problems() -> list[str]:
    target = imported("INBOX")
    if not (isinstance(target, type) and issubclass(target, Inbox)):
        return [f'INBOX_SOCKET["INBOX"] must be a subclass of Inbox; got {target!r}']
    return target().problems()
