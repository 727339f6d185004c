"""HTTP: logging in and out, and what a page needs before its socket is open. JSON in, JSON out.

There are no CSRF tokens. A page from elsewhere cannot make a browser send `application/json`
without asking first (CORS), which nothing here grants; a browser names the Origin in every POST,
and a wrong one is refused; and the session's cookie is SameSite=Lax. Programs that are not
browsers send no Origin, and need not.
"""

import json
from collections.abc import Callable
from functools import wraps

from django.contrib import auth
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from inbox import services
from inbox.events import recheck_sessions
from inbox.models import User
from inbox.protocol import is_storable
from inbox.security import origin_allowed

View = Callable[..., HttpResponse]

MOST_REHEARSED = 100


def json_post(view: View) -> View:
    """Call the view as `view(request, body)` with the JSON object of a POST that is ours.

    No body at all counts as an empty object.
    """

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        origin = request.headers.get("Origin")
        if origin and not origin_allowed(origin, request.get_host(), request.is_secure()):
            return _error(403, "this page may not do that")
        if request.content_type != "application/json":
            return _error(415, "send application/json")
        try:
            body = json.loads(request.body or b"{}")
        except (ValueError, RecursionError):
            return _error(400, "the body is not JSON")
        if not isinstance(body, dict):
            return _error(400, "the body is a JSON object")
        return view(request, body)

    return require_POST(guarded)


def login_required(view: View) -> View:
    """Answer 401 to whoever is not logged in."""

    @wraps(view)
    def guarded(request: HttpRequest, *more) -> HttpResponse:
        if not request.user.is_authenticated:
            return _error(401, "log in first")
        return view(request, *more)

    return guarded


@json_post
def login(request: HttpRequest, body: dict) -> HttpResponse:
    """`{"username": …, "password": …}`: the person, and a session's cookie.

    The session that the browser had before ends if it was another person's, and its sockets too.
    """
    username, password = body.get("username"), body.get("password")
    if not all(isinstance(text, str) and is_storable(text) for text in (username, password)):
        return _error(400, "username and password are texts")
    user = auth.authenticate(request, username=username, password=password)
    if user is None:
        return _error(401, "wrong name or password")
    former_id = request.user.pk
    auth.login(request, user)
    if former_id is not None:
        recheck_sessions(former_id)
    return _person(user)


@json_post
def logout(request: HttpRequest, body: dict) -> HttpResponse:
    """End the session, and with it every socket that it opened."""
    user_id = request.user.pk
    auth.logout(request)
    if user_id is not None:
        recheck_sessions(user_id)
    return HttpResponse(status=204)


@require_safe
@login_required
def me(request: HttpRequest) -> HttpResponse:
    """Who is logged in."""
    return _person(request.user)


@require_safe
@login_required
def conversations(request: HttpRequest) -> HttpResponse:
    """The inbox of whoever is logged in."""
    return JsonResponse({"conversations": services.conversations_of(request.user)})


@json_post
@login_required
def rehearsal(request: HttpRequest, body: dict) -> HttpResponse:
    """`{"count": …}`: so many conversations with nobody else in them, for the comparison page."""
    count = body.get("count")
    if type(count) is not int or not 1 <= count <= MOST_REHEARSED:
        return _error(400, f"count is a whole number from 1 to {MOST_REHEARSED}")
    return JsonResponse({"conversations": services.rehearsal_of(request.user, count)})


@require_safe
def page_not_built(request: HttpRequest) -> HttpResponse:
    """What `/` says when there is no index.html to serve in its place."""
    return HttpResponse(
        "The demo page is not built yet: run `make build` at the top of the project.\n",
        status=404,
        content_type="text/plain; charset=utf-8",
    )


def _person(user: User) -> JsonResponse:
    return JsonResponse({"id": user.pk, "username": user.username, "name": user.name})


def _error(status: int, detail: str) -> JsonResponse:
    return JsonResponse({"detail": detail}, status=status)
