"""What can be said of a frame that was refused before it was read: whose answer is this?"""

import json
import re
from typing import Any

# A string, whole or cut off at the end of the text, or brackets of one kind in a row. Possessive,
# so that the time grows with the length of the text and no faster.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]+|[\]}]+', re.DOTALL)
# More are not looked at: these take some 15 ms, during which every other socket waits.
_MAX_TOKENS = 65_536


def outline(text: str) -> dict[str, Any]:
    """A JSON object without what is nested in it: each member that is an object or an array is
    `null`. Empty where the text is no object, or too much of one to look at.

    A name inside a string or a nested value is thus never taken for one of the object's own.
    Parsing first and looking for the names then would not do: a frame is refused because parsing
    it whole would cost too much, or because its nesting is deeper than the parser goes.
    """
    depth, rest, kept = 0, 0, []
    for number, token in enumerate(_TOKEN.finditer(text)):
        if number == _MAX_TOKENS:
            return {}
        row = len(token[0])
        if token[0][0] in "[{":
            if depth < 2 <= depth + row:  # a member's value begins
                kept += text[rest : token.start() + 1 - depth], "null"
            depth += row
        elif token[0][0] in "]}":
            if depth >= 2 > depth - row:  # and ends
                rest = token.start() + depth - 1
            depth -= row
    if depth:
        return {}
    try:
        frame = json.loads("".join(kept) + text[rest:])
    except ValueError:
        return {}
    return frame if isinstance(frame, dict) else {}
