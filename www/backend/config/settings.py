"""Settings, all from the environment; the README lists the variables.

Defaults: DEBUG off, SQLite and the secret key in `data/`, one process.
"""

import os
import warnings
from functools import partial
from pathlib import Path

from inbox_socket.redis import RedisBroker

from config import environment

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("DATA_DIR") or BASE_DIR / "data").resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = environment.flag("DEBUG")
SECRET_KEY = environment.secret_key(DATA_DIR)
SECRET_KEY_FALLBACKS = environment.words("SECRET_KEY_FALLBACKS")

# The host names that the server accepts.
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS")
if DEBUG and not ALLOWED_HOSTS:
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "inbox",
    "inbox_socket.django",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
# No CSRF middleware: inbox/views.py describes the protection used instead.
SILENCED_SYSTEM_CHECKS = ["security.W003"]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- users ---

AUTH_USER_MODEL = "inbox.User"
AUTHENTICATION_BACKENDS = ["inbox.security.AccountBackend"]
# HttpOnly and SameSite=Lax are Django's defaults; tests/test_http.py checks them.
SESSION_COOKIE_SECURE = not DEBUG

# --- database ---

DATABASES = {"default": environment.database("DATABASE_URL", f"sqlite:///{DATA_DIR}/inbox.sqlite3")}
SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
# Threads for the sockets' database work. SQLite allows one writer at a time, and threads that wait
# for the lock sleep for growing times: with four threads, one message in a hundred took 0.6 s.
DATABASE_THREADS = environment.number("DATABASE_THREADS", 1 if SQLITE else 4)
if SQLITE:
    DATABASES["default"] |= {
        # Closing the connection after each call would checkpoint the write-ahead log each time.
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "init_command": "PRAGMA journal_mode = WAL",
            # Take the write lock at BEGIN: a transaction that first reads and then requests the
            # lock fails at once, regardless of the timeout, if another one has written meanwhile.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
        },
        # Tests use several threads and therefore need a file as well.
        "TEST": {"NAME": DATA_DIR / "test.sqlite3"},
    }
else:
    # A pool, because connecting costs more than the queries. HTTP requests use it as well.
    DATABASES["default"] |= {
        "CONN_MAX_AGE": 0,
        "OPTIONS": {"pool": {"min_size": 2, "max_size": DATABASE_THREADS + 6}},
    }

# --- the sockets ---

REDIS_URL = os.environ.get("REDIS_URL")
INBOX_SOCKET = {
    "INBOX": "inbox.inbox.ChatInbox",
    # Connects the sockets of several processes.
    "BROKER": partial(RedisBroker, REDIS_URL) if REDIS_URL else None,
    # Origins besides the server's own that may open sockets.
    "ALLOWED_ORIGINS": environment.words("ALLOWED_ORIGINS"),
    # The ping interval for clients, in milliseconds; 0 disables pings. Many proxies close
    # connections that were idle for 30 or 60 seconds.
    "HEARTBEAT": environment.number("HEARTBEAT_MS", 25_000),
    "DATABASE_THREADS": DATABASE_THREADS,
    # Of one user, per process.
    "LIMITS": {
        # The burst covers a page with a hundred conversations, which requests a hundred histories
        # at once, and a page that reconnects and sends its queue.
        "frames_per_second": environment.number("FRAMES_PER_SECOND", 50),
        "frames_burst": environment.number("FRAMES_BURST", 500),
        # About the maximum that a browser opens to one host.
        "sockets_per_user": environment.number("SOCKETS_PER_USER", 200),
    },
}

# --- the demo page ---

WHITENOISE_ROOT = Path(os.environ.get("APP_DIST") or BASE_DIR.parent / "app" / "dist").resolve()
WHITENOISE_INDEX_FILE = True
WHITENOISE_USE_FINDERS = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
# Vite adds a content hash to the file names under assets/.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/assets/.+-[\w-]{8}\.\w+$"
# Browsers require these types, and the system's table may lack them.
WHITENOISE_MIMETYPES = {".js": "text/javascript", ".wasm": "application/wasm"}


def isolate_comparison(headers, path: str, url: str) -> None:
    """Lets the comparison page measure the memory of each of its frames.

    Browsers allow this only on cross-origin isolated pages, which need this header and the opener
    policy. Django's SecurityMiddleware adds the latter.
    """
    if url.startswith("/compare/"):
        headers["Cross-Origin-Embedder-Policy"] = "require-corp"


WHITENOISE_ADD_HEADERS_FUNCTION = isolate_comparison
# Under ASGI, Django reads a whole file before sending it and warns; the page's files are small.
warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous iterators")

# --- logs ---

# Log lines identify users, conversations and messages by id, and never contain message texts.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname}: {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        name: {"handlers": ["console"], "level": "INFO"} for name in ("inbox", "inbox_socket")
    },
}
