"""Runs PostgreSQL and Redis for the storm. The working directory must be the server's folder.

Prints their addresses as a line of JSON, then reads commands from standard input: `stop` and `start` control
Redis, and each is answered with `done`. At the end of the input, both programs end.
"""

import json
import shutil
import signal
import sys
import tempfile
from pathlib import Path

# Python puts only this file's folder on its path.
sys.path.insert(0, str(Path.cwd()))

from tests.cluster.programs import Postgres, Redis


def main() -> None:
    # Ctrl-C reaches this process too, but it must live until its input ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    folder = Path(tempfile.mkdtemp(prefix="inbox-chaos-"))
    folder.chmod(0o755)  # PostgreSQL may run under another account
    postgres, redis = Postgres(folder), Redis(folder)
    try:
        postgres.start()
        redis.start()
        say(json.dumps({"DATABASE_URL": postgres.url(), "REDIS_URL": redis.url}))
        for line in sys.stdin:
            {"stop": redis.stop, "start": redis.start}[line.strip()]()
            say("done")
    finally:
        for program in (redis, postgres):
            if hasattr(program, "process"):
                program.stop(signal.SIGINT)
        shutil.rmtree(folder, ignore_errors=True)


def say(text: str) -> None:
    print(text, flush=True)


main()
