"""The test project as a process: `python -m tests.django_project.serve PORT`, data in FOLDER.

Prints the sessions of Ana, Ben and Chi, by name, when it accepts connections.
"""

import json
import os
import sys

import uvicorn

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.django_project.settings"

from tests.django_project.asgi import application  # isort: skip - sets Django up

from chat.models import Team, Ticket
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from inbox_socket.uvicorn import WS_MAX_SIZE, WebSocket


def prepare() -> dict[str, str]:
    """Migrates, creates the users and their ticket at the first start, and logs the users in."""
    call_command("migrate", verbosity=0)
    people = [User.objects.get_or_create(username=name)[0] for name in ("ana", "ben", "chi")]
    if not Ticket.objects.exists():
        team = Team.objects.create(name="Help")
        team.members.set(people[1:])
        Ticket.objects.create(customer=people[0], team=team)
    sessions = {}
    for user in people:
        browser = Client()
        browser.force_login(user)
        sessions[user.username] = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return sessions


class Program(uvicorn.Server):
    async def startup(self, sockets=None) -> None:
        await super().startup(sockets)
        print(json.dumps(SESSIONS), flush=True)


if __name__ == "__main__":
    SESSIONS = prepare()
    config = uvicorn.Config(
        application, port=int(sys.argv[1]), ws=WebSocket, ws_max_size=WS_MAX_SIZE, log_level="error"
    )
    Program(config).run()
