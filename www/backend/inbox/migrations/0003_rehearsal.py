"""Tell the conversations that the comparison page fills from those of people."""

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
