"""Filing care away from home (异地就医备案): long-term or temporary, ended early or taken back. 医保发〔2022〕22号."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from enrollment.models import Coverage, Person
from enrollment.services.checks import alive, known_region, known_text, lock
from funds.models import Branch
from funds.services import fund
from medical.models import Away, AwayFiling
from medical.params import AwayTerms
from medical.queries import cover as queries
from socsec.kernel.months import same_day
from socsec.kernel.regions import covers
from socsec.office.access import require, require_stranger
from socsec.office.errors import Conflict, Invalid, Refused, say
from socsec.office.models import User
from socsec.office.services import audit, policy

KINDS = (Away.LONG_TERM, Away.REFERRED, Away.OTHER)


@transaction.atomic
def file(
    *,
    by: User,
    person: Person,
    away: int,
    to_region: str,
    from_date: date,
    reason: str = "",
) -> AwayFiling:
    """File care in another region from a day on. Long-term until it is ended, else for some months.

    A clerk may file for a day that has passed (补办) and says why. A new long-term filing ends the
    one before. `Refused` for a place at home and for somebody who is not insured; `Conflict` where
    the same is filed already.
    """
    insured = _insured(by, person, from_date)
    if away not in KINDS:
        raise Invalid(_("Choose how you are away."), code="unknown_way", field="away")
    known_region(to_region)
    pooled = fund.for_(Branch.MEDICAL, insured.scheme, insured.region).region_id
    if covers(pooled, to_region) or covers(to_region, pooled):
        raise Refused(
            _("There you are at home: nothing needs to be filed."),
            code="at_home",
            field="to_region",
        )
    if from_date < timezone.localdate():
        if by.kind != User.Kind.STAFF:
            raise Invalid(
                _("The first day has passed."),
                code="in_the_past",
                field="from_date",
                fix=_("File from today; the office can file for days before."),
            )
        reason = known_text(reason, "reason")
    until = None if away == Away.LONG_TERM else _last_day(insured.region, from_date)
    held = queries.filings(person.pk).select_for_update()
    for other in held:
        if other.until is not None and other.until < from_date:
            continue
        if other.away == away and other.to_region == to_region:
            raise Conflict(
                say(_("This is filed already, from %(day)s."), day=date_format(other.from_date)),
                code="filed_already",
            )
        if other.away == away == Away.LONG_TERM:
            if other.from_date >= from_date:
                raise Conflict(
                    _("A later filing is there already."), code="later_filing", field="from_date"
                )
            _end(by, other, from_date - timedelta(days=1), "")
    made = AwayFiling.objects.create(
        person=person,
        away=away,
        to_region=to_region,
        region=insured.region,
        from_date=from_date,
        until=until,
        reason=" ".join(reason.split())[:200],
        by=by,
    )
    _note(by, "away.file", made, away=away, to_region=to_region)
    return made


@transaction.atomic
def end(*, by: User, filing: AwayFiling, on: date, reason: str = "") -> AwayFiling:
    """End a filing with a day; what was settled under it stays."""
    filing = _held(by, filing)
    if on < max(filing.from_date, timezone.localdate() - timedelta(days=1)):
        raise Invalid(_("The last day is today or later."), code="in_the_past", field="on")
    if filing.until is not None and on >= filing.until:
        raise Conflict(_("It ends before that day anyway."), code="ends_before", field="on")
    return _end(by, filing, on, reason)


@transaction.atomic
def take_back(*, by: User, filing: AwayFiling) -> AwayFiling:
    """Take back a filing whose first day has not come: as if it had never been."""
    filing = _held(by, filing)
    if filing.from_date <= timezone.localdate():
        raise Refused(_("It has begun already."), code="begun", fix=_("End it with a day instead."))
    filing.withdrawn_at = timezone.now()
    filing.save(update_fields=["withdrawn_at"])
    _note(by, "away.end", filing, taken_back=True)
    return filing


def _insured(by: User, person: Person, day: date) -> Coverage:
    insured = queries.insured_on(person.pk, day)
    require(by, "away.file", insured.region if insured else person.region, person.pk)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, person.pk)
    alive(lock(person), day)
    if insured is None:
        raise Refused(
            _("There is no medical insurance on that day."),
            code="not_insured",
            field="from_date",
            fix=_("Look at the insurance first."),
        )
    return insured


def _last_day(region: str, from_date: date) -> date:
    terms = AwayTerms.at(policy.of(policy.current_edition()), region, from_date)
    months = int(terms.temporary_months)
    return same_day(from_date, months) - timedelta(days=1)


def _held(by: User, filing: AwayFiling) -> AwayFiling:
    require(by, "away.file", filing.region, filing.person_id)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, filing.person_id)
    filing = lock(filing)
    if filing.withdrawn_at is not None or (
        filing.until is not None and filing.until < timezone.localdate()
    ):
        raise Conflict(_("This filing has ended already."), code="ended_already")
    return filing


def _end(by: User, filing: AwayFiling, on: date, reason: str) -> AwayFiling:
    filing.until = on
    filing.save(update_fields=["until"])
    _note(by, "away.end", filing, reason=reason, until=on)
    return filing


def _note(by: User, act: str, filing: AwayFiling, **detail: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject=filing,
        person_id=filing.person_id,
        region=filing.region,
        from_date=filing.from_date,
        **detail,
    )
