"""The settings for tests: the production settings with a temporary data folder."""

import os
import tempfile
from pathlib import Path

folder = Path(tempfile.mkdtemp(prefix="inbox-tests-"))
(folder / "dist" / "assets").mkdir(parents=True)
(folder / "dist" / "index.html").write_text("<title>the page</title>")
(folder / "dist" / "compare").mkdir()
(folder / "dist" / "compare" / "index.html").write_text("<title>the comparison</title>")
(folder / "dist" / "assets" / "core-0a1B2c3D.wasm").write_bytes(b"\0asm")
(folder / "dist" / "assets" / "index-0a1B2c3D.js").write_text("export {};")

for name in ("DEBUG", "SECRET_KEY", "ALLOWED_ORIGINS", "WEB_CONCURRENCY"):
    os.environ.pop(name, None)
os.environ |= {
    "DATA_DIR": str(folder),
    "APP_DIST": str(folder / "dist"),
    "ALLOWED_HOSTS": "inbox.test",
    # More than SQLite's default, so that the tests cover several threads.
    "DATABASE_THREADS": "4",
}

from config.settings import *  # noqa: E402, F403

# Secure password hashes are slow, and the tests don't need one.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
