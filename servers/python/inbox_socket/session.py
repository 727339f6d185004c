"""The protocol's side of one connection: what a frame asks for, and which frames answer it. Pure.

A connection processes one frame at a time: `read` it, do what the request asks for, and reply, or
`refuse`.
"""

from collections.abc import Mapping

from inbox_socket import protocol
from inbox_socket.limits import RETRY_AFTER, RateLimit, Turns
from inbox_socket.outline import outline
from inbox_socket.protocol import (
    NUMBERS,
    Code,
    ConversationId,
    Frame,
    Hello,
    Ids,
    Refused,
    Request,
    SendMessage,
    UserId,
)
from inbox_socket.storage import Head


class Session:
    """The state of one connection: its layer, the turns of its messages, pushes held back."""

    def __init__(
        self, user_id: UserId, rate: RateLimit, ids: Ids = NUMBERS, heartbeat: int = 25_000
    ) -> None:
        self.user_id = user_id
        self.layer = 0
        self._rate, self._ids, self._heartbeat = rate, ids, heartbeat
        self._turns = Turns()
        self._request: Request | None = None
        self._about: Frame = {}
        self._held: list[str] | None = None  # a list while `hello` is being answered
        self.held_bytes = 0  # the size of the pushes held back

    def read(self, text: str | None, now: float) -> Request:
        """Returns the request in a frame (`None` represents a binary one). Raises Refused."""
        self._request, self._about = None, {}
        try:
            self._about = protocol.decode(text)
            self._request = protocol.parse(self._about, self.layer, self._ids)
        except Refused:
            # Malformed frames count towards the limit too, but the reply names the mistake.
            self._rate.take(self.user_id, now)
            self._about = self._about or outline(text or "")
            raise
        self._check_limits(self._request, now)
        if isinstance(self._request, Hello):
            self._held = []
        return self._request

    def refuse(self, refused: Refused, now: float) -> Frame:
        """Returns the error reply to the frame read last."""
        if isinstance(self._request, SendMessage) and refused.retry_after:
            self._turns.refused(self._request.client_id, refused.retry_after, now)
        return protocol.error_frame(refused, self._about, self._ids)

    def fail(self, now: float) -> Frame | None:
        """Returns the error reply to the frame read last, if the server failed to process it.

        Returns None for `hello`: the client would take an error for layer 0, so the server closes
        the connection with 1013.
        """
        if isinstance(self._request, Hello):
            return None
        return self.refuse(
            Refused(Code.INTERNAL, "the server failed", retry_after=RETRY_AFTER), now
        )

    def welcome(self, request: Hello, heads: Mapping[ConversationId, Head]) -> list[str]:
        """Switches to layer 1. Returns the frames to send: the welcome, then the held pushes."""
        self.layer = request.protocol
        seqs = {key: head.seq for key, head in heads.items()}
        welcome = protocol.welcome_frame(self.user_id, seqs, self._heartbeat)
        held, self._held, self.held_bytes = self._held or [], None, 0
        return [protocol.encode(welcome), *held]

    def push(self, text: str) -> list[str]:
        """Returns the frames to send now for a stored message: none while `hello` is being
        answered, because no message above the heads may precede the welcome.
        """
        if self._held is None:
            return [text]
        self._held.append(text)
        self.held_bytes += len(text.encode())
        return []

    def _check_limits(self, request: Request, now: float) -> None:
        """Raises Refused if the request has to wait."""
        if isinstance(request, SendMessage):
            wait = self._turns.wait(request.client_id, now)
            wait = wait or self._rate.take(self.user_id, now, is_message=True)
        else:
            wait = self._rate.take(self.user_id, now)
        # The client would take an error reply to its first `hello` for layer 0.
        is_first_hello = isinstance(request, Hello) and self.layer == 0
        if wait and not is_first_hello:
            raise Refused(Code.RATE_LIMITED, "too many frames", retry_after=wait)
