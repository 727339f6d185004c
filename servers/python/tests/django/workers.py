"""What a worker of uvicorn runs in test_setup.py. The module needs no Django until then."""

import sys

import django


def count_problems(sockets) -> None:
    """Ends the process with the number of problems that the check of the workers finds."""
    django.setup()
    from inbox_socket.django import checks

    sys.exit(len(checks.one_process_or_broker(None)))
