"""What an application tells about its conversations and messages: a subclass of Inbox."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from sqlalchemy import Column, inspect
from sqlalchemy.orm import Session

from inbox_socket.protocol import ConversationId, Frame, Ids, MessageId, UserId
from inbox_socket.storage import Draft


class Inbox:
    """Subclass this, set `message_model`, and write the methods that raise NotImplementedError.

    All methods are synchronous and get a synchronous Session, also with an asynchronous engine.
    `conversations` and `participants` must agree: a user takes part in exactly the conversations
    whose participants include that user.
    """

    message_model: type[Any]
    # The model's attribute that holds the id of the conversation.
    conversation_attribute = "conversation_id"
    # True if `frame` depends on its reader: then it is called once for each recipient.
    frames_differ = False

    def conversations(self, session: Session, user_id: UserId) -> Iterable[ConversationId]:
        """Returns the ids of the conversations in which a user takes part."""
        raise NotImplementedError

    def participants(self, session: Session, conversation_id: ConversationId) -> Iterable[UserId]:
        """Returns the ids of a conversation's users; none if it doesn't exist."""
        raise NotImplementedError

    def create(self, session: Session, draft: Draft) -> Any:
        """Returns a new message of a participant, to be added to the session.

        To reject it, raise `Refused(Code.BAD_FRAME, "why")`.
        """
        raise NotImplementedError

    def frame(self, message: Any, reader: UserId | None) -> Frame:
        """Returns the members of a message's frame: at least `message` and `type`.

        `conversation_id`, `seq` and `message_id` are added. `reader` is None unless
        `frames_differ`.
        """
        raise NotImplementedError

    # --- what this package derives from the above ---

    @cached_property
    def key(self) -> Column:
        """The primary key of the message model."""
        columns = inspect(self.message_model).primary_key
        if len(columns) != 1:
            name = self.message_model.__name__
            raise TypeError(f"{name} must have one primary key column; got {len(columns)}")
        return columns[0]

    @cached_property
    def conversation(self) -> Column:
        """The column that holds the id of the conversation."""
        return inspect(self.message_model).columns[self.conversation_attribute]

    @cached_property
    def ids(self) -> Ids:
        """The types of the ids: pass them to the Server."""
        return Ids(_type_on_the_wire(self.conversation), _type_on_the_wire(self.key))

    def conversation_of(self, message: Any) -> str:
        """Returns the id of a message's conversation as a key."""
        return str(getattr(message, self.conversation_attribute))

    def key_of(self, message: Any) -> str:
        """Returns a message's primary key as text."""
        return str(inspect(message).identity[0])

    def conversation_id(self, conversation: str) -> ConversationId:
        """Returns a conversation's id as on the wire."""
        return self.ids.conversation(conversation)

    def message_id(self, key: str) -> MessageId:
        """Returns a message's id as on the wire."""
        return self.ids.message(key)

    def column_value(self, column: Column, text: str) -> Any:
        """Returns the value that a column has for a key."""
        return column.type.python_type(text)


def _type_on_the_wire(column: Column) -> type:
    return int if column.type.python_type is int else str
