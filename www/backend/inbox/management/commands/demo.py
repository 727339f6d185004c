"""`manage.py demo`: from nothing to a running server in one command."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from inbox import demo_data
from inbox.server import serve


class Command(BaseCommand):
    """Migrate, seed and serve."""

    help = "Migrate the database, fill an empty one with demo people, and serve."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000, help="0 takes any free one")
        parser.add_argument("--no-seed", action="store_true", help="add no people")
        parser.add_argument("--users", type=int, default=0, help="also people u1, u2 …")
        parser.add_argument("--conversations", type=int, default=0, help="that all of those share")

    def handle(self, *, host, port, no_seed, users, conversations, **options) -> None:
        if not no_seed and not settings.DEBUG:
            raise CommandError(
                "The demo's people have a public password, so they exist only with DEBUG on. "
                "Set DEBUG=1, or pass --no-seed."
            )
        call_command("migrate", verbosity=0)
        if not no_seed:
            demo_data.seed_demo()
            demo_data.seed_crowd(users, conversations)
        serve(host, port)
