"""Configures and runs uvicorn, the server program."""

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

# Larger than the 64 KiB allowed for a frame, so that the consumer can reply to a frame between the
# two limits with an error. A frame above this closes the connection (1009).
WS_MAX_SIZE = 1024 * 1024

RESTARTING = 1012


def spread(sockets: int) -> int:
    """Returns the ms over which this many clients should reconnect: about a hundred per second.

    Connecting costs more than staying connected, and after a restart all clients would otherwise
    reconnect at once.
    """
    return min(max(2_000, 10 * sockets), 60_000)


class WebSocket(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, which also sends `retry_after` at shutdown.

    For uvicorn on the command line: `--ws inbox.server:WebSocket`.
    """

    def shutdown(self) -> None:
        """Closes as the parent does, which sends no reason."""
        if not self.handshake_complete or self.close_sent:
            return super().shutdown()
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": RESTARTING})
        self.conn.send_close(RESTARTING, f"retry_after={spread(len(self.connections))}")
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.close()


class Server(uvicorn.Server):
    """Prints the address when the server accepts connections."""

    async def startup(self, sockets=None) -> None:
        await super().startup(sockets)
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        host = f"[{host}]" if ":" in host else host
        print(f"Listening on http://{host}:{port}/", flush=True)


def serve(host: str, port: int) -> None:
    """Runs until SIGINT or SIGTERM, then closes open sockets with 1012. Port 0: any free port."""
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
