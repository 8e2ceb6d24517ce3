"""A record whose money did not follow goes back to the old place."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0018_injury_apart"),
    ]

    operations = [
        migrations.AlterField(
            model_name="movement",
            name="state",
            field=models.CharField(
                choices=[
                    ("requested", "The new place looks at the request"),
                    ("accepted", "The old place attests the record"),
                    ("attested", "The new place takes the record over"),
                    ("done", "Moved"),
                    ("temporary", "Stays; temporary account at the new place"),
                    ("refused", "Refused"),
                    ("withdrawn", "Withdrawn"),
                    ("returned", "Back at the old place"),
                ],
                default="requested",
                max_length=10,
                verbose_name="state",
            ),
        ),
    ]
