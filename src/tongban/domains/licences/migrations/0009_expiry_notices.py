import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("licences", "0008_collections"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExpiryNotice",
            fields=[
                (
                    "licence",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="licences.licence",
                    ),
                ),
                ("told_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "证照到期提醒",
            },
        ),
    ]
