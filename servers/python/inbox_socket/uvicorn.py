"""uvicorn's WebSocket, which also tells clients when to reconnect after a restart."""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from inbox_socket.connection import RESTARTING
from inbox_socket.server import spread

# Larger than the 64 KiB allowed for a frame, so that the server can reply to a frame between the
# two limits with an error. A frame above this closes the connection (1009).
WS_MAX_SIZE = 1024 * 1024


class WebSocket(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, which also sends `retry_after` at shutdown.

    On the command line: `uvicorn --ws inbox_socket.uvicorn:WebSocket --ws-max-size 1048576
    --timeout-graceful-shutdown 10`.
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
