"""A month that was credited and came to another share later is corrected by an entry of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pensions", "0006_disability_allowance"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="accountentry",
            name="account_entry_sign_of_its_kind",
        ),
        migrations.AlterField(
            model_name="accountentry",
            name="kind",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (1, "Opening balance"),
                    (2, "Contribution"),
                    (3, "Interest"),
                    (4, "Pension paid from the account"),
                    (5, "Closed"),
                    (6, "Reversal"),
                    (7, "Given back for overpaid months"),
                    (8, "Contribution corrected"),
                ],
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount__gt", 0), ("kind__in", [1, 2])),
                    models.Q(("amount__lt", 0), ("kind__in", [4, 5])),
                    models.Q(("kind__in", [3, 6, 7, 8]), models.Q(("amount", 0), _negated=True)),
                    _connector="OR",
                ),
                name="account_entry_sign_of_its_kind",
            ),
        ),
    ]
