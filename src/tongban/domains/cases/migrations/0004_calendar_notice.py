"""That the calendar's editors were told of its end."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_check_task_handed_in")]

    operations = [
        migrations.CreateModel(
            name="CalendarNotice",
            fields=[
                ("last_known", models.DateField(primary_key=True, serialize=False)),
                ("told_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "日历将尽通知",
            },
        ),
    ]
