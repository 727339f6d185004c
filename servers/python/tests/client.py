"""The test client of the example backend, which follows PROTOCOL.md: gate, outbox, sync."""

import importlib.util
from pathlib import Path

_FILE = Path(__file__).resolve().parents[3] / "www" / "backend" / "tests" / "client.py"
_spec = importlib.util.spec_from_file_location("example_client", _FILE)
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)

Client = _module.Client
