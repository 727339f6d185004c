"""The server program, uvicorn, as this project runs it."""

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

# Above the 64 KiB that a frame may have, so that a frame somewhat too large is answered by the
# consumer with an error frame; only one beyond this closes the connection (1009).
WS_MAX_SIZE = 1024 * 1024

RESTARTING = 1012


def spread(sockets: int) -> int:
    """Over how many milliseconds so many clients should come back: about a hundred a second.

    Connecting costs more than staying connected, and clients that a restart has thrown out would
    else all do it at once.
    """
    return min(max(2_000, 10 * sockets), 60_000)


class WebSocket(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, which on shutdown also says when to come back.

    For uvicorn on the command line: `--ws inbox.server:WebSocket`.
    """

    def shutdown(self) -> None:
        """As in the parent, where the reason is empty."""
        if not self.handshake_complete or self.close_sent:
            return super().shutdown()
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": RESTARTING})
        self.conn.send_close(RESTARTING, f"retry_after={spread(len(self.connections))}")
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.close()


class Server(uvicorn.Server):
    """Prints the address once connections are being accepted."""

    async def startup(self, sockets=None) -> None:
        await super().startup(sockets)
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        host = f"[{host}]" if ":" in host else host
        print(f"Listening on http://{host}:{port}/", flush=True)


def serve(host: str, port: int) -> None:
    """Run until SIGINT or SIGTERM; open sockets are then closed with 1012. Port 0 is any free."""
    config = uvicorn.Config(
        "config.asgi:application",
        host=host,
        port=port,
        lifespan="off",  # Channels has none
        log_level="warning",
        ws=WebSocket,
        ws_max_size=WS_MAX_SIZE,
        timeout_graceful_shutdown=10,
    )
    Server(config).run()
