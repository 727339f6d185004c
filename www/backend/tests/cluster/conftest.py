"""What the cluster is made of."""

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.cluster.programs import Postgres, Redis, missing


@pytest.fixture(scope="session")
def folder():
    # Not pytest's own, which no other account can look into.
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
