"""Recreates the database with two logged-in users, and prints the session cookie of each."""

import os
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
Path(os.environ["DATABASE"]).unlink(missing_ok=True)
django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command

call_command("migrate", verbosity=0)
for name in ("ana", "ben"):
    user = User.objects.create_user(name)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    print(session.session_key)
