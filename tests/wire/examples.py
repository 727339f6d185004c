"""The example frames for the tests of the servers in Python. The tests of the client and of other servers read the same
file.
"""

import json
from pathlib import Path

import pytest

_FILE = Path(__file__).with_name("examples.json")
_TABLE = json.loads(_FILE.read_text())

MALFORMED = _TABLE["malformed"]
FROM_CLIENT = [example for example in _TABLE["frames"] if example["from"] == "client"]
FROM_SERVER = {
    example["name"]: example for example in _TABLE["frames"] if example["from"] == "server"
}


def each(examples: list[dict]):
    """Parametrizes a test with the examples, identified by their names."""
    return pytest.mark.parametrize("example", examples, ids=lambda example: example["name"])


def shape(value) -> object:
    """Returns the structure of a frame: the names, order and types of its members, without values.

    All maps from conversations to numbers have the same shape, regardless of their size.
    """
    if isinstance(value, dict) and all(name.isdigit() for name in value):
        return {"conversation": "int"}
    if isinstance(value, dict):
        return [(name, shape(inner)) for name, inner in value.items()]
    if isinstance(value, list):
        return [shape(inner) for inner in value[:1]]
    return type(value).__name__
