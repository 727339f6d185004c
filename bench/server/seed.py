"""Creates the users of the load test: PER_USER conversations per user, and as many users per conversation.

    python seed.py USERS PER_USER

Prints a JSON list with each user's session cookie and conversations. It creates the sessions itself, because logging
in a thousand users would mostly measure the password hash.
"""

import json
import os
import sys

sys.path.insert(0, os.getcwd())
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import transaction

from inbox.models import Conversation, User


@transaction.atomic
def seed(users: int, per_user: int) -> list[dict]:
    people = [User.objects.create(username=f"load{number}", is_demo=True) for number in range(users)]
    joined = {person.pk: [] for person in people}
    for number in range(users):
        conversation = Conversation.objects.create(title=f"Room {number}")
        # A ring: each conversation has this user and the next ones.
        part = [people[(number + step) % users] for step in range(per_user)]
        conversation.participants.set(part)
        for person in part:
            joined[person.pk].append(conversation.pk)
    return [{"cookie": log_in(person), "conversations": joined[person.pk]} for person in people]


def log_in(person: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


call_command("migrate", verbosity=0)
print(json.dumps(seed(*map(int, sys.argv[1:]))))
