import os

from inbox_socket.redis import RedisBroker


def broker():
    return RedisBroker(os.environ["REDIS_URL"], channel="help-desk")
