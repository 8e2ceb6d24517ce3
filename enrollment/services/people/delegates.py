"""Leave to act for another: given in the portal, or taken down by a clerk with a document."""

from collections.abc import Collection
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import Mandate, Person
from enrollment.params import Majority
from enrollment.services.checks import alive, lock
from socsec.office.access import require, require_stranger
from socsec.office.errors import Conflict, Invalid, NotFound, Refused, say
from socsec.office.models import User
from socsec.office.people import Scope
from socsec.office.services import audit, messages, policy

# A house rule, not of law: after so many years somebody asks again whether it is still wanted.
LONGEST_YEARS = 5


@transaction.atomic
def grant(
    *,
    by: User,
    person: Person,
    delegate: Person,
    scopes: Collection[str],
    until: date,
    kind: str = Mandate.Kind.DELEGATE,
    document: str = "",
) -> Mandate:
    """Let `delegate` act for `person` in `scopes` until a last day (民法典第一百六十五条).

    A person of age gives it in the portal. A clerk takes it down with a document, and so are
    guardians, even where the household shows who they are. A guardianship over a minor ends the
    day before they come of age.
    """
    portal = by.kind == User.Kind.INSURED
    if portal:
        require(by, "mandate.grant", None, person.pk)
    else:
        require(by, "mandate.grant", person.region)
        require_stranger(by, person.pk)
        require_stranger(by, delegate.pk)
    today = timezone.localdate()
    person = lock(person)
    alive(person, today)
    alive(delegate, today)
    if person.pk == delegate.pk:
        raise Invalid(
            _("People act for themselves without this."), code="for_oneself", field="delegate"
        )
    if kind not in Mandate.Kind.values:
        raise Invalid(_("Choose guardian or delegate."), code="no_kind", field="kind")
    document = document.strip()
    if not document and not portal:
        raise Invalid(_("Name the document that says so."), code="no_document", field="document")
    if portal and kind != Mandate.Kind.DELEGATE:
        raise Refused(
            _("A guardian is taken down at the counter, with a document."), code="at_the_counter"
        )
    if of_age(delegate) > today:
        raise Refused(
            _("%(name)s is a minor and cannot act for others.") % {"name": delegate.name},
            code="delegate_is_minor",
            field="delegate",
        )
    grown = of_age(person)
    if grown > today and kind == Mandate.Kind.DELEGATE:
        raise Refused(
            _("%(name)s is a minor: a guardian acts for them.") % {"name": person.name},
            code="person_is_minor",
            fix=_("Bring the document of the guardian to the counter."),
        )
    wanted = _scopes(scopes)
    if until < today:
        raise Invalid(_("The last day has passed."), code="ended_before", field="until")
    if until > _years_on(today, LONGEST_YEARS) and grown <= today:
        raise Invalid(
            _("It lasts %(years)s years at most, and can be given again.")
            % {"years": LONGEST_YEARS},
            code="too_long",
            field="until",
        )
    if grown > today and until >= grown:
        raise Invalid(
            _("%(name)s comes of age on %(day)s: it ends before that.")
            % {"name": person.name, "day": date_format(grown)},
            code="past_majority",
            field="until",
        )
    _close_expired(person, delegate, today)
    try:
        with transaction.atomic():
            made = Mandate.objects.create(
                person=person,
                delegate=delegate,
                kind=kind,
                scopes=wanted,
                since=today,
                until=until,
                document=document,
                granted_by=by,
            )
    except IntegrityError as error:
        raise Conflict(
            _("%(name)s may act for this person already.") % {"name": delegate.name},
            code="mandate_there",
            field="delegate",
            fix=_("End that permission first, then give another."),
        ) from error
    audit.record(
        by=by,
        act="mandate.grant",
        subject=made,
        person_id=person.pk,
        region=person.region,
        reason=document,
        delegate=delegate.pk,
        kind=str(kind),
        scopes=wanted,
        until=until,
    )
    _tell(made, by)
    return made


@transaction.atomic
def end(*, by: User, mandate: Mandate, reason: str = "") -> Mandate:
    """End it now: by the person, by the delegate, or by a clerk with a reason."""
    mandate = lock(mandate)
    if by.kind == User.Kind.INSURED:
        own = queries.numbers_of(by.person_id) if by.person_id else []
        if not {mandate.person_id, mandate.delegate_id}.intersection(own):
            raise NotFound(_("There is no such permission."), code="no_mandate")
    else:
        require(by, "mandate.end", mandate.person.region)
        require_stranger(by, mandate.person_id)
        if not reason.strip():
            raise Invalid(_("Say why."), code="no_reason", field="reason")
    if mandate.ended_at is not None:
        raise Conflict(_("This permission has ended already."), code="ended_already")
    mandate.ended_at = timezone.now()
    mandate.ended_by = by
    mandate.end_reason = reason.strip()
    mandate.save(update_fields=["ended_at", "ended_by", "end_reason"])
    audit.record(
        by=by,
        act="mandate.end",
        subject=mandate,
        person_id=mandate.person_id,
        region=mandate.person.region,
        reason=reason.strip(),
        delegate=mandate.delegate_id,
    )
    for person_id in (mandate.person_id, mandate.delegate_id):
        if person_id != by.person_id:
            messages.notify(
                person_id=person_id,
                title=_("A permission to act has ended"),
                body=say(
                    _("%(delegate)s no longer acts for %(person)s."),
                    delegate=mandate.delegate.name,
                    person=mandate.person.name,
                ),
                by=by,
            )
    return mandate


def find_delegate(*, name: str, resident_id: str) -> Person:
    """Who is meant, if name and number belong together. A wrong one of either says the same."""
    person = queries.by_resident_id(resident_id)
    if person is None or person.name != " ".join(name.split()) or person.died_on is not None:
        raise NotFound(
            _("We know nobody with this name and ID number."),
            code="no_such_delegate",
            field="resident_id",
            fix=_("Check both. Whoever acts for you must be in our records too."),
        )
    return person


def of_age(person: Person) -> date:
    """The birthday on which the person comes of age (民法典第十七条)."""
    return _years_on(person.born_on, _majority(person.region))


def adults_born_by(region: str) -> date:
    """Whoever was born by this day is of age today."""
    return _years_on(timezone.localdate(), -_majority(region))


def _majority(region: str) -> int:
    """The age of majority in years."""
    law = policy.of(policy.current_edition())
    return Majority.at(law, region, timezone.localdate()).age_of_majority // 12


def is_minor(person: Person) -> bool:
    return of_age(person) > timezone.localdate()


def _years_on(day: date, years: int) -> date:
    """The same day some years later; the 29th of February becomes the 1st of March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _scopes(scopes: Collection[str]) -> list[str]:
    if not scopes:
        raise Invalid(_("Choose what may be done."), code="no_scope", field="scopes")
    if not set(scopes) <= set(Scope.values):
        raise Invalid(_("There is no such permission."), code="unknown_scope", field="scopes")
    return [scope for scope in Scope.values if scope in scopes or scope == Scope.SEE]


def _close_expired(person: Person, delegate: Person, today: date) -> None:
    """One that ran out makes room for the next; it allowed nothing any more."""
    for old in Mandate.objects.filter(
        person=person, delegate=delegate, ended_at__isnull=True, until__lt=today
    ):
        old.ended_at = timezone.now()
        old.end_reason = "expired"
        old.save(update_fields=["ended_at", "end_reason"])


def _tell(mandate: Mandate, by: User) -> None:
    said = {
        "delegate": mandate.delegate.name,
        "person": mandate.person.name,
        "day": mandate.until.isoformat(),
    }
    body = say(
        _(
            "%(delegate)s may act for %(person)s until %(day)s. Both may end this at any time under"
            " “Family and delegates”, and every use stands under “Who saw my data”."
        ),
        **said,
    )
    for person_id in (mandate.person_id, mandate.delegate_id):
        if person_id != by.person_id:
            messages.notify(
                person_id=person_id, title=_("A permission to act was given"), body=body, by=by
            )
