"""A licence that a case rests on has lost its force: said on the case."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0007_waived_and_assistance"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="is_flagged",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="CaseFlag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("licence_number", models.CharField(max_length=128)),
                ("status", models.CharField(max_length=16)),
                ("text", models.CharField(max_length=300)),
                ("raised_at", models.DateTimeField()),
                ("cleared_at", models.DateTimeField(null=True)),
                ("answer", models.TextField(blank=True)),
                ("answered_by", models.CharField(blank=True, max_length=64)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="flags",
                        to="cases.case",
                    ),
                ),
            ],
            options={
                "verbose_name": "证照状态提示",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("cleared_at__isnull", True)),
                        fields=("case", "licence_number"),
                        name="case_flag_once_a_licence",
                    )
                ],
            },
        ),
    ]
