"""Care of the elderly: levels, plans, providers, beds, vouchers and orders."""

import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import socsec.office.fields


class Migration(migrations.Migration):
    dependencies = [
        ("assistance", "0005_grievances"),
        ("enrollment", "0028_leaving_and_withdrawal"),
        ("office", "0006_appeals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Bed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label", models.CharField(max_length=20, verbose_name="bed")),
                ("since", models.DateField(verbose_name="from")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="closed")),
            ],
            options={
                "verbose_name": "bed",
                "verbose_name_plural": "beds",
                "ordering": ["provider", "label"],
            },
        ),
        migrations.CreateModel(
            name="CareAssessment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("in_force", "In force"),
                            ("rejected", "Not approved"),
                        ],
                        default="proposed",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("entered_at", models.DateTimeField(auto_now_add=True, verbose_name="entered")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("assessed_on", models.DateField(verbose_name="assessed")),
                ("second", models.CharField(max_length=60, verbose_name="second assessor")),
                ("scores", models.JSONField(verbose_name="scores")),
                ("level", models.PositiveSmallIntegerField(verbose_name="level of care")),
                ("sheet", models.JSONField(verbose_name="assessment sheet")),
                ("valid_until", models.DateField(verbose_name="to be assessed again by")),
                (
                    "reason",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="reason"),
                ),
                (
                    "checker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="office.policyedition",
                        verbose_name="policy edition",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="entered by",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="care_assessments",
                        to="enrollment.person",
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "assessment of care",
                "verbose_name_plural": "assessments of care",
                "ordering": ["person", "-assessed_on", "-pk"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("checker__isnull", True),
                            models.Q(("checker", models.F("maker")), _negated=True),
                            _connector="OR",
                        ),
                        name="careassessment_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("checker__isnull", True), ("state", "proposed")),
                            models.Q(
                                models.Q(("state", "proposed"), _negated=True),
                                ("checker__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="careassessment_decided_by_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")),
                        fields=("person",),
                        name="care_assessment_one_proposed",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "in_force")),
                        fields=("person", "assessed_on"),
                        name="care_assessment_once_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__lte", 5)), name="care_level_possible"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("valid_until__gte", models.F("assessed_on"))),
                        name="care_assessment_holds",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["region", "valid_until"], name="care_assessment_region")
                ],
            },
        ),
        migrations.CreateModel(
            name="CarePlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("in_force", "In force"),
                            ("rejected", "Not approved"),
                        ],
                        default="proposed",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("entered_at", models.DateTimeField(auto_now_add=True, verbose_name="entered")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("from_date", models.DateField(verbose_name="from")),
                ("until", models.DateField(blank=True, null=True, verbose_name="until")),
                ("lines", models.JSONField(verbose_name="services a month")),
                (
                    "goal",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="aim"),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to="assistance.careassessment",
                        verbose_name="assessment",
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
                        verbose_name="decided by",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="entered by",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="care_plans",
                        to="enrollment.person",
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "care plan",
                "verbose_name_plural": "care plans",
                "ordering": ["person", "-from_date", "-pk"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("checker__isnull", True),
                            models.Q(("checker", models.F("maker")), _negated=True),
                            _connector="OR",
                        ),
                        name="careplan_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("checker__isnull", True), ("state", "proposed")),
                            models.Q(
                                models.Q(("state", "proposed"), _negated=True),
                                ("checker__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="careplan_decided_by_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")),
                        fields=("person",),
                        name="care_plan_one_proposed",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "in_force"), ("until__isnull", True)),
                        fields=("person",),
                        name="care_plan_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CareProvider",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("in_force", "In force"),
                            ("rejected", "Not approved"),
                        ],
                        default="proposed",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("entered_at", models.DateTimeField(auto_now_add=True, verbose_name="entered")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "credit_code",
                    models.CharField(max_length=18, verbose_name="unified social credit code"),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                (
                    "address",
                    models.CharField(
                        blank=True, default="", max_length=200, verbose_name="address"
                    ),
                ),
                (
                    "phone",
                    models.CharField(blank=True, default="", max_length=20, verbose_name="phone"),
                ),
                ("services", models.JSONField(verbose_name="kinds of service")),
                ("settings", models.JSONField(verbose_name="where care is given")),
                (
                    "insured",
                    models.BooleanField(
                        default=False, verbose_name="settles with long-term care insurance"
                    ),
                ),
                ("from_date", models.DateField(verbose_name="agreement from")),
                ("until", models.DateField(verbose_name="agreement until")),
                ("document", models.CharField(max_length=120, verbose_name="document")),
                ("bank", models.CharField(max_length=60, verbose_name="bank")),
                ("account", socsec.office.fields.EncryptedField(verbose_name="account number")),
                (
                    "checker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="entered by",
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="care_provider",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account of its system",
                    ),
                ),
            ],
            options={
                "verbose_name": "provider of care",
                "verbose_name_plural": "providers of care",
                "ordering": ["region", "name"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("checker__isnull", True),
                            models.Q(("checker", models.F("maker")), _negated=True),
                            _connector="OR",
                        ),
                        name="careprovider_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("checker__isnull", True), ("state", "proposed")),
                            models.Q(
                                models.Q(("state", "proposed"), _negated=True),
                                ("checker__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="careprovider_decided_by_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "rejected"), _negated=True),
                        fields=("region", "credit_code", "from_date"),
                        name="care_provider_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__gte", models.F("from_date"))),
                        name="care_provider_agreement_days",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CareOrder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        editable=False,
                        unique=True,
                        verbose_name="public number",
                    ),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("service", models.PositiveSmallIntegerField(verbose_name="service")),
                ("setting", models.PositiveSmallIntegerField(verbose_name="where")),
                ("units", models.PositiveSmallIntegerField(verbose_name="units")),
                ("day", models.DateField(verbose_name="day")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ordered", "Ordered"),
                            ("confirmed", "Confirmed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="ordered",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("code", models.CharField(max_length=6, verbose_name="code of confirmation")),
                (
                    "wrong_codes",
                    models.PositiveSmallIntegerField(default=0, verbose_name="wrong codes"),
                ),
                (
                    "how",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("portal", "by the person, online"),
                            ("code", "by the code told to the worker"),
                            ("desk", "by the office"),
                        ],
                        default="",
                        max_length=6,
                        verbose_name="confirmed",
                    ),
                ),
                (
                    "confirmed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="confirmed at"),
                ),
                (
                    "reason",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="reason"),
                ),
                ("cost", models.BigIntegerField(default=0, verbose_name="cost")),
                (
                    "insurance",
                    models.BigIntegerField(default=0, verbose_name="paid by the insurance"),
                ),
                ("by_minutes", models.BigIntegerField(default=0, verbose_name="paid by hours")),
                ("by_money", models.BigIntegerField(default=0, verbose_name="paid by voucher")),
                ("own", models.BigIntegerField(default=0, verbose_name="paid by the person")),
                ("sheet", models.JSONField(blank=True, null=True, verbose_name="assessment sheet")),
                ("ordered_at", models.DateTimeField(auto_now_add=True, verbose_name="ordered at")),
                (
                    "edition",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="office.policyedition",
                        verbose_name="policy edition",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="care_orders",
                        to="enrollment.person",
                        verbose_name="person",
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="assistance.careprovider",
                        verbose_name="provider",
                    ),
                ),
            ],
            options={
                "verbose_name": "order of care",
                "verbose_name_plural": "orders of care",
                "ordering": ["-day", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "cost",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("insurance"), "+", models.F("by_minutes")
                                        ),
                                        "+",
                                        models.F("by_money"),
                                    ),
                                    "+",
                                    models.F("own"),
                                ),
                            )
                        ),
                        name="care_order_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("by_minutes__gte", 0),
                            ("by_money__gte", 0),
                            ("insurance__gte", 0),
                            ("own__gte", 0),
                        ),
                        name="care_order_shares_possible",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("how__gt", ""), ("sheet__isnull", False), ("state", "confirmed")
                            ),
                            models.Q(
                                models.Q(("state", "confirmed"), _negated=True),
                                ("cost", 0),
                                ("how", ""),
                            ),
                            _connector="OR",
                        ),
                        name="care_order_paid_when_confirmed",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["person", "day"], name="care_order_person"),
                    models.Index(fields=["provider", "state", "day"], name="care_order_provider"),
                ],
            },
        ),
        migrations.CreateModel(
            name="BedWait",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("level", models.PositiveSmallIntegerField(verbose_name="level of care")),
                ("asked_on", models.DateField(verbose_name="asked")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("offered", "Bed offered"),
                            ("placed", "Moved in"),
                            ("gone", "Off the list"),
                        ],
                        default="waiting",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("answer_by", models.DateField(blank=True, null=True, verbose_name="answer by")),
                (
                    "declined",
                    models.PositiveSmallIntegerField(default=0, verbose_name="offers declined"),
                ),
                (
                    "reason",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="reason"),
                ),
                (
                    "bed",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assistance.bed",
                        verbose_name="bed",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bed_waits",
                        to="enrollment.person",
                        verbose_name="person",
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waits",
                        to="assistance.careprovider",
                        verbose_name="provider",
                    ),
                ),
            ],
            options={
                "verbose_name": "place on a waiting list",
                "verbose_name_plural": "waiting lists for beds",
                "ordering": ["provider", "-level", "asked_on", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["waiting", "offered"])),
                        fields=("provider", "person"),
                        name="care_wait_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "offered")),
                        fields=("bed",),
                        name="care_bed_offered_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "offered"), _negated=True),
                            models.Q(("answer_by__isnull", False), ("bed__isnull", False)),
                            _connector="OR",
                        ),
                        name="care_offer_names_a_bed",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="bed",
            name="provider",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="beds",
                to="assistance.careprovider",
                verbose_name="provider",
            ),
        ),
        migrations.CreateModel(
            name="Voucher",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("month", models.IntegerField(verbose_name="month")),
                ("level", models.PositiveSmallIntegerField(verbose_name="level of care")),
                ("amount", models.BigIntegerField(default=0, verbose_name="amount")),
                ("minutes", models.IntegerField(default=0, verbose_name="minutes")),
                ("expires_on", models.DateField(verbose_name="to be spent by")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="care_vouchers",
                        to="enrollment.person",
                        verbose_name="person",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="office.run",
                        verbose_name="run",
                    ),
                ),
            ],
            options={
                "verbose_name": "voucher for care",
                "verbose_name_plural": "vouchers for care",
                "ordering": ["person", "month"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person", "month"), name="care_voucher_once_a_month"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__gt", 0), ("minutes", 0)),
                            models.Q(("amount", 0), ("minutes__gt", 0)),
                            _connector="OR",
                        ),
                        name="care_voucher_money_or_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VoucherUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.BigIntegerField(default=0, verbose_name="amount")),
                ("minutes", models.IntegerField(default=0, verbose_name="minutes")),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="assistance.careorder",
                        verbose_name="order",
                    ),
                ),
                (
                    "voucher",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="assistance.voucher",
                        verbose_name="voucher",
                    ),
                ),
            ],
            options={
                "verbose_name": "use of a voucher",
                "verbose_name_plural": "uses of vouchers",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("voucher", "order"), name="care_voucher_use_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__gt", 0), ("minutes", 0)),
                            models.Q(("amount", 0), ("minutes__gt", 0)),
                            _connector="OR",
                        ),
                        name="care_voucher_use_money_or_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BedStay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("from_date", models.DateField(verbose_name="from")),
                ("until", models.DateField(blank=True, null=True, verbose_name="until")),
                (
                    "reason",
                    models.CharField(
                        blank=True, default="", max_length=200, verbose_name="reason for moving out"
                    ),
                ),
                (
                    "bed",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stays",
                        to="assistance.bed",
                        verbose_name="bed",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bed_stays",
                        to="enrollment.person",
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "stay in a bed",
                "verbose_name_plural": "stays in beds",
                "ordering": ["-from_date", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("bed",),
                        name="care_bed_taken_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("person",),
                        name="care_one_bed_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True),
                            ("until__gte", models.F("from_date")),
                            _connector="OR",
                        ),
                        name="care_stay_days",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="bed",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_on__isnull", True)),
                fields=("provider", "label"),
                name="care_bed_label_once",
            ),
        ),
    ]
