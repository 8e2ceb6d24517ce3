"""What investment promises: values follow from units and prices, and the books from what was moved."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from funds.models import accounts
from funds.models.investment import AssetClass
from funds.queries import control
from socsec.kernel.money import yuan
from socsec.office.errors import say
from socsec.office.oversight import Finding

from .reading import rows

OWED, OFF_BALANCE = [AssetClass.REPO], [AssetClass.INDEX_FUTURES, AssetClass.BOND_FUTURES]
SHORT = [*OWED, *OFF_BALANCE]


def values() -> Iterator[Finding]:
    """Units times price is the value, and values, cash and fees due are the net asset value."""
    for file, instrument in rows(
        """
        SELECT h.file_id, i.code
        FROM funds_holding h JOIN funds_instrument i ON i.id = h.instrument_id
        WHERE h.value <> floor(h.quantity::numeric * h.price * 100 / 1000000 + 0.5)
        ORDER BY 1, 2
        """
    ):
        yield Finding(
            "holding_value",
            f"custodian's file {file}, {instrument}",
            _("Its units times its price is not its value."),
        )
    for (file,) in rows(
        """
        SELECT v.file_id FROM funds_valuation v
        LEFT JOIN LATERAL (
          SELECT sum(CASE WHEN i.asset_class = ANY(%s) THEN -1 WHEN i.asset_class = ANY(%s) THEN 0
                          ELSE 1 END * (h.value + h.accrued)) AS total
          FROM funds_holding h JOIN funds_instrument i ON i.id = h.instrument_id
          WHERE h.file_id = v.file_id
        ) AS held ON true
        WHERE v.nav <> v.cash + coalesce(held.total, 0) - v.due ORDER BY 1
        """,
        [OWED, OFF_BALANCE],
    ):
        yield Finding(
            "net_asset_value",
            f"custodian's file {file}",
            _("Its holdings and cash do not come to its net asset value."),
        )


def units() -> Iterator[Finding]:
    """Units and cash of each day are those of the day before and what was traded."""
    for mandate, code, day in rows(
        """
        WITH day AS (
          SELECT id, mandate_id, day, lag(id) OVER (PARTITION BY mandate_id ORDER BY day) AS before
          FROM funds_custodianfile
        ), moved AS (
          SELECT t.file_id, t.instrument_id,
                 sum(CASE WHEN t.buys <> (i.asset_class = ANY(%s)) THEN t.quantity
                          ELSE -t.quantity END) AS units
          FROM funds_trade t JOIN funds_instrument i ON i.id = t.instrument_id
          GROUP BY t.file_id, t.instrument_id
        ), counted AS (
          SELECT day.id, h.instrument_id, h.quantity AS units
            FROM day JOIN funds_holding h ON h.file_id = day.id
          UNION ALL
          SELECT day.id, h.instrument_id, -h.quantity
            FROM day JOIN funds_holding h ON h.file_id = day.before
          UNION ALL
          SELECT day.id, moved.instrument_id, -moved.units
            FROM day JOIN moved ON moved.file_id = day.id
        )
        SELECT m.number, i.code, day.day
        FROM counted JOIN day USING (id) JOIN funds_mandate m ON m.id = day.mandate_id
        JOIN funds_instrument i ON i.id = counted.instrument_id
        GROUP BY m.number, i.code, day.day HAVING sum(counted.units) <> 0 ORDER BY 1, 3, 2
        """,
        [SHORT],
    ):
        yield Finding(
            "units_do_not_follow",
            f"mandate {mandate}, {code}, {day}",
            _("Its units are not those of the day before and what was traded."),
        )
    for mandate, day in rows(
        """
        SELECT m.number, v.day
        FROM (
          SELECT *, coalesce(lag(cash) OVER (PARTITION BY mandate_id ORDER BY day), 0) AS before
          FROM funds_valuation
        ) AS v
        JOIN funds_mandate m ON m.id = v.mandate_id
        LEFT JOIN LATERAL (
          SELECT sum(CASE WHEN i.asset_class = ANY(%s) THEN 0 WHEN t.buys THEN -t.amount
                          ELSE t.amount END - t.fee) AS moved
          FROM funds_trade t JOIN funds_instrument i ON i.id = t.instrument_id
          WHERE t.file_id = v.file_id
        ) AS trades ON true
        LEFT JOIN LATERAL (
          SELECT sum(amount) AS moved FROM funds_cashline c WHERE c.file_id = v.file_id
        ) AS lines ON true
        WHERE v.cash <> v.before + coalesce(trades.moved, 0) + coalesce(lines.moved, 0)
        ORDER BY 1, 2
        """,
        [OFF_BALANCE],
    ):
        yield Finding(
            "cash_does_not_follow",
            f"mandate {mandate}, {day}",
            _("Its cash is not that of the day before and what moved."),
        )


def entrusted() -> Iterator[Finding]:
    """What a fund entrusted, took back and was credited is what its ledger carries as entrusted."""
    held = control(accounts.ENTRUSTED_INVESTMENT)
    ours = {
        fund: int(amount)
        for fund, amount in rows(
            """
            SELECT fund_id, sum(amount) FROM (
              SELECT fund_id, amount FROM funds_entrustment WHERE checker_id IS NOT NULL
              UNION ALL
              SELECT s.fund_id, s.part FROM funds_returnshare s
                JOIN funds_returnyear y ON y.id = s.of_id WHERE y.checker_id IS NOT NULL
            ) AS moved GROUP BY fund_id
            """
        )
    }
    for fund in sorted({*held, *ours}):
        if held.get(fund, 0) != ours.get(fund, 0):
            yield Finding(
                "entrusted",
                f"fund {fund}",
                say(
                    _("The ledger carries %(ledger)s yuan as entrusted, the mandates %(ours)s."),
                    ledger=yuan(held.get(fund, 0)),
                    ours=yuan(ours.get(fund, 0)),
                ),
            )
    for number, said, seen in rows(
        """
        SELECT m.number, coalesce(e.amount, 0), coalesce(c.amount, 0)
        FROM funds_mandate m
        LEFT JOIN (SELECT mandate_id, sum(amount) AS amount FROM funds_entrustment
                   WHERE received_on IS NOT NULL GROUP BY mandate_id) AS e ON e.mandate_id = m.id
        LEFT JOIN (SELECT mandate_id, sum(flow) AS amount FROM funds_valuation
                   GROUP BY mandate_id) AS c ON c.mandate_id = m.id
        WHERE coalesce(e.amount, 0) <> coalesce(c.amount, 0) ORDER BY 1
        """
    ):
        yield Finding(
            "capital",
            f"mandate {number}",
            say(
                _("Funds moved %(ours)s yuan, the custodian saw %(theirs)s."),
                ours=yuan(int(said)),
                theirs=yuan(int(seen)),
            ),
        )


def shared() -> Iterator[Finding]:
    """The parts of a year are its whole, and each was credited to the books of its fund."""
    for year, shared_, parts, credited in rows(
        """
        SELECT y.id, y.shared, coalesce(sum(s.part), 0), coalesce(sum(b.amount), 0)
        FROM funds_returnyear y
        LEFT JOIN funds_returnshare s ON s.of_id = y.id
        LEFT JOIN LATERAL (
          SELECT CASE WHEN t.debit = %s THEN t.amount ELSE -t.amount END AS amount
          FROM funds_ledgerbatch l JOIN funds_batchtotal t ON t.batch_id = l.id
          WHERE l.source = 'funds.investment_return:' || s.id AND l.fund_id = s.fund_id
            AND NOT EXISTS (SELECT FROM funds_ledgerbatch r WHERE r.reverses_id = l.id)
        ) AS b ON true
        WHERE y.checker_id IS NOT NULL
        GROUP BY y.id
        HAVING y.shared <> coalesce(sum(s.part), 0) OR y.shared <> coalesce(sum(b.amount), 0)
        ORDER BY y.id
        """,
        [accounts.ENTRUSTED_INVESTMENT],
    ):
        yield Finding(
            "return_shared",
            f"return of a year {year}",
            say(
                _("%(whole)s yuan were to be shared, %(parts)s were, and %(posted)s are credited."),
                whole=yuan(int(shared_)),
                parts=yuan(int(parts)),
                posted=yuan(int(credited)),
            ),
        )
