"""A storage in memory, for tests and samples: everything is lost with the process."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count

from inbox_socket.protocol import (
    ConversationId,
    Frame,
    MessageId,
    Refused,
    UserId,
    not_found,
)
from inbox_socket.storage import Cursor, Draft, Head, Stored


class MemoryStorage:
    """Conversations, their participants and messages. `names` maps user ids to names."""

    def __init__(self, names: Mapping[UserId, str] | None = None) -> None:
        self.messages: dict[ConversationId, list[Frame]] = {}
        self._names = names or {}
        self._heads: dict[ConversationId, int] = {}
        self._floors: dict[ConversationId, dict[UserId, int]] = {}
        self._sent: dict[tuple[UserId, str | None], Frame] = {}
        self._ids = count(1)

    def create(self, conversation_id: ConversationId, user_ids: Collection[UserId]) -> None:
        """Creates a conversation."""
        self.messages[conversation_id] = []
        self._heads[conversation_id] = 0
        self._floors[conversation_id] = dict.fromkeys(user_ids, 0)

    def join(self, conversation_id: ConversationId, user_id: UserId) -> None:
        """Adds a user, who receives the messages from now on."""
        self._floors[conversation_id].setdefault(user_id, self._heads[conversation_id])

    def leave(self, conversation_id: ConversationId, user_id: UserId) -> None:
        """Removes a user."""
        self._floors[conversation_id].pop(user_id, None)

    def prune(self, conversation_id: ConversationId, keep: int) -> None:
        """Deletes all messages except the newest `keep`."""
        messages = self.messages[conversation_id]
        del messages[: max(len(messages) - keep, 0)]

    async def heads(self, user_id: UserId) -> dict[ConversationId, Head]:
        return {
            key: Head(self._heads[key], floors[user_id])
            for key, floors in self._floors.items()
            if user_id in floors
        }

    async def participants(self, conversation_id: ConversationId) -> list[UserId]:
        return list(self._floors.get(conversation_id, ()))

    async def append(self, drafts: Sequence[Draft]) -> list[Stored | Refused]:
        return [self._append(draft) for draft in drafts]

    async def after(self, user_id: UserId, cursors: Sequence[Cursor], limit: int) -> list[Frame]:
        found = [
            frame
            for key, seq, head in cursors
            for frame in self.messages[key]
            if seq < frame["seq"] <= head
        ]
        return found[:limit]

    async def first(self, user_id: UserId, cursors: Sequence[Cursor]) -> dict[ConversationId, int]:
        found = {cursor[0]: await self.after(user_id, [cursor], 1) for cursor in cursors}
        return {key: frames[0]["seq"] for key, frames in found.items() if frames}

    async def history(
        self,
        user_id: UserId,
        conversation_id: ConversationId,
        before: MessageId | None,
        limit: int,
    ) -> list[Frame]:
        newest = reversed(self.messages[conversation_id])
        older = [frame for frame in newest if before is None or frame["message_id"] < before]
        return older[:limit]

    def _append(self, draft: Draft) -> Stored | Refused:
        key = (draft.user_id, draft.client_id)
        if draft.client_id is not None and key in self._sent:
            return Stored(self._sent[key])
        participants = self._floors.get(draft.conversation_id, {})
        if draft.user_id not in participants:
            return not_found()
        self._heads[draft.conversation_id] += 1
        frame: Frame = {
            "conversation_id": draft.conversation_id,
            "seq": self._heads[draft.conversation_id],
            "message": draft.text,
            "type": draft.type,
            "sender_id": draft.user_id,
            "sender_name": self._names.get(draft.user_id, str(draft.user_id)),
            "message_id": next(self._ids),
            "created_at": timestamp(datetime.now(UTC)),
        }
        self.messages[draft.conversation_id].append(frame)
        if draft.client_id is not None:
            self._sent[key] = frame
        return Stored(frame, list(participants))


def timestamp(moment: datetime) -> str:
    """Returns a moment as `created_at`: ISO 8601 in UTC, in milliseconds."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
