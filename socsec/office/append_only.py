"""Guards for tables that are only ever added to: the database itself refuses the rest.

For a migration of any app: `operations = [append_only("office_auditentry"), ...]`. Two statement
triggers refuse UPDATE, DELETE and TRUNCATE, whoever asks and however many rows would be touched.
They look at no rows, so they cost a mass insert nothing.
"""

from django.db import migrations

_FUNCTION = """
CREATE OR REPLACE FUNCTION office_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation',
              HINT = 'Correct it by adding a row that reverses it.';
END $$;
"""


def append_only(table: str) -> migrations.RunSQL:
    """The operation that guards a table, and its undoing."""
    # The function is made with each guard and never dropped, so that migrations of several apps
    # need no order among themselves.
    return migrations.RunSQL(
        sql=_FUNCTION
        + f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION office_refuse_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION office_refuse_change();
""",
        reverse_sql=f"""
DROP TRIGGER {table}_no_truncate ON {table};
DROP TRIGGER {table}_append_only ON {table};
""",
    )
