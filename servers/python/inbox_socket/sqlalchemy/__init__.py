"""Layer 1 for an application with SQLAlchemy 2, for example with FastAPI, on PostgreSQL or SQLite.

Subclass Inbox, create the tables in `metadata` beside your own, and pass
SQLAlchemyStorage to the Server.
"""

from inbox_socket.sqlalchemy.engines import immediate
from inbox_socket.sqlalchemy.inbox import Inbox
from inbox_socket.sqlalchemy.older import backfill
from inbox_socket.sqlalchemy.storage import SQLAlchemyStorage
from inbox_socket.sqlalchemy.tables import metadata
from inbox_socket.sqlalchemy.watching import publish, watch

__all__ = ["Inbox", "SQLAlchemyStorage", "backfill", "immediate", "metadata", "publish", "watch"]
