"""The tables of this package, beside those of the application. Create them with
`metadata.create_all`, or add `metadata` to Alembic's `target_metadata`.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

metadata = MetaData()

# The highest `seq` of each conversation; its row is the conversation's lock. `head` never
# decreases. `is_complete` is false while messages that were stored before may lack an entry.
heads = Table(
    "inbox_socket_head",
    metadata,
    Column("conversation", String(128), primary_key=True),
    Column("head", BigInteger, nullable=False),
    Column("is_complete", Boolean, nullable=False),
)

# The number of each message. `key` is the message's primary key. `sender` and `client_id` identify
# a message that came through a socket, so that it is recognized when it is sent again.
entries = Table(
    "inbox_socket_entry",
    metadata,
    Column("conversation", String(128), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("key", String(128), nullable=False, unique=True),
    Column("sender", String(128)),
    Column("client_id", String(64)),
    UniqueConstraint("sender", "client_id"),
)

# The head when a user was first seen in a conversation: `sync` returns nothing up to it.
members = Table(
    "inbox_socket_member",
    metadata,
    Column("conversation", String(128), primary_key=True),
    Column("user", String(128), primary_key=True),
    Column("floor", BigInteger, nullable=False),
    Index("inbox_socket_user", "user"),
)
