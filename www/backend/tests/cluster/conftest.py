"""The cluster's services, as fixtures."""

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.cluster.programs import Postgres, Redis, missing


@pytest.fixture(scope="session")
def folder():
    # pytest's own temporary folder is not readable for other accounts, such as postgres.
    path = Path(tempfile.mkdtemp(prefix="inbox-cluster-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(folder):
    if missing():
        pytest.skip(f"not installed: {', '.join(missing())} (Debian: postgresql redis-server)")
    program = Postgres(folder).start()
    yield program
    program.stop()


@pytest.fixture(scope="session")
def redis(folder, postgres):
    program = Redis(folder).start()
    yield program
    program.stop()
