"""Papers that were issued, and the guard that keeps each as it was."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import socsec.office.fields

# A paper states what it states. Its key may be rotated and it may be revoked once; else nothing moves.
GUARD = """
CREATE FUNCTION office_certificate_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.revoked_on IS NOT DISTINCT FROM NEW.revoked_on
       AND OLD.number IS DISTINCT FROM NEW.number
       AND to_jsonb(OLD) - 'number' = to_jsonb(NEW) - 'number' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.revoked_on IS NULL AND NEW.revoked_on IS NOT NULL
       AND to_jsonb(OLD) - '{revoked_on,revoked_by_id,revoke_reason}'::text[]
         = to_jsonb(NEW) - '{revoked_on,revoked_by_id,revoke_reason}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a certificate stays as it was issued: % is refused', TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'Revoke it and issue another.';
END $$;
CREATE TRIGGER office_certificate_stays BEFORE UPDATE OR DELETE ON office_certificate
    FOR EACH ROW EXECUTE FUNCTION office_certificate_stays();
CREATE TRIGGER office_certificate_no_truncate BEFORE TRUNCATE ON office_certificate
    FOR EACH STATEMENT EXECUTE FUNCTION office_certificate_stays();
"""
UNGUARD = """
DROP TRIGGER office_certificate_no_truncate ON office_certificate;
DROP TRIGGER office_certificate_stays ON office_certificate;
DROP FUNCTION office_certificate_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0004_jobs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Certificate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=24, verbose_name="kind")),
                (
                    "person_id",
                    models.BigIntegerField(blank=True, null=True, verbose_name="person's number"),
                ),
                (
                    "owner",
                    models.CharField(
                        blank=True, default="", max_length=18, verbose_name="credit code"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "number",
                    socsec.office.fields.EncryptedField(
                        blank=True, default="", verbose_name="number as printed"
                    ),
                ),
                (
                    "masked",
                    models.CharField(blank=True, default="", max_length=20, verbose_name="number"),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("facts", models.JSONField(verbose_name="what it states")),
                ("digest", models.CharField(max_length=64, verbose_name="fingerprint")),
                ("issued_on", models.DateField(verbose_name="issued")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="good until")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="recorded",
                    ),
                ),
                ("revoked_on", models.DateField(blank=True, null=True, verbose_name="revoked")),
                (
                    "revoke_reason",
                    models.CharField(
                        blank=True, default="", max_length=200, verbose_name="reason for revoking"
                    ),
                ),
                (
                    "issued_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="issued by",
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
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="revoked by",
                    ),
                ),
            ],
            options={
                "verbose_name": "certificate",
                "verbose_name_plural": "certificates",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["person_id", "-id"], name="certificate_by_person"),
                    models.Index(fields=["owner", "-id"], name="certificate_by_owner"),
                    models.Index(fields=["region"], name="certificate_region"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_on__isnull", True)),
                        fields=("kind", "person_id", "owner", "digest", "issued_on"),
                        name="certificate_once_a_day",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("person_id__isnull", False),
                            models.Q(("owner", ""), _negated=True),
                            _connector="XOR",
                        ),
                        name="certificate_of_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_by__isnull", True), ("revoked_on__isnull", True)),
                            models.Q(("revoked_by__isnull", False), ("revoked_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="certificate_revoked_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until__isnull", True),
                            ("valid_until__gte", models.F("issued_on")),
                            _connector="OR",
                        ),
                        name="certificate_valid_after_issue",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
