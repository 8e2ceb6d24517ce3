"""What partners are told: public events, subscriptions, deliveries."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import socsec.office.fields
from socsec.office.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="EventCursor",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("txid", models.BigIntegerField(default=0, verbose_name="transaction")),
                ("after_id", models.BigIntegerField(default=0, verbose_name="after entry")),
            ],
            options={
                "verbose_name": "event cursor",
                "verbose_name_plural": "event cursors",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="event_cursor_one_row"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PublicEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event_id", models.UUIDField(unique=True, verbose_name="event")),
                ("kind", models.CharField(max_length=40, verbose_name="kind")),
                ("entry_id", models.BigIntegerField(verbose_name="audit entry")),
                (
                    "person_id",
                    models.BigIntegerField(blank=True, null=True, verbose_name="person's number"),
                ),
                ("subject_type", models.CharField(max_length=20, verbose_name="subject")),
                (
                    "subject_id",
                    models.CharField(max_length=40, verbose_name="subject's public number"),
                ),
                ("sequence", models.IntegerField(verbose_name="sequence")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("occurred_at", models.DateTimeField(verbose_name="occurred")),
                (
                    "published_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="published",
                    ),
                ),
                ("data", models.JSONField(blank=True, default=dict, verbose_name="data")),
            ],
            options={
                "verbose_name": "public event",
                "verbose_name_plural": "public events",
                "ordering": ["id"],
                "indexes": [
                    models.Index(fields=["published_at"], name="event_published"),
                    models.Index(fields=["region", "id"], name="event_by_region"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("entry_id", "kind"), name="event_once_per_entry"
                    ),
                    models.UniqueConstraint(
                        fields=("subject_type", "subject_id", "sequence"),
                        name="event_sequence_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(default=uuid.uuid4, unique=True, verbose_name="public number"),
                ),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        size=None,
                        verbose_name="kinds of event",
                    ),
                ),
                ("url", models.URLField(max_length=300, verbose_name="address")),
                ("secret", socsec.office.fields.EncryptedField(verbose_name="secret")),
                (
                    "secret_before",
                    socsec.office.fields.EncryptedField(
                        blank=True, default="", verbose_name="secret before"
                    ),
                ),
                (
                    "before_until",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="secret before signs until"
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                ("failures", models.IntegerField(default=0, verbose_name="failures in a row")),
                (
                    "rest_until",
                    models.DateTimeField(blank=True, null=True, verbose_name="rests until"),
                ),
                (
                    "opened_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="opened",
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subscriptions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="partner",
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
                "verbose_name": "subscription",
                "verbose_name_plural": "subscriptions",
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at__isnull", True), ("active", False), _connector="OR"
                        ),
                        name="subscription_closed_is_not_active",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kinds", []), _negated=True),
                        name="subscription_to_some_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=64, verbose_name="subject")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("delivered", "Delivered"),
                            ("dead", "Given up"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.IntegerField(default=0, verbose_name="attempts")),
                ("since", models.DateTimeField(verbose_name="tried since")),
                ("due_at", models.DateTimeField(verbose_name="next attempt")),
                ("token", models.UUIDField(blank=True, null=True, verbose_name="held by")),
                (
                    "leased_until",
                    models.DateTimeField(blank=True, null=True, verbose_name="held until"),
                ),
                ("status", models.SmallIntegerField(blank=True, null=True, verbose_name="answer")),
                (
                    "error",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="error"),
                ),
                (
                    "delivered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="delivered"),
                ),
                ("replays", models.SmallIntegerField(default=0, verbose_name="sent anew")),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="office.publicevent",
                        verbose_name="event",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="office.subscription",
                        verbose_name="subscription",
                    ),
                ),
            ],
            options={
                "verbose_name": "delivery",
                "verbose_name_plural": "deliveries",
                "ordering": ["-event_id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("event", "subscription"),
                        name="delivery_once_per_event_and_subscription",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "delivered"), _negated=True),
                            ("delivered_at__isnull", False),
                            _connector="OR",
                        ),
                        name="delivery_delivered_at_some_time",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["subscription", "subject", "event"],
                        name="delivery_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["due_at"],
                        name="delivery_due",
                    ),
                    models.Index(fields=["state", "-event"], name="delivery_by_state"),
                ],
            },
        ),
        append_only("office_publicevent"),
    ]
