"""Elements that are older than their versions: what holds now is the first one."""

from django.db import migrations
from django.utils import timezone

COLUMNS = (
    "code",
    "name",
    "element_type",
    "label",
    "question",
    "why",
    "help",
    "unit",
    "scheme",
    "validator",
    "is_sensitive",
    "closed_world",
    "resource",
    "resource_field",
    "max_length",
    "minimum",
    "maximum",
)


def write_first_versions(apps, schema_editor):
    """Safe to run twice: an element that has a version is left alone."""
    del schema_editor
    element, version = (apps.get_model("standards", name) for name in ("Element", "ElementVersion"))
    now = timezone.now()
    rows = element.objects.filter(versions__isnull=True).prefetch_related("options")
    version.objects.bulk_create(
        version(
            element_id=row.code,
            number=1,
            document={name: getattr(row, name) for name in COLUMNS}
            | {
                "options": [
                    {"value": one.value, "label": one.label, "help": one.help}
                    for one in row.options.order_by("position")
                ]
            },
            effective_from=timezone.localdate(now),
            made_at=now,
            made_by="平台",
            applied_at=now,
        )
        for row in rows
    )


class Migration(migrations.Migration):
    dependencies = [("standards", "0003_element_versions")]
    operations = [migrations.RunPython(write_first_versions, migrations.RunPython.noop)]
