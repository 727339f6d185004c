"""Who a socket belongs to, by the login of Django's sessions, and when that login ends."""

from functools import partial
from importlib import import_module
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user_model,
    load_backend,
)
from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.db.models.signals import post_save
from django.http import parse_cookie
from django.utils.crypto import constant_time_compare

from inbox_socket.asgi import Scope, header
from inbox_socket.django import conf
from inbox_socket.django.database import in_database
from inbox_socket.django.inbox import wire_id
from inbox_socket.django.telling import tell
from inbox_socket.protocol import UserId
from inbox_socket.server import recheck_event


async def authenticate(scope: Scope) -> UserId | None:
    """Returns the id of a socket's user, or None."""
    function = conf.imported("AUTHENTICATE") or _by_cookie
    if iscoroutinefunction(function):
        user = await function(scope)
    else:
        user = await in_database(function, scope)
    return None if user is None or not user.is_authenticated else wire_id(user.pk)


def session_user(session_key: str | None) -> Any:
    """Returns the session's user, or None if it ended: logout, deactivation, password change.

    Like django.contrib.auth.get_user, including SECRET_KEY_FALLBACKS, but read-only: a socket has
    no response that could carry the new cookie that Django creates on key rotation.
    """
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    backend = session.get(BACKEND_SESSION_KEY)
    if backend not in settings.AUTHENTICATION_BACKENDS:
        return None
    key = get_user_model()._meta.pk.to_python(session[SESSION_KEY])
    user = load_backend(backend).get_user(key)
    if user is None:
        return None
    stored = session.get(HASH_SESSION_KEY, "")
    valid = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return user if any(constant_time_compare(stored, one) for one in valid) else None


def recheck(user: Any) -> None:
    """Checks the login of a user's sockets again once the transaction has committed."""
    transaction.on_commit(partial(tell, recheck_event([wire_id(user.pk)])))


def watch_logins() -> None:
    """Connects the handlers that close sockets after a logout, a deactivation, a new password."""
    user_logged_out.connect(_logged_out, dispatch_uid="inbox_socket.logged_out")
    post_save.connect(
        _account_changed, sender=get_user_model(), dispatch_uid="inbox_socket.account_changed"
    )


def _by_cookie(scope: Scope) -> Any:
    cookies = parse_cookie(header(scope, b"cookie") or "")
    return session_user(cookies.get(settings.SESSION_COOKIE_NAME))


def _logged_out(request, user, **kwargs) -> None:
    """Rechecks after the session has ended: Django sends the signal before that."""
    session = getattr(request, "session", None)
    if user is None or session is None:
        return
    flush = session.flush

    def flush_and_recheck() -> None:
        flush()
        recheck(user)

    session.flush = flush_and_recheck  # `aflush` calls it too


def _account_changed(instance, created: bool, update_fields, **kwargs) -> None:
    """Changes that send no signal (`QuerySet.update`, SQL) take effect at the next check."""
    only_logged_in = update_fields and set(update_fields) == {"last_login"}
    if not created and not only_logged_in:
        recheck(instance)
