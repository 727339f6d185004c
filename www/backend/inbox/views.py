"""The HTTP API: login, logout, and the data that a page needs before its socket is open. All JSON.

There are no CSRF tokens. A page of another origin can't send `application/json` without a CORS
preflight, which this server never grants; browsers send the Origin with every POST, and a wrong one
is rejected; and the session cookie is SameSite=Lax. Programs other than browsers may omit the
Origin.
"""

import json
from collections.abc import Callable
from functools import wraps

from django.contrib import auth
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST, require_safe
from inbox_socket.django.logins import recheck
from inbox_socket.django.origins import origin_allowed
from inbox_socket.protocol import is_storable

from inbox import services
from inbox.models import User

View = Callable[..., HttpResponse]

MOST_REHEARSED = 100


def json_post(view: View) -> View:
    """Calls the view as `view(request, body)` with the JSON object of a valid POST.

    A missing body is an empty object.
    """

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        origin = request.headers.get("Origin")
        if origin and not origin_allowed(origin, request.get_host(), request.is_secure()):
            return _error(403, "this origin is not allowed")
        if request.content_type != "application/json":
            return _error(415, "Content-Type must be application/json")
        try:
            body = json.loads(request.body or b"{}")
        except (ValueError, RecursionError):
            return _error(400, "the body must be JSON")
        if not isinstance(body, dict):
            return _error(400, "the body must be a JSON object")
        return view(request, body)

    return require_POST(guarded)


def login_required(view: View) -> View:
    """Responds with 401 if the user is not logged in."""

    @wraps(view)
    def guarded(request: HttpRequest, *more) -> HttpResponse:
        if not request.user.is_authenticated:
            return _error(401, "log in first")
        return view(request, *more)

    return guarded


@json_post
def login(request: HttpRequest, body: dict) -> HttpResponse:
    """Takes `{"username": …, "password": …}`; returns the user and sets the session cookie.

    If another user was logged in with this browser, that session ends, and its sockets close.
    """
    username, password = body.get("username"), body.get("password")
    if not all(isinstance(text, str) and is_storable(text) for text in (username, password)):
        return _error(
            400, "username and password must be strings without NUL or unpaired surrogates"
        )
    user = auth.authenticate(request, username=username, password=password)
    if user is None:
        return _error(401, "wrong name or password")
    # A lazy object, which would return the new user after the login.
    former = request.user if request.user.is_authenticated else None
    auth.login(request, user)
    if former:
        recheck(former)
    return _person(user)


@json_post
def logout(request: HttpRequest, body: dict) -> HttpResponse:
    """Ends the session and closes its sockets."""
    auth.logout(request)
    return HttpResponse(status=204)


@require_safe
@login_required
def me(request: HttpRequest) -> HttpResponse:
    """Returns the user who is logged in."""
    return _person(request.user)


@require_safe
@login_required
def conversations(request: HttpRequest) -> HttpResponse:
    """Returns the user's conversations."""
    return JsonResponse({"conversations": services.conversations_of(request.user)})


@json_post
@login_required
def rehearsal(request: HttpRequest, body: dict) -> HttpResponse:
    """Takes `{"count": …}`; returns the ids of this many rehearsals (services.rehearsal_of)."""
    count = body.get("count")
    if type(count) is not int or not 1 <= count <= MOST_REHEARSED:
        return _error(400, f"count must be an integer from 1 to {MOST_REHEARSED}")
    return JsonResponse({"conversations": services.rehearsal_of(request.user, count)})


@require_safe
def page_not_built(request: HttpRequest) -> HttpResponse:
    """Responds at `/` if there is no index.html to serve."""
    return HttpResponse(
        "The demo page is not built. Run `make demo` in the project's root folder.\n",
        status=404,
        content_type="text/plain; charset=utf-8",
    )


def _person(user: User) -> JsonResponse:
    return JsonResponse({"id": user.pk, "username": user.username, "name": user.name})


def _error(status: int, detail: str) -> JsonResponse:
    return JsonResponse({"detail": detail}, status=status)
