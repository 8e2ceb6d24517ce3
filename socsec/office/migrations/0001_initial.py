"""Everything that all apps share."""

import datetime

import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import socsec.office.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseCounter",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "prefix",
                        "day",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("prefix", models.CharField(max_length=6)),
                ("day", models.DateField()),
                ("last", models.IntegerField()),
            ],
            options={
                "verbose_name": "case counter",
                "verbose_name_plural": "case counters",
            },
        ),
        migrations.CreateModel(
            name="Office",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=12, unique=True, verbose_name="code")),
                ("name_zh", models.CharField(max_length=80, verbose_name="Chinese name")),
                ("name_en", models.CharField(max_length=120, verbose_name="English name")),
            ],
            options={
                "verbose_name": "office",
                "verbose_name_plural": "offices",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                (
                    "first_name",
                    models.CharField(blank=True, max_length=150, verbose_name="first name"),
                ),
                (
                    "last_name",
                    models.CharField(blank=True, max_length=150, verbose_name="last name"),
                ),
                (
                    "email",
                    models.EmailField(blank=True, max_length=254, verbose_name="email address"),
                ),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="date joined"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("staff", "Staff"),
                            ("insured", "Insured person"),
                            ("partner", "Partner system"),
                            ("system", "System"),
                        ],
                        default="staff",
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                (
                    "person_id",
                    models.BigIntegerField(
                        blank=True, db_index=True, null=True, verbose_name="own person number"
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[("en", "English"), ("zh-hans", "Chinese")],
                        default="",
                        max_length=8,
                        verbose_name="language",
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="users",
                        to="office.office",
                        verbose_name="office",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "insured")),
                        fields=("person_id",),
                        name="user_one_account_per_insured_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "insured"), _negated=True),
                            ("person_id__isnull", False),
                            _connector="OR",
                        ),
                        name="user_insured_account_has_a_person",
                    ),
                ],
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                (
                    "number",
                    models.BigIntegerField(
                        primary_key=True, serialize=False, verbose_name="number"
                    ),
                ),
                ("chain", models.IntegerField(default=1, verbose_name="chain")),
                ("from_txid", models.BigIntegerField(verbose_name="from transaction")),
                ("to_txid", models.BigIntegerField(verbose_name="to transaction")),
                ("after_id", models.BigIntegerField(default=0, verbose_name="after entry")),
                ("count", models.BigIntegerField(verbose_name="entries")),
                ("leaves", models.BinaryField(verbose_name="fingerprints")),
                ("digest", models.BinaryField(max_length=32, verbose_name="digest")),
                (
                    "previous",
                    models.BinaryField(max_length=32, unique=True, verbose_name="digest before"),
                ),
                (
                    "sealed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="sealed",
                    ),
                ),
            ],
            options={
                "verbose_name": "audit seal",
                "verbose_name_plural": "audit seals",
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("chain", "to_txid"), name="audit_seal_one_per_horizon"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("to_txid__gte", models.F("from_txid"))),
                        name="audit_seal_forward",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=24, unique=True, verbose_name="number")),
                ("kind", models.CharField(max_length=40, verbose_name="kind")),
                (
                    "person_id",
                    models.BigIntegerField(blank=True, null=True, verbose_name="person's number"),
                ),
                ("subject", models.CharField(max_length=120, verbose_name="name")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("waiting", "Waiting for papers"),
                            ("assessed", "Waiting for a check"),
                            ("granted", "Granted"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="received",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("counter", "Counter"),
                            ("portal", "Portal"),
                            ("api", "Partner system"),
                            ("system", "System"),
                        ],
                        max_length=8,
                        verbose_name="channel",
                    ),
                ),
                ("received_on", models.DateField(verbose_name="received")),
                ("days", models.SmallIntegerField(verbose_name="statutory working days")),
                ("due_on", models.DateField(verbose_name="due")),
                (
                    "waiting_since",
                    models.DateField(blank=True, null=True, verbose_name="waiting since"),
                ),
                ("waited", models.SmallIntegerField(default=0, verbose_name="working days waited")),
                (
                    "key",
                    models.CharField(
                        blank=True, default="", max_length=80, verbose_name="idempotency key"
                    ),
                ),
                (
                    "assessed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="assessed"),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
                ("sheet", models.JSONField(blank=True, null=True, verbose_name="assessment sheet")),
                (
                    "reasons",
                    models.JSONField(blank=True, default=list, verbose_name="reasons for refusal"),
                ),
                (
                    "checker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="checked by",
                    ),
                ),
                (
                    "clerk",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="in the hands of",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="assessed by",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="opened by",
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="office.office",
                        verbose_name="office",
                    ),
                ),
            ],
            options={
                "verbose_name": "case",
                "verbose_name_plural": "cases",
                "ordering": ["due_on", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("key", ""), _negated=True),
                        fields=("opened_by", "key"),
                        name="case_opened_once_per_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("maker__isnull", True),
                            ("checker__isnull", True),
                            models.Q(("checker", models.F("maker")), _negated=True),
                            _connector="OR",
                        ),
                        name="case_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["granted", "refused"]), _negated=True),
                            models.Q(
                                ("checker__isnull", False),
                                ("decided_at__isnull", False),
                                ("maker__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="case_decided_by_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "assessed"), _negated=True),
                            ("maker__isnull", False),
                            _connector="OR",
                        ),
                        name="case_assessed_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), _negated=True),
                            models.Q(("reasons", []), _negated=True),
                            _connector="OR",
                        ),
                        name="case_refused_with_reasons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "waiting"), ("waiting_since__isnull", False)),
                            models.Q(
                                models.Q(("state", "waiting"), _negated=True),
                                ("waiting_since__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="case_waits_since_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("days__gte", 0), ("waited__gte", 0)),
                        name="case_days_not_negative",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["clerk", "state", "due_on"], name="case_by_clerk"),
                    models.Index(fields=["person_id", "-received_on"], name="case_by_person"),
                    models.Index(fields=["kind", "state"], name="case_by_kind"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="at",
                    ),
                ),
                ("act", models.CharField(max_length=20, verbose_name="act")),
                (
                    "before",
                    models.CharField(
                        blank=True, default="", max_length=10, verbose_name="state before"
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        blank=True, default="", max_length=10, verbose_name="state after"
                    ),
                ),
                ("text", models.TextField(blank=True, default="", verbose_name="text")),
                ("detail", models.JSONField(blank=True, default=dict, verbose_name="detail")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="office.case",
                        verbose_name="case",
                    ),
                ),
            ],
            options={
                "verbose_name": "step",
                "verbose_name_plural": "steps",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="CaseNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="at",
                    ),
                ),
                ("text", models.TextField(verbose_name="text")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="office.case",
                        verbose_name="case",
                    ),
                ),
            ],
            options={
                "verbose_name": "note",
                "verbose_name_plural": "notes",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="OneTimeCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("purpose", models.CharField(max_length=30, verbose_name="purpose")),
                ("digest", models.CharField(max_length=64, verbose_name="fingerprint")),
                ("created_at", models.DateTimeField(verbose_name="made")),
                ("expires_at", models.DateTimeField(verbose_name="good until")),
                ("attempts", models.SmallIntegerField(default=0, verbose_name="wrong attempts")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="used")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "one-time code",
                "verbose_name_plural": "one-time codes",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["user", "purpose", "-id"], name="code_latest")],
            },
        ),
        migrations.CreateModel(
            name="OutboxMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("to", socsec.office.fields.EncryptedField(verbose_name="number")),
                ("to_masked", models.CharField(max_length=20, verbose_name="number")),
                ("body", socsec.office.fields.EncryptedField(verbose_name="text")),
                ("purpose", models.CharField(max_length=30, verbose_name="purpose")),
                (
                    "person_id",
                    models.BigIntegerField(blank=True, null=True, verbose_name="person's number"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting to be sent"),
                            ("sent", "Sent"),
                            ("kept", "Kept here, not sent"),
                            ("failed", "Could not be sent"),
                        ],
                        default="queued",
                        max_length=6,
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.SmallIntegerField(default=0, verbose_name="attempts")),
                ("error", models.TextField(blank=True, default="", verbose_name="error")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="written",
                    ),
                ),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
            ],
            options={
                "verbose_name": "text message",
                "verbose_name_plural": "text messages",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "queued")),
                        fields=["id"],
                        name="outbox_to_send",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PolicyEdition",
            fields=[
                (
                    "number",
                    models.IntegerField(primary_key=True, serialize=False, verbose_name="number"),
                ),
                ("digest", models.CharField(max_length=64, verbose_name="fingerprint")),
                ("content", models.JSONField(verbose_name="content")),
                (
                    "note",
                    models.CharField(
                        blank=True, default="", max_length=300, verbose_name="what changed"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="created",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
            ],
            options={
                "verbose_name": "policy edition",
                "verbose_name_plural": "policy editions",
                "ordering": ["-number"],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="edition",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="office.policyedition",
                verbose_name="policy edition",
            ),
        ),
        migrations.CreateModel(
            name="Region",
            fields=[
                (
                    "code",
                    models.CharField(
                        max_length=6, primary_key=True, serialize=False, verbose_name="code"
                    ),
                ),
                ("name_zh", models.CharField(max_length=60, verbose_name="Chinese name")),
                ("name_en", models.CharField(max_length=80, verbose_name="English name")),
                (
                    "level",
                    models.SmallIntegerField(
                        choices=[(0, "Nation"), (1, "Province"), (2, "City"), (3, "County")],
                        verbose_name="level",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="office.region",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "region",
                "verbose_name_plural": "regions",
                "ordering": ["code"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^\\d{6}$")),
                        name="region_code_six_digits",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PolicyValue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=100, verbose_name="parameter")),
                ("from_date", models.DateField(verbose_name="from")),
                ("value", models.TextField(verbose_name="value")),
                ("law", models.CharField(max_length=200, verbose_name="document")),
                (
                    "source",
                    models.CharField(blank=True, default="", max_length=500, verbose_name="source"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("official", "Official"),
                            ("secondary", "From a second source"),
                            ("provisional", "Provisional"),
                            ("unverified", "Not verified"),
                        ],
                        default="official",
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Waiting for a check"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "made_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="entered",
                    ),
                ),
                ("checked_at", models.DateTimeField(blank=True, null=True, verbose_name="checked")),
                (
                    "reason",
                    models.TextField(blank=True, default="", verbose_name="reason for rejecting"),
                ),
                (
                    "checker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="checked by",
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
                "verbose_name": "policy value",
                "verbose_name_plural": "policy values",
                "ordering": ["code", "region", "-from_date", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("checker__isnull", True),
                            models.Q(("checker", models.F("maker")), _negated=True),
                            _connector="OR",
                        ),
                        name="policy_value_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("checker__isnull", True), ("state", "draft")),
                            models.Q(
                                ("checker__isnull", False), ("state__in", ["approved", "rejected"])
                            ),
                            _connector="OR",
                        ),
                        name="policy_value_checked_by_someone",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "draft")),
                        fields=("code", "region", "from_date"),
                        name="policy_value_one_draft",
                    ),
                ],
                "indexes": [models.Index(fields=["state", "code"], name="policy_value_by_state")],
            },
        ),
        migrations.AddField(
            model_name="office",
            name="region",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="offices",
                to="office.region",
                verbose_name="region",
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="region",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="office.region",
                verbose_name="region",
            ),
        ),
        migrations.CreateModel(
            name="RoleGrant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("intake", "Intake clerk"),
                            ("assessor", "Assessor"),
                            ("reviewer", "Reviewer"),
                            ("accountant", "Accountant"),
                            ("auditor", "Auditor"),
                            ("policy_officer", "Policy officer"),
                            ("administrator", "Administrator"),
                        ],
                        max_length=16,
                        verbose_name="role",
                    ),
                ),
                ("since", models.DateField(verbose_name="from")),
                ("until", models.DateField(blank=True, null=True, verbose_name="until")),
                (
                    "granted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="granted by",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "role grant",
                "verbose_name_plural": "role grants",
                "ordering": ["user", "role", "since"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("granted_by", models.F("user")), _negated=True),
                        name="role_grant_not_by_oneself",
                        violation_error_message="Nobody grants a role to themselves.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True),
                            (
                                "until__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("since"), "-", models.Value(datetime.timedelta(days=1))
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="role_grant_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40, verbose_name="kind")),
                ("month", models.IntegerField(verbose_name="month")),
                ("region_low", models.IntegerField(editable=False, verbose_name="lowest code")),
                ("region_high", models.IntegerField(editable=False, verbose_name="highest code")),
                ("params", models.JSONField(blank=True, default=dict, verbose_name="settings")),
                (
                    "digest",
                    models.CharField(max_length=64, verbose_name="fingerprint of the settings"),
                ),
                ("identity", models.BigIntegerField(editable=False, verbose_name="identity")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("drafted", "Drafted"),
                            ("previewed", "Previewed"),
                            ("approved", "Approved"),
                            ("running", "Running"),
                            ("posted", "Posted"),
                            ("failed", "Stopped"),
                            ("reversing", "Being reversed"),
                            ("reversed", "Reversed"),
                            ("abandoned", "Abandoned"),
                        ],
                        default="drafted",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("preview", models.JSONField(blank=True, null=True, verbose_name="preview")),
                ("count", models.BigIntegerField(default=0, verbose_name="rows")),
                ("total", models.BigIntegerField(default=0, verbose_name="total")),
                (
                    "checksum",
                    models.CharField(
                        blank=True, default="", max_length=64, verbose_name="checksum"
                    ),
                ),
                (
                    "error",
                    models.JSONField(blank=True, default=dict, verbose_name="why it stopped"),
                ),
                ("backwards", models.BooleanField(default=False, verbose_name="in reverse")),
                (
                    "drafted_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="drafted",
                    ),
                ),
                (
                    "previewed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="previewed"),
                ),
                (
                    "approved_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="approved"),
                ),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="started")),
                (
                    "finished_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="finished"),
                ),
                (
                    "reversal_reason",
                    models.TextField(blank=True, default="", verbose_name="reason for reversing"),
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
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="drafted by",
                    ),
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
                (
                    "reversed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="reversed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "run",
                "verbose_name_plural": "runs",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["reversed", "abandoned"]), _negated=True),
                        fields=("kind", "month", "region", "digest"),
                        name="run_once",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("state__in", ["reversed", "abandoned"]), _negated=True),
                        expressions=[
                            (
                                models.Func(
                                    models.F("identity"),
                                    models.F("identity"),
                                    models.Value("[]"),
                                    function="int8range",
                                    output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.F("month"),
                                    models.F("month"),
                                    models.Value("[]"),
                                    function="int8range",
                                    output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.F("region_low"),
                                    models.F("region_high"),
                                    models.Value("[]"),
                                    function="int8range",
                                    output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="run_once_for_overlapping_regions",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("checker__isnull", True),
                            models.Q(("checker", models.F("maker")), _negated=True),
                            _connector="OR",
                        ),
                        name="run_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["approved", "running", "posted"]), _negated=True
                            ),
                            ("checker__isnull", False),
                            _connector="OR",
                        ),
                        name="run_approved_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reversed_by__isnull", True),
                            models.Q(("reversed_by", models.F("maker")), _negated=True),
                            _connector="OR",
                        ),
                        name="run_reversed_by_another",
                    ),
                ],
                "indexes": [models.Index(fields=["state"], name="run_by_state")],
            },
        ),
        migrations.CreateModel(
            name="RunChunk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField(verbose_name="number")),
                ("spec", models.JSONField(default=dict, verbose_name="which part")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("taken", "Being worked on"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("reversed", "Reversed"),
                        ],
                        default="waiting",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "worker",
                    models.CharField(blank=True, default="", max_length=80, verbose_name="worker"),
                ),
                (
                    "leased_until",
                    models.DateTimeField(blank=True, null=True, verbose_name="taken until"),
                ),
                ("attempts", models.SmallIntegerField(default=0, verbose_name="attempts")),
                ("count", models.BigIntegerField(default=0, verbose_name="rows")),
                ("total", models.BigIntegerField(default=0, verbose_name="total")),
                (
                    "checksum",
                    models.CharField(
                        blank=True, default="", max_length=64, verbose_name="checksum"
                    ),
                ),
                ("error", models.JSONField(blank=True, default=dict, verbose_name="error")),
                (
                    "finished_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="finished"),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="chunks",
                        to="office.run",
                        verbose_name="run",
                    ),
                ),
            ],
            options={
                "verbose_name": "chunk",
                "verbose_name_plural": "chunks",
                "ordering": ["run", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("run", "number"), name="run_chunk_once")
                ],
                "indexes": [models.Index(fields=["run", "state", "number"], name="run_chunk_next")],
            },
        ),
        migrations.CreateModel(
            name="CaseDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="at",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="file name")),
                (
                    "label",
                    models.CharField(
                        blank=True, default="", max_length=80, verbose_name="what it is"
                    ),
                ),
                ("content_type", models.CharField(max_length=40, verbose_name="type")),
                ("size", models.IntegerField(verbose_name="bytes")),
                ("sha256", models.CharField(max_length=64, verbose_name="fingerprint")),
                ("content", socsec.office.fields.EncryptedBytesField(verbose_name="content")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="office.case",
                        verbose_name="case",
                    ),
                ),
            ],
            options={
                "verbose_name": "document",
                "verbose_name_plural": "documents",
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "sha256"), name="case_document_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=80, verbose_name="key")),
                (
                    "request_hash",
                    models.CharField(max_length=64, verbose_name="fingerprint of the request"),
                ),
                ("status", models.SmallIntegerField(verbose_name="status")),
                ("body", models.JSONField(null=True, verbose_name="answer")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="at",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="partner",
                    ),
                ),
            ],
            options={
                "verbose_name": "idempotency key",
                "verbose_name_plural": "idempotency keys",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "key"), name="idempotency_key_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person_id", models.BigIntegerField(verbose_name="person's number")),
                ("title_zh", models.CharField(max_length=120, verbose_name="title in Chinese")),
                ("title_en", models.CharField(max_length=200, verbose_name="title in English")),
                ("body_zh", models.TextField(verbose_name="text in Chinese")),
                ("body_en", models.TextField(verbose_name="text in English")),
                (
                    "sent_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="sent",
                    ),
                ),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="read")),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="office.case",
                        verbose_name="case",
                    ),
                ),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["person_id", "-id"], name="notice_by_person")],
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="at",
                    ),
                ),
                ("act", models.CharField(max_length=40, verbose_name="act")),
                (
                    "subject_type",
                    models.CharField(blank=True, default="", max_length=40, verbose_name="subject"),
                ),
                (
                    "subject_id",
                    models.CharField(
                        blank=True, default="", max_length=64, verbose_name="subject's number"
                    ),
                ),
                (
                    "person_id",
                    models.BigIntegerField(blank=True, null=True, verbose_name="person's number"),
                ),
                (
                    "region",
                    models.CharField(blank=True, default="", max_length=6, verbose_name="region"),
                ),
                ("reason", models.TextField(blank=True, default="", verbose_name="reason")),
                ("detail", models.JSONField(blank=True, default=dict, verbose_name="detail")),
                (
                    "txid",
                    models.BigIntegerField(
                        db_default=django.db.models.functions.comparison.Cast(
                            django.db.models.functions.comparison.Cast(
                                models.Func(
                                    function="pg_current_xact_id", output_field=models.TextField()
                                ),
                                models.TextField(),
                            ),
                            models.BigIntegerField(),
                        ),
                        editable=False,
                        verbose_name="transaction",
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty where the system itself acted.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="office.office",
                        verbose_name="office",
                    ),
                ),
            ],
            options={
                "verbose_name": "audit entry",
                "verbose_name_plural": "audit entries",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["txid", "id"], name="audit_by_transaction"),
                    models.Index(
                        condition=models.Q(("person_id__isnull", False)),
                        fields=["person_id", "-id"],
                        name="audit_by_person",
                    ),
                    models.Index(fields=["subject_type", "subject_id"], name="audit_by_subject"),
                    models.Index(fields=["actor", "-id"], name="audit_by_actor"),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["region", "state", "due_on"], name="case_queue"),
        ),
    ]
