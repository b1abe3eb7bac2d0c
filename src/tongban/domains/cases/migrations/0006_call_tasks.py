"""Telephone tasks for whom no mail reaches."""

import django.db.models.deletion
from django.db import migrations, models

import tongban.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0005_side_procedures"),
        ("messaging", "0002_receipt_is_refused"),
    ]

    operations = [
        migrations.CreateModel(
            name="CallTask",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tongban.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("made_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                ("settled_by_id", models.UUIDField(null=True)),
                ("settled_by_name", models.CharField(blank=True, max_length=64)),
                ("note", models.TextField(blank=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="calls", to="cases.case"
                    ),
                ),
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="messaging.message"
                    ),
                ),
            ],
            options={
                "verbose_name": "电话告知",
                "indexes": [
                    models.Index(
                        condition=models.Q(("settled_at__isnull", True)), fields=["made_at"], name="call_open"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("note", ""), ("settled_at__isnull", True)),
                            models.Q(
                                ("settled_at__isnull", False),
                                models.Q(("note", ""), _negated=True),
                                models.Q(("settled_by_name", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="call_settled_has_words",
                    )
                ],
            },
        ),
    ]
