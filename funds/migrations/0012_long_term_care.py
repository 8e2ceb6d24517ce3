"""The purse of the insurance of long-term care, in the same books."""

from django.db import migrations, models

PURSES = [
    (1, "Basic old-age insurance"),
    (2, "Medical insurance"),
    (3, "Unemployment insurance"),
    (4, "Work injury insurance"),
    (5, "Occupational annuity"),
    (6, "Social assistance"),
    (7, "Long-term care insurance"),
]


def of_some(model: str) -> migrations.AlterField:
    return migrations.AlterField(
        model_name=model,
        name="branch",
        field=models.SmallIntegerField(
            blank=True,
            choices=PURSES,
            help_text="Empty: every one",
            null=True,
            verbose_name="branch",
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("funds", "0011_pooling")]

    operations = [
        migrations.RemoveConstraint(model_name="fund", name="fund_branch_known"),
        of_some("accountcode"),
        of_some("flowrule"),
        of_some("statementline"),
        migrations.AlterField(
            model_name="fund",
            name="branch",
            field=models.SmallIntegerField(choices=PURSES, verbose_name="branch"),
        ),
        migrations.AddConstraint(
            model_name="fund",
            constraint=models.CheckConstraint(
                condition=models.Q(("branch__in", [1, 2, 3, 4, 5, 6, 7])), name="fund_branch_known"
            ),
        ),
    ]
