"""The frames of the protocol: parses requests and builds replies.

Pure functions over text and dictionaries, so that tests need no server.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MAX_FRAME_BYTES = 65_536
MAX_TEXT_CHARS = 4_000  # Unicode code points, as Python and PostgreSQL count them
MAX_NUMBER = 2**53 - 1  # JavaScript represents integers up to this exactly: ids and `seq`
MAX_REF_CHARS = 64
MAX_ID_CHARS = 128  # of a conversation id or message id, if they are strings
MAX_CURSORS = 500  # conversations in one hello or sync
SYNC_MESSAGES = 200
# The size of a sync_response in bytes: the range that a client may request, and the default.
SYNC_BYTES_MIN, SYNC_BYTES_MAX, SYNC_BYTES_DEFAULT = 1_024, 262_144, 32_768
HISTORY_BYTES = 65_536  # of a messages_response
PROTOCOL = 1
HISTORY_DEFAULT = 50
HISTORY_MAX = 100

_MESSAGE_TYPE = re.compile(r"[A-Z_]{1,16}")
_CONVERSATION_KEY = re.compile(r"0|[1-9][0-9]{0,18}")
# PostgreSQL can't store NUL, and UTF-8 can't encode unpaired surrogates.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")

Frame = dict[str, Any]
ConversationId = int | str
MessageId = int | str
UserId = int | str


@dataclass(frozen=True, slots=True)
class Ids:
    """The types of an application's ids, each `int` or `str`.

    An id of the other type is rejected. As the key of an object, an id is always a string.
    """

    conversation: type[int] | type[str] = int
    message: type[int] | type[str] = int


NUMBERS = Ids()


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
    """Rejects a frame: the server replies with an error frame and keeps the connection open.

    `retry_after` is in milliseconds.
    """

    def __init__(self, code: Code, detail: str, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Store `text` in the conversation and send it to all participants."""

    conversation_id: ConversationId
    text: str
    type: str
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class GetMessages:
    """Return the newest `limit` messages, or the newest ones older than message `before`."""

    conversation_id: ConversationId
    before: MessageId | None
    limit: int
    id: str | int | None = None


@dataclass(frozen=True, slots=True)
class Hello:
    """Switch to layer 1, in the lower of the two versions."""

    protocol: int


@dataclass(frozen=True, slots=True)
class Sync:
    """Return the messages after these cursors (conversation to `seq`), up to `bytes` of UTF-8."""

    after: dict[ConversationId, int]
    id: str | int
    bytes: int = SYNC_BYTES_DEFAULT


@dataclass(frozen=True, slots=True)
class Ping:
    """Return the sum of the user's heads."""

    id: str | int


Request = SendMessage | GetMessages | Hello | Sync | Ping


def decode(text: str | None) -> Frame:
    """Parses the JSON object in a text frame; `None` represents a binary frame."""
    if text is None:
        raise Refused(Code.BAD_FRAME, "a frame must be text; got binary")
    length = len(text.encode(errors="surrogatepass"))
    if length > MAX_FRAME_BYTES:
        raise Refused(
            Code.TOO_LARGE, f"a frame must have at most {MAX_FRAME_BYTES} bytes; got {length}"
        )
    try:
        frame = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise Refused(Code.BAD_JSON, "a frame must not be nested too deeply to parse") from None
    except ValueError:  # also raised for numbers with thousands of digits
        raise Refused(Code.BAD_JSON, "a frame must be JSON") from None
    if not isinstance(frame, dict):
        raise Refused(Code.BAD_FRAME, "a frame must be a JSON object")
    return frame


def parse(frame: Frame, layer: int, ids: Ids = NUMBERS) -> Request:
    """Returns the request in a frame. Ignores members that the layer doesn't define.

    The layer is 0 until the client has sent `hello`, then 1.
    """
    if "action" not in frame:
        return SendMessage(
            conversation_id=_object_id(frame, "conversation_id", ids.conversation),
            text=_text(frame),
            type=_message_type(frame),
            client_id=_client_id(frame) if layer else None,
        )
    match frame["action"]:
        case "get_messages":
            return GetMessages(
                conversation_id=_object_id(frame, "conversation_id", ids.conversation),
                before=_object_id(frame, "before", ids.message, default=None),
                limit=_whole_number(frame, "limit", 1, HISTORY_MAX, default=HISTORY_DEFAULT),
                id=_ref({"id": frame.get("id")}),
            )
        case "hello":
            _cursors(
                frame, "cursors", ids.conversation
            )  # not used, but a mistake is reported to the client
            return Hello(min(PROTOCOL, _whole_number(frame, "protocol", 1, MAX_NUMBER)))
        case "sync" if layer:
            return Sync(
                after=_cursors(frame, "after", ids.conversation),
                id=_id(frame),
                bytes=_whole_number(
                    frame, "bytes", SYNC_BYTES_MIN, SYNC_BYTES_MAX, default=SYNC_BYTES_DEFAULT
                ),
            )
        case "ping" if layer:
            return Ping(id=_id(frame))
    raise Refused(Code.UNKNOWN_ACTION, "unknown action")


def encode(frame: Frame) -> str:
    """Returns the frame's text on the wire."""
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))


def size(frame: Frame) -> int:
    """Returns the size of a frame on the wire in bytes: in UTF-8, with JSON's escapes."""
    return len(encode(frame).encode())


def fitting(messages: Iterable[Frame], room: int) -> list[Frame]:
    """Returns the first messages that fit into `room` bytes, and at least one: otherwise the client
    would repeat the same request forever.
    """
    fit: list[Frame] = []
    for message in messages:
        room -= size(message) + 1  # the comma
        if fit and room < 0:
            break
        fit.append(message)
    return fit


def messages_frame(request: GetMessages, messages: list[Frame], has_more: bool) -> Frame:
    """Returns the reply to `get_messages`, oldest message first; `has_more` if there are older."""
    frame: Frame = {
        "action": "messages_response",
        "conversation_id": request.conversation_id,
        "messages": messages,
        "has_more": has_more,
    }
    return frame if request.id is None else frame | {"id": request.id}


def welcome_frame(user_id: UserId, heads: Mapping[ConversationId, int], heartbeat: int) -> Frame:
    """Returns the reply to `hello`; a heartbeat of 0 disables pings."""
    frame: Frame = {"action": "welcome", "protocol": PROTOCOL, "user_id": user_id}
    if heartbeat:
        frame["heartbeat"] = heartbeat
    return frame | {"heads": by_key(heads)}


def ack_frame(client_id: str, message: Frame) -> Frame:
    """Returns the reply to a message that is stored."""
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
    heads: Mapping[ConversationId, int],
    floors: Mapping[ConversationId, int],
    has_more: bool,
) -> Frame:
    """Returns the reply to `sync`."""
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
    """Returns the reply to `ping`."""
    return {"action": "pong", "id": request.id, "total": total}


def by_key(numbers: Mapping[ConversationId, int]) -> dict[str, int]:
    """Converts the conversation ids to strings, because JSON's keys are strings."""
    return {str(conversation_id): seq for conversation_id, seq in numbers.items()}


def not_found() -> Refused:
    """Returns the same error for a missing conversation and for one of other users."""
    return Refused(Code.NOT_FOUND, "unknown conversation")


def error_frame(refused: Refused, about: Frame, ids: Ids = NUMBERS) -> Frame:
    """Returns the error reply to the frame `about`; repeats only its well-formed ids."""
    frame = {"action": "error", "code": refused.code, "detail": refused.detail, "ref": _ref(about)}
    if _is_id(about.get("conversation_id"), ids.conversation):
        frame["conversation_id"] = about["conversation_id"]
    if refused.retry_after is not None:
        frame["retry_after"] = refused.retry_after
    return frame


def is_storable(text: str) -> bool:
    """Returns whether the databases can store the text and UTF-8 can encode it."""
    return not _UNSTORABLE.search(text)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _text(frame: Frame) -> str:
    text = frame.get("message")
    if not isinstance(text, str) or not text.strip():
        raise Refused(Code.BAD_FRAME, "message must be a non-empty string")
    if len(text) > MAX_TEXT_CHARS:
        raise Refused(
            Code.TOO_LARGE,
            f"message must have at most {MAX_TEXT_CHARS} characters; got {len(text)}",
        )
    if not is_storable(text):
        raise Refused(Code.BAD_FRAME, "message must not contain NUL or an unpaired surrogate")
    return text


def _message_type(frame: Frame) -> str:
    value = frame.get("type", "TEXT")
    if not isinstance(value, str) or not _MESSAGE_TYPE.fullmatch(value):
        raise Refused(Code.BAD_FRAME, "type must be 1 to 16 characters from A-Z and _")
    return value


_REQUIRED: Any = object()


def _whole_number(frame: Frame, key: str, low: int, high: int, default: Any = _REQUIRED) -> Any:
    value = frame.get(key, default)
    if value is default and default is not _REQUIRED:
        return default
    if not _is_whole_number(value, low, high):
        raise Refused(Code.BAD_FRAME, f"{key} must be an integer from {low} to {high}")
    return value


def _is_whole_number(value: Any, low: int, high: int) -> bool:
    # `type(...) is int`, because isinstance(True, int) is true.
    return type(value) is int and low <= value <= high


def _is_id(value: Any, kind: type) -> bool:
    if kind is int:
        return _is_whole_number(value, 0, MAX_NUMBER)
    return isinstance(value, str) and 1 <= len(value) <= MAX_ID_CHARS and is_storable(value)


def _object_id(frame: Frame, key: str, kind: type, default: Any = _REQUIRED) -> Any:
    """Returns the id of a conversation or a message; `kind` is `int` or `str`."""
    value = frame.get(key, default)
    if value is default and default is not _REQUIRED:
        return default
    if not _is_id(value, kind):
        expected = (
            f"an integer from 0 to {MAX_NUMBER}"
            if kind is int
            else f"a string of 1 to {MAX_ID_CHARS} characters"
        )
        raise Refused(Code.BAD_FRAME, f"{key} must be {expected}")
    return value


def _cursors(frame: Frame, key: str, kind: type) -> dict[ConversationId, int]:
    """Returns the member's map from conversation to `seq`. Skips keys that can't be an id here:
    they may be ids of another server, and are treated like conversations of other users.
    """
    value = frame.get(key)
    if not isinstance(value, dict) or not all(
        _is_whole_number(seq, 0, MAX_NUMBER) for seq in value.values()
    ):
        raise Refused(Code.BAD_FRAME, f"{key} must map conversation ids to non-negative integers")
    if len(value) > MAX_CURSORS:
        raise Refused(
            Code.BAD_FRAME, f"{key} must name at most {MAX_CURSORS} conversations; got {len(value)}"
        )
    if kind is str:
        return {name: seq for name, seq in value.items() if _is_id(name, str)}
    return {
        int(name): seq
        for name, seq in value.items()
        if _CONVERSATION_KEY.fullmatch(name) and int(name) <= MAX_NUMBER
    }


def _client_id(frame: Frame) -> str | None:
    if "client_id" not in frame:
        return None
    value = frame["client_id"]
    if not _is_short_text(value):
        raise Refused(
            Code.BAD_FRAME, f"client_id must be a string of 1 to {MAX_REF_CHARS} characters"
        )
    return value


def _id(frame: Frame) -> str | int:
    value: Any = frame.get("id")
    if not _is_short_text(value) and not _is_whole_number(value, 0, MAX_NUMBER):
        raise Refused(
            Code.BAD_FRAME,
            f"id must be an integer from 0 to {MAX_NUMBER}"
            f" or a string of 1 to {MAX_REF_CHARS} characters",
        )
    return value


def _is_short_text(value: Any) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= MAX_REF_CHARS and is_storable(value)


def _ref(about: Frame) -> str | int | None:
    for name in ("client_id", "id"):
        value = about.get(name)
        if _is_short_text(value) or _is_whole_number(value, 0, MAX_NUMBER):
            return value
    return None
