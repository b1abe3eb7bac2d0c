"""Fields and kinds of holders stand in a type's versions now."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("licences", "0006_licence_life"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="licencetype",
            name="fields",
        ),
        migrations.RemoveField(
            model_name="licencetype",
            name="holder_kind",
        ),
    ]
