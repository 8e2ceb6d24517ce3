"""The dead are found without a look at everybody: each payroll asks."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0023_deferrals")]

    operations = [
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(died_on__isnull=False),
                fields=["died_on"],
                name="person_died_on",
            ),
        ),
    ]
