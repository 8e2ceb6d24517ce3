"""Claims that cannot be: stopped with the line of law that says so, and nothing changes.

The list, item by item: before the age, with 179 months, for a person dead, already drawing
elsewhere, with overlapping months, with a birth date changed last year. Each through the services,
then at the desk, at the portal and through the partner API.
"""

from datetime import date

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from enrollment.models import Detail, LegacyYear
from enrollment.services.living import life
from enrollment.services.people import details
from enrollment.services.record import prior
from funds.models import Scheme
from pensions.models import Award, Category, PensionClaim
from pensions.services import claim, decision
from socsec.kernel.months import month
from socsec.office.errors import Conflict, Refused
from socsec.office.models import Case, Role, User
from socsec.office.services import users
from tests.api.conftest import partner

from .conftest import BEIJING, PENSION, PUDONG, SHANGHAI, START, staff, traces

pytestmark = pytest.mark.django_db
YOUNG = date(1980, 5, 5)
READ, WRITE = ("claims:read", "people:read"), ("claims:write", "people:read")
PDF = "JVBERi0xLjcgYm9vaw=="  # %PDF-1.7 book


def test_a_date_of_birth_changed_lately_stops_the_claim_until_the_file_was_examined(
    zhang, claimed, assessor, intake, refuses
):
    made = claimed(zhang)
    details.put(zhang, Detail.BORN_ON, "1966-03-01", by=intake, from_=None)
    with pytest.raises(Refused, match=r"Ministry of Labour \[1999\] No\. 8"):
        claim.assess(by=assessor, claim=made)
    refuses(Refused, "birth_changed", claim.assess, by=assessor, claim=made)
    claim.assess(by=assessor, claim=made, birth_examined=True)
    assert Case.objects.get().state == Case.State.ASSESSED


def test_who_draws_in_another_scheme_gets_no_second_pension(
    zhang, claimed, assessor, reviewer, refuses
):
    made = claimed(zhang)
    resident = Award.objects.create(
        person=zhang,
        scheme=Scheme.RESIDENTS,
        region=PUDONG,
        from_month=START - 3,
        basic=200_00,
        account=0,
        transitional=0,
        monthly=200_00,
    )
    with pytest.raises(Refused, match=r"\[2014\] No\. 17, article 8"):
        claim.assess(by=assessor, claim=made)
    refuses(Refused, "draws_elsewhere", claim.assess, by=assessor, claim=made)
    Award.objects.filter(pk=resident.pk).update(state=3, until_month=START - 1)
    claim.assess(by=assessor, claim=made)


def test_years_paid_as_a_resident_too_are_told_at_every_door_and_stop_the_claim(
    zhang, claimed, assessor, client, refuses
):
    """200 yuan were paid as a resident for 2010, of which Zhang paid all months as a worker."""
    LegacyYear.objects.create(
        person_id=zhang.pk,
        branch=PENSION,
        year=2010,
        scheme="rural_pension",
        region=PUDONG,
        tier=200_00,
        import_id=1,
    )
    users.create_insured(
        username="zhang", password="a word that is long enough", person_id=zhang.pk, by=None
    )
    client.force_login(
        User.objects.get(username="zhang"), backend="django.contrib.auth.backends.ModelBackend"
    )
    client.post("/claim/", {"category": "0"})
    start = client.get("/claim/start/").context["form"].fields["start"].options[0].value
    client.post("/claim/start/", {"start": start})
    assert "given back before your claim" in client.get("/claim/check/").content.decode()
    made = claimed(zhang)
    with pytest.raises(Refused, match=r"2010 .*\[2014\] No\. 17, article 6"):
        claim.assess(by=assessor, claim=made)
    refuses(Refused, "overlapping_months", claim.assess, by=assessor, claim=made)
    client.force_login(assessor, backend="django.contrib.auth.backends.ModelBackend")
    desk = client.get(reverse("admin:office_case_change", args=[made.pk])).content.decode()
    assert "Decide the double insurance" in desk
    here = partner(f"P{SHANGHAI}", "street-office")
    path = f"/api/v1/pension-claims/{made.case.number}/"
    told = here.ask("get", path, scopes=READ, purpose="benefit").json()
    assert told["years_paid_twice"] == [2010]
    LegacyYear.objects.all().delete()
    claim.assess(by=assessor, claim=made)


def test_months_that_overlap_are_not_entered_twice(zhang, claimed):
    """2010 is said to have been paid in Beijing as well: the entry is refused, and nothing counts."""
    before = decision.gather(claimed(zhang))
    with pytest.raises(Conflict, match="covers some of these months"), transaction.atomic():
        prior.enter_paid(
            by=staff(Role.INTAKE, region=BEIJING),
            person=zhang,
            branch=PENSION,
            region=BEIJING,
            bases=dict.fromkeys(range(month(2010, 1), month(2010, 12) + 1), 5_000_00),
            document="北京市缴费记录",
        )
    assert decision.gather(PensionClaim.objects.get()) == before
    assert before.months_paid == 240


def test_before_the_age_the_refusal_says_by_how_much(enroll, shanghai, carry, claimed, assessor):
    young = enroll(name="李四", born=date(1980, 5, 5))
    carry(young, month(2006, 1), month(2025, 12), 6_000_00)
    made = claimed(young, category=Category.MALE_60)
    claim.assess(by=assessor, claim=made)
    found = claim.preview(by=assessor, claim=made)
    assert not found.entitled
    assert all(reason["law"] for reason in found.reasons)
    assert not Award.objects.exists()


@pytest.fixture
def young(enroll, shanghai, carry):
    """Forty-six years old, with twenty years of contributions."""
    who = enroll(name="李四", born=YOUNG)
    carry(who, month(2006, 1), month(2025, 12), 6_000_00)
    return who


@pytest.fixture
def short(enroll, shanghai, carry):
    """Old enough, with 179 months: one is missing of fifteen years."""
    who = enroll(name="王五")
    carry(who, month(2011, 2), month(2025, 12), 6_000_00)
    return who


@pytest.fixture
def dead(enroll, shanghai, intake):
    who = enroll(name="赵六")
    life.record_death(by=intake, person=who, died_on=date(2026, 1, 5), document="死亡证明")
    who.refresh_from_db()
    return who


def elsewhere(who):
    return Award.objects.create(
        person=who,
        scheme=Scheme.RESIDENTS,
        region=PUDONG,
        from_month=START - 3,
        basic=200_00,
        account=0,
        transitional=0,
        monthly=200_00,
    )


def signed_in(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_with_179_months_or_too_young_nothing_is_awarded_and_the_refusal_names_the_law(
    young, short, claimed, assessor, reviewer, refuses
):
    for who, condition in ((young, "old_enough"), (short, "vested")):
        made = claimed(who)
        claim.assess(by=assessor, claim=made)
        refuses(Refused, "not_entitled", claim.award, by=reviewer, claim=made)
        claim.refuse(by=reviewer, claim=made)
        made.case.refresh_from_db()
        reasons = {reason["code"]: reason["law"] for reason in made.case.reasons}
        assert "社会保险法第十六条" in reasons["vested"] if condition == "vested" else True
        assert reasons[condition]
    assert "179" in made.case.reasons[0]["text_en"] or "14" in made.case.reasons[0]["text_en"]
    assert not Award.objects.exists()


def test_for_the_dead_no_pension_is_claimed(dead, claimed, refuses, intake):
    with pytest.raises(Refused, match="Social Insurance Law, article 17"):
        claimed(dead)
    refuses(
        Refused,
        "dead",
        claim.open_claim,
        by=intake,
        person=dead,
        start_month=START,
        category=Category.MALE_60,
        channel="counter",
    )


def test_at_the_desk_each_is_stopped_on_its_page_with_the_law(
    zhang, young, short, dead, claimed, assessor, reviewer, intake
):
    counter, maker, checker = signed_in(intake), signed_in(assessor), signed_in(reviewer)

    def stopped(client, url, said, law):
        before = traces()
        answer = client.post(url, said)
        assert answer.status_code == 422, url
        assert law in answer.text, url
        assert traces() == before

    def verb(made, slug):
        return reverse("admin:pensions_claim_verb", args=[made.pk, slug])

    said = {"category": "0", "scheme": "1", "start_month_month": "7", "start_month_year": "2026"}
    stopped(
        counter,
        reverse("admin:pensions_claim_open", args=[dead.pk]),
        said,
        "Social Insurance Law, article 17",
    )
    for who, law in ((young, "办法第一条"), (short, "第十六条")):
        made = claimed(who)
        assert maker.post(verb(made, "assess"), {}).status_code == 302
        stopped(checker, verb(made, "award"), {}, law)
    made = claimed(zhang)
    other = elsewhere(zhang)
    stopped(maker, verb(made, "assess"), {}, "Ministry of Human Resources [2014] No. 17, article 8")
    other.delete()
    details.put(zhang, Detail.BORN_ON, "1966-03-01", by=intake, from_=None)
    stopped(maker, verb(made, "assess"), {}, "Ministry of Labour [1999] No. 8")


def test_at_the_portal_who_is_too_young_reads_when_and_who_draws_is_led_to_it(
    young, zhang, granted
):
    phone = signed_in(
        users.create_insured(
            username="lisi", password="a word that is long enough", person_id=young.pk, by=None
        )
    )
    phone.post("/claim/", {"category": "0"})
    before = traces()
    page = phone.get("/claim/start/")
    assert page.status_code == 200
    assert "form" not in page.context
    assert traces() == before
    granted(zhang)
    phone = signed_in(
        users.create_insured(
            username="zhang", password="a word that is long enough", person_id=zhang.pk, by=None
        )
    )
    assert phone.get("/claim/").url == reverse("benefits")
    assert phone.post("/claim/check/", {"truth": "on"}).url == reverse("benefits")


def test_a_partner_is_refused_as_a_clerk_is(zhang, young, dead, granted, intake, assessor):
    system = partner(f"P{SHANGHAI}", "hudong-claims")
    address = "/api/v1/people/{}/pension-claims/"
    said = {"work": "male_60", "start_month": "2026-07"}

    def ask(who, body, key="k", scopes=WRITE):
        return system.ask(
            "post",
            address.format(who.public_id),
            body,
            scopes=scopes,
            key=f"{who.pk}{key}",
            purpose="benefit",
        )

    refused = ask(dead, said)
    assert (refused.status_code, refused.json()["code"]) == (422, "dead")
    assert "Social Insurance Law, article 17" in refused.text
    granted(zhang)
    again = ask(zhang, said)
    assert (again.status_code, again.json()["code"]) == (422, "in_payment")
    for wrong in ({**said, "work": "female_50"}, {**said, "start_month": "2199-01"}):
        assert ask(young, wrong, key=wrong["work"] + wrong["start_month"]).status_code == 422
    assert PensionClaim.objects.count() == 1
    # Everybody may claim; the refusal, with its law, comes with the decision.
    made = ask(young, said)
    assert made.status_code == 201, made.text
    assert ask(young, said).json() == made.json()
    number = made.json()["number"]
    paper = f"/api/v1/pension-claims/{number}/papers/"
    sent = system.ask(
        "post",
        paper,
        {"name": "book.pdf", "content": PDF},
        scopes=WRITE,
        key="p1",
        purpose="benefit",
    )
    assert sent.json()["papers"] == ["book.pdf"]
    for content in ("###", "AAAA"):
        bad = {"name": "x", "content": content}
        wrong = system.ask("post", paper, bad, scopes=WRITE, key=content, purpose="benefit")
        assert wrong.status_code == 422
    held = PensionClaim.objects.get(case__number=number)
    claim.assess(by=assessor, claim=held)
    claim.refuse(by=staff(Role.REVIEWER), claim=held)
    look = f"/api/v1/pension-claims/{number}/"
    read = system.ask("get", look, scopes=READ, purpose="benefit").json()
    assert read["state"] == "refused"
    assert all(reason["law"] for reason in read["reasons"])
    listed = system.ask("get", "/api/v1/pension-claims/?state=refused", scopes=READ).json()
    assert [row["number"] for row in listed["results"]] == [number]
    mine = system.ask("get", address.format(young.public_id), scopes=READ, purpose="benefit")
    assert len(mine.json()["results"]) == 1
    staff(region=BEIJING)
    stranger = partner(f"P{BEIJING}", "jing-claims")
    assert stranger.ask("get", look, scopes=READ, purpose="benefit").status_code == 404
    assert stranger.ask("get", "/api/v1/pension-claims/", scopes=READ).json()["results"] == []
