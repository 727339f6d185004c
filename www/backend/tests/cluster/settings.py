"""The product's settings, with a channel layer that is worse than any real one."""

import os

from config.settings import *  # noqa: F403

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "tests.cluster.lossy.LossyLayer",
        "CONFIG": {"hosts": [os.environ["REDIS_URL"]]},
    }
}
