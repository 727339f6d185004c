"""`manage.py inbox_backfill`: numbers the messages that are older than this application."""

from django.core.management import BaseCommand

from inbox_socket.django.older import (
    conversations_to_number,
    conversations_with_missed,
    number_missed,
    number_older,
)


class Command(BaseCommand):
    """Numbers older messages while new ones come in. May be stopped, and continues then.

    Finally it looks for messages that have no number although their conversation was numbered
    before: these get the next numbers, and are sent.
    """

    help = "Number the messages that were stored before inbox_socket was installed, or without it."

    def handle(self, **options) -> None:
        messages = conversations = 0
        for conversation in conversations_to_number():
            messages += number_older(conversation)
            conversations += 1
            if conversations % 1_000 == 0:
                self.stdout.write(f"{messages} messages numbered so far")
        self.stdout.write(f"{messages} messages of {conversations} conversations numbered")
        missed = sum(map(number_missed, conversations_with_missed()))
        if missed:
            self.stdout.write(f"{missed} messages that had been stored without a number sent")
