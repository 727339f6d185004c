"""A plain ASGI application: needs neither Channels nor Starlette."""

import logging
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from inbox_socket.connection import (
    LOGGED_OUT,
    NOT_FOUND,
    RECHECK_SECONDS,
    TRY_AGAIN_LATER,
    WRONG_ORIGIN,
)
from inbox_socket.origins import is_listed, same_origin
from inbox_socket.protocol import UserId
from inbox_socket.server import Closed, Server

logger = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Authenticate = Callable[[Scope], Awaitable[UserId | None]]


class InboxApplication:
    """Serves `websocket` scopes, and `lifespan` if it is the outermost application.

    `authenticate(scope)` returns the user's id, or None; it is called when the socket opens, every
    `recheck_seconds`, and on `Server.recheck`. Pages of the server's own origin may connect, and
    those of `allowed_origins`, each written as `https://app.example`. If `path` is given, sockets
    on any other path are closed with 4404.
    """

    def __init__(
        self,
        server: Server,
        authenticate: Authenticate,
        allowed_origins: Collection[str] = (),
        *,
        path: str | None = None,
        recheck_seconds: float = RECHECK_SECONDS,
    ) -> None:
        if isinstance(allowed_origins, str):
            raise TypeError(
                f"allowed_origins must be a collection of origins; got {allowed_origins!r}"
            )
        self.server = server
        self._authenticate = authenticate
        self._allowed_origins = allowed_origins
        self._path = path
        self._recheck_seconds = recheck_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "websocket":
                await self._websocket(scope, receive, send)
            case "lifespan":
                await self._lifespan(receive, send)
            case _:
                await send({"type": "http.response.start", "status": 404, "headers": []})
                await send({"type": "http.response.body", "body": b""})

    def origin_allowed(self, origin: str, host: str, secure: bool) -> bool:
        """Returns whether a page of `origin` may use the server that it reached as `host`."""
        return same_origin(origin, host, secure) or is_listed(origin, self._allowed_origins)

    async def admit(self, scope: Scope) -> UserId:
        """Returns the id of a socket's user, or raises Closed. Override it to check more."""
        if self._path is not None and scope["path"] != self._path:
            raise Closed(NOT_FOUND, "unknown path")
        origin, host = header(scope, b"origin"), header(scope, b"host")
        secure = scope.get("scheme") == "wss"
        if not origin or not host or not self.origin_allowed(origin, host, secure):
            logger.warning("a page of origin %r may not connect to host %r", origin, host)
            raise Closed(WRONG_ORIGIN, "this page may not connect")
        try:
            await self.server.start()
            user_id = await self._authenticate(scope)
        except Exception as error:
            logger.error("opening a socket failed: %s", type(error).__name__)
            raise Closed(TRY_AGAIN_LATER, "the server cannot authenticate now") from None
        if user_id is None:
            raise Closed(LOGGED_OUT, "log in first")
        return user_id

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        # Accept first: a browser reports a rejected handshake as 1006, without a reason.
        await send({"type": "websocket.accept"})

        async def close(code: int, reason: str) -> None:
            await send({"type": "websocket.close", "code": code, "reason": reason})

        rechecks = self.server.rechecks
        try:
            user_id = await self.admit(scope)
        except Closed as closed:
            return await close(closed.code, closed.reason)

        async def send_text(text: str) -> None:
            await send({"type": "websocket.send", "text": text})

        async def is_valid() -> bool:
            return await self._authenticate(scope) == user_id

        try:
            connection = self.server.connect(
                user_id, send_text, close, is_valid, self._recheck_seconds
            )
        except Closed as closed:
            return await close(closed.code, closed.reason)
        if self.server.rechecks != rechecks:
            # The login may have ended after `admit` looked, when the server didn't know the socket.
            self.server.spawn(connection.recheck())
        try:
            while (event := await receive())["type"] == "websocket.receive":
                await connection.receive(event.get("text"))
        finally:
            connection.closed()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.server.start()
        except Exception as error:
            # Without the error's text, which may quote the password in an address.
            reason = f"starting the broker failed: {type(error).__name__}"
            await send({"type": "lifespan.startup.failed", "message": reason})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        # Server programs other than uvicorn may leave the sockets open until now. uvicorn closes
        # them before: inbox_socket/uvicorn.py adds `retry_after` there.
        await self.server.stop()
        await send({"type": "lifespan.shutdown.complete"})


def header(scope: Scope, name: bytes) -> str | None:
    """Returns the value of a header; None if it is missing or repeated."""
    values = [value for key, value in scope["headers"] if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else None
