"""Reads settings from the environment."""

import os
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

_ENGINES = ("django.db.backends.postgresql", "django.db.backends.sqlite3")


def flag(name: str) -> bool:
    """Returns whether the variable is `1`, `true`, `yes` or `on`; False if it is unset."""
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


def words(name: str) -> list[str]:
    """Returns the variable's comma-separated words; none if it is unset."""
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]


def number(name: str, default: int) -> int:
    """Returns the variable as an integer; `default` if it is unset or empty."""
    return int(os.environ.get(name) or default)


def database(name: str, default: str) -> dict:
    """Returns Django's settings for the variable's database URL; `default` if it is unset or empty.

    Raises ImproperlyConfigured if the URL names neither a PostgreSQL database nor an SQLite file.
    The error never repeats a password.
    """
    url = os.environ.get(name, "").strip() or default
    try:
        settings = dj_database_url.parse(url)
    except ValueError:
        settings = None
    if (
        settings is None
        or settings["ENGINE"] not in _ENGINES
        or settings["NAME"] in ("", ":memory:")  # each thread would open a separate database
    ):
        scheme, separator, _ = url.partition("://")
        got = f"a URL that begins with {scheme}://" if separator else "a value without ://"
        raise ImproperlyConfigured(
            f"{name} must be postgres://user:password@host/name (with each part percent-encoded)"
            f" or sqlite:////path/to/file; got {got}"
        )
    return settings


def secret_key(folder: Path) -> str:
    """Returns `SECRET_KEY`, or else a key that the first start generates and stores in `folder`.

    Two processes that start at the same time use the same key: each writes a complete draft and
    then links it to the final name, which succeeds only for the first.
    """
    if key := os.environ.get("SECRET_KEY"):
        return key
    path = folder / "secret_key"
    if not path.exists():
        draft = folder / f"secret_key.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(get_random_secret_key())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
