"""Events to all sockets of a user, in whichever process they are.

The channel layer is a hint and the database is the truth: an event may be lost, and losing it
never undoes or fails what caused it.
"""

import asyncio
import logging
from collections.abc import Iterable

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)

# Seconds. The sender's socket waits for it, and a layer that hangs must not hang that.
TIMEOUT = 2


def group_of(user_id: int) -> str:
    """The group that every socket of the user joins.

    Groups are per user, not per conversation: connecting costs the same however many
    conversations there are, and who hears a message is read from the database as it is sent.
    """
    return f"user.{user_id}"


async def tell(user_ids: Iterable[int], event: dict) -> None:
    """Send an event to every socket of these users; what cannot be delivered is logged."""
    layer = get_channel_layer()
    ids = list(user_ids)

    async def tell_one(user_id: int) -> None:
        async with asyncio.timeout(TIMEOUT):
            await layer.group_send(group_of(user_id), event)

    outcomes = await asyncio.gather(*map(tell_one, ids), return_exceptions=True)
    for user_id, outcome in zip(ids, outcomes, strict=True):
        if isinstance(outcome, Exception):
            logger.error("%s to user %s: %s", event["type"], user_id, type(outcome).__name__)


def recheck_sessions(user_id: int) -> None:
    """Have every socket of the user look at its session again, and close if it is over."""
    async_to_sync(tell)([user_id], {"type": "session.check"})
