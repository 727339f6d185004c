"""The settings of the test project."""

import os
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))  # so that the application is `chat`, as in a project of its own

FOLDER = Path(os.environ.get("FOLDER") or tempfile.mkdtemp(prefix="inbox-socket-tests-"))

SECRET_KEY = "of the tests"
DEBUG = False
ALLOWED_HOSTS = ["inbox.test", "127.0.0.1"]
ROOT_URLCONF = "urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": FOLDER / "chat.sqlite3",
        "TEST": {"NAME": FOLDER / "test.sqlite3"},
        "OPTIONS": {
            "init_command": "PRAGMA journal_mode = WAL",
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
        },
    }
}
# Tests run on SQLite, or on a local PostgreSQL at this port that trusts every user.
if port := os.environ.get("POSTGRES_PORT"):
    DATABASES["default"] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "inbox",
        "USER": "inbox",
        "HOST": "127.0.0.1",
        "PORT": port,
    }
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "chat",
    "inbox_socket.django",
]
INBOX_SOCKET = {"INBOX": "chat.inbox.ChatInbox"}
if "REDIS_URL" in os.environ:
    INBOX_SOCKET["BROKER"] = "chat.broker.broker"
