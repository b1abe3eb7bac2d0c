"""Types with versions, proceedings, planned changes; a history that only grows and licences that do not overlap."""

from datetime import date

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

import tongban.foundation.fields
import tongban.kernel.ids

HISTORY_ONLY_GROWS = """
CREATE FUNCTION licences_history_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of a licence is never changed';
END $$;
CREATE TRIGGER licences_history_only_grows BEFORE UPDATE OR DELETE ON licences_statusentry
    FOR EACH ROW EXECUTE FUNCTION licences_history_only_grows();
CREATE TRIGGER licences_course_only_grows BEFORE UPDATE OR DELETE ON licences_proceedingstep
    FOR EACH ROW EXECUTE FUNCTION licences_history_only_grows();
"""
HISTORY_ONLY_GROWS_GONE = """
DROP TRIGGER licences_history_only_grows ON licences_statusentry;
DROP TRIGGER licences_course_only_grows ON licences_proceedingstep;
DROP FUNCTION licences_history_only_grows();
"""
# What release 0.1 called the fields of its types.
CAPTIONS = {
    "name": "名称",
    "uscc": "统一社会信用代码",
    "entity_kind": "类型",
    "legal_representative": "法定代表人（负责人）",
    "address": "住所",
    "business_scope": "经营范围",
    "premises_address": "经营场所",
    "food_business": "主体业态",
    "food_items": "经营项目",
    "area_m2": "场所建筑面积（平方米）",
    "outlet": "排放去向",
    "resident_id": "公民身份号码",
    "sex": "性别",
    "birth_date": "出生日期",
    "household_address": "住址",
    "household_number": "户号",
    "spouse_name": "配偶姓名",
    "marriage_certificate_number": "结婚证字号",
    "mother_name": "母亲姓名",
    "father_name": "父亲姓名",
    "birth_hospital": "出生地点",
}
BEFORE_VERSIONS = date(2000, 1, 1)


def write_first_versions(apps, _schema_editor):
    """Each type of release 0.1 becomes its own first version; run again it changes nothing."""
    kinds, versions = (apps.get_model("licences", name) for name in ("LicenceType", "LicenceTypeVersion"))
    have = set(versions.objects.values_list("licence_type_id", flat=True))
    versions.objects.bulk_create(
        [
            versions(
                licence_type=kind,
                version=1,
                applies_from=BEFORE_VERSIONS,
                holder_kinds=[kind.holder_kind],
                contents=[
                    {"name": name, "element": "", "caption": _caption(kind, name), "is_required": False}
                    for name in kind.fields
                ],
                validity={"kind": "AS_DECIDED", "years": None, "age": None, "ends_on": None, "bands": []},
            )
            for kind in kinds.objects.all()
            if kind.pk not in have
        ]
    )


def _caption(kind, name):
    return "姓名" if name == "name" and kind.holder_kind == "PERSON" else CAPTIONS.get(name, name)


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0001_initial"),
        ("identity", "0003_data_roles"),
        ("licences", "0005_licence_files"),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="LicenceTypeVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveSmallIntegerField()),
                ("applies_from", models.DateField()),
                (
                    "holder_kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8), size=None
                    ),
                ),
                ("contents", models.JSONField()),
                ("validity", models.JSONField()),
                (
                    "told_apart_by",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), null=True, size=None
                    ),
                ),
                ("template", models.CharField(blank=True, max_length=32)),
                ("renewed_by", models.CharField(blank=True, max_length=64)),
                (
                    "depends_on",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), default=list, size=None
                    ),
                ),
            ],
            options={
                "verbose_name": "证照类型版本",
            },
        ),
        migrations.CreateModel(
            name="PlannedChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tongban.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("ISSUE", "ISSUE"),
                            ("COLLECT", "COLLECT"),
                            ("RENEW", "RENEW"),
                            ("CHANGE", "CHANGE"),
                            ("UPDATE", "UPDATE"),
                            ("SUSPEND", "SUSPEND"),
                            ("REINSTATE", "REINSTATE"),
                            ("EXPIRE", "EXPIRE"),
                            ("CANCEL", "CANCEL"),
                            ("REVOKE", "REVOKE"),
                            ("ANNUL", "ANNUL"),
                            ("SUPERSEDE", "SUPERSEDE"),
                        ],
                        max_length=16,
                    ),
                ),
                ("effective_on", models.DateField()),
                ("basis", models.CharField(max_length=200)),
                ("reason", models.CharField(max_length=500)),
                ("account_id", models.UUIDField(null=True)),
                ("actor_kind", models.CharField(max_length=24)),
                ("actor_name", models.CharField(max_length=64)),
                ("decided_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                ("was_made", models.BooleanField(null=True)),
            ],
            options={
                "verbose_name": "将要生效的变更",
            },
        ),
        migrations.CreateModel(
            name="Proceeding",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tongban.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.CharField(max_length=32, unique=True)),
                (
                    "signal",
                    models.CharField(
                        choices=[
                            ("FALSE_PROMISE", "FALSE_PROMISE"),
                            ("INSPECTION", "INSPECTION"),
                            ("COMPLAINT", "COMPLAINT"),
                            ("ADDRESS_LOST", "ADDRESS_LOST"),
                            ("BASE_LICENCE", "BASE_LICENCE"),
                            ("OTHER", "OTHER"),
                        ],
                        max_length=16,
                    ),
                ),
                ("signal_text", models.CharField(max_length=500)),
                ("reference", models.CharField(blank=True, max_length=128)),
                ("case_number", models.CharField(blank=True, max_length=64)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("OPEN", "OPEN"),
                            ("NOTIFIED", "NOTIFIED"),
                            ("HEARING", "HEARING"),
                            ("HEARD", "HEARD"),
                            ("DECIDED", "DECIDED"),
                            ("DISMISSED", "DISMISSED"),
                        ],
                        max_length=16,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("opened_by_id", models.UUIDField(null=True)),
                ("opened_by", models.CharField(max_length=64)),
                (
                    "proposed",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("ANNUL", "ANNUL"),
                            ("CANCEL", "CANCEL"),
                            ("REVOKE", "REVOKE"),
                            ("SUSPEND", "SUSPEND"),
                        ],
                        max_length=16,
                    ),
                ),
                ("basis", models.CharField(blank=True, max_length=200)),
                ("facts", models.TextField(blank=True)),
                ("notified_at", models.DateTimeField(null=True)),
                ("notified_by_id", models.UUIDField(null=True)),
                ("answer_by", models.DateField(null=True)),
                ("may_ask_for_hearing", models.BooleanField(default=False)),
                ("statement", tongban.foundation.fields.EncryptedTextField(blank=True)),
                ("hearing_on", models.DateField(null=True)),
                ("hearing_place", models.CharField(blank=True, max_length=200)),
                ("hearing_record", models.TextField(blank=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by_id", models.UUIDField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=64)),
                ("decision_reason", models.TextField(blank=True)),
                ("effective_on", models.DateField(null=True)),
            ],
            options={
                "verbose_name": "证照程序",
            },
        ),
        migrations.CreateModel(
            name="ProceedingStep",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tongban.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("OPEN", "OPEN"),
                            ("NOTIFY", "NOTIFY"),
                            ("STATE", "STATE"),
                            ("ASK_FOR_HEARING", "ASK_FOR_HEARING"),
                            ("ANNOUNCE_HEARING", "ANNOUNCE_HEARING"),
                            ("RECORD_HEARING", "RECORD_HEARING"),
                            ("DECIDE", "DECIDE"),
                            ("DISMISS", "DISMISS"),
                            ("DROP", "DROP"),
                        ],
                        max_length=24,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("account_id", models.UUIDField(null=True)),
                ("actor_name", models.CharField(max_length=64)),
                ("text", tongban.foundation.fields.EncryptedTextField(blank=True)),
            ],
            options={
                "verbose_name": "证照程序记录",
            },
        ),
        migrations.AddField(
            model_name="licence",
            name="key_id",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="licence",
            name="revision",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="licence",
            name="signature",
            field=models.BinaryField(default=bytes),
        ),
        migrations.AddField(
            model_name="licence",
            name="slot",
            field=models.CharField(max_length=64, null=True),
        ),
        migrations.AddField(
            model_name="licence",
            name="type_version",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="licencetype",
            name="is_identity",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="statusentry",
            name="basis",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="statusentry",
            name="changed_fields",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=64), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="statusentry",
            name="effective_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="statusentry",
            name="former_fields_cipher",
            field=models.TextField(blank=True),
        ),
        migrations.AlterField(
            model_name="statusentry",
            name="action",
            field=models.CharField(
                choices=[
                    ("ISSUE", "ISSUE"),
                    ("COLLECT", "COLLECT"),
                    ("RENEW", "RENEW"),
                    ("CHANGE", "CHANGE"),
                    ("UPDATE", "UPDATE"),
                    ("SUSPEND", "SUSPEND"),
                    ("REINSTATE", "REINSTATE"),
                    ("EXPIRE", "EXPIRE"),
                    ("CANCEL", "CANCEL"),
                    ("REVOKE", "REVOKE"),
                    ("ANNUL", "ANNUL"),
                    ("SUPERSEDE", "SUPERSEDE"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddIndex(
            model_name="licence",
            index=models.Index(fields=["issuer", "-issued_on", "-id"], name="licence_by_issuer"),
        ),
        migrations.AddIndex(
            model_name="licence",
            index=models.Index(fields=["serial"], name="licence_by_serial"),
        ),
        migrations.AddConstraint(
            model_name="licence",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("status__in", ["SUSPENDED", "VALID"]), ("slot__isnull", False)),
                expressions=[
                    ("licence_type", "="),
                    ("holder", "="),
                    ("slot", "="),
                    (
                        models.Func(
                            "valid_from",
                            "valid_to",
                            function="daterange",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="licence_no_overlap",
            ),
        ),
        migrations.AddField(
            model_name="licencetypeversion",
            name="licence_type",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="versions",
                to="licences.licencetype",
            ),
        ),
        migrations.AddField(
            model_name="plannedchange",
            name="licence",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="planned", to="licences.licence"
            ),
        ),
        migrations.AddField(
            model_name="proceeding",
            name="licence",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="proceedings", to="licences.licence"
            ),
        ),
        migrations.AddField(
            model_name="plannedchange",
            name="proceeding",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="licences.proceeding",
            ),
        ),
        migrations.AddField(
            model_name="statusentry",
            name="proceeding",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="licences.proceeding",
            ),
        ),
        migrations.AddField(
            model_name="proceedingstep",
            name="proceeding",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="licences.proceeding"
            ),
        ),
        migrations.AddConstraint(
            model_name="licencetypeversion",
            constraint=models.UniqueConstraint(
                fields=("licence_type", "version"), name="licence_type_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="licencetypeversion",
            constraint=models.UniqueConstraint(
                fields=("licence_type", "applies_from"), name="licence_type_version_one_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="licencetypeversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("holder_kinds__len__gt", 0)), name="licence_type_version_has_holder"
            ),
        ),
        migrations.AddIndex(
            model_name="proceeding",
            index=models.Index(
                condition=models.Q(("status__in", ["HEARD", "HEARING", "NOTIFIED", "OPEN"])),
                fields=["licence", "answer_by"],
                name="proceeding_runs",
            ),
        ),
        migrations.AddConstraint(
            model_name="proceeding",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reference", ""), _negated=True),
                fields=("licence", "signal", "reference"),
                name="proceeding_once_a_signal",
            ),
        ),
        migrations.AddConstraint(
            model_name="proceeding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["OPEN", "DISMISSED"]),
                    models.Q(
                        ("answer_by__isnull", False),
                        ("notified_at__isnull", False),
                        models.Q(("proposed", ""), _negated=True),
                        models.Q(("basis", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="proceeding_told_before_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="proceeding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "DECIDED"), _negated=True),
                    models.Q(
                        ("decided_by_id__isnull", False), models.Q(("decision_reason", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="proceeding_decision_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="proceeding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "DECIDED"), _negated=True),
                    ("opened_by_id__isnull", True),
                    models.Q(("decided_by_id", models.F("opened_by_id")), _negated=True),
                    _connector="OR",
                ),
                name="proceeding_decided_by_another",
            ),
        ),
        migrations.AddIndex(
            model_name="plannedchange",
            index=models.Index(
                condition=models.Q(("settled_at__isnull", True)),
                fields=["effective_on"],
                name="planned_change_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="plannedchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("settled_at__isnull", True)),
                fields=("licence", "action", "effective_on"),
                name="planned_change_once",
            ),
        ),
        migrations.AddIndex(
            model_name="proceedingstep",
            index=models.Index(fields=["proceeding", "at"], name="proceeding_course"),
        ),
        migrations.RunSQL(HISTORY_ONLY_GROWS, HISTORY_ONLY_GROWS_GONE),
        migrations.RunPython(write_first_versions, migrations.RunPython.noop),
    ]
