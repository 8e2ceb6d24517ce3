"""An order that was not confirmed yet says so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assistance", "0007_care_bills"),
    ]

    operations = [
        migrations.AlterField(
            model_name="careorder",
            name="state",
            field=models.CharField(
                choices=[
                    ("ordered", "Ordered, not given yet"),
                    ("confirmed", "Confirmed"),
                    ("cancelled", "Cancelled"),
                ],
                default="ordered",
                max_length=9,
                verbose_name="state",
            ),
        ),
    ]
