"""Residents and agencies are paid too: whose money an entry is, annuities beside pensions."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0019_moved_back"),
        ("funds", "0003_every_branch"),
        ("office", "0005_certificates"),
        ("pensions", "0008_transfers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Payrolls and interest name the branch whose fund keeps the books, since there are two.
        migrations.RunSQL(
            sql="""update office_run set params = params || '{"branch": 1}'
                    where kind in ('pension_payroll', 'account_interest')""",
            reverse_sql="""update office_run set params = params - 'branch'
                            where kind in ('pension_payroll', 'account_interest')""",
        ),
        migrations.CreateModel(
            name="CreditedSource",
            fields=[
                (
                    "source_id",
                    models.BigIntegerField(
                        primary_key=True, serialize=False, verbose_name="receipt or refund"
                    ),
                ),
                ("taken", models.BigIntegerField(verbose_name="taken")),
                ("credited_at", models.DateTimeField(auto_now=True, verbose_name="credited")),
            ],
            options={
                "verbose_name": "credited source",
                "verbose_name_plural": "credited sources",
            },
        ),
        migrations.CreateModel(
            name="ResidentAdjustment",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id",
                        "award_id",
                        "month",
                        "run_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("person_id", models.BigIntegerField(verbose_name="person")),
                ("award_id", models.BigIntegerField(verbose_name="award")),
                ("month", models.IntegerField(verbose_name="from month")),
                ("run_id", models.BigIntegerField(verbose_name="run")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("age", models.IntegerField(verbose_name="age in months")),
                ("months_paid", models.IntegerField(verbose_name="months paid")),
                ("basic_before", models.BigIntegerField(verbose_name="basic pension before")),
                ("addition_before", models.BigIntegerField(verbose_name="additions before")),
                ("basic_more", models.BigIntegerField(verbose_name="more basic pension")),
                ("addition_more", models.BigIntegerField(verbose_name="more additions")),
                ("owed_before", models.IntegerField(null=True, verbose_name="owed from, before")),
            ],
            options={
                "verbose_name": "adjustment of a resident's pension",
                "verbose_name_plural": "adjustments of residents' pensions",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("addition_more__gte", 0),
                            ("basic_more__gte", 0),
                            models.Q(("addition_more", 0), ("basic_more", 0), _negated=True),
                        ),
                        name="resident_adjustment_takes_nothing_away",
                    )
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="accountentry",
            name="account_entry_credited_once",
        ),
        migrations.RemoveConstraint(
            model_name="accountentry",
            name="account_entry_sign_of_its_kind",
        ),
        migrations.RemoveConstraint(
            model_name="award",
            name="award_one_per_person_and_scheme",
        ),
        migrations.RemoveConstraint(
            model_name="award",
            name="award_no_overlap",
        ),
        migrations.RemoveConstraint(
            model_name="openingbalance",
            name="opening_balance_positive",
        ),
        migrations.RemoveConstraint(
            model_name="pensionclaim",
            name="pension_claim_category_known",
        ),
        migrations.AddField(
            model_name="accountentry",
            name="side",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (0, "Not divided"),
                    (1, "Own contribution"),
                    (2, "Paid by a sponsor"),
                    (3, "Collective subsidy"),
                    (4, "Government subsidy"),
                    (5, "Employer's part"),
                    (6, "Employer's part, written down only"),
                ],
                db_default=0,
                default=0,
                verbose_name="whose money",
            ),
        ),
        migrations.AddField(
            model_name="award",
            name="beside",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="annuity",
                to="pensions.award",
                verbose_name="pension beside which it is paid",
            ),
        ),
        migrations.AddField(
            model_name="award",
            name="branch",
            field=models.PositiveSmallIntegerField(
                choices=[(1, "Basic old-age insurance"), (5, "Occupational annuity")],
                db_default=1,
                default=1,
                verbose_name="branch",
            ),
        ),
        migrations.AddField(
            model_name="openingbalance",
            name="notional",
            field=models.BigIntegerField(
                db_default=0, default=0, verbose_name="of it written down only"
            ),
        ),
        migrations.AddField(
            model_name="payroll",
            name="branch",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (1, "Basic old-age insurance"),
                    (2, "Medical insurance"),
                    (3, "Unemployment insurance"),
                    (4, "Work injury insurance"),
                    (5, "Occupational annuity"),
                ],
                db_default=1,
                default=1,
                verbose_name="branch",
            ),
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
                    (9, "Written-down part made real"),
                    (10, "Transferred to another fund"),
                    (11, "Taken over from another fund"),
                    (12, "Given back for months insured twice"),
                ],
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="pensionclaim",
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
        migrations.AddConstraint(
            model_name="accountentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", 2)),
                fields=("person_id", "fund_id", "reference", "month", "part", "side"),
                name="account_entry_credited_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount__gt", 0), ("kind__in", [1, 2])),
                    models.Q(("amount__lt", 0), ("kind__in", [4, 5])),
                    models.Q(
                        ("kind__in", [3, 6, 7, 8, 9, 10, 11, 12]),
                        models.Q(("amount", 0), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="account_entry_sign_of_its_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="award",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", 3), _negated=True),
                fields=("person", "scheme", "branch"),
                name="award_one_per_person_and_scheme",
            ),
        ),
        migrations.AddConstraint(
            model_name="award",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        models.Func(
                            models.F("person_id"),
                            models.F("person_id"),
                            models.Value("[]"),
                            function="int8range",
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.F("scheme"),
                            models.F("scheme"),
                            models.Value("[]"),
                            function="int8range",
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.F("branch"),
                            models.F("branch"),
                            models.Value("[]"),
                            function="int8range",
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.F("from_month"),
                            django.db.models.expressions.CombinedExpression(
                                models.F("until_month"), "+", models.Value(1)
                            ),
                            models.Value("[)"),
                            function="int8range",
                        ),
                        "&&",
                    ),
                ],
                name="award_no_overlap",
            ),
        ),
        migrations.AddConstraint(
            model_name="award",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("beside__isnull", True), ("branch", 1)),
                    models.Q(("addition", 0), ("basic", 0), ("branch", 5), ("transitional", 0)),
                    _connector="OR",
                ),
                name="award_annuity_of_its_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="openingbalance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gt", 0), ("notional__gte", 0), ("notional__lte", models.F("amount"))
                ),
                name="opening_balance_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="pensionclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("category__in", [0, 1, 2, 3, 4]),
                        ("category__isnull", False),
                        models.Q(("scheme", 2), _negated=True),
                    ),
                    models.Q(("category__isnull", True), ("scheme", 2)),
                    _connector="OR",
                ),
                name="pension_claim_category_known",
            ),
        ),
    ]
