"""Settings, all from the environment; the README lists the variables.

Nothing set means: DEBUG off, SQLite and the secret key in `data/`, the channel layer in memory.
"""

import os
import warnings
from pathlib import Path

from config import environment

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("DATA_DIR") or BASE_DIR / "data").resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = environment.flag("DEBUG")
SECRET_KEY = environment.secret_key(DATA_DIR)
SECRET_KEY_FALLBACKS = environment.words("SECRET_KEY_FALLBACKS")

# The names this server answers to, and the pages besides its own that may open sockets.
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS")
if DEBUG and not ALLOWED_HOSTS:
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_ORIGINS = environment.words("ALLOWED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "inbox",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
# No CSRF middleware: inbox/views.py says what stands in its place.
SILENCED_SYSTEM_CHECKS = ["security.W003"]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people ---

AUTH_USER_MODEL = "inbox.User"
AUTHENTICATION_BACKENDS = ["inbox.security.AccountBackend"]
# HttpOnly and SameSite=Lax are Django's own defaults; tests/test_http.py holds it to them.
SESSION_COOKIE_SECURE = not DEBUG
# A socket logs in once, when it opens. This often its session is looked at again.
SESSION_RECHECK_SECONDS = 60

# --- database ---

DATABASES = {"default": environment.database("DATABASE_URL", f"sqlite:///{DATA_DIR}/inbox.sqlite3")}
SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
# Threads that do the sockets' database work. SQLite has one writer at a time, and threads that
# compete to be it sleep longer and longer: with four, one message in a hundred took 0.6 s.
DATABASE_THREADS = environment.number("DATABASE_THREADS", 1 if SQLITE else 4)
if SQLITE:
    DATABASES["default"] |= {
        # Reopening the file for every call would also fold the write-ahead log back each time.
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "init_command": "PRAGMA journal_mode = WAL",
            # Take the write lock at BEGIN: a transaction that reads first and asks for the lock
            # later is refused at once, whatever the timeout, if another has written meanwhile.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
        },
        # Tests use several threads, and so need a file too.
        "TEST": {"NAME": DATA_DIR / "test.sqlite3"},
    }
else:
    # A pool, since connecting costs more than the queries. HTTP requests draw on it as well.
    DATABASES["default"] |= {
        "CONN_MAX_AGE": 0,
        "OPTIONS": {"pool": {"min_size": 2, "max_size": DATABASE_THREADS + 6}},
    }

# --- channel layer ---

REDIS_URL = os.environ.get("REDIS_URL")
if REDIS_URL:
    # The pub/sub layer, not the default one: it has no per-process capacity that loses messages.
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL]},
        }
    }
else:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels.layers.InMemoryChannelLayer",
            # Events that wait for one socket; beyond it the newest is dropped without a word.
            "CONFIG": {"capacity": 1000},
        }
    }

# --- the wire ---

# How often a client is asked to ping, in milliseconds; 0 is not at all. Proxies tend to close
# what has been silent for 30 or 60 seconds.
HEARTBEAT_MS = environment.number("HEARTBEAT_MS", 25_000)

# --- limits of one user, counted within one process ---

# A page with a hundred conversations asks for a hundred histories at once, and one that comes
# back sends all that was queued; hence the burst.
FRAMES_PER_SECOND = environment.number("FRAMES_PER_SECOND", 50)
FRAMES_BURST = environment.number("FRAMES_BURST", 500)
# About what one browser opens to one host at most.
SOCKETS_PER_USER = environment.number("SOCKETS_PER_USER", 200)

# --- the demo page ---

WHITENOISE_ROOT = Path(os.environ.get("APP_DIST") or BASE_DIR.parent / "app" / "dist").resolve()
WHITENOISE_INDEX_FILE = True
WHITENOISE_USE_FINDERS = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
# Vite puts a hash of the content into the names below assets/.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/assets/.+-[\w-]{8}\.\w+$"
# A browser runs neither under another type, and the system's own table may know neither.
WHITENOISE_MIMETYPES = {".js": "text/javascript", ".wasm": "application/wasm"}


def isolate_comparison(headers, path: str, url: str) -> None:
    """Allow the comparison page to ask what each of its frames takes of the memory.

    Browsers tell only a page that lets nothing from elsewhere in. Django's own middleware adds the
    opener policy, which is the other half of that.
    """
    if url.startswith("/compare/"):
        headers["Cross-Origin-Embedder-Policy"] = "require-corp"


WHITENOISE_ADD_HEADERS_FUNCTION = isolate_comparison
# The page's files are small: reading one whole before sending it, which this warns of, is fine.
warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous iterators")

# --- logs ---

# Log lines name people, conversations and messages by id. They never hold a message's text.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname}: {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"inbox": {"handlers": ["console"], "level": "INFO"}},
}
