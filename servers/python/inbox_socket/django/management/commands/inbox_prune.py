"""`manage.py inbox_prune`: deletes what is old."""

from argparse import ArgumentParser
from datetime import timedelta

from django.core.management import BaseCommand, CommandError
from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from inbox_socket.django import conf
from inbox_socket.django.models import Entry, Head

BATCH = 500
# In days: for so long a page may send a message again.
REMEMBERED = 7


class Command(BaseCommand):
    """Deletes the numbers of old messages that have been deleted; with `--messages` deletes the old
    messages too, except the newest `--keep` of each conversation.

    Heads stay, so no `seq` is assigned twice, and a page that returns with an older cursor receives
    a floor. If a page sends a message again whose number was deleted meanwhile, the server stores
    it twice: PROTOCOL.md demands seven days.
    """

    help = "Delete the numbers of old deleted messages, and with --messages old messages too."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, required=True, help="keep what is younger")
        parser.add_argument("--messages", action="store_true", help="delete old messages too")
        parser.add_argument(
            "--keep", type=int, default=0, help="messages to keep in each conversation"
        )

    def handle(self, *, days: int, messages: bool, keep: int, **options) -> None:
        if days < REMEMBERED:
            raise CommandError(f"--days must be at least {REMEMBERED}; got {days}")
        old = Entry.objects.filter(created_at__lt=timezone.now() - timedelta(days=days))
        deleted = self._delete_messages(_below(old, keep)) if messages else 0
        numbers, _ = old.filter(key=None).delete()
        self.stdout.write(f"{deleted} messages and {numbers} numbers deleted")

    def _delete_messages(self, old: QuerySet) -> int:
        deleted = 0
        for model in conf.inbox().models:
            entries = old.filter(model=model._meta.label_lower, key__isnull=False)
            while keys := list(entries.values_list("key", flat=True)[:BATCH]):
                with transaction.atomic():
                    model._base_manager.filter(pk__in=keys).delete()
                    # The handler has done this, except for messages that were gone already.
                    Entry.objects.filter(model=model._meta.label_lower, key__in=keys).update(
                        key=None
                    )
                deleted += len(keys)
        return deleted


def _below(entries: QuerySet, keep: int) -> QuerySet:
    """Returns the entries without those of the newest `keep` messages of each conversation."""
    heads = Head.objects.filter(pk=OuterRef("conversation")).values("head")
    return entries.annotate(head=Subquery(heads)).filter(seq__lte=F("head") - keep)
