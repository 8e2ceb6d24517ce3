"""The scheme of agencies and institutions."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pensions", "0002_guards"),
    ]

    operations = [
        migrations.AlterField(
            model_name="award",
            name="scheme",
            field=models.PositiveSmallIntegerField(
                choices=[(1, "Employees"), (2, "Residents"), (3, "Agencies and institutions")],
                default=1,
                verbose_name="scheme",
            ),
        ),
        migrations.AlterField(
            model_name="payroll",
            name="scheme",
            field=models.PositiveSmallIntegerField(
                choices=[(1, "Employees"), (2, "Residents"), (3, "Agencies and institutions")],
                verbose_name="scheme",
            ),
        ),
        migrations.AlterField(
            model_name="pensionclaim",
            name="scheme",
            field=models.PositiveSmallIntegerField(
                choices=[(1, "Employees"), (2, "Residents"), (3, "Agencies and institutions")],
                default=1,
                verbose_name="scheme",
            ),
        ),
    ]
