"""The production settings, with a channel layer that loses events more often than a real one."""

import os

from config.settings import *  # noqa: F403

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "tests.cluster.lossy.LossyLayer",
        "CONFIG": {"hosts": [os.environ["REDIS_URL"]]},
    }
}
