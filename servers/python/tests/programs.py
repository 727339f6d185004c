"""A server program for tests on real sockets: `python -m tests.programs PORT`."""

import sys

import uvicorn

from inbox_socket import Server
from inbox_socket.asgi import InboxApplication
from inbox_socket.memory import MemoryStorage
from inbox_socket.uvicorn import WS_MAX_SIZE, WebSocket

logged_out: set[str] = set()
storage = MemoryStorage()
storage.create(2, ["ana", "ben"])
server = Server(storage)


async def authenticate(scope) -> str | None:
    """Returns the user in the query string; `fail` raises, `logout-ana` and `expire-ana`
    end Ana's login, the latter without an event.
    """
    user_id = scope["query_string"].decode()
    if user_id == "fail":
        raise ConnectionError
    what, _, who = user_id.partition("-")
    if who:
        logged_out.add(who)
    if what == "logout":
        server.recheck([who])
    return user_id if user_id in {"ana", "ben"} - logged_out else None


application = InboxApplication(
    server, authenticate, ["https://app.example:8443"], path="/ws/inbox/", recheck_seconds=0.2
)


class Program(uvicorn.Server):
    """Prints the port when the server accepts connections."""

    async def startup(self, sockets=None) -> None:
        await super().startup(sockets)
        print(self.servers[0].sockets[0].getsockname()[1], flush=True)


if __name__ == "__main__":
    config = uvicorn.Config(
        application, port=int(sys.argv[1]), ws=WebSocket, ws_max_size=WS_MAX_SIZE, log_level="error"
    )
    Program(config).run()
