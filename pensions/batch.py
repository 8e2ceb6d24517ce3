"""Mass runs of pensions: the monthly payroll and the yearly interest of the accounts."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from funds.models import Branch, Fund, PaymentBatch, Scheme
from funds.services import payments, supervision
from pensions.models import AccountState, Award, AwardState, IndividualAccount, Payroll
from pensions.services import (
    adjustment,
    overpaid,
    payroll,
    recompute,
    recovery,
    rises,
    yearly_interest,
)
from pensions.services.deciding import sheet_of
from pensions.services.payroll import PARTS
from pensions.services.residents import adjustment as resident_adjustment
from socsec.kernel import months, regions
from socsec.office.errors import Invalid, Refused, say
from socsec.office.models import Run, RunChunk
from socsec.office.runs import Counts, Due, Preview, RunKind

# People in one chunk: large, since a commit costs, and small enough to lose without regret.
CHUNK = 250_000
# Awards in one chunk of a recomputation: each brings the years of a whole working life.
RECOMPUTED = 25_000
SAMPLES = 3
CHANGES = 20

NO_ACCOUNT = {
    "code": "no_account",
    "zh": "没有登记收款银行账户，先留着，登记后补发",
    "en": "No bank account on file; paid as arrears once there is one",
}


def _scheme(params: dict[str, Any]) -> dict[str, Any]:
    """The one setting is the scheme; without it, the employees'."""
    known = dict(params)
    scheme = known.pop("scheme", Scheme.EMPLOYEES.value)
    if known or type(scheme) is not int or scheme not in Scheme.values:
        raise Invalid(
            _("This kind of run knows one setting: the scheme."),
            code="unknown_setting",
            field="params",
        )
    return {"scheme": scheme}


def _books(params: dict[str, Any]) -> dict[str, Any]:
    """The scheme, and the branch whose fund keeps the books: old-age insurance without it."""
    known = dict(params)
    branch = known.pop("branch", Branch.PENSION.value)
    scheme = _scheme(known)["scheme"]
    if branch != Branch.PENSION and (branch, scheme) != (Branch.ANNUITY, Scheme.AGENCIES):
        raise Invalid(
            _("Only agencies and institutions have an occupational annuity."),
            code="no_such_fund",
            field="params",
        )
    return {"scheme": scheme, "branch": branch}


def _paying(*branches: int, **more: Any) -> Iterator[Fund]:
    """The funds of these branches that have awards in payment, all or those of a sort."""
    for fund in Fund.objects.filter(branch__in=branches).order_by("pk"):
        low, high = regions.span(fund.region_id)
        if Award.objects.filter(
            state=AwardState.IN_PAYMENT,
            branch=fund.branch,
            scheme=fund.scheme,
            region__gte=low,
            region__lte=high,
            **more,
        ).exists():
            yield fund


_RESIDENTS = {"scheme": Scheme.RESIDENTS.value, "branch": Branch.PENSION.value}
_AGENCIES = {"scheme": Scheme.AGENCIES.value, "branch": Branch.PENSION.value}
_ANNUITY = {"scheme": Scheme.AGENCIES.value, "branch": Branch.ANNUITY.value}


class PensionPayroll(RunKind):
    """The month's pensions of one pooling region, with the arrears of awards made since the last.

    A chunk writes payments and holds of a range of people, and what their accounts bear. Posting
    puts the orders into one envelope, which a second person releases to the bank.
    """

    slug = payroll.KIND
    label = _("Monthly pension payroll")
    variants: ClassVar = {
        "residents": (_("Monthly payroll of residents' pensions"), _RESIDENTS),
        "agencies": (_("Monthly payroll of agencies' pensions"), _AGENCIES),
        "annuity": (_("Monthly payroll of occupational annuities"), _ANNUITY),
    }

    def check(self, params: dict[str, Any]) -> dict[str, Any]:
        return _books(params)

    def due(self, today: date) -> Iterator[Due]:
        """The payroll of the month, of each fund that pays."""
        for fund in _paying(Branch.PENSION, Branch.ANNUITY):
            params = {"scheme": fund.scheme, "branch": fund.branch}
            yield Due(months.month_of(today), fund.region_id, params)

    def check_due(self, run: Run) -> None:
        payroll.check_turn(run)

    def preview(self, run: Run) -> Preview:
        """Totals by region and part, who is held, whose pension changed most, a few sheets."""
        payroll.fund_of(run)
        payroll.check_turn(run)
        part = payroll.part_of(run)
        supervision.look(before_payment=True)
        found = payroll.totals(part)
        left_out = payroll.held(part)
        sums = {name: sum(row[name] for row in found.values()) for name in (*PARTS, "arrears")}
        held = []
        if left_out:
            people = sum(row["people"] for row in left_out.values())
            amount = sum(row["amount"] for row in left_out.values())
            held.append({**NO_ACCOUNT, "count": people, "total": amount})
        return Preview(
            count=sum(row["people"] for row in found.values()),
            total=sum(row["amount"] for row in found.values()),
            figures=sums,
            regions={code: [row["people"], row["amount"]] for code, row in found.items()},
            changes=payroll.changes(part, CHANGES),
            samples=[
                sheet
                for award in payroll.samples(part, SAMPLES)
                if (sheet := sheet_of(award)) is not None
            ],
            held=held,
        )

    def check_approval(self, run: Run) -> None:
        """Nobody is paid about whom supervision found something that nobody has judged yet."""
        about = supervision.open_about(*payroll.payees(payroll.part_of(run)))
        if about:
            raise Refused(
                say(
                    _("People in this payroll have open findings of supervision: %(count)s."),
                    count=about,
                ),
                code="findings_open",
                fix=_("Have them judged first, and suspend whoever must not be paid."),
            )

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        """Ranges of person numbers with about as many awards each."""
        payroll.check_turn(run)
        Payroll.objects.get_or_create(
            run=run,
            defaults={
                "scheme": run.params["scheme"],
                "branch": run.params["branch"],
                "month": run.month,
                "region": run.region_id,
                "fund": payroll.fund_of(run),
            },
        )
        return payroll.chunks(payroll.part_of(run), CHUNK)

    def execute(self, chunk: RunChunk) -> Counts:
        run, part = chunk.run, _part(chunk)
        fund = payroll.fund_of(run)
        people, amount = payroll.pay(part, run.pk, fund)
        drawn = payroll.draw(part, run.pk, fund, _source(chunk))
        text = f"{people} {amount} {drawn.entries} {drawn.amount}"
        return Counts(people, amount, hashlib.sha256(text.encode()).hexdigest())

    def post(self, run: Run) -> None:
        made = Payroll.objects.select_related("fund").get(run=run)
        made.envelope = payroll.order(made, run, recovery.keep_back(made, run))
        made.save(update_fields=["envelope"])

    def unpost(self, run: Run) -> None:
        """Once the envelope is released the money has left, and single payments are corrected."""
        payroll.check_last(run)
        envelope = Payroll.objects.select_related("envelope").get(run=run).envelope
        if envelope is None or run.reversed_by is None:
            return
        if envelope.state not in (PaymentBatch.State.OPEN, PaymentBatch.State.CANCELLED):
            raise Refused(
                _("The money of this payroll has gone to the bank, so it cannot be undone."),
                code="paid_already",
                fix=_("Correct single payments instead."),
            )
        if envelope.state == PaymentBatch.State.OPEN:
            payments.cancel(envelope.pk, by=run.reversed_by, reason=run.reversal_reason)
        recovery.give_back(run)

    def reverse(self, chunk: RunChunk) -> None:
        run = chunk.run
        part = _part(chunk)
        payroll.withdraw(part, run, payroll.fund_of(run), _source(chunk))
        overpaid.find_all(part.first, part.last)


class AccountInterest(RunKind):
    """A year's interest on every account of one pooling region, at the rate announced for it.

    The month of the run is the December of the year.
    """

    slug = yearly_interest.KIND
    label = _("Yearly interest on individual accounts")
    variants: ClassVar = {
        "residents": (_("Yearly interest on residents' accounts"), _RESIDENTS),
        "agencies": (_("Yearly interest on agencies' accounts"), _AGENCIES),
        "annuity": (_("Yearly interest on occupational annuities"), _ANNUITY),
    }

    def check(self, params: dict[str, Any]) -> dict[str, Any]:
        return _books(params)

    def due(self, today: date) -> Iterator[Due]:
        """The interest of the year before, of each fund that keeps accounts."""
        december = months.month(today.year - 1, 12)
        kept = IndividualAccount.objects.exclude(state=AccountState.CLOSED)
        for fund in Fund.objects.filter(pk__in=kept.values("fund_id")).order_by("pk"):
            yield Due(december, fund.region_id, {"scheme": fund.scheme, "branch": fund.branch})

    def check_due(self, run: Run) -> None:
        """The rate is announced, and the year before is credited."""
        yearly_interest.check_year(run)

    def preview(self, run: Run) -> Preview:
        yearly_interest.check_year(run)
        return yearly_interest.preview(yearly_interest.part_of(run), SAMPLES)

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        yearly_interest.check_year(run, previewed=True)
        return yearly_interest.chunks(yearly_interest.part_of(run), CHUNK)

    def execute(self, chunk: RunChunk) -> Counts:
        part = yearly_interest.part_of(chunk.run, chunk.spec["first"], chunk.spec["last"])
        written = yearly_interest.credit(part, chunk.run_id, _source(chunk))
        text = f"{written.entries} {written.amount}"
        return Counts(written.entries, written.amount, hashlib.sha256(text.encode()).hexdigest())

    def unpost(self, run: Run) -> None:
        yearly_interest.check_last(run)

    def reverse(self, chunk: RunChunk) -> None:
        part = yearly_interest.part_of(chunk.run, chunk.spec["first"], chunk.spec["last"])
        yearly_interest.undo(part, chunk.run, _source(chunk))


class PensionAdjustments(RunKind):
    """The yearly adjustment of every pension in payment in a region. The month is its January.

    What it adds is paid by the next payroll, with the difference for the months since January.
    """

    slug = adjustment.KIND
    label = _("Yearly adjustment of pensions")
    variants: ClassVar = {
        "agencies": (
            _("Yearly adjustment of agencies' pensions"),
            {"scheme": Scheme.AGENCIES.value},
        ),
    }

    def check(self, params: dict[str, Any]) -> dict[str, Any]:
        return _scheme(params)

    def due(self, today: date) -> Iterator[Due]:
        """This January's, of each fund that pays pensions since before; residents have their own."""
        january = months.month(today.year, 1)
        for fund in _paying(Branch.PENSION, from_month__lt=january):
            if fund.scheme != Scheme.RESIDENTS:
                yield Due(january, fund.region_id, {"scheme": fund.scheme})

    def check_due(self, run: Run) -> None:
        """The scheme of the year is announced, and can be applied."""
        adjustment.check(run)

    def preview(self, run: Run) -> Preview:
        adjustment.check(run)
        return rises.preview(adjustment.part_of(run), SAMPLES)

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        adjustment.check(run)
        return adjustment.chunks(adjustment.part_of(run), CHUNK)

    def execute(self, chunk: RunChunk) -> Counts:
        part = adjustment.part_of(chunk.run, chunk.spec["first"], chunk.spec["last"])
        count, total = adjustment.adjust(part, chunk.run_id)
        return Counts(count, total, hashlib.sha256(f"{count} {total}".encode()).hexdigest())

    def unpost(self, run: Run) -> None:
        adjustment.check_unpaid(run)

    def reverse(self, chunk: RunChunk) -> None:
        part = adjustment.part_of(chunk.run, chunk.spec["first"], chunk.spec["last"])
        adjustment.undo(part, chunk.run_id)


class ResidentAdjustments(RunKind):
    """Residents' pensions stated anew from a month on: a new basic pension, or an age reached.

    What it adds is paid by the next payroll, with the difference for the months since.
    """

    slug = resident_adjustment.KIND
    label = _("Adjustment of residents' pensions")

    def check(self, params: dict[str, Any]) -> dict[str, Any]:
        if params:
            raise Invalid(
                _("This kind of run knows no settings."), code="unknown_setting", field="params"
            )
        return {}

    def due(self, today: date) -> Iterator[Due]:
        """One of the month, of each fund that pays residents."""
        for fund in _paying(Branch.PENSION):
            if fund.scheme == Scheme.RESIDENTS:
                yield Due(months.month_of(today), fund.region_id)

    def check_due(self, run: Run) -> None:
        """Somebody gains: a new basic pension is announced, or an age is reached."""
        resident_adjustment.check_gaining(run)

    def preview(self, run: Run) -> Preview:
        resident_adjustment.check(run)
        return rises.preview_residents(resident_adjustment.part_of(run), SAMPLES)

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        resident_adjustment.check(run)
        return resident_adjustment.chunks(resident_adjustment.part_of(run), CHUNK)

    def execute(self, chunk: RunChunk) -> Counts:
        part = resident_adjustment.part_of(chunk.run, chunk.spec["first"], chunk.spec["last"])
        count, total = resident_adjustment.adjust(part, chunk.run_id)
        return Counts(count, total, hashlib.sha256(f"{count} {total}".encode()).hexdigest())

    def unpost(self, run: Run) -> None:
        resident_adjustment.check_last(run)

    def reverse(self, chunk: RunChunk) -> None:
        part = resident_adjustment.part_of(chunk.run, chunk.spec["first"], chunk.spec["last"])
        resident_adjustment.undo(part, chunk.run_id)


def _part(chunk: RunChunk) -> payroll.Part:
    return payroll.part_of(chunk.run, chunk.spec["first"], chunk.spec["last"])


def _source(chunk: RunChunk) -> str:
    return f"pensions.run:{chunk.run_id}/chunk:{chunk.number}"


class ProvisionalAwards(RunKind):
    """Every provisional award of a region whose value has been announced since, worked out anew.

    The month is the one in which it is done. What awards come to more is paid by the next payroll.
    """

    slug = recompute.KIND
    label = _("Recomputation of provisional awards")

    def check(self, params: dict[str, Any]) -> dict[str, Any]:
        return _scheme(params)

    def due(self, today: date) -> Iterator[Due]:
        """One of the month, of each fund with awards that wait for a value."""
        for fund in _paying(Branch.PENSION, provisional=True):
            yield Due(months.month_of(today), fund.region_id, {"scheme": fund.scheme})

    def check_due(self, run: Run) -> None:
        recompute.check_announced(adjustment.part_of(run))

    def preview(self, run: Run) -> Preview:
        return recompute.preview(adjustment.part_of(run), SAMPLES, CHANGES)

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        return adjustment.chunks(adjustment.part_of(run), RECOMPUTED)

    def execute(self, chunk: RunChunk) -> Counts:
        part = adjustment.part_of(chunk.run, chunk.spec["first"], chunk.spec["last"])
        count, total = recompute.recompute(part, chunk.run_id)
        return Counts(count, total, hashlib.sha256(f"{count} {total}".encode()).hexdigest())

    def unpost(self, run: Run) -> None:
        adjustment.check_unpaid(run)

    def reverse(self, chunk: RunChunk) -> None:
        part = adjustment.part_of(chunk.run, chunk.spec["first"], chunk.spec["last"])
        recompute.undo(part, chunk.run_id)
