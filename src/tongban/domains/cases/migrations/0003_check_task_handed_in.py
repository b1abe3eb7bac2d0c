"""Whether a material that was to follow has come, and since when it has not."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_queue_counts_and_history")]

    operations = [
        migrations.AddField(
            model_name="checktask",
            name="handed_in_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="checktask",
            name="overdue_at",
            field=models.DateTimeField(null=True),
        ),
    ]
