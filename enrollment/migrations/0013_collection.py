"""Collection: remittances over every branch, surcharges, waivers, refunds, demand notes, agreements, withholding."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import socsec.office.fields
from socsec.office.append_only import append_only

# A receipt may be allocated to the same month in several turns; the key tells them apart.
TURNS = """
ALTER TABLE enrollment_receiptallocation DROP CONSTRAINT enrollment_receiptallocation_pkey;
ALTER TABLE enrollment_receiptallocation
  ADD CONSTRAINT enrollment_receiptallocation_pkey
  PRIMARY KEY (person_id, month, branch, employer_id, part, receipt_id, turn);
"""
FIRST_TURN = """
ALTER TABLE enrollment_receiptallocation DROP CONSTRAINT enrollment_receiptallocation_pkey;
ALTER TABLE enrollment_receiptallocation
  ADD CONSTRAINT enrollment_receiptallocation_pkey
  PRIMARY KEY (person_id, month, branch, employer_id, part, receipt_id);
"""
# A run that is reversed takes its surcharges out again, so DELETE is not refused.
UNCHANGED = """
CREATE TRIGGER enrollment_surcharge_unchanged BEFORE UPDATE ON enrollment_surchargeentry
    FOR EACH STATEMENT EXECUTE FUNCTION enrollment_refuse_update();
"""
# Each receipt so far was one payment into one fund.
REMITTANCES = """
INSERT INTO enrollment_remittance
  (employer_id, person_id, region, amount, branch, channel, received_on, reference, recorded_at)
SELECT employer_id, person_id, region, amount, branch, 'counter', received_on, reference, recorded_at
FROM enrollment_receipt ORDER BY id;
UPDATE enrollment_receipt r SET remittance_id = m.id
FROM enrollment_remittance m WHERE m.reference = r.reference;
"""
NO_REMITTANCES = """
UPDATE enrollment_receipt SET remittance_id = NULL;
DELETE FROM enrollment_remittance;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0012_residents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Agreement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("last_month", models.IntegerField(verbose_name="up to month")),
                ("total", models.BigIntegerField(verbose_name="total")),
                (
                    "stops_surcharge",
                    models.BooleanField(verbose_name="no surcharge while it is kept"),
                ),
                (
                    "guarantee",
                    models.CharField(
                        blank=True, default="", max_length=200, verbose_name="guarantee"
                    ),
                ),
                ("from_day", models.DateField(verbose_name="from")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Waiting for a second person"),
                            ("active", "Being kept"),
                            ("kept", "Kept"),
                            ("broken", "Broken"),
                            ("refused", "Refused"),
                        ],
                        default="proposed",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "ended_on",
                    models.DateField(blank=True, null=True, verbose_name="kept or broken on"),
                ),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="proposed")),
                (
                    "note",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="note"),
                ),
            ],
            options={
                "verbose_name": "instalment agreement",
                "verbose_name_plural": "instalment agreements",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="DemandLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
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
                ("month", models.IntegerField(verbose_name="month")),
                ("heads", models.IntegerField(verbose_name="people")),
                ("contributions", models.BigIntegerField(verbose_name="contributions")),
                ("surcharge", models.BigIntegerField(verbose_name="surcharge")),
            ],
            options={
                "verbose_name": "line of a demand note",
                "verbose_name_plural": "lines of demand notes",
                "ordering": ["month", "branch"],
            },
        ),
        migrations.CreateModel(
            name="DemandNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("month", models.IntegerField(verbose_name="up to month")),
                ("contributions", models.BigIntegerField(verbose_name="contributions")),
                ("surcharge", models.BigIntegerField(verbose_name="surcharge")),
                ("due_on", models.DateField(verbose_name="due")),
                ("issued_on", models.DateField(verbose_name="issued")),
                (
                    "state",
                    models.CharField(
                        choices=[("issued", "Issued"), ("replaced", "Replaced by a newer one")],
                        default="issued",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("run_id", models.BigIntegerField(default=0, verbose_name="run")),
                ("edition", models.IntegerField(verbose_name="policy edition")),
            ],
            options={
                "verbose_name": "demand note",
                "verbose_name_plural": "demand notes",
                "ordering": ["-pk"],
                "indexes": [models.Index(fields=["run_id"], name="demand_note_run")],
            },
        ),
        migrations.CreateModel(
            name="Instalment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                ("due_on", models.DateField(verbose_name="due")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
            ],
            options={
                "verbose_name": "instalment",
                "verbose_name_plural": "instalments",
                "ordering": ["agreement", "number"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="instalment_amount_possible"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Measure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("order", "Ordered to pay by a day"),
                            ("inquiry", "Bank accounts inquired"),
                            ("transfer", "Transfer from the bank account applied for"),
                            ("guarantee", "Guarantee demanded"),
                            ("court", "Seizure applied for at court"),
                        ],
                        max_length=9,
                        verbose_name="measure",
                    ),
                ),
                ("on", models.DateField(verbose_name="date")),
                ("document", models.CharField(max_length=120, verbose_name="document")),
                (
                    "note",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="note"),
                ),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="recorded")),
            ],
            options={
                "verbose_name": "measure of collection",
                "verbose_name_plural": "measures of collection",
                "ordering": ["-on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("document", ""), _negated=True),
                        name="measure_has_document",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReceiptFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=40, verbose_name="file number")),
                ("sha256", models.CharField(max_length=64, unique=True, verbose_name="checksum")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("received_on", models.DateField(verbose_name="date")),
                ("count", models.IntegerField(verbose_name="lines")),
                ("total", models.BigIntegerField(verbose_name="total")),
                ("taken", models.IntegerField(verbose_name="taken")),
                ("known", models.IntegerField(verbose_name="known before")),
                ("unmatched", models.IntegerField(verbose_name="unmatched")),
                ("read_at", models.DateTimeField(auto_now_add=True, verbose_name="read")),
            ],
            options={
                "verbose_name": "file of receipts",
                "verbose_name_plural": "files of receipts",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("number", "region"), name="receipt_file_number_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("order", "To the person's bank account"),
                            ("back", "Back the way it came"),
                        ],
                        max_length=5,
                        verbose_name="way",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Waiting for a second person"),
                            ("ordered", "Ordered at the bank"),
                            ("paid", "Paid back"),
                            ("returned", "Returned by the bank"),
                            ("refused", "Refused"),
                            ("kept", "Credit again"),
                        ],
                        default="asked",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("asked_at", models.DateTimeField(auto_now_add=True, verbose_name="asked")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
                (
                    "batch_id",
                    models.BigIntegerField(blank=True, null=True, verbose_name="payment batch"),
                ),
                (
                    "note",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="note"),
                ),
            ],
            options={
                "verbose_name": "refund of contributions",
                "verbose_name_plural": "refunds of contributions",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0), models.Q(("reason", ""), _negated=True)
                        ),
                        name="refund_complete",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stage", models.PositiveSmallIntegerField(verbose_name="stage")),
                ("open", models.BigIntegerField(verbose_name="still open")),
                ("sent_on", models.DateField(verbose_name="sent")),
                ("run_id", models.BigIntegerField(default=0, verbose_name="run")),
            ],
            options={
                "verbose_name": "reminder",
                "verbose_name_plural": "reminders",
                "ordering": ["note", "stage"],
            },
        ),
        migrations.CreateModel(
            name="Remittance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
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
                        null=True,
                        verbose_name="branch",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("counter", "Entered at the desk"),
                            ("tax", "The tax authority's file"),
                            ("api", "The tax authority's system"),
                            ("withhold", "Bank withholding"),
                            ("online", "Paid online"),
                            ("unmatched", "Matched later"),
                        ],
                        max_length=9,
                        verbose_name="way",
                    ),
                ),
                ("received_on", models.DateField(verbose_name="received")),
                (
                    "reference",
                    models.CharField(max_length=64, unique=True, verbose_name="bank reference"),
                ),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="recorded")),
            ],
            options={
                "verbose_name": "remittance",
                "verbose_name_plural": "remittances",
                "ordering": ["-received_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="remittance_amount_possible"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SurchargeAllocation",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id",
                        "month",
                        "branch",
                        "employer_id",
                        "part",
                        "receipt_id",
                        "turn",
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
                ("part", models.PositiveSmallIntegerField(default=0, verbose_name="part")),
                ("receipt_id", models.BigIntegerField(verbose_name="receipt")),
                ("turn", models.PositiveSmallIntegerField(default=0, verbose_name="turn")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("received_on", models.DateField(verbose_name="received")),
            ],
            options={
                "verbose_name": "allocation to a surcharge",
                "verbose_name_plural": "allocations to surcharges",
                "indexes": [
                    models.Index(fields=["receipt_id"], name="surcharge_allocation_receipt")
                ],
            },
        ),
        migrations.CreateModel(
            name="SurchargeEntry",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id",
                        "month",
                        "branch",
                        "employer_id",
                        "part",
                        "until",
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
                ("part", models.PositiveSmallIntegerField(default=0, verbose_name="part")),
                ("until", models.DateField(verbose_name="for the days before")),
                ("category", models.PositiveSmallIntegerField(verbose_name="category")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                (
                    "weight",
                    models.BigIntegerField(verbose_name="open amount times days times rate"),
                ),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("run_id", models.BigIntegerField(default=0, verbose_name="run")),
                ("edition", models.IntegerField(verbose_name="policy edition")),
            ],
            options={
                "verbose_name": "surcharge",
                "verbose_name_plural": "surcharges",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("weight__gte", 0)), name="surcharge_weight_possible"
                    )
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("employer_id__gt", 0)),
                        fields=["employer_id"],
                        name="surcharge_employer",
                    ),
                    models.Index(fields=["run_id"], name="surcharge_run"),
                ],
            },
        ),
        migrations.CreateModel(
            name="UnmatchedReceipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.IntegerField(default=0, verbose_name="line")),
                (
                    "reference",
                    models.CharField(max_length=64, unique=True, verbose_name="bank reference"),
                ),
                (
                    "payer_number",
                    socsec.office.fields.EncryptedField(verbose_name="number of the payer"),
                ),
                (
                    "blind",
                    socsec.office.fields.BlindIndexField(
                        purpose="unmatched_payer", source="payer_number"
                    ),
                ),
                ("masked", models.CharField(max_length=40, verbose_name="number of the payer")),
                (
                    "payer_name",
                    models.CharField(
                        blank=True, default="", max_length=120, verbose_name="name of the payer"
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="amount")),
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
                        null=True,
                        verbose_name="branch",
                    ),
                ),
                ("received_on", models.DateField(verbose_name="received")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("fund_id", models.BigIntegerField(verbose_name="fund")),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("unknown", "No such payer"),
                            ("unreadable", "The number of the payer is wrong"),
                            ("no_fund", "No fund for it"),
                            ("reference", "The reference belongs to another payment"),
                        ],
                        max_length=10,
                        verbose_name="why it fits nothing",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Unmatched"),
                            ("returning", "To be sent back, waiting for a second person"),
                            ("matched", "Matched"),
                            ("returned", "Sent back"),
                        ],
                        default="open",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True, default="", max_length=120, verbose_name="how it was settled"
                    ),
                ),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="settled")),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="recorded")),
            ],
            options={
                "verbose_name": "unmatched receipt",
                "verbose_name_plural": "unmatched receipts",
                "ordering": ["received_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="unmatched_amount_possible"
                    )
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["open", "returning"])),
                        fields=["region"],
                        name="unmatched_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Waiver",
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
                        choices=[("surcharge", "Surcharge waived"), ("debt", "Debt written off")],
                        max_length=9,
                        verbose_name="kind",
                    ),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
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
                        help_text="Empty: every one",
                        null=True,
                        verbose_name="branch",
                    ),
                ),
                ("first_month", models.IntegerField(verbose_name="first month")),
                ("last_month", models.IntegerField(verbose_name="last month")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("document", models.CharField(max_length=120, verbose_name="document")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Waiting for a second person"),
                            ("approved", "Approved"),
                            ("refused", "Refused"),
                            ("revoked", "Taken up again"),
                        ],
                        default="proposed",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="proposed")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
                (
                    "note",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="note"),
                ),
            ],
            options={
                "verbose_name": "waiver or write-off",
                "verbose_name_plural": "waivers and write-offs",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0),
                            models.Q(("reason", ""), _negated=True),
                            models.Q(("document", ""), _negated=True),
                        ),
                        name="waiver_complete",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WaiverLine",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id",
                        "month",
                        "branch",
                        "employer_id",
                        "part",
                        "waiver_id",
                        "turn",
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
                ("part", models.PositiveSmallIntegerField(default=0, verbose_name="part")),
                ("waiver_id", models.BigIntegerField(db_index=True, verbose_name="waiver")),
                ("turn", models.PositiveSmallIntegerField(verbose_name="turn")),
                ("surcharge", models.BooleanField(verbose_name="of the surcharge")),
                ("category", models.PositiveSmallIntegerField(verbose_name="category")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("on", models.DateField(verbose_name="date")),
            ],
            options={
                "verbose_name": "line of a waiver",
                "verbose_name_plural": "lines of waivers",
            },
        ),
        migrations.CreateModel(
            name="WithholdingFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("charge_on", models.DateField(verbose_name="to be charged on")),
                ("count", models.IntegerField(verbose_name="lines")),
                ("total", models.BigIntegerField(verbose_name="total")),
                (
                    "state",
                    models.CharField(
                        choices=[("out", "With the bank"), ("answered", "Answered")],
                        default="out",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="made")),
                (
                    "answer_sha256",
                    models.CharField(
                        blank=True, default="", max_length=64, verbose_name="checksum of the answer"
                    ),
                ),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="answered"),
                ),
            ],
            options={
                "verbose_name": "withholding file",
                "verbose_name_plural": "withholding files",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "out")),
                        fields=("region",),
                        name="withholding_file_one_out",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WithholdingLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField(verbose_name="line")),
                ("attempt", models.PositiveSmallIntegerField(verbose_name="attempt")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("out", "With the bank"),
                            ("paid", "Charged"),
                            ("returned", "Returned by the bank"),
                            ("again", "Presented again"),
                        ],
                        default="out",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, default="", max_length=120, verbose_name="bank's reason"
                    ),
                ),
            ],
            options={
                "verbose_name": "withholding",
                "verbose_name_plural": "withholdings",
                "ordering": ["file", "number"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="withholding_amount_possible"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WithholdingMandate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("holder", models.CharField(max_length=120, verbose_name="account holder")),
                ("bank", models.CharField(max_length=60, verbose_name="bank")),
                ("account", socsec.office.fields.EncryptedField(verbose_name="account number")),
                ("last_four", models.CharField(max_length=4, verbose_name="last four digits")),
                ("from_day", models.DateField(verbose_name="from")),
                ("until", models.DateField(blank=True, null=True, verbose_name="until")),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="recorded")),
            ],
            options={
                "verbose_name": "withholding mandate",
                "verbose_name_plural": "withholding mandates",
                "ordering": ["-pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="receipt",
            name="receipt_amounts_possible",
        ),
        migrations.RemoveConstraint(
            model_name="receiptallocation",
            name="allocation_amounts_possible",
        ),
        migrations.AddField(
            model_name="receipt",
            name="gone",
            field=models.BigIntegerField(db_default=0, default=0, verbose_name="refunded or moved"),
        ),
        migrations.AlterField(
            model_name="receipt",
            name="reference",
            field=models.CharField(db_index=True, max_length=64, verbose_name="bank reference"),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(TURNS, FIRST_TURN)],
            state_operations=[
                migrations.AlterField(
                    model_name="receiptallocation",
                    name="pk",
                    field=models.CompositePrimaryKey(
                        "person_id",
                        "month",
                        "branch",
                        "employer_id",
                        "part",
                        "receipt_id",
                        "turn",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="receiptallocation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("account_share__gte", 0),
                        ("account_share__lte", models.F("amount")),
                        ("amount__gt", 0),
                    ),
                    ("amount__lte", 0),
                    _connector="OR",
                ),
                name="allocation_amounts_possible",
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="checker",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="decided by",
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="employer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="agreements",
                to="enrollment.employer",
                verbose_name="employer",
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="maker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="proposed by",
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="agreements",
                to="enrollment.person",
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="demandnote",
            name="employer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="demand_notes",
                to="enrollment.employer",
                verbose_name="employer",
            ),
        ),
        migrations.AddField(
            model_name="demandnote",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="demand_notes",
                to="enrollment.person",
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="demandline",
            name="note",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="enrollment.demandnote",
                verbose_name="demand note",
            ),
        ),
        migrations.AddField(
            model_name="instalment",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="instalments",
                to="enrollment.agreement",
                verbose_name="agreement",
            ),
        ),
        migrations.AddField(
            model_name="measure",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="entered by",
            ),
        ),
        migrations.AddField(
            model_name="measure",
            name="employer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="measures",
                to="enrollment.employer",
                verbose_name="employer",
            ),
        ),
        migrations.AddField(
            model_name="receiptfile",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="read by",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="checker",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="decided by",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="maker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="asked by",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="receipt",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refunds",
                to="enrollment.receipt",
                verbose_name="receipt",
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="note",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reminders",
                to="enrollment.demandnote",
                verbose_name="demand note",
            ),
        ),
        migrations.AddField(
            model_name="remittance",
            name="employer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="remittances",
                to="enrollment.employer",
                verbose_name="employer",
            ),
        ),
        migrations.AddField(
            model_name="remittance",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="remittances",
                to="enrollment.person",
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="remittance",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receipts",
                to="enrollment.remittance",
                verbose_name="remittance",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gt", 0),
                    (
                        "amount__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("credit"), "+", models.F("gone")
                        ),
                    ),
                    ("credit__gte", 0),
                    ("gone__gte", 0),
                ),
                name="receipt_amounts_possible",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(
                fields=("reference", "fund_id"), name="receipt_reference_once_a_fund"
            ),
        ),
        migrations.AddField(
            model_name="unmatchedreceipt",
            name="file",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="enrollment.receiptfile",
                verbose_name="file",
            ),
        ),
        migrations.AddField(
            model_name="unmatchedreceipt",
            name="maker",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="proposed by",
            ),
        ),
        migrations.AddField(
            model_name="unmatchedreceipt",
            name="remittance",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="unmatched",
                to="enrollment.remittance",
                verbose_name="remittance",
            ),
        ),
        migrations.AddField(
            model_name="unmatchedreceipt",
            name="settled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="settled by",
            ),
        ),
        migrations.AddField(
            model_name="waiver",
            name="checker",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="decided by",
            ),
        ),
        migrations.AddField(
            model_name="waiver",
            name="employer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="enrollment.employer",
                verbose_name="employer",
            ),
        ),
        migrations.AddField(
            model_name="waiver",
            name="maker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="proposed by",
            ),
        ),
        migrations.AddField(
            model_name="waiver",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="enrollment.person",
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="waiver",
            name="revoked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="taken up again by",
            ),
        ),
        migrations.AddField(
            model_name="withholdingfile",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="made by",
            ),
        ),
        migrations.AddField(
            model_name="withholdingline",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="enrollment.withholdingfile",
                verbose_name="file",
            ),
        ),
        migrations.AddField(
            model_name="withholdingline",
            name="repeats",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="repeated_by",
                to="enrollment.withholdingline",
                verbose_name="repeats",
            ),
        ),
        migrations.AddField(
            model_name="withholdingmandate",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="entered by",
            ),
        ),
        migrations.AddField(
            model_name="withholdingmandate",
            name="employer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="withholding_mandates",
                to="enrollment.employer",
                verbose_name="employer",
            ),
        ),
        migrations.AddField(
            model_name="withholdingmandate",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="withholding_mandates",
                to="enrollment.person",
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="withholdingline",
            name="mandate",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="enrollment.withholdingmandate",
                verbose_name="mandate",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("employer__isnull", True), ("person__isnull", False)),
                    models.Q(("employer__isnull", False), ("person__isnull", True)),
                    _connector="OR",
                ),
                name="agreement_one_payer",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["proposed", "active"])),
                fields=("employer", "person"),
                name="agreement_one_at_a_time",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("checker__isnull", True),
                    models.Q(("checker", models.F("maker")), _negated=True),
                    _connector="OR",
                ),
                name="agreement_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "proposed"), ("checker__isnull", False), _connector="OR"
                ),
                name="agreement_decided_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="demandnote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("employer__isnull", True), ("person__isnull", False)),
                    models.Q(("employer__isnull", False), ("person__isnull", True)),
                    _connector="OR",
                ),
                name="demand_note_one_payer",
            ),
        ),
        migrations.AddConstraint(
            model_name="demandnote",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "issued")),
                fields=("employer", "person"),
                name="demand_note_one_valid",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="demandline",
            constraint=models.UniqueConstraint(
                fields=("note", "branch", "month"), name="demand_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="instalment",
            constraint=models.UniqueConstraint(
                fields=("agreement", "number"), name="instalment_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("checker__isnull", True),
                    models.Q(("checker", models.F("maker")), _negated=True),
                    _connector="OR",
                ),
                name="refund_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "asked"), ("checker__isnull", False), _connector="OR"),
                name="refund_decided_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.UniqueConstraint(
                fields=("note", "stage"), name="reminder_once_a_stage"
            ),
        ),
        migrations.AddConstraint(
            model_name="remittance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("employer__isnull", True), ("person__isnull", False)),
                    models.Q(("employer__isnull", False), ("person__isnull", True)),
                    _connector="OR",
                ),
                name="remittance_one_payer",
            ),
        ),
        migrations.AddConstraint(
            model_name="unmatchedreceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "returned"), _negated=True),
                    models.Q(
                        ("maker__isnull", False),
                        ("settled_by__isnull", False),
                        models.Q(("settled_by", models.F("maker")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="unmatched_returned_with_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="unmatchedreceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "matched"), _negated=True),
                    ("remittance__isnull", False),
                    _connector="OR",
                ),
                name="unmatched_matched_to_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="waiver",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("employer__isnull", True), ("person__isnull", False)),
                    models.Q(("employer__isnull", False), ("person__isnull", True)),
                    _connector="OR",
                ),
                name="waiver_one_payer",
            ),
        ),
        migrations.AddConstraint(
            model_name="waiver",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("checker__isnull", True),
                    models.Q(("checker", models.F("maker")), _negated=True),
                    _connector="OR",
                ),
                name="waiver_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="waiver",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "proposed"), ("checker__isnull", False), _connector="OR"
                ),
                name="waiver_decided_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="withholdingmandate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("employer__isnull", True), ("person__isnull", False)),
                    models.Q(("employer__isnull", False), ("person__isnull", True)),
                    _connector="OR",
                ),
                name="withholding_mandate_one_payer",
            ),
        ),
        migrations.AddConstraint(
            model_name="withholdingmandate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until__isnull", True)),
                fields=("employer", "person"),
                name="withholding_mandate_one_open",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="withholdingline",
            constraint=models.UniqueConstraint(
                fields=("file", "number"), name="withholding_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="withholdingline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("attempt", 1), ("repeats__isnull", True)),
                    models.Q(("attempt", 2), ("repeats__isnull", False)),
                    _connector="OR",
                ),
                name="withholding_repeated_once",
            ),
        ),
        append_only("enrollment_surchargeallocation"),
        append_only("enrollment_waiverline"),
        append_only("enrollment_measure"),
        migrations.RunSQL(
            UNCHANGED, "DROP TRIGGER enrollment_surcharge_unchanged ON enrollment_surchargeentry"
        ),
        migrations.RunSQL(REMITTANCES, NO_REMITTANCES),
    ]
