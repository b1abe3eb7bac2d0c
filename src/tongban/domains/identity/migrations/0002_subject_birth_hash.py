from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="subject",
            name="birth_hash",
            field=models.BinaryField(max_length=64, null=True, unique=True),
        )
    ]
