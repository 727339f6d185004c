"""System checks for configurations that would otherwise fail silently."""

import os

from django.conf import settings
from django.core.checks import Error, register


@register("inbox")
def one_process_or_redis(app_configs, **kwargs) -> list[Error]:
    """Rejects several workers without Redis: the in-memory channel layer covers one process only.

    uvicorn and gunicorn read their number of workers from WEB_CONCURRENCY.
    """
    workers = os.environ.get("WEB_CONCURRENCY", "1")
    if workers == "1" or settings.REDIS_URL:
        return []
    return [
        Error(
            f"WEB_CONCURRENCY must be 1 without REDIS_URL; got {workers}."
            " Messages would reach the sockets of one process only.",
            hint="Set REDIS_URL, or run one worker.",
            id="inbox.E001",
        )
    ]
