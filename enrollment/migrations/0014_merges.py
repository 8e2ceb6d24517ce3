from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0013_collection"),
    ]

    operations = [
        migrations.AddField(
            model_name="personlink",
            name="accounts",
            field=models.JSONField(blank=True, default=dict, verbose_name="portal accounts"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["born_on"], name="person_born_on"),
        ),
    ]
