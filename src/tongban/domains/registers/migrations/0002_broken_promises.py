"""Promises to the government that were not kept."""

import django.db.models.deletion
from django.db import migrations, models

import tongban.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0001_initial"),
        ("registers", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="BrokenPromise",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tongban.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("case_number", models.CharField(max_length=64)),
                ("department", models.CharField(max_length=32)),
                (
                    "kind",
                    models.CharField(
                        choices=[("FALSE_PROMISE", "FALSE_PROMISE"), ("NOT_HANDED_IN", "NOT_HANDED_IN")],
                        max_length=24,
                    ),
                ),
                ("reason", models.TextField()),
                ("recorded_at", models.DateTimeField()),
                ("repaired_at", models.DateTimeField(null=True)),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.subject"
                    ),
                ),
            ],
            options={
                "verbose_name": "失信记录",
                "indexes": [
                    models.Index(
                        condition=models.Q(("repaired_at__isnull", True)),
                        fields=["department"],
                        name="broken_promise_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("case_number", "kind"), name="broken_promise_once"),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="broken_promise_has_reason"
                    ),
                ],
            },
        ),
    ]
