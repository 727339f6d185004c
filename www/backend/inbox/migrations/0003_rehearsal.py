"""Adds `is_rehearsal`, which marks the conversations of the comparison page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inbox", "0002_delivery")]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="is_rehearsal",
            field=models.BooleanField(default=False),
        )
    ]
