"""What SQLite needs to store messages of several sockets."""

from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import AsyncEngine


def immediate(engine: Engine | AsyncEngine) -> None:
    """Makes an SQLite engine take the write lock at BEGIN, and use a write-ahead log.

    A transaction that first reads and then requests the lock fails at once, regardless of the
    timeout, if another one has written meanwhile. Does nothing for another database.
    """
    engine = engine.sync_engine if isinstance(engine, AsyncEngine) else engine
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def connected(connection, record) -> None:
        connection.isolation_level = None  # the driver emits no BEGIN
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA busy_timeout = 20000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
