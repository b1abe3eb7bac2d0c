"""On-site checks and public notices with their days."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_calendar_notice")]

    operations = [
        migrations.AlterField(
            model_name="historyentry",
            name="action",
            field=models.CharField(
                choices=[
                    ("RECEIVE", "RECEIVE"),
                    ("REQUEST_SUPPLEMENT", "REQUEST_SUPPLEMENT"),
                    ("ANSWER_SUPPLEMENT", "ANSWER_SUPPLEMENT"),
                    ("ACCEPT", "ACCEPT"),
                    ("ACCEPT_BY_SILENCE", "ACCEPT_BY_SILENCE"),
                    ("REFUSE_ACCEPTANCE", "REFUSE_ACCEPTANCE"),
                    ("FINISH_EXAMINATION", "FINISH_EXAMINATION"),
                    ("RETURN_TO_EXAMINATION", "RETURN_TO_EXAMINATION"),
                    ("SUSPEND", "SUSPEND"),
                    ("RESUME", "RESUME"),
                    ("EXTEND", "EXTEND"),
                    ("RECORD_PROCEDURE", "RECORD_PROCEDURE"),
                    ("GRANT", "GRANT"),
                    ("REFUSE", "REFUSE"),
                    ("WITHDRAW", "WITHDRAW"),
                    ("TERMINATE", "TERMINATE"),
                    ("SERVE", "SERVE"),
                    ("CLOSE", "CLOSE"),
                    ("CORRECT", "CORRECT"),
                    ("HAND_OVER", "HAND_OVER"),
                    ("STEP_ASIDE", "STEP_ASIDE"),
                ],
                max_length=24,
            ),
        ),
        migrations.CreateModel(
            name="SideProcedure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("SITE_CHECK", "SITE_CHECK"), ("PUBLIC_NOTICE", "PUBLIC_NOTICE")],
                        max_length=16,
                    ),
                ),
                ("began_on", models.DateField()),
                ("ended_on", models.DateField()),
                ("officers", models.CharField(blank=True, max_length=200)),
                ("finding", models.TextField()),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by_id", models.UUIDField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="side_procedures",
                        to="cases.case",
                    ),
                ),
            ],
            options={
                "verbose_name": "核查与公示记录",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ended_on__gte", models.F("began_on"))),
                        name="side_procedure_in_order",
                    )
                ],
            },
        ),
    ]
