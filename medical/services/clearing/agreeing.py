"""A statement is disputed line by line, and agreed by one person of each side; then both books say so."""

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.services.checks import known_text, lock
from funds.models import Fund, accounts
from funds.services import ledger
from medical.models import ClearingLine, ClearingStatement, Provider, ProviderAdjustment
from socsec.office.access import may, require, require_other_hand
from socsec.office.errors import Conflict, NotFound, Refused
from socsec.office.models import User
from socsec.office.services import audit

from .drawing import KIND, add_up

State, Line = ClearingStatement.State, ClearingLine.State
AGREED = "clearing_agreed"


@transaction.atomic
def dispute(*, by: User, line: ClearingLine, reason: str) -> ClearingLine:
    """The side that owes a line says why it does not. `Conflict` once the other side has answered."""
    line, statement = _open(line)
    require(by, "clearing.dispute", _region(statement, low=line.owed_by_low))
    if line.state != Line.OWED or line.answered_by_id is not None:
        raise Conflict(_("This line was disputed already."), code="disputed_already")
    line.state, line.disputed_by = Line.DISPUTED, by
    line.reason = known_text(reason, "reason")
    line.save(update_fields=["state", "disputed_by", "reason"])
    _note(by, "clearing.dispute", statement, line.reason)
    return line


@transaction.atomic
def answer(*, by: User, line: ClearingLine, concede: bool, text: str) -> ClearingLine:
    """The side that is owed concedes a disputed line, or says why it is owed."""
    line, statement = _open(line)
    require(by, "clearing.dispute", _region(statement, low=not line.owed_by_low))
    require_other_hand(by, line.disputed_by_id)
    if line.state != Line.DISPUTED:
        raise Conflict(_("This line is not disputed."), code="not_disputed")
    line.state = Line.CONCEDED if concede else Line.OWED
    line.answered_by, line.answer = by, known_text(text, "text")
    line.save(update_fields=["state", "answered_by", "answer"])
    add_up(statement)
    _note(by, "clearing.dispute", statement, line.answer)
    return line


@transaction.atomic
def agree(*, by: User, statement: ClearingStatement) -> ClearingStatement:
    """Agree for one's own side. Once both have, it stands in both books and is to be paid net.

    `Refused` while a line is disputed; `Denied` for whoever agreed for the other side.
    """
    held = lock(statement)
    side = _side(by, held)
    if held.state != State.OPEN or getattr(held, f"{side}_agreed_by_id") is not None:
        raise Conflict(_("Your side has agreed already."), code="agreed_already")
    other = "high" if side == "low" else "low"
    if (first := getattr(held, f"{other}_agreed_by_id")) is not None:
        require_other_hand(by, first)
    if held.lines.filter(state=Line.DISPUTED).exists():
        raise Refused(
            _("There are disputed lines."),
            code="disputed",
            fix=_("The other side answers them first."),
        )
    setattr(held, f"{side}_agreed_by", by)
    setattr(held, f"{side}_agreed_at", timezone.now())
    if held.low_agreed_by_id and held.high_agreed_by_id:
        held.state = State.AGREED if held.net else State.PAID
    held.save()
    if held.state != State.OPEN:
        for debtor, creditor, low in ((held.low, held.high, True), (held.high, held.low, False)):
            _book(held, debtor, creditor, low=low, by=by)
    _note(by, "clearing.agree", held, side)
    return held


def source_of(statement: ClearingStatement, fund: Fund) -> str:
    return f"medical.{AGREED}:{statement.pk}/{fund.pk}"


def _book(
    statement: ClearingStatement, debtor: Fund, creditor: Fund, *, low: bool, by: User
) -> None:
    """One direction: the debtor owes its providers elsewhere no more, the creditor owes its own
    providers what was not conceded, and pays it with their next payments."""
    lines = statement.lines.filter(owed_by_low=low)
    gone = lines.aggregate(sum=Sum("amount", default=0))["sum"]
    owed = lines.exclude(state=Line.CONCEDED).order_by("provider_id").values("provider_id")
    rows = [
        (each["provider_id"], each["sum"])
        for each in owed.annotate(sum=Sum("amount"))
        if each["sum"]
    ]
    if gone:
        _post(statement, debtor, [(-gone, debtor.region_id)], f"out/{int(low)}", by)
    providers = Provider.objects.in_bulk([number for number, _amount in rows])
    ProviderAdjustment.objects.bulk_create(
        ProviderAdjustment(
            provider_id=number,
            fund=creditor,
            kind=ProviderAdjustment.Kind.CLEARED,
            month=statement.month,
            amount=amount,
            run=statement.run,
            clearing=statement,
        )
        for number, amount in rows
    )
    if rows:
        taken = [(amount, providers[number].region) for number, amount in rows]
        _post(statement, creditor, taken, f"in/{int(low)}", by)


def _post(
    statement: ClearingStatement, fund: Fund, moved: list[tuple[int, str]], way: str, by: User
) -> None:
    """What a fund owes providers, more or, below zero, less."""
    ledger.post(
        fund,
        AGREED,
        [
            ledger.Posting(
                person_id=0,
                debit=accounts.BILLS_SETTLED if amount > 0 else accounts.PROVIDERS_DUE,
                credit=accounts.PROVIDERS_DUE if amount > 0 else accounts.BILLS_SETTLED,
                amount=abs(amount),
                month=statement.month,
                region=region,
                heads=0,
            )
            for amount, region in moved
        ],
        source=f"{source_of(statement, fund)}/{way}",
        by=by,
    )


def _side(by: User, statement: ClearingStatement) -> str:
    """Whose side a user speaks for; of both where the office covers both, the one still to agree."""
    sides = [
        side
        for side in ("low", "high")
        if may(by, "clearing.agree", getattr(statement, f"{side}_region"))
    ]
    if not sides:
        require(by, "clearing.agree")
        raise NotFound(_("There is no such statement."), code="no_statement")
    waiting = [side for side in sides if getattr(statement, f"{side}_agreed_by_id") is None]
    return (waiting or sides)[0]


def _open(line: ClearingLine) -> tuple[ClearingLine, ClearingStatement]:
    statement = lock(line.statement)
    if statement.state != State.OPEN:
        raise Conflict(
            _("Both sides have agreed."),
            code="agreed_already",
            fix=_("Correct the bill: the difference stands in the next statement."),
        )
    return lock(line), statement


def _region(statement: ClearingStatement, *, low: bool) -> str:
    return statement.low_region if low else statement.high_region


def _note(by: User, act: str, statement: ClearingStatement, reason: str) -> None:
    audit.record(
        by=by,
        act=act,
        subject=statement,
        region=by.region_code or "",
        reason=reason,
        kind=KIND,
        month=statement.month,
    )
