"""Residents and civil servants at the desk: claimed, assessed by their own papers, paid by their own runs."""

import pytest
from django.urls import reverse

from enrollment.models import Person
from pensions.models import Award, PensionClaim
from socsec.commands.chapters.other_schemes import other_schemes
from socsec.kernel.months import month
from socsec.office.models import Case, Run
from tests import people

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def village(db):
    made = people.settle()
    other_schemes(made)
    return made


@pytest.fixture
def press(client, village):
    def make(clerk, page, args=(), **answers):
        client.force_login(village.by(clerk), backend=BACKEND)
        return client.post(reverse(f"admin:{page}", args=args), answers)

    return make


@pytest.fixture
def see(client, village):
    def make(clerk, page, args=()):
        client.force_login(village.by(clerk), backend=BACKEND)
        return client.get(reverse(f"admin:{page}", args=args))

    return make


def test_a_residents_claim_is_assessed_by_the_papers_of_residents_and_awarded(press, see):
    held = PensionClaim.objects.get(open=True)
    assert press("assessor", "office_case_verb", [held.pk, "take"]).status_code == 302
    page = see("assessor", "pensions_claim_verb", [held.pk, "assess"]).content.decode()
    assert 'name="other_pension"' in page
    assert 'name="one_child"' not in page
    assert press("assessor", "pensions_claim_verb", [held.pk, "assess"]).status_code == 302
    shown = see("reviewer", "pensions_claim_verb", [held.pk, "award"]).content.decode()
    assert "Addition for long contribution" in shown or "Account pension" in shown
    assert press("reviewer", "pensions_claim_verb", [held.pk, "award"]).status_code == 302
    given = Award.objects.get(claim=held)
    # Shanghai's 1,555.00; 19,350.00 of November, one month at 1.5 % from December on is none:
    # 19,350 ÷ 139 = 139.21
    assert given.monthly == 1_694_21


def test_the_desk_offers_the_scheme_in_which_somebody_was_insured_last(see, press):
    qin = Person.objects.get(name="秦阿公")
    page = see("intake", "pensions_claim_open", [qin.pk]).content.decode()
    assert '<option value="2" selected>' in page
    # A resident with a kind of work is refused, with the field named.
    answer = press(
        "intake",
        "pensions_claim_open",
        [Person.objects.get(name="池婶").pk],
        scheme="2",
        category="1",
        start_month_month=1,
        start_month_year=2027,
    )
    assert answer.status_code in (302, 422)


def test_runs_of_each_scheme_are_drafted_at_the_desk_and_called_by_their_name(press, see):
    for choice, title in (
        ("pension_payroll:residents", "Monthly payroll of residents"),
        ("pension_payroll:annuity", "Monthly payroll of occupational annuities"),
    ):
        answer = press(
            "assessor",
            "office_run_draft",
            kind=choice,
            month_month=12,
            month_year=2026,
            region=people.SHANGHAI,
        )
        assert answer.status_code == 302, answer.context["form"].errors
        made = Run.objects.latest("pk")
        assert (made.month, made.state) == (month(2026, 12), Run.State.PREVIEWED)
        assert title in see("assessor", "office_run_change", [made.pk]).content.decode()
    assert (
        press(
            "assessor",
            "office_run_draft",
            kind="pension_payroll:nobody",
            month_month=12,
            month_year=2026,
            region=people.SHANGHAI,
        ).status_code
        == 422
    )


def test_the_page_of_an_annuity_shows_the_sheet_of_the_pension_beside_it(see):
    beside = Award.objects.get(beside__isnull=False)
    page = see("reviewer", "pensions_award_change", [beside.pk]).content.decode()
    assert "Occupational annuity" in page
    assert "Annuity a month" in page
    case = Case.objects.get(pk=beside.beside.claim_id)
    shown = see("reviewer", "office_case_change", [case.pk]).content.decode()
    assert reverse("admin:pensions_award_change", args=[beside.pk]) in shown


def test_who_has_no_role_sees_none_of_it(see, press):
    beside = Award.objects.get(beside__isnull=False)
    assert see("newcomer", "pensions_award_change", [beside.pk]).status_code in (302, 403, 404)
    held = PensionClaim.objects.get(open=True)
    assert press("newcomer", "pensions_claim_verb", [held.pk, "real"]).status_code in (403, 404)
