"""What each person's record was at the end of a year, and the guard that keeps it."""

from django.db import migrations, models

import socsec.office.fields

# A statement is never changed; a run that is reversed takes its statements out. Keys may be rotated.
GUARD = """
CREATE FUNCTION enrollment_statement_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a yearly statement stays as it was issued: % is refused', TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'Correct the record; the next one states it.';
END $$;
CREATE TRIGGER enrollment_statement_stays
    BEFORE UPDATE OF person_id, year, region, run_id, facts, digest, issued_on
    ON enrollment_yearlystatement
    FOR EACH STATEMENT EXECUTE FUNCTION enrollment_statement_stays();
"""
UNGUARD = """
DROP TRIGGER enrollment_statement_stays ON enrollment_yearlystatement;
DROP FUNCTION enrollment_statement_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0008_movements"),
    ]

    operations = [
        migrations.CreateModel(
            name="YearlyStatement",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id",
                        "year",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("person_id", models.BigIntegerField(verbose_name="person")),
                ("year", models.SmallIntegerField(verbose_name="year")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("run_id", models.BigIntegerField(verbose_name="run")),
                (
                    "resident_id",
                    socsec.office.fields.EncryptedField(verbose_name="resident identity number"),
                ),
                ("facts", models.JSONField(verbose_name="what it states")),
                ("digest", models.CharField(max_length=64, verbose_name="fingerprint")),
                ("issued_on", models.DateField(verbose_name="issued")),
            ],
            options={
                "verbose_name": "yearly statement",
                "verbose_name_plural": "yearly statements",
                "ordering": ["-year"],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
