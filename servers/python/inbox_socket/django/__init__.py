"""The Django application: `"inbox_socket.django"` in INSTALLED_APPS.

The application keeps its models and its REST views; this one numbers the messages in tables of its
own and serves the socket. Write a subclass of `Inbox`, and name it in the settings:
`INBOX_SOCKET = {"INBOX": "chat.inbox.ChatInbox"}`. Works with PostgreSQL and SQLite.
"""

from inbox_socket.django.inbox import Inbox
from inbox_socket.protocol import Code, Refused

__all__ = ["Code", "Inbox", "Refused"]
