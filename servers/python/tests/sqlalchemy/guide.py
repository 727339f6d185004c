"""The application of docs/server-fastapi.md, written to a folder."""

import re
from pathlib import Path

GUIDE = Path(__file__).resolve().parents[4] / "docs" / "server-fastapi.md"


def write(folder: Path) -> None:
    blocks = re.findall(
        r"^```python (\S+)\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL
    )
    assert [name for name, _ in blocks] == ["models.py", "chat.py", "main.py"]
    for name, code in blocks:
        (folder / name).write_text(code)
