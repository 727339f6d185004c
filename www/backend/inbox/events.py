"""Sends events to all sockets of a user, in any process.

The channel layer may lose events. The database is authoritative: losing an event neither undoes
nor fails the operation that caused it.
"""

import asyncio
import logging
from collections.abc import Iterable

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)

# In seconds. The sender's socket waits for the channel layer, which may hang.
TIMEOUT = 2


def group_of(user_id: int) -> str:
    """Returns the group that every socket of the user joins.

    Groups are per user, not per conversation: connecting costs the same for any number of
    conversations, and sending a message reads the recipients from the database.
    """
    return f"user.{user_id}"


async def send_event(user_ids: Iterable[int], event: dict) -> None:
    """Sends an event to every socket of these users, and logs failures."""
    layer = get_channel_layer()
    ids = list(user_ids)

    async def send_to(user_id: int) -> None:
        async with asyncio.timeout(TIMEOUT):
            await layer.group_send(group_of(user_id), event)

    outcomes = await asyncio.gather(*map(send_to, ids), return_exceptions=True)
    for user_id, outcome in zip(ids, outcomes, strict=True):
        if isinstance(outcome, Exception):
            error = type(outcome).__name__
            logger.error("sending %s to user %s failed: %s", event["type"], user_id, error)


def recheck_sessions(user_id: int) -> None:
    """Makes every socket of the user recheck its session, and close if the session has ended."""
    async_to_sync(send_event)([user_id], {"type": "session.check"})
