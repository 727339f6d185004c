"""Redis and PostgreSQL as fixtures: the programs that the demo's tests start too."""

import shutil
import tempfile
from pathlib import Path

import pytest
from programs import Postgres, Redis, missing


@pytest.fixture
def folder():
    if missing():
        pytest.skip(f"not installed: {', '.join(missing())} (Debian: postgresql redis-server)")
    # pytest's own temporary folder is not readable for other accounts, such as postgres.
    path = Path(tempfile.mkdtemp(prefix="inbox-brokers-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(params=["Redis", "PostgreSQL"])
def service(request, folder):
    """The program under a broker."""
    program = (Redis if request.param == "Redis" else Postgres)(folder).start()
    yield program
    program.stop()
