"""Decides who may open a socket, from which page, and for how long."""

import re

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, load_backend
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.db import SessionStore
from django.http import parse_cookie
from django.http.request import split_domain_port, validate_host
from django.utils.crypto import constant_time_compare

from inbox.database import in_database
from inbox.limits import sockets
from inbox.models import User

# Close codes. Codes from 4000 on are defined by the application; 1013 is "try again later".
LOGGED_OUT = 4401
WRONG_ORIGIN = 4403
NOT_FOUND = 4404
TRY_AGAIN_LATER = 1013

_ORIGIN = re.compile(r"(https?)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?", re.IGNORECASE)
_DEFAULT_PORT = {"http": 80, "https": 443}


class AccountBackend(ModelBackend):
    """Django's accounts, with demo accounts disabled while DEBUG is off.

    This applies to logging in and to existing sessions, because Django checks on every request.
    """

    def user_can_authenticate(self, user: User) -> bool:
        return super().user_can_authenticate(user) and (settings.DEBUG or not user.is_demo)


class OriginRequired:
    """Rejects sockets that a page of another origin opens.

    Browsers send cookies with a WebSocket from any page, and no CSRF token protects it: the Origin
    header does.
    """

    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        origin, host = _only(scope, b"origin"), _only(scope, b"host")
        secure = scope.get("scheme") == "wss"
        if not origin or not host or not origin_allowed(origin, host, secure):
            return await refuse(receive, send, WRONG_ORIGIN, "this page may not connect")
        await self.app(scope, receive, send)


class LoginRequired:
    """Rejects sockets without a session, and sockets above the limit of one user.

    Adds `user_id` and `session_key` to the scope of the wrapped application.
    """

    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        cookies = parse_cookie(_only(scope, b"cookie") or "")
        session_key = cookies.get(settings.SESSION_COOKIE_NAME)
        user = await in_database(session_user, session_key)
        if user is None:
            return await refuse(receive, send, LOGGED_OUT, "log in first")
        with sockets.slot(user.pk) as free:
            if not free:
                return await refuse(receive, send, TRY_AGAIN_LATER, "too many connections")
            await self.app(dict(scope, user_id=user.pk, session_key=session_key), receive, send)


async def no_such_path(scope, receive, send) -> None:
    """Rejects sockets on any other path."""
    await refuse(receive, send, NOT_FOUND, "unknown path")


async def refuse(receive, send, code: int, reason: str) -> None:
    """Accepts and closes: a browser reports a rejected handshake as 1006, without a reason."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": code, "reason": reason})


def origin_allowed(origin: str, host: str, secure: bool) -> bool:
    """Returns whether a page of `origin` may use the server that it reached as `host`.

    Compares scheme, host and port. The server's own origin consists of the scheme of the request
    (`secure` for TLS, including TLS that a trusted proxy terminates) and the Host header, which
    must be in ALLOWED_HOSTS. ALLOWED_ORIGINS lists further origins.
    """
    page = _site(origin)
    if page is None:
        return False
    if page in map(_site, settings.ALLOWED_ORIGINS):
        return True
    name, _ = split_domain_port(host)
    scheme = "https" if secure else "http"
    return page == _site(f"{scheme}://{host}") and validate_host(name, settings.ALLOWED_HOSTS)


def session_user(session_key: str | None) -> User | None:
    """Returns the session's user, or None if it ended: logout, deactivation, password change.

    Like django.contrib.auth.get_user, including SECRET_KEY_FALLBACKS, but read-only: a socket has
    no response that could carry the new cookie that Django creates on key rotation.
    """
    session = SessionStore(session_key)
    backend = session.get(BACKEND_SESSION_KEY)
    if backend not in settings.AUTHENTICATION_BACKENDS:
        return None
    user = load_backend(backend).get_user(session[SESSION_KEY])
    if user is None:
        return None
    stored = session.get(HASH_SESSION_KEY, "")
    valid = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return user if any(constant_time_compare(stored, one) for one in valid) else None


def _only(scope, name: bytes) -> str | None:
    """Returns the value of a header; None if it is missing or repeated."""
    values = [value for key, value in scope["headers"] if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else None


def _site(origin: str) -> tuple[str, str, int] | None:
    match = _ORIGIN.fullmatch(origin)
    if match is None:
        return None
    scheme, host, port = match[1].lower(), match[2].lower(), match[3]
    return scheme, host, int(port or _DEFAULT_PORT[scheme])
