"""What payments promise."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from funds.models import accounts
from funds.models.payments import SPENT_FROM
from funds.queries import control
from funds.services.payments import REPAID
from socsec.kernel.money import yuan
from socsec.office.errors import say
from socsec.office.oversight import Finding

from .reading import rows


def orders() -> Iterator[Finding]:
    """I4: a released envelope holds the orders it announced, and its file and posting say the same."""
    found = rows(
        """
        SELECT e.id,
               coalesce((o.count, o.total) <> (e.count, e.total), true),
               f.batch_id IS NOT NULL AND (f.count, f.total) <> (e.count, e.total),
               coalesce((b.heads, b.total) <> (e.count, e.total), true)
        FROM funds_paymentbatch e
        LEFT JOIN (
          SELECT batch_id, count(*) AS count, sum(amount) AS total
          FROM funds_paymentorder GROUP BY batch_id
        ) AS o ON o.batch_id = e.id
        LEFT JOIN funds_bankfile f ON f.batch_id = e.id
        LEFT JOIN funds_ledgerbatch b ON b.source = 'funds.payment:' || e.id || ':release'
        WHERE e.state IN ('released', 'reconciled')
        ORDER BY e.id
        """
    )
    texts = (
        ("envelope_orders", _("Its orders are not those that it announced.")),
        ("envelope_file", _("The file to the bank held something else than it announced.")),
        ("envelope_ledger", _("The ledger released something else than it announced.")),
    )
    for batch, *wrong in found:
        for is_wrong, (code, text) in zip(wrong, texts, strict=True):
            if is_wrong:
                yield Finding(code, f"payment batch {batch}", text)
    for batch, state in rows(
        """
        SELECT e.id, e.state FROM funds_paymentbatch e
        WHERE e.state IN ('open', 'cancelled')
          AND (EXISTS (SELECT FROM funds_paymentoutcome p WHERE p.batch_id = e.id)
               OR EXISTS (SELECT FROM funds_ledgerbatch b
                          WHERE b.source = 'funds.payment:' || e.id || ':release'))
        ORDER BY e.id
        """
    ):
        yield Finding(
            "envelope_not_released",
            f"payment batch {batch}",
            say(_("It is “%(state)s”, yet money moved for it."), state=state),
        )


def outcomes() -> Iterator[Finding]:
    """I4: every outcome has its order and amount; each bank return its outcomes and its posting."""
    for person, batch, seq in rows(
        """
        SELECT p.person_id, p.batch_id, p.seq
        FROM funds_paymentoutcome p
        LEFT JOIN funds_paymentorder o
          ON o.person_id = p.person_id AND o.batch_id = p.batch_id AND o.seq = p.seq
        LEFT JOIN funds_paymentoutcome paid
          ON paid.person_id = p.person_id AND paid.batch_id = p.batch_id AND paid.seq = p.seq
          AND paid.outcome = 1
        LEFT JOIN funds_bankreturn r ON r.id = p.return_id AND r.batch_id = p.batch_id
        WHERE o.amount IS DISTINCT FROM p.amount OR r.id IS NULL
           OR p.late AND paid.person_id IS NULL
           OR p.outcome = 2 AND NOT p.late AND paid.person_id IS NOT NULL
        ORDER BY p.batch_id, p.person_id, p.seq
        """
    ):
        yield Finding(
            "outcome_without_order",
            f"payment P{batch}-{person}-{seq}",
            _("Its outcome fits no order, no bank return or not the outcome before."),
        )
    for bank_return, not_stated, not_booked in rows(
        """
        SELECT r.id,
               (r.paid_count + r.returned_count, r.paid_total + r.returned_total)
               <> (coalesce(p.count, 0) + coalesce(l.count, 0),
                   coalesce(p.total, 0) + coalesce(l.total, 0)),
               (coalesce(p.count, 0), coalesce(p.total, 0))
               <> (coalesce(b.count, 0), coalesce(b.total, 0))
        FROM funds_bankreturn r
        LEFT JOIN (SELECT return_id, count(*) AS count, sum(amount) AS total
                   FROM funds_paymentoutcome GROUP BY return_id) AS p ON p.return_id = r.id
        LEFT JOIN (SELECT bank_return_id, count(*) AS count, sum(amount) AS total
                   FROM funds_unmatchedline GROUP BY bank_return_id) AS l
          ON l.bank_return_id = r.id
        LEFT JOIN funds_ledgerbatch b ON b.source = 'funds.return:' || r.id
        ORDER BY r.id
        """
    ):
        if not_stated:
            yield Finding(
                "return_lines",
                f"bank return {bank_return}",
                _("Its outcomes and unmatched lines are not what the bank stated."),
            )
        if not_booked:
            yield Finding(
                "return_ledger",
                f"bank return {bank_return}",
                _("The ledger booked something else than its outcomes."),
            )


def transit() -> Iterator[Finding]:
    """I4: what stands in transit is what was released and not answered; benefits are what was paid.

    What people paid back of it comes off; what was paid in advance comes on when it is set off.
    """
    held = control(accounts.IN_TRANSIT)
    spent = control(accounts.BENEFITS)
    found = rows(
        """
        SELECT e.fund_id, sum(e.total) - sum(coalesce(p.first, 0)),
               sum(CASE WHEN e.kind = ANY(%s) THEN 0 ELSE coalesce(p.paid, 0) END)
        FROM funds_paymentbatch e
        LEFT JOIN (
          SELECT batch_id, sum(amount) FILTER (WHERE NOT late) AS first,
                 sum(CASE WHEN outcome = 1 THEN amount WHEN late THEN -amount ELSE 0 END) AS paid
          FROM funds_paymentoutcome GROUP BY batch_id
        ) AS p ON p.batch_id = e.id
        WHERE e.state IN ('released', 'reconciled')
        GROUP BY e.fund_id
        """,
        [list(SPENT_FROM)],
    )
    by_orders = {fund: (int(unanswered), int(paid)) for fund, unanswered, paid in found}
    for fund, back in rows(
        """
        SELECT b.fund_id, sum(CASE WHEN t.debit = %s THEN t.amount ELSE -t.amount END)
        FROM funds_ledgerbatch b JOIN funds_batchtotal t ON t.batch_id = b.id
        WHERE b.kind = %s GROUP BY b.fund_id
        """,
        [accounts.EXPENDITURE_ACCOUNT, REPAID],
    ):
        unanswered, paid = by_orders.get(fund, (0, 0))
        by_orders[fund] = (unanswered, paid - int(back))
    for fund, set_off in rows(
        """
        SELECT b.fund_id, sum(CASE WHEN t.debit = %s THEN t.amount ELSE -t.amount END)
        FROM funds_ledgerbatch b JOIN funds_batchtotal t ON t.batch_id = b.id
        WHERE %s IN (t.debit, t.credit) AND %s IN (t.debit, t.credit) GROUP BY b.fund_id
        """,
        [accounts.BENEFITS, accounts.BENEFITS, accounts.ADVANCES],
    ):
        unanswered, paid = by_orders.get(fund, (0, 0))
        by_orders[fund] = (unanswered, paid + int(set_off))
    for fund in sorted({*held, *spent, *by_orders}):
        unanswered, paid = by_orders.get(fund, (0, 0))
        for code, ledger, ours, text in (
            (
                "transit",
                held.get(fund, 0),
                unanswered,
                _("In transit are %(ledger)s yuan, unanswered orders are over %(ours)s yuan."),
            ),
            (
                "benefits",
                spent.get(fund, 0),
                paid,
                _("Benefits booked are %(ledger)s yuan, orders paid are over %(ours)s yuan."),
            ),
        ):
            if ledger != ours:
                yield Finding(code, f"fund {fund}", say(text, ledger=yuan(ledger), ours=yuan(ours)))


def repeated() -> Iterator[Finding]:
    """A repetition follows a returned first order, over the same amount, once."""
    for person, batch, seq in rows(
        """
        SELECT a.person_id, a.batch_id, a.seq
        FROM funds_paymentorder a
        JOIN funds_paymentbatch e ON e.id = a.batch_id AND e.state <> 'cancelled'
        LEFT JOIN funds_paymentorder o
          ON o.person_id = a.person_id AND o.batch_id = a.reorders_batch_id
          AND o.seq = a.reorders_seq
        WHERE a.attempt <> 1
          AND (o.attempt IS DISTINCT FROM 1 OR o.amount <> a.amount
               OR NOT EXISTS (
                 SELECT FROM funds_paymentoutcome p
                 WHERE p.person_id = o.person_id AND p.batch_id = o.batch_id AND p.seq = o.seq
                   AND p.outcome = 2)
               OR EXISTS (
                 SELECT FROM funds_paymentorder b
                 JOIN funds_paymentbatch be ON be.id = b.batch_id AND be.state <> 'cancelled'
                 WHERE b.person_id = a.person_id AND b.reorders_batch_id = a.reorders_batch_id
                   AND b.reorders_seq = a.reorders_seq
                   AND (b.batch_id, b.seq) < (a.batch_id, a.seq)))
        ORDER BY a.batch_id, a.person_id, a.seq
        """
    ):
        yield Finding(
            "repeated_wrongly",
            f"payment P{batch}-{person}-{seq}",
            _("It repeats a payment that did not come back, or was repeated before."),
        )


def four_eyes() -> Iterator[Finding]:
    """I12: the constraint refuses this; other hands may have written it all the same."""
    for (batch,) in rows(
        """
        SELECT id FROM funds_paymentbatch
        WHERE checker_id = maker_id OR state IN ('released', 'reconciled') AND checker_id IS NULL
        ORDER BY id
        """
    ):
        yield Finding(
            "four_eyes",
            f"payment batch {batch}",
            _("It was released without a second person."),
        )
