"""The table of examples that the client's tests read as well: `tests/wire/examples.json`."""

import json
from pathlib import Path

import pytest

_FILE = Path(__file__).resolve().parents[3] / "tests" / "wire" / "examples.json"
_TABLE = json.loads(_FILE.read_text())

MALFORMED = _TABLE["malformed"]
FROM_CLIENT = [example for example in _TABLE["frames"] if example["from"] == "client"]
FROM_SERVER = {
    example["name"]: example for example in _TABLE["frames"] if example["from"] == "server"
}


def each(examples: list[dict]):
    """A test for each of them, called by its name."""
    return pytest.mark.parametrize("example", examples, ids=lambda example: example["name"])


def shape(value) -> object:
    """What two frames of one kind have in common: names, their order and types, but no values.

    An object from conversations to numbers counts as one however many it names.
    """
    if isinstance(value, dict) and all(name.isdigit() for name in value):
        return {"conversation": "int"}
    if isinstance(value, dict):
        return [(name, shape(inner)) for name, inner in value.items()]
    if isinstance(value, list):
        return [shape(inner) for inner in value[:1]]
    return type(value).__name__
