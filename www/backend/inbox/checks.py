"""Configurations that would fail in silence, refused aloud."""

import os

from django.conf import settings
from django.core.checks import Error, register


@register("inbox")
def one_process_or_redis(app_configs, **kwargs) -> list[Error]:
    """The in-memory channel layer joins the sockets of one process only.

    WEB_CONCURRENCY is what uvicorn and gunicorn read the number of their workers from.
    """
    workers = os.environ.get("WEB_CONCURRENCY", "1")
    if workers == "1" or settings.REDIS_URL:
        return []
    return [
        Error(
            f"WEB_CONCURRENCY is {workers}, but without Redis messages stay within one process.",
            hint="Set REDIS_URL, or run one worker.",
            id="inbox.E001",
        )
    ]
