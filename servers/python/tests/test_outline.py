"""The ids found in frames that were rejected without parsing."""

import json

import pytest

from inbox_socket.outline import outline

ENDLESS = "[" * 30_000 + "]" * 30_000
NAMED = {"conversation_id": 2, "client_id": "c1"}


@pytest.mark.parametrize(
    "text",
    [
        '{"conversation_id":2,"client_id":"c1","extra":%s}',
        '{"extra":%s,"conversation_id":2,"client_id":"c1"}',
        ' { "extra" : %s , "client_id" : "c1" , "conversation_id" : 2 } ',
        '{"conversation_id":2,"extra":%s,"more":[%s],"client_id":"c1"}',
    ],
)
@pytest.mark.parametrize("extra", [ENDLESS, '"' + "x" * 1_000_000 + '"', "[1" + ",1" * 9999 + "]"])
def test_ids_are_found_beside_a_value_that_cannot_be_parsed(text, extra):
    found = outline(text.replace("%s", extra))
    assert {name: found[name] for name in NAMED} == NAMED


@pytest.mark.parametrize(
    "text",
    [
        '{"message":"{\\"client_id\\":\\"c1\\"}","extra":%s}',
        '{"message":"\\",\\"client_id\\":\\"c1","extra":%s}',
        '{"extra":%s,"nested":{"client_id":"c1"}}',
        '{"extra":[%s,{"client_id":"c1"}]}',
        '[{"client_id":"c1"},%s]',
        '"client_id"',
        '{"client_id":"c1","extra":%s',
        '{"client_id":"c1","extra":"%s}',
        '{"client_id":"c1","extra":%s]}',
        "",
    ],
)
def test_ids_in_strings_nested_values_and_incomplete_objects_are_ignored(text):
    assert "client_id" not in outline(text.replace("%s", ENDLESS))


def test_the_outline_of_a_complete_object_has_all_its_members():
    frame = {"a": 1, 'b"': 'x\\"{', "c": [], "d": {"e": [{}]}, "f": None, "ü": "]"}
    flat = {name: None if isinstance(v, list | dict) else v for name, v in frame.items()}
    assert outline(json.dumps(frame)) == outline(json.dumps(frame, indent=1)) == flat


@pytest.mark.parametrize("part", ["[],", '"",', '"\\"', "{", '"a":1,'])
def test_the_outline_of_a_text_with_too_many_tokens_is_empty(part):
    assert outline('{"client_id":"c1","extra":[' + part * 300_000) == {}
