"""What other registers say, and proofs of life."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import socsec.office.fields
from socsec.office.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0016_cards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ProofOfLife",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id",
                        "proved_on",
                        "way",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("person_id", models.BigIntegerField(verbose_name="person")),
                ("proved_on", models.DateField(verbose_name="alive on")),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("match", "By a match of data"),
                            ("self", "By the person"),
                            ("relative", "By a relative"),
                            ("helper", "By a village helper"),
                            ("visit", "By a visit at home"),
                            ("counter", "At the counter"),
                        ],
                        max_length=8,
                        verbose_name="how",
                    ),
                ),
                ("valid_until", models.DateField(verbose_name="enough until")),
                ("by_id", models.BigIntegerField(blank=True, null=True, verbose_name="by")),
                (
                    "notice_id",
                    models.BigIntegerField(blank=True, null=True, verbose_name="status notice"),
                ),
                (
                    "witness",
                    models.CharField(
                        blank=True, default="", max_length=60, verbose_name="who confirms"
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="recorded",
                    ),
                ),
            ],
            options={
                "verbose_name": "proof of life",
                "verbose_name_plural": "proofs of life",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("valid_until__gte", models.F("proved_on"))),
                        name="proof_holds_for_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("way__in", ["relative", "helper", "visit"]), _negated=True),
                            models.Q(("witness", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="proof_of_others_names_them",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProofTask",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id",
                        "due_on",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("person_id", models.BigIntegerField(verbose_name="person")),
                ("due_on", models.DateField(verbose_name="due")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("what", models.CharField(max_length=40, verbose_name="for")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reminded", "Reminded"),
                            ("missed", "To be looked up"),
                            ("closed", "Proved"),
                            ("not_due", "Not due any more"),
                        ],
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("reminded_on", models.DateField(blank=True, null=True, verbose_name="reminded")),
                ("missed_on", models.DateField(blank=True, null=True, verbose_name="missed")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="closed")),
            ],
            options={
                "verbose_name": "proof that is due",
                "verbose_name_plural": "proofs that are due",
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_on__isnull", True)),
                        fields=["region", "due_on"],
                        name="proof_task_queue",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_on__isnull", True)),
                        fields=("person_id",),
                        name="proof_task_one_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StatusNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "register",
                    models.CharField(
                        choices=[
                            ("deaths", "Register of deaths"),
                            ("prisons", "Prison administration"),
                            ("border", "Exit and entry administration"),
                            ("schools", "Register of schools"),
                            ("households", "Household register"),
                            ("tax", "Tax authority"),
                        ],
                        max_length=12,
                        verbose_name="register",
                    ),
                ),
                ("reference", models.CharField(max_length=64, verbose_name="reference")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("death", "Death"),
                            ("prison", "Imprisonment"),
                            ("release", "Release from prison"),
                            ("emigration", "Emigration"),
                            ("return", "Return from abroad"),
                            ("move", "Move to another place"),
                            ("seen", "Appeared in person"),
                            ("school", "Goes to school"),
                            ("earned", "Earned an income"),
                        ],
                        max_length=12,
                        verbose_name="what is said",
                    ),
                ),
                ("happened_on", models.DateField(verbose_name="happened")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "resident_id",
                    socsec.office.fields.EncryptedField(verbose_name="resident identity number"),
                ),
                ("blind", models.CharField(max_length=22, verbose_name="blind index")),
                (
                    "to_region",
                    models.CharField(blank=True, default="", max_length=6, verbose_name="to"),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("matched", "Waits for a decision"),
                            ("doubt", "Number fits, name differs"),
                            ("unmatched", "Nobody with this number"),
                            ("confirmed", "Taken over"),
                            ("dismissed", "Not so"),
                        ],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "received_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="received",
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
                (
                    "reason",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="reason"),
                ),
                (
                    "decided_by",
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
                    "event",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notice",
                        to="enrollment.lifeevent",
                        verbose_name="life event",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="status_notices",
                        to="enrollment.person",
                        verbose_name="person",
                    ),
                ),
                (
                    "received_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="received by",
                    ),
                ),
            ],
            options={
                "verbose_name": "status notice",
                "verbose_name_plural": "status notices",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(fields=["region", "state"], name="status_queue"),
                    models.Index(
                        condition=models.Q(("state", "unmatched")),
                        fields=["blind"],
                        name="status_unmatched",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("register", "reference"), name="status_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("person__isnull", True), ("state", "unmatched")),
                            ("state", "dismissed"),
                            models.Q(
                                models.Q(("state", "unmatched"), _negated=True),
                                ("person__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="status_matched_has_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "dismissed"), _negated=True),
                            models.Q(
                                ("decided_by__isnull", False),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="status_dismissed_with_a_reason",
                    ),
                ],
            },
        ),
        append_only("enrollment_proofoflife"),
    ]
