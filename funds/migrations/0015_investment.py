"""Investment: mandates, entrusted money, orders, custodians' files and what they say, breaches, returns."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

from socsec.office.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("funds", "0014_financing"),
        ("office", "0006_appeals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Instrument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=24, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "asset_class",
                    models.SmallIntegerField(
                        choices=[
                            (1, "Money and short paper"),
                            (2, "Term deposits over a year"),
                            (3, "Government and policy bank bonds"),
                            (4, "Corporate and financial bonds"),
                            (5, "Equities and equity funds"),
                            (6, "State projects and key enterprises"),
                            (7, "Other private equity"),
                            (8, "Borrowed by repo"),
                            (9, "Index futures sold"),
                            (10, "Bond futures sold"),
                        ],
                        verbose_name="class",
                    ),
                ),
                (
                    "issuer",
                    models.CharField(blank=True, default="", max_length=80, verbose_name="issuer"),
                ),
                ("face", models.BigIntegerField(default=0, verbose_name="face value in fen")),
                (
                    "coupon",
                    models.IntegerField(default=0, verbose_name="yearly coupon in millionths"),
                ),
                (
                    "basis",
                    models.SmallIntegerField(default=365, verbose_name="days of the coupon's year"),
                ),
                (
                    "accrues_from",
                    models.DateField(blank=True, null=True, verbose_name="coupon runs from"),
                ),
            ],
            options={
                "verbose_name": "instrument",
                "verbose_name_plural": "instruments",
                "ordering": ["asset_class", "code"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("basis__gte", 360),
                            ("basis__lte", 366),
                            ("coupon__gte", 0),
                            ("face__gte", 0),
                        ),
                        name="instrument_terms_real",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="InvestmentFirm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("manager", "Manager"), ("custodian", "Custodian")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "code",
                    models.CharField(max_length=18, verbose_name="unified social credit code"),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="office.region",
                        verbose_name="region",
                    ),
                ),
            ],
            options={
                "verbose_name": "manager or custodian",
                "verbose_name_plural": "managers and custodians",
                "ordering": ["kind", "name"],
            },
        ),
        migrations.CreateModel(
            name="FirmUser",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
                (
                    "firm",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to="funds.investmentfirm",
                        verbose_name="firm",
                    ),
                ),
            ],
            options={
                "verbose_name": "account of a custodian",
                "verbose_name_plural": "accounts of custodians",
            },
        ),
        migrations.CreateModel(
            name="Mandate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="number")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("limits", models.CharField(max_length=24, verbose_name="limits")),
                ("benchmark", models.CharField(max_length=120, verbose_name="benchmark")),
                (
                    "manager_rate",
                    models.IntegerField(verbose_name="manager's yearly rate in millionths"),
                ),
                (
                    "custody_rate",
                    models.IntegerField(verbose_name="custodian's yearly rate in millionths"),
                ),
                (
                    "cure_days",
                    models.SmallIntegerField(verbose_name="working days to end a passive breach"),
                ),
                ("since", models.DateField(verbose_name="from")),
                ("until", models.DateField(blank=True, null=True, verbose_name="until")),
                (
                    "checker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="approved by",
                    ),
                ),
                (
                    "custodian",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mandates",
                        to="funds.investmentfirm",
                        verbose_name="custodian",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="drawn up by",
                    ),
                ),
                (
                    "manager",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="funds.investmentfirm",
                        verbose_name="manager",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mandates",
                        to="office.region",
                        verbose_name="region and below",
                    ),
                ),
            ],
            options={
                "verbose_name": "mandate of investment",
                "verbose_name_plural": "mandates of investment",
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="LimitBreach",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("limit", models.CharField(max_length=24, verbose_name="limit")),
                ("found_on", models.DateField(verbose_name="found")),
                ("passive", models.BooleanField(verbose_name="passive")),
                (
                    "share",
                    models.IntegerField(blank=True, null=True, verbose_name="share in millionths"),
                ),
                (
                    "allowed",
                    models.IntegerField(
                        blank=True, null=True, verbose_name="allowed in millionths"
                    ),
                ),
                ("excess", models.BigIntegerField(verbose_name="excess in fen")),
                ("cure_by", models.DateField(verbose_name="to be ended by")),
                ("cured_on", models.DateField(blank=True, null=True, verbose_name="ended")),
                (
                    "mandate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="breaches",
                        to="funds.mandate",
                        verbose_name="mandate of investment",
                    ),
                ),
            ],
            options={
                "verbose_name": "broken limit",
                "verbose_name_plural": "broken limits",
                "ordering": ["cured_on", "cure_by", "id"],
            },
        ),
        migrations.CreateModel(
            name="InvestmentOrder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("buys", models.BooleanField(verbose_name="buys")),
                ("quantity", models.BigIntegerField(verbose_name="units")),
                ("price", models.BigIntegerField(verbose_name="price in millionths of a yuan")),
                ("amount", models.BigIntegerField(verbose_name="amount in fen")),
                ("filled", models.BigIntegerField(default=0, verbose_name="units carried out")),
                ("on", models.DateField(verbose_name="date")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "To be released"),
                            ("sent", "Sent"),
                            ("done", "Carried out"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="draft",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                (
                    "checker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="released by",
                    ),
                ),
                (
                    "instrument",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="funds.instrument",
                        verbose_name="instrument",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="drawn up by",
                    ),
                ),
                (
                    "mandate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="funds.mandate",
                        verbose_name="mandate of investment",
                    ),
                ),
            ],
            options={
                "verbose_name": "order of investment",
                "verbose_name_plural": "orders of investment",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Entrustment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="amount in fen")),
                ("on", models.DateField(verbose_name="date")),
                (
                    "received_on",
                    models.DateField(blank=True, null=True, verbose_name="seen by the custodian"),
                ),
                (
                    "checker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="approved by",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entrustments",
                        to="funds.fund",
                        verbose_name="fund",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                (
                    "mandate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entrustments",
                        to="funds.mandate",
                        verbose_name="mandate of investment",
                    ),
                ),
            ],
            options={
                "verbose_name": "entrusted money",
                "verbose_name_plural": "entrusted money",
                "ordering": ["-on", "-id"],
            },
        ),
        migrations.CreateModel(
            name="CustodianFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("sha256", models.CharField(max_length=64, unique=True, verbose_name="checksum")),
                ("read_at", models.DateTimeField(auto_now_add=True, verbose_name="read")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="read by",
                    ),
                ),
                (
                    "mandate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="funds.mandate",
                        verbose_name="mandate of investment",
                    ),
                ),
            ],
            options={
                "verbose_name": "custodian's file",
                "verbose_name_plural": "custodians' files",
                "ordering": ["-day", "mandate"],
            },
        ),
        migrations.CreateModel(
            name="ReturnYear",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.SmallIntegerField(verbose_name="year")),
                ("opening", models.BigIntegerField(verbose_name="net asset value, opening")),
                ("closing", models.BigIntegerField(verbose_name="net asset value, closing")),
                ("flow", models.BigIntegerField(verbose_name="money that came, less what went")),
                ("earned", models.BigIntegerField(verbose_name="return")),
                ("reserve", models.BigIntegerField(verbose_name="trustee's risk reserve")),
                ("shared", models.BigIntegerField(verbose_name="shared")),
                (
                    "checker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="approved by",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="prepared by",
                    ),
                ),
                (
                    "mandate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="years",
                        to="funds.mandate",
                        verbose_name="mandate of investment",
                    ),
                ),
            ],
            options={
                "verbose_name": "return of a year",
                "verbose_name_plural": "returns of years",
                "ordering": ["-year", "mandate"],
            },
        ),
        migrations.CreateModel(
            name="ReturnShare",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("capital_days", models.BigIntegerField(verbose_name="capital times days")),
                ("part", models.BigIntegerField(verbose_name="part of the return")),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="return_shares",
                        to="funds.fund",
                        verbose_name="fund",
                    ),
                ),
                (
                    "of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shares",
                        to="funds.returnyear",
                        verbose_name="return of a year",
                    ),
                ),
            ],
            options={
                "verbose_name": "part of a return",
                "verbose_name_plural": "parts of returns",
                "ordering": ["of", "fund"],
            },
        ),
        migrations.CreateModel(
            name="RiskReserve",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "keeper",
                    models.CharField(
                        choices=[("manager", "Manager"), ("trustee", "Trustee")],
                        max_length=8,
                        verbose_name="kept by",
                    ),
                ),
                ("on", models.DateField(verbose_name="date")),
                ("source", models.CharField(max_length=40, unique=True, verbose_name="for")),
                ("amount", models.BigIntegerField(verbose_name="amount in fen")),
                (
                    "mandate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reserves",
                        to="funds.mandate",
                        verbose_name="mandate of investment",
                    ),
                ),
            ],
            options={
                "verbose_name": "risk reserve",
                "verbose_name_plural": "risk reserves",
                "ordering": ["mandate", "-on", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Trade",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.IntegerField(verbose_name="line")),
                ("buys", models.BooleanField(verbose_name="buys")),
                ("quantity", models.BigIntegerField(verbose_name="units")),
                ("price", models.BigIntegerField(verbose_name="price in millionths of a yuan")),
                ("amount", models.BigIntegerField(verbose_name="amount in fen")),
                ("fee", models.BigIntegerField(default=0, verbose_name="fee in fen")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trades",
                        to="funds.custodianfile",
                        verbose_name="custodian's file",
                    ),
                ),
                (
                    "instrument",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="funds.instrument",
                        verbose_name="instrument",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trades",
                        to="funds.investmentorder",
                        verbose_name="order of investment",
                    ),
                ),
            ],
            options={
                "verbose_name": "trade",
                "verbose_name_plural": "trades",
                "ordering": ["file", "place"],
            },
        ),
        migrations.CreateModel(
            name="Valuation",
            fields=[
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="valuation",
                        serialize=False,
                        to="funds.custodianfile",
                        verbose_name="custodian's file",
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("cash", models.BigIntegerField(verbose_name="cash in fen")),
                ("due", models.BigIntegerField(verbose_name="fees due in fen")),
                ("nav", models.BigIntegerField(verbose_name="net asset value in fen")),
                ("stated", models.BigIntegerField(verbose_name="stated by the custodian, in fen")),
                ("flow", models.BigIntegerField(verbose_name="money that came, in fen")),
                ("unit_value", models.BigIntegerField(verbose_name="unit value in millionths")),
                ("benchmark", models.BigIntegerField(verbose_name="benchmark in millionths")),
                (
                    "mandate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="valuations",
                        to="funds.mandate",
                        verbose_name="mandate of investment",
                    ),
                ),
            ],
            options={
                "verbose_name": "valuation",
                "verbose_name_plural": "valuations",
                "ordering": ["mandate", "-day"],
            },
        ),
        migrations.CreateModel(
            name="CashLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.IntegerField(verbose_name="line")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("capital", "Entrusted or taken back"),
                            ("interest", "Interest"),
                            ("dividend", "Dividend"),
                            ("settlement", "Daily settlement of futures"),
                            ("manager_fee", "Manager's fee"),
                            ("custody_fee", "Custodian's fee"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="amount in fen")),
                (
                    "text",
                    models.CharField(blank=True, default="", max_length=120, verbose_name="text"),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cash_lines",
                        to="funds.custodianfile",
                        verbose_name="custodian's file",
                    ),
                ),
            ],
            options={
                "verbose_name": "line of cash",
                "verbose_name_plural": "lines of cash",
                "ordering": ["file", "place"],
                "constraints": [
                    models.UniqueConstraint(fields=("file", "place"), name="cash_line_once"),
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True),
                        name="cash_line_moves_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Holding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.BigIntegerField(verbose_name="units")),
                ("price", models.BigIntegerField(verbose_name="price in millionths of a yuan")),
                ("days", models.SmallIntegerField(default=0, verbose_name="days of the coupon")),
                ("value", models.BigIntegerField(verbose_name="value in fen")),
                ("accrued", models.BigIntegerField(verbose_name="accrued interest in fen")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holdings",
                        to="funds.custodianfile",
                        verbose_name="custodian's file",
                    ),
                ),
                (
                    "instrument",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="funds.instrument",
                        verbose_name="instrument",
                    ),
                ),
            ],
            options={
                "verbose_name": "holding",
                "verbose_name_plural": "holdings",
                "ordering": ["file", "instrument"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("file", "instrument"), name="holding_once_a_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("accrued__gte", 0),
                            ("price__gt", 0),
                            ("quantity__gt", 0),
                            ("value__gte", 0),
                        ),
                        name="holding_real",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="investmentfirm",
            constraint=models.UniqueConstraint(
                fields=("kind", "code"), name="investment_firm_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cure_days__gt", 0), ("custody_rate__gte", 0), ("manager_rate__gte", 0)
                ),
                name="mandate_terms_real",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("checker__isnull", True),
                    models.Q(("checker", models.F("maker")), _negated=True),
                    _connector="OR",
                ),
                name="mandate_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(("manager", models.F("custodian")), _negated=True),
                name="mandate_custody_apart",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitbreach",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cured_on__isnull", True)),
                fields=("mandate", "limit"),
                name="limit_breach_open_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitbreach",
            constraint=models.CheckConstraint(
                condition=models.Q(("cure_by__gte", models.F("found_on")), ("excess__gt", 0)),
                name="limit_breach_real",
            ),
        ),
        migrations.AddConstraint(
            model_name="investmentorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gt", 0),
                    ("filled__gte", 0),
                    ("filled__lte", models.F("quantity")),
                    ("price__gt", 0),
                    ("quantity__gt", 0),
                ),
                name="investment_order_real",
            ),
        ),
        migrations.AddConstraint(
            model_name="investmentorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("checker__isnull", True),
                    models.Q(("checker", models.F("maker")), _negated=True),
                    _connector="OR",
                ),
                name="investment_order_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="investmentorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["draft", "withdrawn"]),
                    ("checker__isnull", False),
                    _connector="OR",
                ),
                name="investment_order_released_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="entrustment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", 0), _negated=True), name="entrustment_moves_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="entrustment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("checker__isnull", True),
                    models.Q(("checker", models.F("maker")), _negated=True),
                    _connector="OR",
                ),
                name="entrustment_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="entrustment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("received_on__isnull", True), ("checker__isnull", False), _connector="OR"
                ),
                name="entrustment_approved_before_it_arrives",
            ),
        ),
        migrations.AddConstraint(
            model_name="custodianfile",
            constraint=models.UniqueConstraint(
                fields=("mandate", "day"), name="custodian_file_once_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="returnyear",
            constraint=models.UniqueConstraint(fields=("mandate", "year"), name="return_year_once"),
        ),
        migrations.AddConstraint(
            model_name="returnyear",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "earned",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("closing"), "-", models.F("opening")
                            ),
                            "-",
                            models.F("flow"),
                        ),
                    ),
                    ("reserve__gte", 0),
                    (
                        "shared",
                        django.db.models.expressions.CombinedExpression(
                            models.F("earned"), "-", models.F("reserve")
                        ),
                    ),
                ),
                name="return_year_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="returnyear",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("checker__isnull", True),
                    models.Q(("checker", models.F("maker")), _negated=True),
                    _connector="OR",
                ),
                name="return_year_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="returnshare",
            constraint=models.UniqueConstraint(fields=("of", "fund"), name="return_share_once"),
        ),
        migrations.AddConstraint(
            model_name="returnshare",
            constraint=models.CheckConstraint(
                condition=models.Q(("capital_days__gte", 0)),
                name="return_share_capital_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="riskreserve",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="risk_reserve_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="trade",
            constraint=models.UniqueConstraint(fields=("file", "place"), name="trade_once"),
        ),
        migrations.AddConstraint(
            model_name="trade",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gt", 0), ("fee__gte", 0), ("price__gt", 0), ("quantity__gt", 0)
                ),
                name="trade_real",
            ),
        ),
        migrations.AddConstraint(
            model_name="valuation",
            constraint=models.UniqueConstraint(
                fields=("mandate", "day"), name="valuation_once_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="valuation",
            constraint=models.CheckConstraint(
                condition=models.Q(("benchmark__gt", 0), ("cash__gte", 0), ("unit_value__gte", 0)),
                name="valuation_real",
            ),
        ),
        append_only("funds_custodianfile"),
        append_only("funds_trade"),
        append_only("funds_cashline"),
        append_only("funds_holding"),
        append_only("funds_valuation"),
        append_only("funds_riskreserve"),
    ]
