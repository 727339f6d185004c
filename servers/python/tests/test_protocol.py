"""The parser: the requests in valid frames, and the errors for invalid ones."""

import pytest

from inbox_socket.protocol import (
    MAX_FRAME_BYTES,
    MAX_TEXT_CHARS,
    Code,
    GetMessages,
    Hello,
    Ids,
    Refused,
    SendMessage,
    Sync,
    decode,
    encode,
    error_frame,
)
from inbox_socket.protocol import parse as parse_layer


def parse(frame, layer=0):
    """Parses a frame, by default as before `hello`."""
    return parse_layer(frame, layer)


def refusal(text: str | None) -> Refused:
    with pytest.raises(Refused) as caught:
        parse(decode(text))
    return caught.value


def test_a_message_has_a_conversation_a_text_and_a_type():
    frame = decode('{"conversation_id":2,"message":"Hello","type":"IMAGE"}')
    assert parse(frame) == SendMessage(conversation_id=2, text="Hello", type="IMAGE")


def test_the_default_type_is_text():
    assert parse({"conversation_id": 2, "message": "Hello"}).type == "TEXT"


def test_members_of_a_higher_layer_are_ignored():
    frame = {"conversation_id": 2, "message": "Hello", "client_id": "0198"}
    assert parse(frame) == SendMessage(conversation_id=2, text="Hello", type="TEXT")


def test_history_is_requested_by_page():
    assert parse({"action": "get_messages", "conversation_id": 2}) == GetMessages(2, None, 50)
    asked = {"action": "get_messages", "conversation_id": 2, "before": 9, "limit": 100}
    assert parse(asked) == GetMessages(conversation_id=2, before=9, limit=100)


def test_a_client_id_is_read_on_layer_1_only():
    frame = {"conversation_id": 2, "message": "Hello", "client_id": "0198"}
    assert parse(frame, layer=1).client_id == "0198"
    assert parse(frame, layer=0).client_id is None


def test_cursors_of_ids_that_are_not_canonical_integers_are_skipped():
    names = ["0", "2", "02", "+2", " 2", "-1", "2.0", "\u0662", "a text", "", "9" * 19, "9" * 20]
    frame = {"action": "sync", "id": "r1", "after": dict.fromkeys(names, 5)}
    assert parse(frame, layer=1) == Sync(after={0: 5, 2: 5}, id="r1")


@pytest.mark.parametrize("asked", [1, 2, 99])
def test_hello_selects_the_lower_of_the_two_versions(asked):
    assert parse({"action": "hello", "protocol": asked, "cursors": {}}) == Hello(protocol=1)


def test_the_ref_of_an_error_is_the_client_id_if_there_is_one():
    error = error_frame(Refused(Code.NOT_FOUND, "no"), {"id": "r2", "client_id": "0198"})
    assert error["ref"] == "0198"


@pytest.mark.parametrize("text", ["", "{", "nonsense", "'a'", "[1,]"])
def test_a_text_that_is_not_json_is_bad_json(text):
    assert refusal(text).code == Code.BAD_JSON


@pytest.mark.parametrize("text", ["null", "7", '"a"', "[]", '[{"conversation_id":1}]', None])
def test_a_value_other_than_an_object_is_a_bad_frame(text):
    assert refusal(text).code == Code.BAD_FRAME


@pytest.mark.parametrize("value", ['"2"', "2.0", "true", "null", "-1", "[2]", str(10**20), "{}"])
def test_a_conversation_id_must_be_a_non_negative_integer(value):
    assert refusal(f'{{"conversation_id":{value},"message":"a"}}').code == Code.BAD_FRAME


@pytest.mark.parametrize("value", ["0", "101", "true", "1.5", "null", '"5"'])
def test_a_limit_must_be_from_1_to_100(value):
    frame = f'{{"action":"get_messages","conversation_id":1,"limit":{value}}}'
    assert refusal(frame).code == Code.BAD_FRAME


@pytest.mark.parametrize("value", ['""', '"  \\n "', "7", "null", "{}", '"\\u0000"', '"\\udc00"'])
def test_a_message_must_be_a_storable_string_that_is_not_blank(value):
    assert refusal(f'{{"conversation_id":1,"message":{value}}}').code == Code.BAD_FRAME


@pytest.mark.parametrize("value", ['""', '"text"', '"A-B"', '"1A"', "1", "null", f'"{"A" * 33}"'])
def test_a_type_must_be_a_short_upper_case_name(value):
    frame = f'{{"conversation_id":1,"message":"a","type":{value}}}'
    assert refusal(frame).code == Code.BAD_FRAME


@pytest.mark.parametrize("action", ['"goodbye"', '"sync"', '"ping"', '"GET_MESSAGES"', "null", "1"])
def test_any_other_action_is_unknown(action):
    assert refusal(f'{{"action":{action}}}').code == Code.UNKNOWN_ACTION


def test_a_message_over_the_character_limit_is_too_large():
    longest = "😀" * MAX_TEXT_CHARS
    assert parse({"conversation_id": 1, "message": longest}).text == longest
    assert refusal(encode({"conversation_id": 1, "message": longest + "a"})).code == Code.TOO_LARGE


def test_a_frame_over_the_byte_limit_is_too_large():
    padding = "x" * (MAX_FRAME_BYTES - len('{"é":""}'.encode()))
    assert decode(f'{{"é":"{padding}"}}')
    assert refusal(f'{{"é":"{padding}x"}}').code == Code.TOO_LARGE


def test_an_error_repeats_the_ids_of_the_frame():
    error = Refused(Code.RATE_LIMITED, "too many", retry_after=20)
    assert error_frame(error, {"id": "r2", "conversation_id": 2}) == {
        "action": "error",
        "code": "rate_limited",
        "detail": "too many",
        "ref": "r2",
        "conversation_id": 2,
        "retry_after": 20,
    }


@pytest.mark.parametrize("ref", [True, 1.5, [], {}, "\ud800", "x" * 65, 10**20])
def test_an_error_does_not_repeat_malformed_ids(ref):
    error = error_frame(Refused(Code.BAD_FRAME, "no"), {"id": ref, "conversation_id": ref})
    assert error == {"action": "error", "code": "bad_frame", "detail": "no", "ref": None}


# --- ids that are strings ---

STRINGS = Ids(conversation=str, message=str)


def test_with_string_ids_every_id_and_key_is_a_string():
    message = parse_layer({"conversation_id": "r-2", "message": "a"}, 0, STRINGS)
    assert message.conversation_id == "r-2"
    asked = {"action": "get_messages", "conversation_id": "2", "before": "9"}
    assert parse_layer(asked, 0, STRINGS) == GetMessages("2", "9", 50)
    frame = {"action": "sync", "id": 1, "after": {"2": 5, "02": 6, "a text": 7, "": 8}}
    assert parse_layer(frame, 1, STRINGS).after == {"2": 5, "02": 6, "a text": 7}


@pytest.mark.parametrize("value", [2, None, True, "", "x" * 129, "a\0", "\ud800"])
def test_with_string_ids_other_ids_are_bad_frames(value):
    with pytest.raises(Refused, match="conversation_id must be a string of 1 to 128 characters"):
        parse_layer({"conversation_id": value, "message": "a"}, 0, STRINGS)


def test_an_error_repeats_a_string_id_if_ids_are_strings():
    refused = Refused(Code.NOT_FOUND, "no")
    assert error_frame(refused, {"conversation_id": "r-2"}, STRINGS)["conversation_id"] == "r-2"
    assert "conversation_id" not in error_frame(refused, {"conversation_id": "r-2"})
