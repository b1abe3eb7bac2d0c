import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import tongban.foundation.fields
import tongban.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0003_data_roles"),
        ("licences", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tongban.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("ticket", models.CharField(max_length=32, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("ERROR", "ERROR"), ("REFUSED_HERE", "REFUSED_HERE")], max_length=16
                    ),
                ),
                ("text", tongban.foundation.fields.EncryptedTextField()),
                ("place", models.CharField(blank=True, max_length=200)),
                ("reporter_name", models.CharField(max_length=200)),
                ("filed_at", models.DateTimeField()),
                ("due_on", models.DateField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[("UPHELD", "UPHELD"), ("NOT_UPHELD", "NOT_UPHELD")], max_length=16, null=True
                    ),
                ),
                ("answer", tongban.foundation.fields.EncryptedTextField(blank=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by", models.CharField(blank=True, max_length=64)),
                (
                    "licence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="licences.licence"
                    ),
                ),
                (
                    "reporter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.subject"
                    ),
                ),
            ],
            options={
                "verbose_name": "证照报告",
                "indexes": [
                    models.Index(
                        condition=models.Q(("answered_at__isnull", True)),
                        fields=["due_on"],
                        name="licence_report_open",
                    ),
                    models.Index(fields=["licence", "-filed_at"], name="licence_report_of_licence"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at__isnull", True)),
                        fields=("licence", "kind", "place"),
                        name="licence_report_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "ERROR"), models.Q(("place", ""), _negated=True), _connector="OR"
                        ),
                        name="licence_report_says_where",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at__isnull", True), ("outcome__isnull", True)),
                            models.Q(("answered_at__isnull", False), ("outcome__isnull", False)),
                            _connector="OR",
                        ),
                        name="licence_report_answered_with_outcome",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Use",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tongban.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("FETCHED", "FETCHED"),
                            ("CONSENTED", "CONSENTED"),
                            ("COUNTER", "COUNTER"),
                            ("APPLIED", "APPLIED"),
                            ("SHOWN", "SHOWN"),
                            ("VERIFIED", "VERIFIED"),
                        ],
                        max_length=16,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("used_by", models.CharField(max_length=200)),
                ("department", models.CharField(blank=True, max_length=32)),
                (
                    "actor_kind",
                    models.CharField(
                        choices=[
                            ("CITIZEN", "CITIZEN"),
                            ("OFFICER", "OFFICER"),
                            ("DEPARTMENT_SYSTEM", "DEPARTMENT_SYSTEM"),
                            ("PLATFORM", "PLATFORM"),
                        ],
                        max_length=32,
                    ),
                ),
                ("account_id", models.UUIDField(null=True)),
                ("purpose", models.CharField(max_length=200)),
                ("case_number", models.CharField(blank=True, max_length=64)),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), default=list, size=None
                    ),
                ),
                (
                    "licence",
                    models.ForeignKey(
                        db_column="number",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="licences.licence",
                        to_field="number",
                    ),
                ),
            ],
            options={
                "verbose_name": "用证留痕",
                "indexes": [models.Index(fields=["licence", "-at"], name="licence_use_of_licence")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("purpose", ""), _negated=True), models.Q(("used_by", ""), _negated=True)
                        ),
                        name="licence_use_has_purpose",
                    )
                ],
            },
        ),
    ]
