import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import tongban.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0001_initial"),
        ("identity", "0003_data_roles"),
        ("licences", "0003_presenting"),
    ]

    operations = [
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tongban.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("user_name", models.CharField(max_length=200)),
                ("purpose", models.CharField(max_length=200)),
                ("is_once", models.BooleanField()),
                ("valid_to", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("ASKED", "ASKED"),
                            ("GIVEN", "GIVEN"),
                            ("REFUSED", "REFUSED"),
                            ("WITHDRAWN", "WITHDRAWN"),
                            ("USED_UP", "USED_UP"),
                        ],
                        max_length=16,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=200)),
                (
                    "department",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.department",
                        to_field="code",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.subject"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.subject",
                    ),
                ),
            ],
            options={
                "verbose_name": "用证授权",
            },
        ),
        migrations.CreateModel(
            name="ConsentItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), size=None
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="licences.consent",
                    ),
                ),
                (
                    "licence_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="licences.licencetype",
                    ),
                ),
            ],
            options={
                "verbose_name": "用证授权范围",
            },
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(fields=["holder", "-asked_at"], name="licence_consent_of_holder"),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(fields=["user", "-asked_at"], name="licence_consent_of_user"),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("department__isnull", False), ("user__isnull", True)),
                    models.Q(("department__isnull", True), ("user__isnull", False)),
                    _connector="OR",
                ),
                name="licence_consent_one_user",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_to__gt", models.F("asked_at"))), name="licence_consent_term"
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose", ""), _negated=True), name="licence_consent_has_purpose"
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "ASKED"), ("decided_at__isnull", True)),
                    models.Q(models.Q(("status", "ASKED"), _negated=True), ("decided_at__isnull", False)),
                    _connector="OR",
                ),
                name="licence_consent_decided_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "ASKED"), ("user__isnull", False)),
                fields=("holder", "user"),
                name="licence_consent_asked_once_user",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "ASKED"), ("department__isnull", False)),
                fields=("holder", "department"),
                name="licence_consent_asked_once_dept",
            ),
        ),
        migrations.AddConstraint(
            model_name="consentitem",
            constraint=models.UniqueConstraint(
                fields=("consent", "licence_type"), name="licence_consent_type_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="consentitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("fields__len__gt", 0)), name="licence_consent_has_fields"
            ),
        ),
    ]
