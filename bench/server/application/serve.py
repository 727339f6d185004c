"""A small Django application on the package: `python serve.py USERS PER_USER MANY`.

Each user takes part in PER_USER rooms, and each room has as many users: the same ring as in
../seed.py. One more user is alone in MANY rooms.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"

import django

django.setup()

import uvicorn
from chat.models import Room
from django.contrib.auth.models import User
from django.core.management import call_command
from inbox_socket.django.asgi import inbox_application
from inbox_socket.uvicorn import WS_MAX_SIZE, WebSocket

users, per_user, many = map(int, sys.argv[1:])
call_command("migrate", verbosity=0)
# Afterwards, because it creates `chat`'s tables, which have no migrations, before it migrates.
call_command("migrate", run_syncdb=True, verbosity=0)
pairs = [
    (1 + number, 1 + (number + step) % users) for number in range(users) for step in range(per_user)
]
pairs += [(users + number, users + 1) for number in range(1, many + 1)]
User.objects.bulk_create(User(pk=number, username=f"load{number}") for number in range(1, users + 2))
Room.objects.bulk_create(Room(pk=number) for number in range(1, users + many + 1))
Room.users.through.objects.bulk_create(
    Room.users.through(room_id=room, user_id=user) for room, user in pairs
)


class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        print(f"Listening on http://127.0.0.1:{self.servers[0].sockets[0].getsockname()[1]}/", flush=True)


Server(
    uvicorn.Config(
        inbox_application(),
        port=0,
        lifespan="off",
        log_level="warning",
        ws=WebSocket,
        ws_max_size=WS_MAX_SIZE,
        # Compressing a message again for each recipient costs more than sending it.
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=10,
    )
).run()
