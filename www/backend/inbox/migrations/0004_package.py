"""Moves the numbers, the `client_id`s and the heads into the package's tables."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

HEADS = """
    INSERT INTO inbox_socket_head (conversation, head, is_complete)
    SELECT CAST(id AS VARCHAR(128)), head, TRUE FROM inbox_conversation
"""
ENTRIES = """
    INSERT INTO inbox_socket_entry
    (conversation, seq, model, key, sender, client_id, created_at)
    SELECT CAST(conversation_id AS VARCHAR(128)), seq, 'inbox.message', CAST(id AS VARCHAR(128)),
    CAST(sender_id AS VARCHAR(128)), client_id, created_at FROM inbox_message
"""
MEMBERS = """
    INSERT INTO inbox_socket_member (conversation, "user", floor)
    SELECT CAST(conversation_id AS VARCHAR(128)), CAST(user_id AS VARCHAR(128)), joined_seq
    FROM inbox_conversation_participants
"""


class Migration(migrations.Migration):
    dependencies = [("inbox", "0003_rehearsal"), ("inbox_socket", "0001_initial")]

    operations = [
        migrations.RunSQL([HEADS, ENTRIES, MEMBERS], migrations.RunSQL.noop),
        migrations.RemoveConstraint("message", "message_seq"),
        migrations.RemoveConstraint("message", "message_client_id"),
        migrations.RemoveField("message", "seq"),
        migrations.RemoveField("message", "client_id"),
        migrations.AlterField(
            "message",
            "sender",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RemoveField("conversation", "head"),
        # `participants` gets Django's own table again, which has the same name.
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RemoveField("participation", "joined_seq")],
            state_operations=[
                migrations.AlterField(
                    "conversation",
                    "participants",
                    models.ManyToManyField(
                        related_name="conversations", to=settings.AUTH_USER_MODEL
                    ),
                ),
                migrations.DeleteModel("Participation"),
            ],
        ),
    ]
