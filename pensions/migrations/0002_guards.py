"""Accounts, benefits and withdrawn payments are only ever added to; a payment is never changed."""

from django.db import migrations

from socsec.office.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("pensions", "0001_initial")]

    operations = [
        append_only("pensions_accountentry"),
        append_only("pensions_benefit"),
        append_only("pensions_withdrawnpayment"),
        # A payroll that is reversed before its money leaves takes its payments with it.
        migrations.RunSQL(
            sql="""
CREATE TRIGGER pensions_pensionpayment_unchanged BEFORE UPDATE ON pensions_pensionpayment
    FOR EACH STATEMENT EXECUTE FUNCTION office_refuse_change();
CREATE TRIGGER pensions_pensionpayment_no_truncate BEFORE TRUNCATE ON pensions_pensionpayment
    FOR EACH STATEMENT EXECUTE FUNCTION office_refuse_change();
""",
            reverse_sql="""
DROP TRIGGER pensions_pensionpayment_no_truncate ON pensions_pensionpayment;
DROP TRIGGER pensions_pensionpayment_unchanged ON pensions_pensionpayment;
""",
        ),
    ]
