"""Lists of full coverage, what was tried, and the rates over time."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from socsec.office.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0010_corrections"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CoverageCount",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "month",
                        "branch",
                        "region",
                        "band",
                        "area",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
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
                ("region", models.CharField(max_length=6, verbose_name="region")),
                (
                    "band",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "0 to 15"),
                            (16, "16 to 29"),
                            (30, "30 to 44"),
                            (45, "45 to 59"),
                            (60, "60 and older"),
                        ],
                        verbose_name="age",
                    ),
                ),
                (
                    "area",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "Not known"), (1, "Urban"), (2, "Rural")],
                        verbose_name="urban or rural",
                    ),
                ),
                ("people", models.BigIntegerField(verbose_name="people")),
                ("insured", models.BigIntegerField(verbose_name="insured")),
            ],
            options={
                "verbose_name": "coverage count",
                "verbose_name_plural": "coverage counts",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("insured__gte", 0),
                            ("insured__lte", models.F("people")),
                            ("people__gt", 0),
                        ),
                        name="coverage_count_possible",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CoverageGap",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id",
                        "branch",
                        "found_on",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("person_id", models.BigIntegerField(verbose_name="person")),
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
                ("found_on", models.DateField(verbose_name="found")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                (
                    "reason",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "The employer left this branch out"),
                            (2, "A resident who did not renew"),
                            (3, "Interrupted"),
                            (4, "A minor, never enrolled"),
                            (5, "Of working age, in no scheme"),
                            (6, "An older person, never enrolled"),
                        ],
                        verbose_name="reason",
                    ),
                ),
                (
                    "since",
                    models.DateField(blank=True, null=True, verbose_name="not insured since"),
                ),
                (
                    "clerk_id",
                    models.BigIntegerField(blank=True, null=True, verbose_name="in the hands of"),
                ),
                ("next_on", models.DateField(blank=True, null=True, verbose_name="next word")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="closed")),
                (
                    "ended",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("covered", "Coverage began"),
                            ("no_longer", "Need not be insured any more"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="how it ended",
                    ),
                ),
            ],
            options={
                "verbose_name": "gap in coverage",
                "verbose_name_plural": "gaps in coverage",
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_on__isnull", True)),
                        fields=["region", "next_on", "person_id"],
                        name="gap_work_list",
                    ),
                    models.Index(fields=["clerk_id"], name="gap_by_clerk"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_on__isnull", True)),
                        fields=("person_id", "branch"),
                        name="gap_one_open_per_branch",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_on__isnull", True), ("ended", "")),
                            models.Q(
                                ("closed_on__isnull", False), models.Q(("ended", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="gap_closed_for_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GapContact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person_id", models.BigIntegerField(verbose_name="person")),
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
                ("found_on", models.DateField(verbose_name="found")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="at",
                    ),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("phone", "By telephone"),
                            ("visit", "Visited at home"),
                            ("counter", "At the counter"),
                            ("message", "By message"),
                        ],
                        max_length=8,
                        verbose_name="how",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("will", "Will enrol"),
                            ("thinks", "Thinks it over"),
                            ("will_not", "Does not want to"),
                            ("cannot", "Cannot pay; help to be looked for"),
                            ("unreached", "Not reached"),
                            ("elsewhere", "Says: insured at another place"),
                            ("away", "Moved away"),
                        ],
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "note",
                    models.CharField(blank=True, default="", max_length=300, verbose_name="note"),
                ),
                ("next_on", models.DateField(blank=True, null=True, verbose_name="next word")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
            ],
            options={
                "verbose_name": "contact",
                "verbose_name_plural": "contacts",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(fields=["person_id", "branch"], name="gap_contact_person")
                ],
            },
        ),
        append_only("enrollment_gapcontact"),
    ]
