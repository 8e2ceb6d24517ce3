"""Records that move between regions; what was attested is only added to."""

import django.contrib.postgres.functions
import django.db.models.deletion
from django.db import migrations, models

from socsec.office.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0007_employers"),
        ("office", "0004_jobs"),
    ]

    operations = [
        migrations.CreateModel(
            name="MovedMonth",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id",
                        "movement_id",
                        "turn",
                        "month",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("person_id", models.BigIntegerField(verbose_name="person")),
                ("movement_id", models.BigIntegerField(verbose_name="movement")),
                ("turn", models.PositiveSmallIntegerField(verbose_name="statement")),
                ("month", models.IntegerField(verbose_name="month")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("resident", models.BooleanField(verbose_name="as a resident")),
                ("deemed", models.BooleanField(verbose_name="deemed")),
                ("base", models.BigIntegerField(verbose_name="contribution base")),
                ("overlaps", models.BooleanField(verbose_name="overlaps")),
                ("counts", models.BooleanField(verbose_name="counts")),
            ],
            options={
                "verbose_name": "month that moved",
                "verbose_name_plural": "months that moved",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("overlaps", True), ("counts", True), _connector="OR"),
                        name="moved_month_left_out_only_where_it_overlaps",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Movement",
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
                ("from_region", models.CharField(max_length=6, verbose_name="from")),
                ("to_region", models.CharField(max_length=6, verbose_name="to")),
                (
                    "household_region",
                    models.CharField(max_length=6, verbose_name="household registration"),
                ),
                (
                    "transferred",
                    models.BooleanField(default=False, verbose_name="transferred with approval"),
                ),
                (
                    "keep",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "The month of the old place"),
                            (2, "The month of the new place"),
                        ],
                        default=2,
                        verbose_name="where months overlap, keep",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "The new place looks at the request"),
                            ("accepted", "The old place attests the record"),
                            ("attested", "The new place takes the record over"),
                            ("done", "Moved"),
                            ("temporary", "Stays; temporary account at the new place"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="requested",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("turn", models.PositiveSmallIntegerField(default=0, verbose_name="statement")),
                ("months", models.IntegerField(default=0, verbose_name="months attested")),
                (
                    "digest",
                    models.CharField(
                        blank=True,
                        default="",
                        max_length=64,
                        verbose_name="digest of the statement",
                    ),
                ),
                (
                    "serial",
                    models.CharField(
                        blank=True, default="", max_length=24, verbose_name="certificate"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        blank=True, default="", max_length=12, verbose_name="verification code"
                    ),
                ),
                (
                    "file_before",
                    models.CharField(
                        blank=True, default="", max_length=6, verbose_name="file kept before in"
                    ),
                ),
                (
                    "money",
                    models.CharField(
                        choices=[
                            ("none", "No money moves"),
                            ("due", "To be sent"),
                            ("sent", "Sent"),
                            ("received", "Received"),
                        ],
                        default="none",
                        max_length=8,
                        verbose_name="money",
                    ),
                ),
                ("requested_on", models.DateField(verbose_name="requested")),
                ("attested_on", models.DateField(blank=True, null=True, verbose_name="attested")),
                ("done_on", models.DateField(blank=True, null=True, verbose_name="moved")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="enrollment.person",
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "movement",
                "verbose_name_plural": "movements",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["requested", "accepted", "attested"])),
                        fields=("person", "branch"),
                        name="movement_one_open_per_branch",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("from_region", models.F("to_region")), _negated=True),
                        name="movement_goes_somewhere",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["attested", "done"]), _negated=True),
                            models.Q(
                                ("months__gt", 0),
                                ("turn__gt", 0),
                                models.Q(("serial", ""), _negated=True),
                                models.Q(("digest", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="movement_attested_with_months",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_on__isnull", False), ("state", "done")),
                            models.Q(
                                models.Q(("state", "done"), _negated=True),
                                ("done_on__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="movement_done_on_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("money", "none"), ("state", "done"), _connector="OR"),
                        name="movement_money_after_the_record",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("serial", ""), _negated=True),
                        fields=("serial",),
                        name="movement_serial_once",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["from_region"], name="movement_from"),
                    models.Index(fields=["to_region"], name="movement_to"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MovementStep",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="movement_step",
                        serialize=False,
                        to="office.case",
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("accept", "Accept a record from elsewhere"),
                            ("attest", "Attest a record that moves away"),
                            ("take", "Take an attested record over"),
                        ],
                        max_length=8,
                        verbose_name="step",
                    ),
                ),
                (
                    "movement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="enrollment.movement",
                        verbose_name="movement",
                    ),
                ),
            ],
            options={
                "verbose_name": "step of a movement",
                "verbose_name_plural": "steps of movements",
                "ordering": ["case_id"],
                "constraints": [
                    models.UniqueConstraint(fields=("movement", "step"), name="movement_step_once")
                ],
            },
        ),
        append_only("enrollment_movedmonth"),
    ]
