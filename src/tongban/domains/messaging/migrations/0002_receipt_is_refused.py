from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="receipt",
            name="is_refused",
            field=models.BooleanField(default=False, db_default=False),
        )
    ]
