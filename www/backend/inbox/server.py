"""The server program, uvicorn, as this project runs it."""

import uvicorn

# Above the 64 KiB that a frame may have, so that a frame somewhat too large is answered by the
# consumer with an error frame; only one beyond this closes the connection (1009).
WS_MAX_SIZE = 1024 * 1024


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
        ws_max_size=WS_MAX_SIZE,
        timeout_graceful_shutdown=10,
    )
    Server(config).run()
