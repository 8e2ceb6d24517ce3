"""The purse of social assistance: money of the treasury in the same books."""

from django.db import migrations, models

PURSES = [
    (1, "Basic old-age insurance"),
    (2, "Medical insurance"),
    (3, "Unemployment insurance"),
    (4, "Work injury insurance"),
    (5, "Occupational annuity"),
    (6, "Social assistance"),
]


class Migration(migrations.Migration):
    dependencies = [("funds", "0003_every_branch")]

    operations = [
        migrations.RemoveConstraint(model_name="fund", name="fund_branch_known"),
        migrations.AlterField(
            model_name="flowrule",
            name="branch",
            field=models.SmallIntegerField(
                blank=True,
                choices=PURSES,
                help_text="Empty: every one",
                null=True,
                verbose_name="branch",
            ),
        ),
        migrations.AlterField(
            model_name="fund",
            name="branch",
            field=models.SmallIntegerField(choices=PURSES, verbose_name="branch"),
        ),
        migrations.AddConstraint(
            model_name="fund",
            constraint=models.CheckConstraint(
                condition=models.Q(("branch__in", [1, 2, 3, 4, 5, 6])), name="fund_branch_known"
            ),
        ),
    ]
