"""From a new employer to a pension in the bank, by clicking alone, in a real browser, in both languages.

Seven people at seven screens. Every step starts where the one before left off or at the start page,
and goes where a link or a button of the page leads.
"""

import re
from datetime import date

import pytest
from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext

from enrollment.models import Employer, Person
from funds.models import PaymentBatch
from pensions.models import Award
from socsec.kernel.ids import make_credit_code, make_resident_id
from socsec.office import oversight
from socsec.office.models import Case, Run
from socsec.office.services import users
from tests import people
from tests.portal.conftest import birth_of_who_retires, last_code, this_month

pytestmark = pytest.mark.django_db(transaction=True)


class Screen:
    """What one person does at a browser of their own; labels are those of the person's language."""

    def __init__(self, page, base: str, language: str) -> None:
        self.page, self.base, self.language = page, base, language

    def said(self, text: str) -> str:
        with translation.override(self.language):
            return gettext(text)

    def sign_in(self, name: str) -> "Screen":
        self.page.goto(self.base + "/admin/")
        self.page.fill("[name=username]", name)
        self.page.fill("[name=password]", people.PASSWORD)
        self.page.locator("#login-form button").click()
        return self

    def follow(self, *labels: str) -> "Screen":
        """Links by their words, one after the other; a name that is no message stays as it is."""
        for label in labels:
            self.page.get_by_role("link", name=self.said(label), exact=True).first.click()
            self.page.wait_for_load_state()
        return self

    def answer(self, **answers: str) -> "Screen":
        """The fields of the form; then its button. A page that comes back with errors fails."""
        for name, value in answers.items():
            field = self.page.locator(f"main [name='{name}']").first
            if field.evaluate("each => each.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        self.page.locator("main form button:not([name])").first.click()
        self.page.wait_for_load_state()
        wrong = self.page.locator(".errsum")
        assert wrong.count() == 0, wrong.inner_text()
        return self

    def month(self, name: str, number: int) -> dict[str, str]:
        return {f"{name}_month": str(number % 12 + 1), f"{name}_year": str(number // 12)}

    def day(self, name: str, day: date) -> dict[str, str]:
        parts = (("day", day.day), ("month", day.month), ("year", day.year))
        return {f"{name}_{part}": str(value) for part, value in parts}

    def open_file(self, name: str) -> "Screen":
        """A person's file, found by name in the list, opened with a reason where one is asked."""
        self.place("people")
        self.page.fill("[name=q]", name)
        self.page.keyboard.press("Enter")
        self.page.get_by_role("link", name=name).first.click()
        self.page.wait_for_load_state()
        if self.page.locator("main [name=reason]").count():
            self.answer(reason="窗口来访")
        return self

    def place(self, label: str) -> "Screen":
        """A place of the sidebar."""
        word = re.compile(rf"{re.escape(capfirst(self.said(label)))}(\s*\d+)?\s*$")
        self.page.locator("#nav-sidebar a", has_text=word).first.click()
        self.page.wait_for_load_state()
        return self


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_month_is_paid_and_a_pension_follows(visit, live_server, tmp_path, language):
    people.settle()
    locale = {"en": "en-GB", "zh-hans": "zh-CN"}[language]

    def at_desk(name: str) -> Screen:
        return Screen(visit(locale=locale), live_server.url, language).sign_in(name)

    desk = {
        name: at_desk(name) for name in ("intake", "assessor", "reviewer", "accountant", "releaser")
    }
    intake, assessor, reviewer, accountant = (
        desk[name] for name in ("intake", "assessor", "reviewer", "accountant")
    )
    this = this_month()
    worked = this - 1
    born = birth_of_who_retires(0)

    # An employer and a person.
    intake.place("Employers").follow("Register an employer").answer(
        name="新开的厂",
        credit_code=make_credit_code("91", people.PUDONG, "MA1N3WG01"),
        region=people.PUDONG,
        **intake.day("opened_on", date(2020, 1, 1)),
    )
    factory = Employer.objects.get(name="新开的厂")
    intake.place("people")
    number = make_resident_id(people.PUDONG, born, 97)
    intake.follow("Enter a person").answer(
        name="老木匠", resident_id=number, phone="13900000097", region=people.PUDONG
    )
    carpenter = Person.objects.get(name="老木匠")
    intake.follow("Bank account").answer(account="62284800000097", bank="农业银行")
    intake.follow("Insure").answer(
        category="1",
        employer=factory.credit_code,
        region=people.PUDONG,
        **intake.day("from_", date(worked // 12, worked % 12 + 1, 1)),
    )
    intake.follow("Earlier months").answer(
        kind="paid",
        region=people.PUDONG,
        document="手册",
        base="6000",
        **intake.month("first_month", 2004 * 12),
        **intake.month("last_month", worked - 1),
    )
    reviewer.open_file("老木匠").follow("Approve").answer()

    # A month: declared, assessed by one, approved by another, demanded, received.
    intake.follow("新开的厂", "Declare wages").answer(**intake.month("month", worked))
    intake.answer(**{f"wage-{carpenter.pk}": "9000"})
    assessor.place("Runs").follow("Draft a run").answer(
        kind="contributions", region=people.SHANGHAI, **assessor.month("month", worked)
    )
    run = Run.objects.get()
    # 9,000.00 at 24 % is 2,160.00
    reviewer.place("Runs").page.locator("#result_list tbody a").first.click()
    reviewer.follow("Approve").answer(total="2160.00")
    run.refresh_from_db()
    assert (run.state, run.total) == (Run.State.POSTED, 2_160_00)
    accountant.place("Employers").follow("新开的厂", "Debts and collection", "Draw a demand note")
    accountant.answer()
    accountant.place("Receipts").follow("Enter a receipt").answer(
        payer="employer",
        code=factory.credit_code,
        amount="2160",
        reference="BANK-1",
        **accountant.day("received_on", timezone.localdate()),
    )

    # The account that was kept elsewhere, entered by one and approved by another; the last day at work.
    assessor.open_file("老木匠").follow("Opening balance").answer(
        amount="150000", document="结转单", **assessor.month("month", worked - 1)
    )
    reviewer.place("Opening balances").page.locator("#result_list tbody a").first.click()
    reviewer.follow("Approve").answer()
    first = date(this // 12, this % 12 + 1, 1)
    intake.open_file("老木匠").follow("End coverage").answer(
        reason="retired", **intake.day("last_day", date.fromordinal(first.toordinal() - 1))
    )

    # The claim, in the portal, with a code by text message.
    users.create_insured(
        username="carpenter", password=people.PASSWORD, person_id=carpenter.pk, by=None
    )
    home = Screen(visit(locale=locale), live_server.url, language)
    home.page.goto(live_server.url + "/claim/")
    home.answer(resident_id=number, password=people.PASSWORD)
    home.answer(code=last_code())
    home.answer()
    home.page.locator("main label.opt").first.click()
    home.answer()
    home.page.locator("main label.opt").click()
    home.answer()
    case = Case.objects.get()
    assert case.spaced_number in home.page.inner_text("main")

    # Assessed by one, checked and awarded by another.
    assessor.place("Cases").page.locator("#result_list tbody a").first.click()
    assessor.follow("Take the case").answer()
    assessor.follow("Assess").answer()
    reviewer.place("Cases").page.locator("#result_list tbody a").first.click()
    reviewer.follow("Award").answer()
    award = Award.objects.get()

    # The payroll, with the total typed; the file to the bank and its answer.
    assessor.place("Runs").follow("Draft a run").answer(
        kind="pension_payroll", region=people.SHANGHAI, **assessor.month("month", award.from_month)
    )
    reviewer.place("Runs").page.locator("#result_list tbody a").first.click()
    due = Run.objects.latest("pk").total
    reviewer.follow("Approve").answer(total=f"{due / 100:.2f}")
    batch = PaymentBatch.objects.get()
    assert batch.total == due >= award.monthly
    desk["releaser"].place("Payments").page.locator("#result_list tbody a").first.click()
    desk["releaser"].follow("Release").answer()
    accountant.place("Payments").page.locator("#result_list tbody a").first.click()
    with accountant.page.expect_download() as file:
        accountant.page.get_by_role("link", name=accountant.said("Bank file"), exact=True).click()
    answered = tmp_path / "answer.csv"
    answered.write_bytes(people.bank_answer(file.value.path().read_bytes()))
    accountant.follow("Read a bank return")
    accountant.page.set_input_files("main input[type=file]", answered)
    accountant.answer()
    accountant.follow("Reconcile").answer()
    batch.refresh_from_db()
    assert batch.state == PaymentBatch.State.RECONCILED

    # The books say so, and the person sees it.
    accountant.place("Ledger").page.locator("#result_list tbody a").first.click()
    accountant.page.wait_for_load_state()
    assert f"{due / 100:,.2f}" in accountant.page.inner_text("main")
    accountant.place("Verify the books").answer()
    assert accountant.said("Everything is as promised.") in accountant.page.inner_text("main")
    home.page.goto(live_server.url + "/benefits/")
    assert f"{award.monthly / 100:,.2f}" in home.page.inner_text("main")
    assert [found for _question, findings in oversight.run() for found in findings] == []
