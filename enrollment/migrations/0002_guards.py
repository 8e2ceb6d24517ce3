"""What happened stays as it was: allocations are only added, contributions never changed."""

from django.db import migrations

from socsec.office.append_only import append_only

# A run that is reversed before any money came in takes its months out again, so that it can be
# done anew; the ledger keeps the claim and its reversal. Hence UPDATE is refused and DELETE is not.
UNCHANGED = """
CREATE FUNCTION enrollment_refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never changed: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation',
              HINT = 'Correct it by adding a further part.';
END $$;
CREATE TRIGGER enrollment_contribution_unchanged BEFORE UPDATE ON enrollment_contribution
    FOR EACH STATEMENT EXECUTE FUNCTION enrollment_refuse_update();
"""


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0001_initial")]

    operations = [
        append_only("enrollment_receiptallocation"),
        migrations.RunSQL(
            UNCHANGED,
            """
            DROP TRIGGER enrollment_contribution_unchanged ON enrollment_contribution;
            DROP FUNCTION enrollment_refuse_update();
            """,
        ),
    ]
