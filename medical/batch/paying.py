"""The statements of a month, and the payment of what providers agreed to, as runs."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from medical.models import Settlement
from medical.services.auditing import rules, running
from medical.services.paying import drawing, payments
from socsec.office.errors import Refused
from socsec.office.models import Run, RunChunk
from socsec.office.runs import Counts, Preview, RunKind
from socsec.office.services import policy

CHUNK = 500_000  # bills

SUSPICIOUS = {
    "code": "findings",
    "zh": "审核发现疑点，列入稽核队列，逐条处理",
    "en": "Findings of the audit, decided one by one in its queue",
}
FIGURES = {
    "due": _("Agreed statements"),
    "adjusted": _("Differences of payment by group and year"),
    "deducted": _("Deducted for findings"),
    "restored": _("Given back after appeals"),
    "retained": _("Retained"),
    "released": _("Released of what was retained"),
    "set_off": _("Advances set off"),
}


class ProviderStatements(RunKind):
    """What the bills of each provider came to in a month, in each scheme.

    Providers compare and agree; `ProviderPayments` pays what is agreed.
    """

    slug = drawing.KIND
    label = _("Statements of providers")

    def figure(self, name: str) -> Any:
        return getattr(Settlement._meta.get_field(name), "verbose_name", name)

    def preview(self, run: Run) -> Preview:
        """What the bills come to, and what the audit finds in them: told before anybody approves."""
        shown = drawing.preview(run.month, run.region_id)
        law = policy.of(run.edition_id or 0)
        for part in drawing.parts(run.month, run.region_id):
            running.audit(part, law)
        found = running.by_rule(run.month, run.region_id).values()
        count, stake = sum(each[0] for each in found), sum(each[1] for each in found)
        suspicious = [{**SUSPICIOUS, "count": count, "total": stake}] if count else []
        return replace(shown, held=suspicious)

    def post(self, run: Run) -> None:
        """The findings are written with the statements that they are about."""
        for part in drawing.parts(run.month, run.region_id):
            running.audit(part, policy.of(run.edition_id or 0))

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        return drawing.chunks(run.month, run.region_id, CHUNK)

    def execute(self, chunk: RunChunk) -> Counts:
        count, amount = drawing.draw_up(_part(chunk), chunk.run)
        return Counts(count, amount, hashlib.sha256(f"{count} {amount}".encode()).hexdigest())

    def unpost(self, run: Run) -> None:
        drawing.check_untouched(run)

    def reverse(self, chunk: RunChunk) -> None:
        drawing.withdraw(_part(chunk), chunk.run)


class BillAudits(RunKind):
    """Every rule of the audit over the bills of a month. Run again, it finds only what is new.

    Not strict: a bill that is settled meanwhile may bring a finding more, and nothing is paid here.
    """

    slug = "bill_audit"
    label = _("Audit of bills")
    strict = False

    def figure(self, name: str) -> Any:
        return rules.rule_of(name).label

    def preview(self, run: Run) -> Preview:
        law = policy.of(run.edition_id or 0)
        before = running.by_rule(run.month, run.region_id)
        for part in drawing.parts(run.month, run.region_id):
            running.audit(part, law)
        found = running.by_rule(run.month, run.region_id)
        new = {
            rule: (count - before.get(rule, (0, 0))[0], stake - before.get(rule, (0, 0))[1])
            for rule, (count, stake) in found.items()
        }
        return Preview(
            count=sum(count for count, _stake in new.values()),
            total=sum(stake for _count, stake in new.values()),
            figures={rule: stake for rule, (_count, stake) in new.items() if stake},
        )

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        """By scheme, not by provider: stays at two places are seen only together."""
        return [
            {"scheme": part.fund.scheme, "first": part.first, "last": part.last}
            for part in drawing.parts(run.month, run.region_id)
        ]

    def execute(self, chunk: RunChunk) -> Counts:
        count, stake = running.audit(_part(chunk), policy.of(chunk.run.edition_id or 0))
        return Counts(count, stake, hashlib.sha256(f"{count} {stake}".encode()).hexdigest())

    def unpost(self, run: Run) -> None:
        raise Refused(
            _("Findings are decided one by one, not taken back together."),
            code="not_undone",
            fix=_("Decide on each that it is no fault."),
        )


class ProviderPayments(RunKind):
    """Agreed statements paid: less deductions, retention and advances, one order for each provider.

    Posting puts the money of each fund into an envelope, which a second person releases to the bank.
    """

    slug = payments.KIND
    label = _("Payments to providers")

    def figure(self, name: str) -> Any:
        return FIGURES[name]

    def preview(self, run: Run) -> Preview:
        count, total, figures, where, (waiting, amount) = payments.preview(payments.part_of(run))
        held = [{**payments.NO_ACCOUNT, "count": waiting, "total": amount}] if waiting else []
        return Preview(count=count, total=total, figures=figures, regions=where, held=held)

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        """One: providers are few, and what is deducted depends on all that is owed to each."""
        return [{}]

    def execute(self, chunk: RunChunk) -> Counts:
        count, amount = payments.pay(payments.part_of(chunk.run), chunk.run)
        return Counts(count, amount, hashlib.sha256(f"{count} {amount}".encode()).hexdigest())

    def post(self, run: Run) -> None:
        payments.order(run)

    def unpost(self, run: Run) -> None:
        payments.cancel(run)

    def reverse(self, chunk: RunChunk) -> None:
        payments.withdraw(chunk.run)


def _part(chunk: RunChunk) -> drawing.Part:
    """The providers of a chunk, with the fund of its scheme."""
    run, spec = chunk.run, chunk.spec
    whole = next(
        part
        for part in drawing.parts(run.month, run.region_id)
        if part.fund.scheme == spec["scheme"]
    )
    return drawing.Part(whole.fund, run.month, run.region_id, spec["first"], spec["last"])
