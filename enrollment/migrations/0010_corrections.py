"""A further part of a month may add to the base alone, where another employer's wage changed."""

import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0009_statements"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="contribution",
            name="contribution_shares_possible",
        ),
        migrations.AddConstraint(
            model_name="contribution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("wage__gt", 0), models.Q(("part__gt", 0), ("wage", 0)), _connector="OR"
                    ),
                    ("account_share__gte", 0),
                    (
                        "account_share__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("employer_share"), "+", models.F("person_share")
                        ),
                    ),
                    ("base__gte", 0),
                    ("employer_share__gte", 0),
                    ("person_share__gte", 0),
                    ("wage_before__gte", 0),
                    ("waived__gte", 0),
                ),
                name="contribution_shares_possible",
            ),
        ),
    ]
