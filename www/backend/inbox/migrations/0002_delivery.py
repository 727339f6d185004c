"""Adds `seq` and `head`, `joined_seq`, and `client_id`, which identifies repeated messages."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# The ids of a conversation ascend in the order in which its messages were committed.
NUMBER_MESSAGES = """
    UPDATE inbox_message SET seq = numbered.seq
    FROM (
        SELECT id, ROW_NUMBER() OVER (PARTITION BY conversation_id ORDER BY id) AS seq
        FROM inbox_message
    ) AS numbered
    WHERE numbered.id = inbox_message.id
"""
SET_HEADS = """
    UPDATE inbox_conversation SET head = (
        SELECT COUNT(*) FROM inbox_message WHERE conversation_id = inbox_conversation.id
    )
"""


class Migration(migrations.Migration):
    dependencies = [("inbox", "0001_initial")]

    operations = [
        # The table already exists: only Django's state changes.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Participation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "conversation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                to="inbox.conversation",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "db_table": "inbox_conversation_participants",
                        "unique_together": {("conversation", "user")},
                    },
                ),
                migrations.AlterField(
                    model_name="conversation",
                    name="participants",
                    field=models.ManyToManyField(
                        related_name="conversations",
                        through="inbox.Participation",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ]
        ),
        # Existing participants joined before the first message: 0.
        migrations.AddField("participation", "joined_seq", models.BigIntegerField(default=0)),
        migrations.AddField("conversation", "head", models.BigIntegerField(default=0)),
        migrations.AddField("message", "client_id", models.CharField(max_length=64, null=True)),
        migrations.AddField("message", "seq", models.BigIntegerField(null=True)),
        migrations.RunSQL(NUMBER_MESSAGES, migrations.RunSQL.noop),
        migrations.RunSQL(SET_HEADS, migrations.RunSQL.noop),
        migrations.AlterField("message", "seq", models.BigIntegerField()),
        migrations.AddConstraint(
            "message",
            models.UniqueConstraint(fields=["conversation", "seq"], name="message_seq"),
        ),
        migrations.AddConstraint(
            "message",
            models.UniqueConstraint(fields=["sender", "client_id"], name="message_client_id"),
        ),
        # The second constraint's index also serves the foreign key.
        migrations.AlterField(
            "message",
            "sender",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
