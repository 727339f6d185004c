"""The production settings, with a broker that loses events more often than a real one."""

from config.settings import *  # noqa: F403

INBOX_SOCKET = INBOX_SOCKET | {"BROKER": "tests.cluster.lossy.broker"}  # noqa: F405
