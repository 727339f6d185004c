"""Who may open a socket, from which page, and for how long."""

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

# Close codes. 4000 and up are the application's own; 1013 is "try again later".
LOGGED_OUT = 4401
WRONG_ORIGIN = 4403
NOT_FOUND = 4404
TRY_AGAIN_LATER = 1013

_ORIGIN = re.compile(r"(https?)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?", re.IGNORECASE)
_DEFAULT_PORT = {"http": 80, "https": 443}


class AccountBackend(ModelBackend):
    """Django's accounts, except that those of the demo are dead while DEBUG is off.

    That holds for logging in and, since Django asks at every request, for sessions from before.
    """

    def user_can_authenticate(self, user: User) -> bool:
        return super().user_can_authenticate(user) and (settings.DEBUG or not user.is_demo)


class OriginRequired:
    """Refuses sockets that a page from elsewhere opens.

    Browsers send cookies along with any page's WebSocket, and no CSRF token guards one: the
    Origin header is the defence.
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
    """Refuses sockets without a session, and more of them than one user may have.

    The application inside finds `user_id` and `session_key` in its scope.
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
    """The application of every WebSocket address that nothing else answers."""
    await refuse(receive, send, NOT_FOUND, "there is no socket here")


async def refuse(receive, send, code: int, reason: str) -> None:
    """Accept and close: a handshake that is refused reaches a browser as 1006 without a reason."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": code, "reason": reason})


def origin_allowed(origin: str, host: str, secure: bool) -> bool:
    """Whether a page of `origin` may use the server that it reached as `host`.

    Scheme, host and port all count. The server's own origin is the scheme it was reached by
    (`secure` when TLS, also where a trusted proxy ends it) with the Host header; a host that is
    not in ALLOWED_HOSTS is nobody's. ALLOWED_ORIGINS lists further ones.
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
    """Whose session it is, or None when it is over: logged out, deactivated, password changed.

    Like django.contrib.auth.get_user, SECRET_KEY_FALLBACKS included, except that it only reads: a
    socket has no response in which to hand out the new cookie that Django makes on key rotation.
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
    """A header's value; None when it is missing or there are several."""
    values = [value for key, value in scope["headers"] if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else None


def _site(origin: str) -> tuple[str, str, int] | None:
    match = _ORIGIN.fullmatch(origin)
    if match is None:
        return None
    scheme, host, port = match[1].lower(), match[2].lower(), match[3]
    return scheme, host, int(port or _DEFAULT_PORT[scheme])
