"""inbox-socket on the server: one WebSocket for a whole chat inbox."""

from inbox_socket.broker import Broker, MemoryBroker
from inbox_socket.connection import Connection
from inbox_socket.limits import Limits
from inbox_socket.protocol import NUMBERS, Code, Frame, Ids, Refused, not_found
from inbox_socket.server import Closed, Server
from inbox_socket.storage import Cursor, Draft, Head, Storage, Stored

__all__ = [
    "NUMBERS",
    "Broker",
    "Closed",
    "Code",
    "Connection",
    "Cursor",
    "Draft",
    "Frame",
    "Head",
    "Ids",
    "Limits",
    "MemoryBroker",
    "Refused",
    "Server",
    "Storage",
    "Stored",
    "not_found",
]
