"""System checks for configurations that would otherwise fail silently."""

import multiprocessing
import os

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from inbox_socket.django import conf

TAG = "inbox_socket"


def register_all() -> None:
    """Registers the checks under the tag `inbox_socket`."""
    for check in (valid_settings, one_process_or_broker, supported_database):
        register(check, TAG)


def valid_settings(app_configs, **kwargs) -> list[CheckMessage]:
    """Reports mistakes in INBOX_SOCKET and in the subclass of Inbox."""
    return [Error(problem, id="inbox_socket.E001") for problem in conf.problems()]


def one_process_or_broker(app_configs, **kwargs) -> list[CheckMessage]:
    """Rejects several workers without a broker."""
    name, workers = _workers()
    if workers == "1" or (getattr(settings, "INBOX_SOCKET", None) or {}).get("BROKER"):
        return []
    return [
        Error(
            f'{name} must be 1 without INBOX_SOCKET["BROKER"]; got {workers}.'
            " Messages would reach the sockets of one process only.",
            hint='Set INBOX_SOCKET["BROKER"], or run one worker.',
            id="inbox_socket.E002",
        )
    ]


def supported_database(app_configs, **kwargs) -> list[CheckMessage]:
    """Accepts PostgreSQL, and SQLite; warns if SQLite takes the write lock late."""
    database = settings.DATABASES["default"]
    engine = database["ENGINE"].rpartition(".")[2]
    if engine.startswith("postg"):  # postgresql, postgis, and those of monitoring tools
        return []
    if not engine.startswith(("sqlite", "spatialite")):
        return [
            Error(
                f"the default database must be PostgreSQL or SQLite; got {database['ENGINE']}",
                id="inbox_socket.E003",
            )
        ]
    if str(database.get("OPTIONS", {}).get("transaction_mode", "")).upper() == "IMMEDIATE":
        return []
    return [
        Warning(
            "SQLite should take its write lock at BEGIN: a transaction that reads first fails at"
            " once if another one has written meanwhile, regardless of the timeout.",
            hint='Set "OPTIONS": {"transaction_mode": "IMMEDIATE"} (Django 5.1 or later).',
            id="inbox_socket.W001",
        )
    ]


def _workers() -> tuple[str, str]:
    """Returns what sets the number of the server program's workers, and the number."""
    # A worker of uvicorn's is a child process that has got uvicorn's configuration as an argument.
    config = getattr(multiprocessing.current_process(), "_kwargs", {}).get("config")
    if type(config).__module__ == "uvicorn.config" and not config.should_reload:
        return "uvicorn's number of workers", str(config.workers)
    # uvicorn and gunicorn read it.
    return "WEB_CONCURRENCY", os.environ.get("WEB_CONCURRENCY", "1")
