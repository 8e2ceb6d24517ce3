"""The books are only ever added to. An order's ciphertext alone may be written anew, under a new key."""

from django.db import migrations

from socsec.office.append_only import append_only

ORDER_GUARD = """
CREATE FUNCTION funds_order_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'funds_paymentorder is append-only: % is refused', TG_OP
        USING ERRCODE = 'restrict_violation',
              HINT = 'Cancel the payment batch, or reorder a returned payment.';
END $$;
CREATE TRIGGER funds_paymentorder_append_only BEFORE DELETE ON funds_paymentorder
    FOR EACH STATEMENT EXECUTE FUNCTION funds_order_refuse_change();
CREATE TRIGGER funds_paymentorder_no_truncate BEFORE TRUNCATE ON funds_paymentorder
    FOR EACH STATEMENT EXECUTE FUNCTION funds_order_refuse_change();
CREATE TRIGGER funds_paymentorder_no_change BEFORE UPDATE ON funds_paymentorder
    FOR EACH ROW WHEN (
        to_jsonb(OLD) - 'account' IS DISTINCT FROM to_jsonb(NEW) - 'account'
    ) EXECUTE FUNCTION funds_order_refuse_change();
"""

NO_ORDER_GUARD = """
DROP TRIGGER funds_paymentorder_no_change ON funds_paymentorder;
DROP TRIGGER funds_paymentorder_no_truncate ON funds_paymentorder;
DROP TRIGGER funds_paymentorder_append_only ON funds_paymentorder;
DROP FUNCTION funds_order_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("funds", "0001_initial")]

    operations = [
        append_only("funds_transfer"),
        append_only("funds_ledgerbatch"),
        append_only("funds_batchtotal"),
        append_only("funds_ledgerseal"),
        append_only("funds_sealedbatch"),
        append_only("funds_paymentoutcome"),
        append_only("funds_bankfile"),
        append_only("funds_bankreturn"),
        append_only("funds_reconciliation"),
        migrations.RunSQL(ORDER_GUARD, NO_ORDER_GUARD),
    ]
