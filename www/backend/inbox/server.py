"""Configures and runs uvicorn, the server program."""

import uvicorn
from inbox_socket.uvicorn import WS_MAX_SIZE, WebSocket


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
        log_level="warning",
        ws=WebSocket,
        ws_max_size=WS_MAX_SIZE,
        timeout_graceful_shutdown=10,
    )
    Server(config).run()
