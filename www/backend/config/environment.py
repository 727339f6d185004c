"""How settings are read from the environment."""

import os
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

_ENGINES = ("django.db.backends.postgresql", "django.db.backends.sqlite3")


def flag(name: str) -> bool:
    """Whether the variable is `1`, `true`, `yes` or `on`; unset is off."""
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


def words(name: str) -> list[str]:
    """The variable's comma-separated words; unset is none."""
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]


def number(name: str, default: int) -> int:
    """The variable as a whole number."""
    return int(os.environ.get(name) or default)


def database(name: str, default: str) -> dict:
    """The variable's URL as Django's settings of a database; unset or empty is `default`.

    Raises ImproperlyConfigured where the URL names no PostgreSQL database and no SQLite file. The
    error never repeats a password.
    """
    url = os.environ.get(name, "").strip() or default
    try:
        settings = dj_database_url.parse(url)
    except ValueError:
        settings = None
    if (
        settings is None
        or settings["ENGINE"] not in _ENGINES
        or settings["NAME"] in ("", ":memory:")  # of which each thread would have another
    ):
        scheme, separator, _ = url.partition("://")
        got = f"one that begins with {scheme}://" if separator else "a text without ://"
        raise ImproperlyConfigured(
            f"{name} must be postgres://user:password@host/name (with each part percent-encoded)"
            f" or sqlite:////path/to/file; got {got}"
        )
    return settings


def secret_key(folder: Path) -> str:
    """`SECRET_KEY`, or else a key made on the first start and kept in `folder`.

    Two processes that start at once agree on one key: a draft is written whole and then linked
    to its name, which only the first can do.
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
