"""A transfer may link two schemes, or move an occupational annuity."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pensions", "0009_every_scheme_pays"),
    ]

    operations = [
        migrations.AddField(
            model_name="transfer",
            name="category",
            field=models.PositiveSmallIntegerField(
                blank=True,
                choices=[
                    (0, "Man"),
                    (1, "Woman, original age 55"),
                    (2, "Woman, original age 50"),
                    (3, "Man, arduous work"),
                    (4, "Woman, arduous work"),
                ],
                null=True,
                verbose_name="category",
            ),
        ),
        migrations.AlterField(
            model_name="transfer",
            name="kind",
            field=models.CharField(
                choices=[
                    ("record", "Record that moved to another region"),
                    ("temporary", "Temporary account that joins its record"),
                    ("link", "From one scheme to another"),
                    ("annuity", "Occupational annuity"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        ),
    ]
