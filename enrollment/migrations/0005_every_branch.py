"""Every branch of insurance: standings of employers, reductions, deemed wages, relief."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

from socsec.office.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0004_online_payments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EmployerStanding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_month", models.IntegerField(verbose_name="from month")),
                (
                    "kind",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Large enterprise"),
                            (2, "Medium, small or micro enterprise"),
                            (3, "Sole trader with employees"),
                            (4, "Association, foundation or other organisation"),
                            (5, "Public institution"),
                            (6, "Government agency"),
                        ],
                        verbose_name="kind",
                    ),
                ),
                (
                    "risk_class",
                    models.PositiveSmallIntegerField(verbose_name="work injury risk class"),
                ),
                (
                    "floating",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Two steps down"),
                            (2, "One step down"),
                            (3, "At the rate of the class"),
                            (4, "One step up"),
                            (5, "Two steps up"),
                        ],
                        default=3,
                        verbose_name="floating step",
                    ),
                ),
                (
                    "fully_funded",
                    models.BooleanField(default=False, verbose_name="paid wholly by the treasury"),
                ),
                ("document", models.CharField(max_length=120, verbose_name="document")),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="recorded")),
            ],
            options={
                "verbose_name": "standing of an employer",
                "verbose_name_plural": "standings of employers",
                "ordering": ["employer", "-from_month", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", [1, 2, 3, 4, 5, 6])),
                        name="standing_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("floating__in", [1, 2, 3, 4, 5])),
                        name="standing_floating_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("risk_class__gt", 0)), name="standing_class_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("document", ""), _negated=True),
                        name="standing_has_document",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reduction",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id",
                        "month",
                        "branch",
                        "employer_id",
                        "part",
                        "number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("person_id", models.BigIntegerField(verbose_name="person")),
                ("month", models.IntegerField(verbose_name="month")),
                (
                    "branch",
                    models.PositiveSmallIntegerField(
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
                ("employer_id", models.BigIntegerField(verbose_name="employer")),
                ("part", models.PositiveSmallIntegerField(verbose_name="part")),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("wage", models.BigIntegerField(verbose_name="wage")),
                ("base", models.BigIntegerField(verbose_name="contribution base")),
                ("employer_share", models.BigIntegerField(verbose_name="employer's share")),
                ("person_share", models.BigIntegerField(verbose_name="person's share")),
                (
                    "account_share",
                    models.BigIntegerField(verbose_name="individual account's share"),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("edition", models.IntegerField(verbose_name="policy edition")),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="recorded")),
            ],
            options={
                "verbose_name": "reduction of a contribution",
                "verbose_name_plural": "reductions of contributions",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("account_share__gte", 0),
                            ("base__gte", 0),
                            ("employer_share__gte", 0),
                            ("person_share__gte", 0),
                            ("wage__gte", 0),
                        ),
                        name="reduction_takes_off",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="reduction_says_why"
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("employer_id__gt", 0)),
                        fields=["employer_id", "month"],
                        name="reduction_employer_month",
                    )
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="contribution",
            name="contribution_shares_possible",
        ),
        migrations.RemoveConstraint(
            model_name="coverage",
            name="coverage_branch_known",
        ),
        migrations.RemoveConstraint(
            model_name="coverage",
            name="coverage_category_known",
        ),
        migrations.AddField(
            model_name="contribution",
            name="deemed",
            field=models.BooleanField(db_default=False, default=False, verbose_name="deemed"),
        ),
        migrations.AddField(
            model_name="contribution",
            name="standing_id",
            field=models.BigIntegerField(
                db_default=0, default=0, verbose_name="employer's standing"
            ),
        ),
        migrations.AddField(
            model_name="contribution",
            name="waived",
            field=models.BigIntegerField(db_default=0, default=0, verbose_name="waived"),
        ),
        migrations.AddField(
            model_name="wagedeclaration",
            name="deemed",
            field=models.BooleanField(db_default=False, default=False, verbose_name="deemed"),
        ),
        migrations.AlterField(
            model_name="contribution",
            name="branch",
            field=models.PositiveSmallIntegerField(
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
            model_name="contribution",
            name="category",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (1, "Employee"),
                    (2, "Own-account worker"),
                    (3, "Resident"),
                    (4, "Employee of an agency or institution"),
                    (5, "Retired"),
                ],
                verbose_name="category",
            ),
        ),
        migrations.AlterField(
            model_name="coverage",
            name="branch",
            field=models.PositiveSmallIntegerField(
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
            model_name="coverage",
            name="category",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (1, "Employee"),
                    (2, "Own-account worker"),
                    (3, "Resident"),
                    (4, "Employee of an agency or institution"),
                    (5, "Retired"),
                ],
                verbose_name="category",
            ),
        ),
        migrations.AlterField(
            model_name="priormonth",
            name="branch",
            field=models.PositiveSmallIntegerField(
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
            model_name="priorservice",
            name="branch",
            field=models.PositiveSmallIntegerField(
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
            model_name="receipt",
            name="branch",
            field=models.PositiveSmallIntegerField(
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
            model_name="receiptallocation",
            name="branch",
            field=models.PositiveSmallIntegerField(
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
        migrations.AddConstraint(
            model_name="contribution",
            constraint=models.CheckConstraint(
                condition=models.Q(
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
                    ("wage__gt", 0),
                    ("wage_before__gte", 0),
                    ("waived__gte", 0),
                ),
                name="contribution_shares_possible",
            ),
        ),
        migrations.AddConstraint(
            model_name="coverage",
            constraint=models.CheckConstraint(
                condition=models.Q(("branch__in", [1, 2, 3, 4, 5])), name="coverage_branch_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="coverage",
            constraint=models.CheckConstraint(
                condition=models.Q(("category__in", [1, 2, 3, 4, 5])),
                name="coverage_category_known",
            ),
        ),
        migrations.AddField(
            model_name="employerstanding",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="entered by",
            ),
        ),
        migrations.AddField(
            model_name="employerstanding",
            name="employer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="standings",
                to="enrollment.employer",
                verbose_name="employer",
            ),
        ),
        migrations.AddIndex(
            model_name="employerstanding",
            index=models.Index(fields=["employer", "-from_month", "-id"], name="standing_latest"),
        ),
        append_only("enrollment_employerstanding"),
        append_only("enrollment_reduction"),
    ]
