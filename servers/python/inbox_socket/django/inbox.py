"""What an application tells about its conversations and messages: a subclass of Inbox."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db.models import (
    Field,
    ForeignKey,
    IntegerField,
    Model,
    QuerySet,
    prefetch_related_objects,
)

from inbox_socket.protocol import ConversationId, Frame, Ids, MessageId, UserId

_USUAL = {
    "conversation": ("conversation", "room", "thread", "chat", "channel", "conversation_id"),
    "sender": ("sender", "user", "author", "from_user", "created_by"),
    "text": ("text", "message", "body", "content"),
    "type": ("type", "message_type", "kind"),
    "created": ("created_at", "created", "sent_at", "timestamp", "date"),
}


class Inbox:
    """Subclass this, set `message_model` or `message_models`, and write `conversations`,
    `participants` and `create`. All methods are synchronous and may use the database.

    `conversations` and `participants` must agree: a user takes part in exactly the conversations
    whose participants include that user.
    """

    message_model: type[Model] | None = None
    message_models: tuple[type[Model], ...] = ()

    # The names of the models' fields. None: the usual name that the model has, such as `text`,
    # `message`, `body` or `content`.
    conversation_field: str | None = None
    sender_field: str | None = None
    text_field: str | None = None
    type_field: str | None = None
    created_field: str | None = None

    # True if `frame` depends on its reader: then it is called once for each recipient.
    frames_differ = False

    def conversations(self, user: Any) -> Iterable[ConversationId]:
        """Returns the ids of the conversations in which a user takes part."""
        raise NotImplementedError

    def participants(self, conversation_id: ConversationId) -> Iterable[UserId]:
        """Returns the ids of a conversation's users; none if it doesn't exist."""
        raise NotImplementedError

    def create(
        self, user_id: UserId, conversation_id: ConversationId, text: str, type: str
    ) -> Model:
        """Stores one message of a participant and returns it.

        May return an unsaved instance instead: the messages of a batch are then stored with one
        `bulk_create`, which sends no signals. To reject the message, raise `Refused(Code.BAD_FRAME,
        "why")`.
        """
        raise NotImplementedError

    def frame(self, message: Model, reader: UserId | None) -> Frame:
        """Returns the members of a message's frame: at least `message` and `type`.

        `conversation_id`, `seq` and `message_id` are added. `reader` is None unless
        `frames_differ`.
        """
        created = self._value(message, "created")
        frame = {
            "message": self._value(message, "text"),
            "type": self._value(message, "type") or "TEXT",
        }
        sender = self.sender(message)
        if sender is not None:
            frame |= {"sender_id": wire_id(sender.pk), "sender_name": self.name(sender)}
        if isinstance(created, datetime):
            moment = created.isoformat(timespec="milliseconds")
            frame["created_at"] = moment.replace("+00:00", "Z")
        return frame

    def sender(self, message: Model) -> Any:
        """Returns the user who sent a message, or None."""
        return self._value(message, "sender")

    def name(self, user: Any) -> str:
        """Returns the name of a sender that others see."""
        full = user.get_full_name() if hasattr(user, "get_full_name") else ""
        return full or str(user)

    def messages(self, model: type[Model]) -> QuerySet:
        """Returns the query for messages to show. A message that it omits is treated as deleted.

        Add `select_related` here for what `frame` reads. New messages get it too, with one query
        for a batch.
        """
        query = model._default_manager.all()
        name = self._name(model, "sender")
        is_key = name and isinstance(model._meta.get_field(name), ForeignKey)
        return query.select_related(name) if is_key else query

    # --- what this application derives from the above ---

    @cached_property
    def models(self) -> tuple[type[Model], ...]:
        """The message models."""
        return self.message_models or ((self.message_model,) if self.message_model else ())

    @cached_property
    def ids(self) -> Ids:
        """The types of the ids. With several models a message id names its model."""
        conversation = self._conversation_target(self.models[0])
        is_one_number = len(self.models) == 1 and _is_number(self.models[0]._meta.pk)
        return Ids(int if _is_number(conversation) else str, int if is_one_number else str)

    def load_related(self, messages: Sequence[Model]) -> None:
        """Loads what `messages` selects with them for new messages as well. Otherwise `frame` would
        query it for each one.
        """
        for kind in {type(message) for message in messages}:
            several = [message for message in messages if type(message) is kind]
            model = self.model_of(self.label(several[0]))
            related = self.messages(model).query.select_related
            # For one message a query that `frame` may not need would save nothing.
            if len(several) > 1 and isinstance(related, dict):
                prefetch_related_objects(several, *_keys(model, related))

    def label(self, message: Model) -> str:
        """Returns the name of a message's model: for a proxy or a child, of its message model."""
        return next(m._meta.label_lower for m in self.models if isinstance(message, m))

    def model_of(self, label: str) -> type[Model] | None:
        """Returns the message model with a label; None if it is one no longer."""
        return next((model for model in self.models if model._meta.label_lower == label), None)

    def message_id(self, label: str, key: str | None) -> MessageId:
        """Returns the id of a message on the wire; `key` is None if it has been deleted."""
        if self.ids.message is int:
            return int(key or 0)
        name = label.rpartition(".")[2]
        return (key or "deleted") if len(self.models) == 1 else f"{name}-{key or 'deleted'}"

    def conversation_of(self, message: Model) -> ConversationId | None:
        """Returns the id of a message's conversation, as on the wire."""
        name = self._name(type(message), "conversation")
        value = getattr(message, message._meta.get_field(name).attname)
        return None if value is None else self.ids.conversation(str(value))

    def conversation_name(self, model: type[Model]) -> str:
        """Returns the name of a model's conversation field."""
        return self._name(model, "conversation")

    def created_of(self, message: Model) -> datetime | None:
        """Returns when a message was created, if it has such a field."""
        value = self._value(message, "created")
        return value if isinstance(value, datetime) else None

    def order(self, model: type[Model], among_several: bool) -> str:
        """Returns the field by which older messages are sorted: an ascending key, or the time,
        which also compares messages of several models.
        """
        if _is_number(model._meta.pk) and not among_several:
            return "pk"
        return self._name(model, "created") or "pk"

    def problems(self) -> list[str]:
        """Returns what is wrong with the class, each as a sentence."""
        name = type(self).__name__
        if not self.models:
            return [f"{name} must have a message_model or message_models"]
        found = [
            f"{name} must define {method}"
            for method in ("conversations", "participants", "create")
            if getattr(type(self), method) is getattr(Inbox, method)
        ]
        for role, usual in _USUAL.items():
            field = f"{role}_field"
            given = getattr(self, field)
            lacking = [model for model in self.models if self._name(model, role) is None]
            # A name that one of several models lacks may belong to another one.
            is_unknown = given and len(lacking) == len(self.models)
            if is_unknown or role in self._needed():
                found += [
                    f"{name}.{field} must name a field of {model._meta.label}; got {given!r}"
                    f" (without it: one of {', '.join(usual)})"
                    for model in lacking
                ]
        return found

    def _needed(self) -> set[str]:
        needed = {"conversation"}
        if len(self.models) > 1:
            needed.add("created")
        if type(self).frame is Inbox.frame:
            needed.add("text")
        return needed

    def _name(self, model: type[Model], role: str) -> str | None:
        given = getattr(self, f"{role}_field")
        for name in (given,) if given else _USUAL[role]:
            try:
                return model._meta.get_field(name).name
            except FieldDoesNotExist:
                continue
        return None

    def _value(self, message: Model, role: str) -> Any:
        name = self._name(type(message), role)
        return None if name is None else getattr(message, name)

    def _conversation_target(self, model: type[Model]) -> Field:
        field = model._meta.get_field(self._name(model, "conversation"))
        return field.target_field if isinstance(field, ForeignKey) else field


def wire_id(key: Any) -> UserId:
    """Returns a primary key as on the wire: a number, or else a string."""
    return key if isinstance(key, int) else str(key)


def user_key(user_id: UserId) -> Any:
    """Returns the primary key of the user model for an id on the wire."""
    return get_user_model()._meta.pk.to_python(user_id)


def _keys(model: type[Model], related: dict[str, dict]) -> list[str]:
    """Returns the foreign keys in the tree of `select_related`: `sender`, `sender__profile`.

    Other relations may have another name in a prefetch.
    """
    targets = {
        field.name: field.related_model
        for field in model._meta.fields
        if isinstance(field, ForeignKey)
    }
    return [
        path
        for name, below in related.items()
        if name in targets
        for path in (name, *(f"{name}__{rest}" for rest in _keys(targets[name], below)))
    ]


def _is_number(field: Field) -> bool:
    return isinstance(field, IntegerField)  # AutoField is one too
