"""Social security cards, one that counts for each person, and the guard of their way."""

import django.contrib.postgres.functions
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import socsec.office.fields

# The way of a card, as enrollment.models.card.STEPS has it: no other step, no way back from an end.
GUARD = """
CREATE FUNCTION enrollment_card_steps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a card is cancelled, not deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.person_id IS DISTINCT FROM NEW.person_id THEN
        RAISE EXCEPTION 'a card stays with its person' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('requested', 'produced'), ('requested', 'cancelled'),
        ('produced', 'issued'), ('produced', 'cancelled'),
        ('issued', 'active'), ('issued', 'lost'), ('issued', 'cancelled'),
        ('active', 'lost'), ('active', 'cancelled'),
        ('lost', 'issued'), ('lost', 'active'), ('lost', 'replaced'), ('lost', 'cancelled')
    ) THEN
        RAISE EXCEPTION 'a card cannot go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER enrollment_card_steps BEFORE UPDATE OR DELETE ON enrollment_card
    FOR EACH ROW EXECUTE FUNCTION enrollment_card_steps();
"""
UNGUARD = """
DROP TRIGGER enrollment_card_steps ON enrollment_card;
DROP FUNCTION enrollment_card_steps();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0015_uploads_taken_back"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Card",
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
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "Being made"),
                            ("produced", "Made, to be handed over"),
                            ("issued", "Handed over, not activated"),
                            ("active", "In use"),
                            ("lost", "Reported lost"),
                            ("replaced", "Replaced by another"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="requested",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("counter", "Counter"),
                            ("phone", "Telephone"),
                            ("portal", "Portal"),
                            ("api", "Partner system"),
                            ("system", "System"),
                        ],
                        max_length=8,
                        verbose_name="channel",
                    ),
                ),
                ("requested_on", models.DateField(verbose_name="requested")),
                ("due_on", models.DateField(verbose_name="due")),
                (
                    "number",
                    models.CharField(
                        blank=True, default="", max_length=9, verbose_name="card number"
                    ),
                ),
                (
                    "bank",
                    models.CharField(blank=True, default="", max_length=60, verbose_name="bank"),
                ),
                (
                    "account",
                    socsec.office.fields.EncryptedField(
                        blank=True, default="", verbose_name="account number"
                    ),
                ),
                (
                    "blind",
                    socsec.office.fields.BlindIndexField(purpose="bank_account", source="account"),
                ),
                (
                    "last_four",
                    models.CharField(
                        blank=True, default="", max_length=4, verbose_name="last four digits"
                    ),
                ),
                ("produced_on", models.DateField(blank=True, null=True, verbose_name="made")),
                ("issued_on", models.DateField(blank=True, null=True, verbose_name="handed over")),
                ("activated_on", models.DateField(blank=True, null=True, verbose_name="activated")),
                (
                    "lost_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="reported lost"),
                ),
                (
                    "before_loss",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("requested", "Being made"),
                            ("produced", "Made, to be handed over"),
                            ("issued", "Handed over, not activated"),
                            ("active", "In use"),
                            ("lost", "Reported lost"),
                            ("replaced", "Replaced by another"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="state before the loss",
                    ),
                ),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="ended")),
                (
                    "reason",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="reason"),
                ),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="recorded")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cards",
                        to="enrollment.person",
                        verbose_name="person",
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="enrollment.card",
                        verbose_name="in place of",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="requested by",
                    ),
                ),
            ],
            options={
                "verbose_name": "social security card",
                "verbose_name_plural": "social security cards",
                "ordering": ["due_on", "pk"],
                "indexes": [models.Index(fields=["region", "state", "due_on"], name="card_queue")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["replaced", "cancelled"]), _negated=True),
                        fields=("person",),
                        name="card_one_valid_per_person",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("number", ""), _negated=True),
                        fields=("number",),
                        name="card_number_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["requested", "cancelled"]),
                            models.Q(
                                ("produced_on__isnull", False),
                                models.Q(("number", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="card_made_before_handed_over",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "lost"), _negated=True),
                            models.Q(
                                ("before_loss__in", ["issued", "active"]),
                                ("lost_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="card_lost_since",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["replaced", "cancelled"]),
                            ("ended_on__isnull", True),
                            _connector="XOR",
                        ),
                        name="card_ended_on_a_day",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
