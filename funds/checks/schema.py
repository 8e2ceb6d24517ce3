"""What the database itself is to refuse: whether its guards are still there."""

from collections.abc import Iterator

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from socsec.office.errors import say
from socsec.office.oversight import Finding

from .reading import rows

APPEND_ONLY = [
    "funds_transfer",
    "funds_ledgerbatch",
    "funds_batchtotal",
    "funds_ledgerseal",
    "funds_sealedbatch",
    "funds_paymentorder",
    "funds_paymentoutcome",
    "funds_bankfile",
    "funds_bankreturn",
    "funds_reconciliation",
    "funds_monthclosing",
    "funds_budgetline",
    "funds_finalaccounts",
    "funds_bankstatement",
    "funds_bankline",
    "funds_custodianfile",
    "funds_trade",
    "funds_cashline",
    "funds_holding",
    "funds_valuation",
    "funds_riskreserve",
]


def guards() -> Iterator[Finding]:
    """I2, I3: no guard was taken away, put to sleep, or put back over rows that it never saw."""
    # A guard against TRUNCATE that sleeps is no finding of its own: an emptied table shows in
    # every other question, and test databases are cleaned up by TRUNCATE.
    awake = {
        (table, trigger)
        for table, trigger, state in rows(
            "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal"
        )
        if state in ("O", "A") or trigger.endswith("_no_truncate")
    }
    wanted = [
        (table, f"{table}{end}")
        for table in APPEND_ONLY
        for end in ("_append_only", "_no_truncate")
    ]
    wanted += [
        ("funds_paymentorder", "funds_paymentorder_no_change"),
        ("funds_ledgerbatch", "funds_ledgerbatch_month_open"),
        ("funds_ledgerbatch", "funds_ledgerbatch_unsummed"),
    ]
    for table, trigger in wanted:
        if (table, trigger) not in awake:
            yield Finding(
                "guard_missing",
                f"table {table}",
                say(_("Its guard %(guard)s is gone or switched off."), guard=trigger),
            )
    valid = {
        name
        for (name,) in rows(
            """
            SELECT conname FROM pg_constraint WHERE convalidated AND contype IN ('c', 'u', 'p', 'x')
            UNION ALL
            SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
            WHERE i.indisunique AND i.indisvalid
            """
        )
    }
    for model in apps.get_app_config("funds").get_models():
        table = model._meta.db_table
        names = [constraint.name for constraint in model._meta.constraints]
        for name in [*names, f"{table}_pkey"]:
            if name not in valid:
                yield Finding(
                    "constraint_missing",
                    f"table {table}",
                    say(_("Its constraint %(name)s is gone or was never proved."), name=name),
                )
