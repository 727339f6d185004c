"""Finds the ids in a frame that was rejected without parsing."""

import json
import re
from typing import Any

# A string, complete or cut off at the end of the text, or a run of opening or closing brackets.
# Possessive quantifiers keep the time linear in the length of the text.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]+|[\]}]+', re.DOTALL)
# These take about 15 ms, during which every other socket waits.
_MAX_TOKENS = 65_536


def outline(text: str) -> dict[str, Any]:
    """Returns the text's JSON object with `null` in place of each nested object or array.

    Returns an empty object if the text is not a JSON object, or has more than _MAX_TOKENS tokens.
    A name inside a string or a nested value is never taken for a member of the object itself. The
    text can't be parsed first: it was rejected because parsing costs too much, or because it is
    nested more deeply than the parser supports.
    """
    depth, rest = 0, 0
    kept: list[str] = []
    for number, token in enumerate(_TOKEN.finditer(text)):
        if number == _MAX_TOKENS:
            return {}
        row = len(token[0])
        if token[0][0] in "[{":
            if depth < 2 <= depth + row:  # a nested value begins
                kept += text[rest : token.start() + 1 - depth], "null"
            depth += row
        elif token[0][0] in "]}":
            if depth >= 2 > depth - row:  # the nested value ends
                rest = token.start() + depth - 1
            depth -= row
    if depth:
        return {}
    try:
        frame = json.loads("".join(kept) + text[rest:])
    except ValueError:
        return {}
    return frame if isinstance(frame, dict) else {}
