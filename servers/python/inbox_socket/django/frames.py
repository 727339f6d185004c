"""The frames of messages, for an application's own views."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from inbox_socket.django import conf
from inbox_socket.django.inbox import wire_id
from inbox_socket.django.models import Entry
from inbox_socket.django.numbering import Numbered, frame_of
from inbox_socket.django.watching import entries_of, name_of
from inbox_socket.protocol import Frame


def frames(messages: Sequence[Model], reader: Any = None) -> list[Frame]:
    """Returns the frames of stored messages, as the sockets send them, in the order given.

    `reader` is the user for whom they are, needed only with `frames_differ`. A message that
    `inbox_backfill` has not numbered yet is without `seq`. Takes one query for each message model.
    """
    entries = entries_of(messages)
    reader_id = None if reader is None else wire_id(reader.pk)
    result = []
    for message in messages:
        entry = entries.get(name_of(message)) or _without_number(message)
        frame = frame_of(Numbered(message, entry), reader_id)
        if entry.seq is None:
            del frame["seq"]
        result.append(frame)
    return result


def _without_number(message: Model) -> Entry:
    label, key = name_of(message)
    return Entry(conversation=str(conf.inbox().conversation_of(message)), model=label, key=key)
