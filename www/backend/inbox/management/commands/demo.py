"""`manage.py demo`: sets up and runs the demo server."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from inbox import demo_data
from inbox.server import serve


class Command(BaseCommand):
    """Migrates, seeds and serves."""

    help = "Migrate the database, add demo users to an empty one, and start the server."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000, help="0 uses any free port")
        parser.add_argument("--no-seed", action="store_true", help="add no users")
        parser.add_argument("--users", type=int, default=0, help="also add users u1, u2 …")
        parser.add_argument(
            "--conversations",
            type=int,
            default=0,
            help="also add empty conversations that u1, u2 … share",
        )

    def handle(self, *, host, port, no_seed, users, conversations, **options) -> None:
        if not no_seed and not settings.DEBUG:
            raise CommandError(
                "The demo accounts have a public password and therefore require DEBUG. "
                "Set DEBUG=1, or pass --no-seed."
            )
        call_command("migrate", verbosity=0)
        if not no_seed:
            demo_data.seed_demo()
            demo_data.seed_crowd(users, conversations)
        serve(host, port)
