"""Collections of departments' stocks."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import tongban.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0001_initial"),
        ("licences", "0007_types_only_in_versions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Collection",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tongban.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("source", models.CharField(max_length=200)),
                ("collected_at", models.DateTimeField()),
                ("collected_by", models.CharField(max_length=64)),
                ("rows", models.PositiveIntegerField()),
                ("created", models.PositiveIntegerField()),
                ("corrected", models.PositiveIntegerField()),
                ("unchanged", models.PositiveIntegerField()),
                ("refused", models.PositiveIntegerField()),
                (
                    "issuer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.department",
                        to_field="code",
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
                "verbose_name": "证照归集",
            },
        ),
        migrations.CreateModel(
            name="CollectionFinding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("MISSING", "MISSING"),
                            ("INCOMPLETE", "INCOMPLETE"),
                            ("IMPOSSIBLE_DATE", "IMPOSSIBLE_DATE"),
                            ("WRONG_NUMBER", "WRONG_NUMBER"),
                            ("UNKNOWN_HOLDER", "UNKNOWN_HOLDER"),
                            ("UNKNOWN_FIELD", "UNKNOWN_FIELD"),
                            ("NAME_DIFFERS", "NAME_DIFFERS"),
                            ("DUPLICATE", "DUPLICATE"),
                            ("OVERLAP", "OVERLAP"),
                            ("CONFLICT", "CONFLICT"),
                            ("UNREADABLE", "UNREADABLE"),
                        ],
                        max_length=16,
                    ),
                ),
                ("field", models.CharField(blank=True, max_length=64)),
                ("text", models.CharField(max_length=300)),
                ("is_refused", models.BooleanField()),
                (
                    "collection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="findings",
                        to="licences.collection",
                    ),
                ),
            ],
            options={
                "verbose_name": "证照归集发现的问题",
            },
        ),
        migrations.AddIndex(
            model_name="collection",
            index=models.Index(fields=["issuer", "-collected_at"], name="collection_by_issuer"),
        ),
        migrations.AddConstraint(
            model_name="collection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "rows",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("created"), "+", models.F("corrected")
                                ),
                                "+",
                                models.F("unchanged"),
                            ),
                            "+",
                            models.F("refused"),
                        ),
                    )
                ),
                name="collection_adds_up",
            ),
        ),
        migrations.AddIndex(
            model_name="collectionfinding",
            index=models.Index(fields=["collection", "line"], name="collection_finding_line"),
        ),
    ]
