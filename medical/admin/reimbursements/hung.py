"""What the pages of cases and of persons show of claims."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from medical.models import Reimbursement
from medical.queries import reimbursements as queries
from medical.queries.providers import agreement_on
from medical.services import reimbursing
from medical.services.reimbursing import paying
from socsec.kernel.regions import covers
from socsec.office import case_file, menu, person_file
from socsec.office.access import may
from socsec.office.desk import Button, seen_url
from socsec.office.models import Case, User
from socsec.office.person_file import Noun
from socsec.office.places import place

from .forms import State
from .verbs import VERBS, _lead


def offered_on_case(user: User, case: Case) -> list[Button]:
    return [
        Button(
            each.label,
            reverse("admin:medical_reimbursement_verb", args=[case.pk, slug]),
            main=each.main,
            stop=each.stop,
        )
        for slug, each in VERBS.items()
        if case.state in each.states
        and may(user, each.act, case.region_id)
        and (slug != "back" or _to_pay_back(case.pk))
    ]


def _to_pay_back(case_id: int) -> bool:
    claim = Reimbursement.objects.get(pk=case_id)
    return any(each.owed < 0 for each in paying.of_claim(claim))


def shown_on_case(user: User, case: Case) -> list[case_file.Panel]:
    held = queries.claims(user).filter(pk=case.pk).first()
    if held is None:
        return []
    lines = list(held.lines.all())
    bill = held.encounter
    provider = bill.provider if bill else None
    context = {
        "claim": held,
        "place": place(held.place),
        "away": not covers(held.region, held.place),
        "bill_url": seen_url(user, bill, "bill.read", bill.region) if bill else "",
        "agreement": agreement_on(provider.pk, held.from_date) if provider else None,
        "provider": provider,
        "found": _lead(reimbursing.proposal(held)),
        "invoices": held.invoices.all(),
        "alike": [
            (each, queries.claims(user).filter(pk=each.other.claim_id).exists())
            for each in queries.alike(held)
        ],
        "lines": lines,
        "sum": sum(line.amount for line in lines),
        "may_strike": case.state == State.RECEIVED and may(user, "case.assess", case.region_id),
        "payments": held.payments.select_related("batch"),
        "owed": paying.of_claim(held),
        "shares": dict(paying.Share.choices),
    }
    return [("admin/medical/_reimbursement.html", context)]


def offered_to_person(user: User, person_id: int) -> list[Button]:
    if not may(user, "case.receive"):
        return []
    url = reverse("admin:medical_reimbursement_receive", args=[person_id])
    return [Button(_("Reimburse care paid in cash"), url)]


def hang() -> None:
    """Hang the list into the sidebar, and the verbs into persons' files and cases."""
    menu.place(
        menu.Place(
            "reimbursements",
            menu.Group.MEDICAL,
            2,
            _("Reimbursements"),
            "admin:medical_reimbursement_changelist",
            "request_quote",
            "case.read",
        )
    )
    person_file.buttons("medical_reimbursement", offered_to_person, Noun.INSURANCE)
    case_file.hang(reimbursing.KIND, buttons=offered_on_case, panels=shown_on_case)
