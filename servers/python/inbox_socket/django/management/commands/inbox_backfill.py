"""`manage.py inbox_backfill`: numbers the messages that are older than this application."""

from django.core.management import BaseCommand

from inbox_socket.django.older import conversations_to_number, number_older


class Command(BaseCommand):
    """Numbers older messages while new ones come in. May be stopped, and continues then."""

    help = "Number the messages that were stored before inbox_socket was installed."

    def handle(self, **options) -> None:
        messages = conversations = 0
        for conversation in conversations_to_number():
            messages += number_older(conversation)
            conversations += 1
            if conversations % 1_000 == 0:
                self.stdout.write(f"{messages} messages numbered so far")
        self.stdout.write(f"{messages} messages of {conversations} conversations numbered")
