"""Records of the schemes that were merged into the residents' two (国发〔2014〕8号, 国发〔2016〕3号).

A file is read first: every row is matched to a person and looked at, and nothing is carried over.
The reconciliation accounts for every row and every fen of the file. A second person then carries
over what matched: each year counts once, however many schemes hold it, and balances are handed to
the individual accounts to the fen. The same file again is the same import.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    CarriedBalance,
    IdentifierKind,
    LegacyImport,
    LegacyRow,
    LegacyScheme,
    LegacyYear,
    Person,
    PersonIdentifier,
)
from enrollment.services.checks import known_region, lock
from enrollment.services.residents.offers import tiers
from funds.models import Branch
from socsec.kernel import ids, money
from socsec.kernel.errors import KernelError
from socsec.office import spreadsheets
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid, Problem
from socsec.office.fields import blind_index
from socsec.office.models import User
from socsec.office.services import audit
from socsec.office.spreadsheets import Column, Layout, Row

State = LegacyRow.State
FIRST_YEAR = 2003  # the year in which the first of these schemes was tried (国办发〔2003〕3号)
MOST_BALANCE = 100_000_000  # fen

LAYOUT = Layout(
    _("Records of an older scheme"),
    [
        Column("number", _("Identity number"), ("身份证号", "公民身份号码"), text=True, width=22),
        Column("name", _("Name"), ("姓名",)),
        Column("first_year", _("First year"), ("起始年份", "开始年度")),
        Column("last_year", _("Last year"), ("终止年份", "截止年度")),
        Column("tier", _("Yearly contribution, in yuan"), ("缴费档次", "档次"), must=False),
        Column("balance", _("Balance, in yuan"), ("余额", "个人账户余额"), must=False),
    ],
)


@dataclass(frozen=True, slots=True)
class Known:
    """What a row says, once it could be read."""

    blind: str
    first_year: int
    last_year: int
    tier: int
    balance: int


@transaction.atomic
def read(*, by: User, scheme: str, region: str, file: IO[bytes], name: str = "") -> LegacyImport:
    """Read a file and match its rows; nothing is carried over yet.

    The same file for the same scheme and region gives the import that is there already. `Invalid`
    for a file that is no spreadsheet of ours; rows that cannot be read are kept, with the reason.
    """
    require(by, "legacy.enter", known_region(region))
    if scheme not in LegacyScheme.values:
        raise Invalid(_("Choose the older scheme."), code="no_scheme", field="scheme")
    mark = spreadsheets.digest(file)
    there = _there(mark, scheme, region)
    if there is not None:
        return there
    rows = list(spreadsheets.read(file, LAYOUT))
    try:
        with transaction.atomic():
            made = LegacyImport.objects.create(
                scheme=scheme,
                region=region,
                name=name[:120] or str(LegacyScheme(scheme).label),
                sha256=mark,
                rows=len(rows),
                maker=by,
            )
    except IntegrityError:  # read by somebody else at the same moment
        found = _there(mark, scheme, region)
        assert found is not None
        return found
    kept = _match(made, [_understand(made, row) for row in rows])
    LegacyRow.objects.bulk_create(kept, batch_size=1000)
    made.report = reconcile(made)
    made.save(update_fields=["report"])
    _note(by, made, "legacy.enter")
    return made


@transaction.atomic
def rematch(*, by: User, legacy: LegacyImport) -> LegacyImport:
    """Match the rows anew, after people were registered or names corrected."""
    legacy = _open(legacy)
    require(by, "legacy.enter", legacy.region)
    rows = list(LegacyRow.objects.filter(import_id=legacy.pk).order_by("row"))
    again = _match(legacy, [(row, _known_again(row)) for row in rows])
    LegacyRow.objects.filter(import_id=legacy.pk).delete()
    LegacyRow.objects.bulk_create(again, batch_size=1000)
    legacy.report = reconcile(legacy)
    legacy.save(update_fields=["report"])
    _note(by, legacy, "legacy.enter")
    return legacy


@transaction.atomic
def carry(*, by: User, legacy: LegacyImport) -> LegacyImport:
    """Carry over what matched. Not by who read the file; refused while the report does not close."""
    legacy = _open(legacy)
    require(by, "legacy.approve", legacy.region)
    require_other_hand(by, legacy.maker_id)
    rows = list(LegacyRow.objects.filter(import_id=legacy.pk, state=State.MATCHED).order_by("row"))
    branch = LegacyScheme(legacy.scheme).branch
    # A year that another scheme or file holds already counts once: the first that came stays.
    LegacyYear.objects.bulk_create(
        [
            LegacyYear(
                person_id=row.person_id,
                branch=branch,
                year=year,
                scheme=legacy.scheme,
                region=legacy.region,
                tier=row.tier,
                import_id=legacy.pk,
            )
            for row in rows
            for year in range(row.first_year, row.last_year + 1)
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )
    today = timezone.localdate()
    CarriedBalance.objects.bulk_create(
        [
            CarriedBalance(
                person_id=row.person_id,
                import_id=legacy.pk,
                row=row.row,
                scheme=legacy.scheme,
                region=legacy.region,
                amount=row.balance,
                carried_on=today,
            )
            for row in rows
            if row.balance
        ],
        batch_size=1000,
    )
    legacy.state = LegacyImport.State.CARRIED
    legacy.checker = by
    legacy.decided_at = timezone.now()
    legacy.report = reconcile(legacy)
    if not legacy.report["closes"]:
        raise Conflict(
            _("The reconciliation does not close, so nothing is carried over."),
            code="does_not_close",
            fix=_("Match the rows anew and look at the report."),
        )
    legacy.save(update_fields=["state", "checker", "decided_at", "report"])
    _note(by, legacy, "legacy.approve")
    return legacy


@transaction.atomic
def reject(*, by: User, legacy: LegacyImport, reason: str) -> LegacyImport:
    """The second person does not agree: nothing of the file counts."""
    legacy = _open(legacy)
    require(by, "legacy.approve", legacy.region)
    require_other_hand(by, legacy.maker_id)
    if not reason.strip():
        raise Invalid(_("Say why it is rejected."), code="no_reason", field="reason")
    legacy.state = LegacyImport.State.REJECTED
    legacy.checker = by
    legacy.decided_at = timezone.now()
    legacy.save(update_fields=["state", "checker", "decided_at"])
    _note(by, legacy, "legacy.approve", reason.strip())
    return legacy


def reconcile(legacy: LegacyImport) -> dict[str, Any]:
    """Every row and every fen of a file, by what became of it; `closes` if nothing is missing."""
    states: dict[str, list[int]] = {state.value: [0, 0] for state in State}
    years = held = 0
    for row in LegacyRow.objects.filter(import_id=legacy.pk).only(
        "import_id", "row", "state", "balance", "first_year", "last_year", "years_held"
    ):
        states[row.state][0] += 1
        states[row.state][1] += row.balance
        if row.state == State.MATCHED:
            years += row.last_year - row.first_year + 1
            held += row.years_held
    carried = list(
        CarriedBalance.objects.filter(import_id=legacy.pk).values_list("amount", flat=True)
    )
    counted = LegacyYear.objects.filter(import_id=legacy.pk).count()
    closes = sum(count for count, _amount in states.values()) == legacy.rows
    if legacy.state == LegacyImport.State.CARRIED:
        closes = (
            closes and sum(carried) == states[State.MATCHED.value][1] and counted == years - held
        )
    return {
        "rows": legacy.rows,
        "balance": sum(amount for _count, amount in states.values()),
        "states": states,
        "years": years,
        "years_held": held,
        "carried": sum(carried),
        "years_carried": counted,
        "closes": closes,
    }


def wrong_rows(legacy: LegacyImport) -> IO[bytes]:
    """The rows that were not carried over, with the reasons, to correct and send again."""
    rows = LegacyRow.objects.filter(import_id=legacy.pk).exclude(state=State.MATCHED)
    return spreadsheets.errors(
        LAYOUT,
        (
            (
                Row(
                    row.row,
                    {
                        "number": row.number,
                        "name": row.name,
                        "first_year": str(row.first_year or ""),
                        "last_year": str(row.last_year or ""),
                        "tier": money.format_yuan(row.tier) if row.tier else "",
                        "balance": money.format_yuan(row.balance) if row.balance else "",
                    },
                ),
                row.reason or str(State(row.state).label),
            )
            for row in rows.order_by("row")
        ),
    )


def convert(paid: int, offered: list[int]) -> int:
    """The tier of today that a former yearly contribution counts as: the highest not above it.

    >>> convert(35_000, [10_000, 20_000, 30_000, 50_000]), convert(5_000, [10_000, 20_000])
    (30000, 10000)
    """
    place = bisect_right(offered, paid)
    return offered[max(place - 1, 0)]


def _there(mark: str, scheme: str, region: str) -> LegacyImport | None:
    return LegacyImport.objects.filter(sha256=mark, scheme=scheme, region=region).first()


def _understand(made: LegacyImport, row: Row) -> tuple[LegacyRow, Known | None]:
    """One row of the file, and what it says; None with the reason where it cannot be read."""
    kept = LegacyRow(
        import_id=made.pk,
        row=row.number,
        number=row.values.get("number", "")[:40],
        name=row.values.get("name", "")[:60],
        state=State.WRONG,
    )
    pension = LegacyScheme(made.scheme).branch == Branch.PENSION
    try:
        number = ids.read_resident_id(row.text("number")).number
        kept.number = number
        kept.first_year = _year(row, "first_year")
        kept.last_year = _year(row, "last_year")
        kept.tier = _money(row, "tier") if pension or row.values.get("tier") else 0
        kept.balance = _money(row, "balance")
        if kept.last_year < kept.first_year:
            raise Invalid(_("The last year lies before the first."), code="years_crossed")
    except KernelError as trouble:
        kept.reason = trouble.message_zh[:300]
        return kept, None
    except Problem as trouble:
        kept.reason = str(trouble)[:300]
        return kept, None
    return kept, _known_again(kept)


def _known_again(row: LegacyRow) -> Known | None:
    if row.state == State.WRONG and row.reason:
        return None
    return Known(
        blind_index(row.number, IdentifierKind.RESIDENT_ID),
        row.first_year,
        row.last_year,
        row.tier,
        row.balance,
    )


def _match(made: LegacyImport, rows: Iterable[tuple[LegacyRow, Known | None]]) -> list[LegacyRow]:
    """Find the people, what stands twice, and which years are held already: four queries in all."""
    rows = list(rows)
    blinds = {known.blind for _row, known in rows if known}
    people = dict(
        PersonIdentifier.objects.filter(blind__in=blinds).values_list("blind", "person_id")
    )
    names = dict(Person.objects.filter(pk__in=set(people.values())).values_list("pk", "name"))
    branch = LegacyScheme(made.scheme).branch
    held: dict[int, set[int]] = {}
    for person, year in LegacyYear.objects.filter(branch=branch, person_id__in=names).values_list(
        "person_id", "year"
    ):
        held.setdefault(person, set()).add(year)
    before = set(
        LegacyRow.objects.filter(
            person_id__in=names,
            state=State.MATCHED,
            import_id__in=LegacyImport.objects.filter(
                scheme=made.scheme, state=LegacyImport.State.CARRIED
            ).values("pk"),
        ).values_list("person_id", "first_year", "last_year", "balance")
    )
    offered: list[int] = []
    if branch == Branch.PENSION:
        offered = [tier for tier, _subsidy in tiers(made.region, timezone.localdate().year)]
    for row, known in rows:
        if known is None:
            continue
        row.person_id, row.years_held, row.reason = people.get(known.blind, 0), 0, ""
        said = (row.person_id, known.first_year, known.last_year, known.balance)
        if not row.person_id:
            row.state = State.UNKNOWN
        elif " ".join(row.name.split()) != names[row.person_id]:
            row.state = State.OTHER_NAME
        elif said in before:
            row.state = State.DUPLICATE
        else:
            row.state = State.MATCHED
            before.add(said)
            years = set(range(known.first_year, known.last_year + 1))
            mine = held.setdefault(row.person_id, set())
            row.years_held = len(years & mine)
            mine |= years
            if offered and row.tier:
                row.tier = convert(row.tier, offered)
    return [row for row, _known in rows]


def _year(row: Row, key: str) -> int:
    text = row.text(key).strip().removesuffix("年")
    last = timezone.localdate().year
    if not (text.isascii() and text.isdigit() and FIRST_YEAR <= int(text) <= last):
        raise Invalid(
            _("A year lies between %(first)s and %(last)s.") % {"first": FIRST_YEAR, "last": last},
            code="year_impossible",
            field=key,
        )
    return int(text)


def _money(row: Row, key: str) -> int:
    text = row.text(key)
    amount = money.parse_yuan(text) if text else 0
    if amount > MOST_BALANCE:
        raise Invalid(
            _("The amount is more than anybody could have saved."), code="amount", field=key
        )
    return amount


def _open(legacy: LegacyImport) -> LegacyImport:
    legacy = lock(legacy)
    if legacy.state != LegacyImport.State.READ:
        raise Conflict(
            _("This import is already “%(state)s”.") % {"state": legacy.get_state_display()},
            code="import_decided",
        )
    return legacy


def _note(by: User, legacy: LegacyImport, act: str, reason: str = "") -> None:
    audit.record(
        by=by,
        act=act,
        subject=legacy,
        region=legacy.region,
        reason=reason,
        scheme=legacy.scheme,
        sha256=legacy.sha256,
        state=legacy.state,
        balance=legacy.report.get("balance", 0),
        carried=legacy.report.get("carried", 0),
    )
