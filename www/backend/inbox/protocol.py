"""The frames of the wire: what may come in, and what goes out.

Pure functions over text and dictionaries, so that the whole of it can be tested without a server.
"""

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MAX_FRAME_BYTES = 65_536
MAX_TEXT_CHARS = 4_000  # Unicode code points, as Python and PostgreSQL count them
MAX_ID = 2**63 - 1  # what the database's key column holds
MAX_REF_CHARS = 64
MAX_SEQ = 2**53 - 1  # up to which JavaScript's numbers are exact
MAX_CURSORS = 500  # conversations in one hello or sync
SYNC_MESSAGES = 200
SYNC_BYTES = 256_000  # about
PROTOCOL = 1
HISTORY_DEFAULT = 50
HISTORY_MAX = 100

_MESSAGE_TYPE = re.compile(r"[A-Z_]{1,16}")
_CONVERSATION_KEY = re.compile(r"0|[1-9][0-9]{0,18}")
# NUL is what PostgreSQL cannot store; a lone surrogate is what UTF-8 cannot encode.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")

Frame = dict[str, Any]


class Code(StrEnum):
    """Every `code` that an error frame can have."""

    BAD_JSON = "bad_json"
    BAD_FRAME = "bad_frame"
    UNKNOWN_ACTION = "unknown_action"
    NOT_FOUND = "not_found"
    TOO_LARGE = "too_large"
    RATE_LIMITED = "rate_limited"
    INTERNAL = "internal"


class Refused(Exception):
    """A frame that is answered with an error frame. The connection stays open.

    `retry_after` is in milliseconds.
    """

    def __init__(self, code: Code, detail: str, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Store `text` in the conversation and show it to everyone in it."""

    conversation_id: int
    text: str
    type: str
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class GetMessages:
    """Return the newest `limit` messages, or the newest older than message `before`."""

    conversation_id: int
    before: int | None
    limit: int


@dataclass(frozen=True, slots=True)
class Hello:
    """Agree on layer 1, in the lower of the two versions."""

    protocol: int


@dataclass(frozen=True, slots=True)
class Sync:
    """Return what came after these cursors: conversation to `seq`."""

    after: dict[int, int]
    id: str | int


@dataclass(frozen=True, slots=True)
class Ping:
    """Return a sign of life, and the digest."""

    id: str | int


Request = SendMessage | GetMessages | Hello | Sync | Ping


def decode(text: str | None) -> Frame:
    """The JSON object in a text frame; `None` stands for a binary frame."""
    if text is None:
        raise Refused(Code.BAD_FRAME, "frames are text, not binary")
    if len(text.encode(errors="surrogatepass")) > MAX_FRAME_BYTES:
        raise Refused(Code.TOO_LARGE, f"a frame has at most {MAX_FRAME_BYTES} bytes")
    try:
        frame = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):  # also numbers of thousands of digits, and deep nesting
        raise Refused(Code.BAD_JSON, "the frame is not JSON") from None
    if not isinstance(frame, dict):
        raise Refused(Code.BAD_FRAME, "a frame is a JSON object")
    return frame


def parse(frame: Frame, layer: int) -> Request:
    """What a frame asks for. Members that the layer does not know are ignored.

    The layer is 0 until the client has said hello, and then 1.
    """
    if "action" not in frame:
        return SendMessage(
            conversation_id=_whole_number(frame, "conversation_id", 0, MAX_ID),
            text=_text(frame),
            type=_message_type(frame),
            client_id=_client_id(frame) if layer else None,
        )
    match frame["action"]:
        case "get_messages":
            return GetMessages(
                conversation_id=_whole_number(frame, "conversation_id", 0, MAX_ID),
                before=_whole_number(frame, "before", 0, MAX_ID, default=None),
                limit=_whole_number(frame, "limit", 1, HISTORY_MAX, default=HISTORY_DEFAULT),
            )
        case "hello":
            _cursors(frame, "cursors")  # for the sake of the client, who should know of a mistake
            return Hello(min(PROTOCOL, _whole_number(frame, "protocol", 1, MAX_SEQ)))
        case "sync" if layer:
            return Sync(after=_cursors(frame, "after"), id=_id(frame))
        case "ping" if layer:
            return Ping(id=_id(frame))
    raise Refused(Code.UNKNOWN_ACTION, "there is no such action")


def encode(frame: Frame) -> str:
    """A frame as it goes over the wire."""
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))


def messages_frame(conversation_id: int, messages: list[Frame], has_more: bool) -> Frame:
    """The answer to `get_messages`, oldest message first; `has_more` speaks of older ones."""
    return {
        "action": "messages_response",
        "conversation_id": conversation_id,
        "messages": messages,
        "has_more": has_more,
    }


def welcome_frame(user_id: int, heads: dict[int, int], heartbeat: int) -> Frame:
    """The answer to `hello`; a heartbeat of 0 asks for none."""
    frame: Frame = {"action": "welcome", "protocol": PROTOCOL, "user_id": user_id}
    if heartbeat:
        frame["heartbeat"] = heartbeat
    return frame | {"heads": by_key(heads)}


def ack_frame(client_id: str, message: Frame) -> Frame:
    """The answer to a message that is stored."""
    return {
        "action": "ack",
        "client_id": client_id,
        "conversation_id": message["conversation_id"],
        "message_id": message["message_id"],
        "seq": message["seq"],
    }


def sync_frame(
    request: Sync,
    messages: list[Frame],
    heads: dict[int, int],
    floors: dict[int, int],
    has_more: bool,
) -> Frame:
    """The answer to `sync`."""
    return {
        "action": "sync_response",
        "id": request.id,
        "messages": messages,
        "heads": by_key(heads),
        "has_more": has_more,
        "complete": not floors,
        "floors": by_key(floors),
    }


def pong_frame(request: Ping, total: int) -> Frame:
    """The answer to `ping`."""
    return {"action": "pong", "id": request.id, "total": total}


def by_key(numbers: dict[int, int]) -> dict[str, int]:
    """As JSON has it, whose keys are texts."""
    return {str(conversation_id): seq for conversation_id, seq in numbers.items()}


def error_frame(refused: Refused, about: Frame) -> Frame:
    """The answer to the frame `about`, of which only what is well-formed is repeated."""
    frame = {"action": "error", "code": refused.code, "detail": refused.detail, "ref": _ref(about)}
    if _is_whole_number(about.get("conversation_id"), 0, MAX_ID):
        frame["conversation_id"] = about["conversation_id"]
    if refused.retry_after is not None:
        frame["retry_after"] = refused.retry_after
    return frame


def is_storable(text: str) -> bool:
    """Whether every database can hold the text, and the wire carry it."""
    return not _UNSTORABLE.search(text)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is Python's, not JSON")


def _text(frame: Frame) -> str:
    text = frame.get("message")
    if not isinstance(text, str) or not text.strip():
        raise Refused(Code.BAD_FRAME, "message is a text that is not empty")
    if len(text) > MAX_TEXT_CHARS:
        raise Refused(Code.TOO_LARGE, f"a message has at most {MAX_TEXT_CHARS} characters")
    if not is_storable(text):
        raise Refused(Code.BAD_FRAME, "message has a NUL or half of a surrogate pair")
    return text


def _message_type(frame: Frame) -> str:
    value = frame.get("type", "TEXT")
    if not isinstance(value, str) or not _MESSAGE_TYPE.fullmatch(value):
        raise Refused(Code.BAD_FRAME, "type is 1 to 16 of A-Z and _")
    return value


_REQUIRED: Any = object()


def _whole_number(frame: Frame, key: str, low: int, high: int, default: Any = _REQUIRED) -> Any:
    value = frame.get(key, default)
    if value is default and default is not _REQUIRED:
        return default
    if not _is_whole_number(value, low, high):
        raise Refused(Code.BAD_FRAME, f"{key} is a whole number from {low} to {high}")
    return value


def _is_whole_number(value: Any, low: int, high: int) -> bool:
    # `type(...) is int`, since to Python True is an int and equals 1.
    return type(value) is int and low <= value <= high


def _cursors(frame: Frame, key: str) -> dict[int, int]:
    """An object from conversation to `seq`. What cannot be a conversation's id is left out: to
    another server it might be one, and here it is just not one of the user's.
    """
    value = frame.get(key)
    if not isinstance(value, dict) or not all(
        _is_whole_number(seq, 0, MAX_SEQ) for seq in value.values()
    ):
        raise Refused(Code.BAD_FRAME, f"{key} is an object from conversations to whole numbers")
    if len(value) > MAX_CURSORS:
        raise Refused(Code.BAD_FRAME, f"{key} names at most {MAX_CURSORS} conversations")
    return {
        int(name): seq
        for name, seq in value.items()
        if _CONVERSATION_KEY.fullmatch(name) and int(name) <= MAX_ID
    }


def _client_id(frame: Frame) -> str | None:
    if "client_id" not in frame:
        return None
    value = frame["client_id"]
    if not _is_short_text(value):
        raise Refused(Code.BAD_FRAME, f"client_id is a text of 1 to {MAX_REF_CHARS} characters")
    return value


def _id(frame: Frame) -> str | int:
    value = frame.get("id")
    if not _is_short_text(value) and not _is_whole_number(value, 0, MAX_ID):
        raise Refused(
            Code.BAD_FRAME, f"id is a whole number or a text of 1 to {MAX_REF_CHARS} characters"
        )
    return value


def _is_short_text(value: Any) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= MAX_REF_CHARS and is_storable(value)


def _ref(about: Frame) -> str | int | None:
    for name in ("client_id", "id"):
        value = about.get(name)
        if _is_short_text(value) or _is_whole_number(value, 0, MAX_ID):
            return value
    return None
