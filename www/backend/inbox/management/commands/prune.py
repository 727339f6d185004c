"""`manage.py prune`: forget old messages."""

from argparse import ArgumentParser
from datetime import timedelta

from django.core.management import BaseCommand
from django.db.models import F
from django.utils import timezone

from inbox.models import Message


class Command(BaseCommand):
    """Delete what is both old and not among a conversation's newest messages.

    Heads stay, so numbers are not given out twice, and a page that comes back with a cursor from
    before is told what is missing. A page that sends a message again which is gone by then would
    have it stored twice: hence the days, which should be more than a page stays open offline.
    """

    help = "Delete each conversation's messages beyond the newest, if they are old enough."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--keep", type=int, required=True, help="newest of each conversation")
        parser.add_argument("--days", type=int, default=30, help="and all that are younger")

    def handle(self, *, keep: int, days: int, **options) -> None:
        old = Message.objects.filter(created_at__lt=timezone.now() - timedelta(days=days))
        deleted, _ = old.filter(seq__lte=F("conversation__head") - keep).delete()
        self.stdout.write(f"{deleted} messages deleted")
