"""`manage.py prune`: deletes old messages."""

from argparse import ArgumentParser
from datetime import timedelta

from django.core.management import BaseCommand
from django.db.models import F
from django.utils import timezone

from inbox.models import Message


class Command(BaseCommand):
    """Deletes messages that are both old and not among the newest of their conversation.

    Heads stay, so no `seq` is assigned twice, and a page that returns with an older cursor receives
    a floor. If a page sends a message again that was deleted meanwhile, the server stores it twice.
    `--days` prevents this: choose more days than a page may stay offline with queued messages.
    """

    help = "Delete old messages, except the newest of each conversation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--keep", type=int, required=True, help="messages to keep in each conversation"
        )
        parser.add_argument("--days", type=int, default=30, help="also keep younger messages")

    def handle(self, *, keep: int, days: int, **options) -> None:
        old = Message.objects.filter(created_at__lt=timezone.now() - timedelta(days=days))
        deleted, _ = old.filter(seq__lte=F("conversation__head") - keep).delete()
        self.stdout.write(f"{deleted} messages deleted")
