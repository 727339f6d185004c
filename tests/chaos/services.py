"""PostgreSQL and Redis for the storm; run in the server's folder.

Prints where they are, as a line of JSON. Then obeys lines on its standard input, and answers each
with `done`: `stop` and `start` for Redis. When the input ends, everything ends.
"""

import json
import shutil
import signal
import sys
import tempfile
from pathlib import Path

# This file's folder is what Python looks into by itself.
sys.path.insert(0, str(Path.cwd()))

from tests.cluster.programs import Postgres, Redis


def main() -> None:
    # Ctrl-C reaches this process too; the end of the input is what ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    folder = Path(tempfile.mkdtemp(prefix="inbox-chaos-"))
    folder.chmod(0o755)  # PostgreSQL may be another account's
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
