"""Decides who may open a socket, from which page, and for how long."""

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, load_backend
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.db import SessionStore
from django.http import parse_cookie
from django.http.request import split_domain_port, validate_host
from django.utils.crypto import constant_time_compare
from inbox_socket.asgi import header
from inbox_socket.connection import LOGGED_OUT, NOT_FOUND, TRY_AGAIN_LATER, WRONG_ORIGIN
from inbox_socket.origins import is_listed, same_origin

from inbox import limits
from inbox.database import in_database
from inbox.models import User


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
        origin, host = header(scope, b"origin"), header(scope, b"host")
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
        cookies = parse_cookie(header(scope, b"cookie") or "")
        session_key = cookies.get(settings.SESSION_COOKIE_NAME)
        user = await in_database(session_user, session_key)
        if user is None:
            return await refuse(receive, send, LOGGED_OUT, "log in first")
        if not limits.sockets.take(user.pk):
            return await refuse(receive, send, TRY_AGAIN_LATER, "too many connections")
        try:
            await self.app(dict(scope, user_id=user.pk, session_key=session_key), receive, send)
        finally:
            limits.sockets.release(user.pk)


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
    if is_listed(origin, settings.ALLOWED_ORIGINS):
        return True
    name, _ = split_domain_port(host)
    return same_origin(origin, host, secure) and validate_host(name, settings.ALLOWED_HOSTS)


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
