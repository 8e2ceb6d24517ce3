"""The occupational annuity, and the scheme of agencies and institutions."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("funds", "0002_guards"),
        ("office", "0002_guards"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="fund",
            name="fund_branch_known",
        ),
        migrations.RemoveConstraint(
            model_name="fund",
            name="fund_scheme_known",
        ),
        migrations.AlterField(
            model_name="flowrule",
            name="branch",
            field=models.SmallIntegerField(
                blank=True,
                choices=[
                    (1, "Basic old-age insurance"),
                    (2, "Medical insurance"),
                    (3, "Unemployment insurance"),
                    (4, "Work injury insurance"),
                    (5, "Occupational annuity"),
                ],
                help_text="Empty: every one",
                null=True,
                verbose_name="branch",
            ),
        ),
        migrations.AlterField(
            model_name="fund",
            name="branch",
            field=models.SmallIntegerField(
                choices=[
                    (1, "Basic old-age insurance"),
                    (2, "Medical insurance"),
                    (3, "Unemployment insurance"),
                    (4, "Work injury insurance"),
                    (5, "Occupational annuity"),
                ],
                verbose_name="branch",
            ),
        ),
        migrations.AlterField(
            model_name="fund",
            name="scheme",
            field=models.SmallIntegerField(
                choices=[(1, "Employees"), (2, "Residents"), (3, "Agencies and institutions")],
                verbose_name="scheme",
            ),
        ),
        migrations.AddConstraint(
            model_name="fund",
            constraint=models.CheckConstraint(
                condition=models.Q(("branch__in", [1, 2, 3, 4, 5])), name="fund_branch_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="fund",
            constraint=models.CheckConstraint(
                condition=models.Q(("scheme__in", [1, 2, 3])), name="fund_scheme_known"
            ),
        ),
    ]
