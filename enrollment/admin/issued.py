"""The desk's buttons and panel for papers about a person: issue a certificate, open a statement."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import Person
from enrollment.services.record import certificates, statements
from socsec.office import person_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, list_url, row_url, staff
from socsec.office.forms import MonthField, ScreenForm
from socsec.office.models import Certificate, User
from socsec.office.papers_out import pdf_answer
from socsec.office.services import audit


class SpanForm(ScreenForm):
    first_month = MonthField(label=_("First month"))
    last_month = MonthField(label=_("Last month"))


def offered(user: User, person_id: int) -> Iterator[Button]:
    """On the page of a person: the two certificates."""
    if may(user, "certificate.issue"):
        for kind, label in (
            (certificates.COVERAGE, _("Certificate of coverage")),
            (certificates.PAYMENTS, _("Certificate of contributions")),
        ):
            yield Button(label, reverse("admin:enrollment_certify", args=[person_id, kind]))


def shown(user: User, person_id: int) -> dict[str, Any] | None:
    """What was issued about a person; nothing where nothing was."""
    issued = Certificate.objects.filter(person_id=person_id)[:10]
    years = statements.years(person_id)
    if not issued and not years:
        return None
    return {
        "certificates": [(row, row.issued) for row in issued],
        "years": years,
        "person_id": person_id,
    }


def issue(request: HttpRequest, person_id: int, kind: str) -> HttpResponse:
    person = get_object_or_404(queries.people(request.user), pk=person_id)
    if kind not in (certificates.COVERAGE, certificates.PAYMENTS):
        raise Http404
    made: list[Certificate] = []
    of_coverage = kind == certificates.COVERAGE

    def do(said: dict[str, Any]) -> str:
        service = certificates.issue_coverage if of_coverage else certificates.issue_contributions
        made.append(service(by=staff(request), person=person, **said))
        return _now("Issued: %(serial)s. Open it as PDF to print it.") % {
            "serial": made[0].issued.printed_serial
        }

    file = reverse("admin:enrollment_person_change", args=[person.pk])
    return Deed(
        title=_("Certificate of coverage") if of_coverage else _("Certificate of contributions"),
        act="certificate.issue",
        button=_("Issue"),
        do=do,
        form=ScreenForm if of_coverage else SpanForm,
        back=file,
        then=lambda: row_url(made[0]),
        lead=_("For %(name)s, as the record stands today.") % {"name": person.name},
        crumbs=[Crumb(capfirst(_("people")), list_url(Person)), Crumb(person.name, file)],
    ).answer(request)


def statement(request: HttpRequest, person_id: int, year: int) -> HttpResponse:
    """A person's statement of a year as PDF; that it was printed is noted."""
    person = get_object_or_404(queries.people(request.user), pk=person_id)
    found = statements.of_year(person.pk, year) if may(request.user, "certificate.read") else None
    if found is None:
        raise Http404
    with transaction.atomic():
        audit.record(
            by=staff(request),
            act="certificate.print",
            subject=("statement", found.serial),
            person_id=person.pk,
            region=person.region,
        )
    return pdf_answer(found)


def hang() -> None:
    """Called once, when the desk's pages are loaded."""
    person_file.buttons("issued", offered, person_file.Noun.PAPERS, after_death=True)
    person_file.panel(
        person_file.FilePanel(
            "issued",
            60,
            _("Papers issued"),
            "certificate.read",
            "admin/enrollment/_issued.html",
            shown,
        )
    )


def urls(guard: Any) -> list[URLPattern]:
    return [
        path("<int:person_id>/certify/<slug:kind>/", guard(issue), name="enrollment_certify"),
        path(
            "<int:person_id>/statement/<int:year>/",
            guard(statement),
            name="enrollment_statement_pdf",
        ),
    ]
