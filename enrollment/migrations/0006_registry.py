"""People under several numbers, those who act for them, requests, life events, and merges."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import socsec.office.fields
from socsec.office.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0005_every_branch"),
        ("office", "0003_events"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangeRequest",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="change_request",
                        serialize=False,
                        to="office.case",
                    ),
                ),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("name", "Name"),
                            ("sex", "Sex"),
                            ("born_on", "Date of birth"),
                            ("resident_id", "Resident identity number"),
                            ("phone", "Mobile number"),
                            ("address", "Address"),
                            ("bank", "Bank account"),
                            ("registration", "Household registration"),
                        ],
                        max_length=12,
                        verbose_name="what",
                    ),
                ),
                (
                    "before",
                    socsec.office.fields.EncryptedField(
                        blank=True, default="", verbose_name="on file"
                    ),
                ),
                ("after", socsec.office.fields.EncryptedField(verbose_name="requested")),
                (
                    "correction",
                    models.BooleanField(default=False, verbose_name="was wrong from the start"),
                ),
                ("since", models.DateField(blank=True, null=True, verbose_name="holds from")),
                ("applied_at", models.DateTimeField(blank=True, null=True, verbose_name="applied")),
            ],
            options={
                "verbose_name": "change request",
                "verbose_name_plural": "change requests",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("correction", True), ("since__isnull", False), _connector="OR"
                        ),
                        name="change_request_has_a_day",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DuplicatePair",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id",
                        "other_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("person_id", models.BigIntegerField(verbose_name="person")),
                ("other_id", models.BigIntegerField(verbose_name="other person")),
                (
                    "reason",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "The same identity number"),
                            (2, "The same name and date of birth"),
                            (3, "Nearly the same name, the same date of birth"),
                        ],
                        verbose_name="reason",
                    ),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                (
                    "other_region",
                    models.CharField(max_length=6, verbose_name="region of the other"),
                ),
                ("run_id", models.BigIntegerField(default=0, verbose_name="run")),
                (
                    "found_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="found"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "To be looked at"),
                            ("distinct", "Two different people"),
                            ("same", "One person"),
                        ],
                        db_default="open",
                        default="open",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
                (
                    "note",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=200, verbose_name="note"
                    ),
                ),
            ],
            options={
                "verbose_name": "possible duplicate",
                "verbose_name_plural": "possible duplicates",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("person_id__lt", models.F("other_id"))),
                        name="duplicate_pair_lower_first",
                    )
                ],
                "indexes": [
                    models.Index(fields=["state", "reason"], name="duplicate_pair_queue"),
                    models.Index(fields=["other_id"], name="duplicate_pair_other"),
                ],
            },
        ),
        migrations.CreateModel(
            name="EventReport",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="event_report",
                        serialize=False,
                        to="office.case",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("birth", "Birth of a child"),
                            ("death", "Death"),
                            ("move", "Move to another place"),
                            ("prison", "Imprisonment"),
                            ("release", "Release from prison"),
                            ("emigration", "Emigration"),
                            ("return", "Return from abroad"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("happened_on", models.DateField(verbose_name="happened")),
                ("detail", models.JSONField(blank=True, default=dict, verbose_name="detail")),
            ],
            options={
                "verbose_name": "report of a life event",
                "verbose_name_plural": "reports of life events",
            },
        ),
        migrations.CreateModel(
            name="IdentityDocument",
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
                        choices=[
                            ("resident_id", "Resident identity number"),
                            ("passport", "Passport"),
                            (
                                "residence_permit",
                                "Residence permit for people of Hong Kong, Macao and Taiwan",
                            ),
                            (
                                "travel_permit",
                                "Travel permit for people of Hong Kong, Macao and Taiwan",
                            ),
                            ("foreign_resident", "Foreign permanent resident card"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("number", socsec.office.fields.EncryptedField(verbose_name="number")),
                (
                    "country",
                    models.CharField(
                        blank=True, default="", max_length=3, verbose_name="issued by"
                    ),
                ),
                ("valid_from", models.DateField(blank=True, null=True, verbose_name="valid from")),
                (
                    "valid_until",
                    models.DateField(blank=True, null=True, verbose_name="valid until"),
                ),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="recorded")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="ended")),
                (
                    "ended_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="end recorded"),
                ),
                (
                    "end_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("changed", "Changed"),
                            ("corrected", "Corrected"),
                            ("expired", "Expired"),
                        ],
                        default="",
                        max_length=9,
                        verbose_name="reason for the end",
                    ),
                ),
            ],
            options={
                "verbose_name": "identity document",
                "verbose_name_plural": "identity documents",
                "ordering": ["person", "kind", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("end_reason", ""),
                                ("ended_at__isnull", True),
                                ("ended_on__isnull", True),
                            ),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("ended_on__isnull", False),
                                models.Q(("end_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="identity_document_ends_with_a_reason",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LifeEvent",
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
                        choices=[
                            ("birth", "Birth of a child"),
                            ("death", "Death"),
                            ("move", "Move to another place"),
                            ("prison", "Imprisonment"),
                            ("release", "Release from prison"),
                            ("emigration", "Emigration"),
                            ("return", "Return from abroad"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("happened_on", models.DateField(verbose_name="happened")),
                ("known_on", models.DateField(verbose_name="known since")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="recorded",
                    ),
                ),
                ("document", models.CharField(max_length=120, verbose_name="document")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("detail", models.JSONField(blank=True, default=dict, verbose_name="detail")),
            ],
            options={
                "verbose_name": "life event",
                "verbose_name_plural": "life events",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("known_on__gte", models.F("happened_on"))),
                        name="life_event_known_after_it_happened",
                    )
                ],
                "indexes": [models.Index(fields=["region"], name="life_event_region")],
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
                (
                    "kind",
                    models.CharField(
                        choices=[("delegate", "Delegate"), ("guardian", "Guardian")],
                        max_length=8,
                        verbose_name="as",
                    ),
                ),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("see", "See the record"),
                                ("enrol", "Enrol"),
                                ("claim", "Claim benefits"),
                                ("pay", "Pay contributions"),
                                ("change", "Change details"),
                            ],
                            max_length=6,
                        ),
                        size=None,
                        verbose_name="may do",
                    ),
                ),
                ("since", models.DateField(verbose_name="from")),
                ("until", models.DateField(verbose_name="until")),
                (
                    "document",
                    models.CharField(
                        blank=True, default="", max_length=120, verbose_name="document"
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
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                (
                    "end_reason",
                    models.CharField(
                        blank=True, default="", max_length=200, verbose_name="reason for the end"
                    ),
                ),
            ],
            options={
                "verbose_name": "permission to act",
                "verbose_name_plural": "guardians and delegates",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__gte", models.F("since"))),
                        name="mandate_has_a_last_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scopes__contains", ["see"])),
                        name="mandate_sees_at_least",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonFact",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id",
                        "detail",
                        "seq",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("person_id", models.BigIntegerField(verbose_name="person")),
                (
                    "detail",
                    models.CharField(
                        choices=[
                            ("name", "Name"),
                            ("sex", "Sex"),
                            ("born_on", "Date of birth"),
                            ("resident_id", "Resident identity number"),
                            ("phone", "Mobile number"),
                            ("address", "Address"),
                            ("region", "Region"),
                        ],
                        max_length=12,
                        verbose_name="detail",
                    ),
                ),
                ("seq", models.PositiveSmallIntegerField(verbose_name="number")),
                ("value", socsec.office.fields.EncryptedField(blank=True, verbose_name="value")),
                ("since", models.DateField(blank=True, null=True, verbose_name="holds from")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="recorded",
                    ),
                ),
                ("case_id", models.BigIntegerField(blank=True, null=True, verbose_name="case")),
            ],
            options={
                "verbose_name": "detail of a person",
                "verbose_name_plural": "details of people",
            },
        ),
        migrations.CreateModel(
            name="PersonLink",
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
                            ("active", "Merged"),
                            ("rejected", "Rejected"),
                            ("undone", "Undone"),
                        ],
                        default="proposed",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "proposed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="proposed",
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="undone")),
                (
                    "undo_reason",
                    models.CharField(
                        blank=True, default="", max_length=200, verbose_name="why undone"
                    ),
                ),
            ],
            options={
                "verbose_name": "merge of records",
                "verbose_name_plural": "merges of records",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Registration",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Urban"), (2, "Rural")], verbose_name="registration type"
                    ),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                (
                    "span",
                    django.contrib.postgres.fields.ranges.DateRangeField(verbose_name="period"),
                ),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="recorded")),
                (
                    "ended_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="end recorded"),
                ),
            ],
            options={
                "verbose_name": "household registration",
                "verbose_name_plural": "household registrations",
                "ordering": ["person", "span"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", [1, 2])), name="registration_kind_known"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="householdmember",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="end recorded"),
        ),
        migrations.AddField(
            model_name="personidentifier",
            name="fold",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=22, verbose_name="folded index"
            ),
        ),
        migrations.AlterField(
            model_name="personidentifier",
            name="kind",
            field=models.CharField(
                choices=[
                    ("resident_id", "Resident identity number"),
                    ("passport", "Passport"),
                    (
                        "residence_permit",
                        "Residence permit for people of Hong Kong, Macao and Taiwan",
                    ),
                    ("travel_permit", "Travel permit for people of Hong Kong, Macao and Taiwan"),
                    ("foreign_resident", "Foreign permanent resident card"),
                ],
                max_length=16,
                verbose_name="kind",
            ),
        ),
        migrations.AddIndex(
            model_name="personidentifier",
            index=models.Index(
                condition=models.Q(("fold", ""), _negated=True),
                fields=["fold"],
                name="identifier_fold",
            ),
        ),
        migrations.AddField(
            model_name="changerequest",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="change_requests",
                to="enrollment.person",
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="duplicatepair",
            name="decided_by",
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
            model_name="eventreport",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="event_reports",
                to="enrollment.person",
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="identitydocument",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="identity_documents",
                to="enrollment.person",
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="lifeevent",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="lifeevent",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="life_events",
                to="enrollment.person",
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="lifeevent",
            name="reverses",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reversed_by",
                to="enrollment.lifeevent",
                verbose_name="takes back",
            ),
        ),
        migrations.AddField(
            model_name="eventreport",
            name="event",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="report",
                to="enrollment.lifeevent",
            ),
        ),
        migrations.AddField(
            model_name="mandate",
            name="delegate",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="mandates_held",
                to="enrollment.person",
                verbose_name="acts",
            ),
        ),
        migrations.AddField(
            model_name="mandate",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="ended by",
            ),
        ),
        migrations.AddField(
            model_name="mandate",
            name="granted_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="granted by",
            ),
        ),
        migrations.AddField(
            model_name="mandate",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="mandates_given",
                to="enrollment.person",
                verbose_name="for",
            ),
        ),
        migrations.AddField(
            model_name="personfact",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="personlink",
            name="absorbed",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="absorbed_by",
                to="enrollment.person",
                verbose_name="this record",
            ),
        ),
        migrations.AddField(
            model_name="personlink",
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
            model_name="personlink",
            name="maker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="proposed by",
            ),
        ),
        migrations.AddField(
            model_name="personlink",
            name="survivor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="absorbs",
                to="enrollment.person",
                verbose_name="is read under",
            ),
        ),
        migrations.AddField(
            model_name="personlink",
            name="undone_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="undone by",
            ),
        ),
        migrations.AddField(
            model_name="registration",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="registrations",
                to="enrollment.person",
                verbose_name="person",
            ),
        ),
        migrations.AddConstraint(
            model_name="duplicatepair",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "open"),
                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                    _connector="OR",
                ),
                name="duplicate_pair_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitydocument",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_on__isnull", True)),
                fields=("person", "kind", "country"),
                name="identity_document_one_of_a_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="lifeevent",
            index=models.Index(fields=["person", "happened_on"], name="life_event_person"),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("person", "delegate"),
                name="mandate_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(("person", models.F("delegate")), _negated=True),
                name="mandate_for_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "delegate"), models.Q(("document", ""), _negated=True), _connector="OR"
                ),
                name="mandate_guardian_by_document",
            ),
        ),
        migrations.AddConstraint(
            model_name="personlink",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["proposed", "active"])),
                fields=("absorbed",),
                name="person_link_read_under_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="personlink",
            constraint=models.CheckConstraint(
                condition=models.Q(("absorbed", models.F("survivor")), _negated=True),
                name="person_link_of_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="personlink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "proposed"),
                    models.Q(
                        ("checker__isnull", False),
                        ("decided_at__isnull", False),
                        models.Q(("checker", models.F("maker")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="person_link_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="registration",
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
                    ("span", "&&"),
                ],
                name="registration_one_at_a_time",
            ),
        ),
        append_only("enrollment_personfact"),
        append_only("enrollment_lifeevent"),
    ]
