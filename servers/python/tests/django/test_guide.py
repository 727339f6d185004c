"""The guide for Django applications: its code is what the test project runs."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
PROJECT = Path(__file__).resolve().parents[1] / "django_project"
GUIDE = (ROOT / "docs" / "server-django.md").read_text()
BLOCKS = dict(re.findall(r"^```python (\S+)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("name", ["chat/inbox.py", "chat/broker.py", "settings.py", "asgi.py"])
def test_the_code_of_the_guide_is_in_the_test_project(name):
    assert BLOCKS[name] in (PROJECT / name).read_text()


def test_the_guide_has_no_other_code():
    assert GUIDE.count("```") == 2 * len(BLOCKS) == 8


def test_the_guide_keeps_its_promise_of_40_lines():
    """The guide adds its class, one line in each list of the settings, and two lines to asgi.py."""
    new = [line for line in BLOCKS["chat/inbox.py"].splitlines() if line.strip()]
    assert len(new) + 2 + 2 <= 40


def test_the_guide_names_every_setting():
    from inbox_socket.django.conf import DEFAULTS

    assert set(re.findall(r"^\| `([A-Z_]+)` \|", GUIDE, re.MULTILINE)) == DEFAULTS.keys()
