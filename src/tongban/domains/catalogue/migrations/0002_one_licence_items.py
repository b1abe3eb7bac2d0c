from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="searchentry",
            name="is_one_licence",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
