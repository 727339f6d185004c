"""The Django tests with PostgreSQL, where locks matter."""

import os
import subprocess
import sys
from pathlib import Path

from programs import Postgres

ROOT = Path(__file__).parent.parent.parent


# Not the tests of a process, which read its SQLite file.
TESTS = ("tests/django", "--ignore=tests/django/test_live.py")


def test_the_tests_of_the_django_application_pass_on_postgresql(folder):
    postgres = Postgres(folder).start()
    try:
        run = subprocess.run(  # noqa: S603 - our own tests
            [sys.executable, "-m", "pytest", "--quiet", *TESTS],
            cwd=ROOT,
            env=os.environ | {"POSTGRES_PORT": str(postgres.port)},
            capture_output=True,
            text=True,
            timeout=300,
        )
    finally:
        postgres.stop()
    assert run.returncode == 0, run.stdout + run.stderr
