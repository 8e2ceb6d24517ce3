"""People's side of medical cover: care away from home, registered diseases, family accounts."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from enrollment.models import Category
from enrollment.services import cover as coverage
from enrollment.services.people import person
from funds.models import Branch, Scheme
from funds.services import fund
from medical.models import (
    AccountShare,
    Away,
    AwayFiling,
    Care,
    CatalogueEdition,
    Diagnosis,
    DiseaseClaim,
    MedicalAccount,
    Registration,
)
from medical.queries import cover as queries
from medical.services.cover import diseases, filings, sharing
from socsec.kernel.ids import make_resident_id
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import Case, Role, User

from .clerks import PUDONG, SHANGHAI, SICHUAN, clerk

TODAY = timezone.localdate()
DAY = timedelta(days=1)
CHENGDU, JINJIANG, HAIDIAN, BEIJING = "510100", "510104", "110108", "110000"


@pytest.fixture
def intake(db):
    return clerk(Role.INTAKE)


@pytest.fixture
def pool(edition):
    return fund.establish(Branch.MEDICAL, Scheme.EMPLOYEES, SHANGHAI, since=date(2020, 1, 1))


@pytest.fixture
def enroll(intake, pool):
    """Somebody of Pudong who is insured on their own account since January: `enroll("李静", 2)`."""

    def make(name, serial, insured=True):
        who = person.enroll(
            by=intake,
            name=name,
            resident_id=make_resident_id("310115", date(1990, 5, 1), serial),
            region=PUDONG,
        )
        if insured:
            coverage.start(
                by=intake,
                person=who,
                branch=Branch.MEDICAL,
                category=Category.OWN_ACCOUNT,
                region=PUDONG,
                from_=date(2026, 1, 1),
                base=8_000_00,
            )
        return who

    return make


@pytest.fixture
def li(enroll):
    return enroll("李静", 2)


def portal_user(who):
    return User.objects.create(username=f"own{who.pk}", kind=User.Kind.INSURED, person_id=who.pk)


def test_care_away_from_home_is_filed_changed_ended_and_counts_by_the_day(intake, li):
    def away(place, day=TODAY, emergency=False):
        return queries.away_on(li.pk, pooled=SHANGHAI, place=place, day=day, emergency=emergency)

    assert away(PUDONG) == Away.LOCAL
    assert (away(JINJIANG), away(JINJIANG, emergency=True)) == (Away.OTHER, Away.EMERGENCY)
    assert queries.filed(li.pk, place=JINJIANG, first=TODAY, last=TODAY) is None
    first = filings.file(
        by=intake, person=li, away=Away.LONG_TERM, to_region=CHENGDU, from_date=TODAY
    )
    assert first.until is None
    assert (away(JINJIANG), away(HAIDIAN)) == (Away.LONG_TERM, Away.OTHER)
    # Six months by policy, the last day included: 医保发〔2022〕22号.
    referred = filings.file(
        by=intake,
        person=li,
        away=Away.REFERRED,
        to_region=BEIJING,
        from_date=date(2026, 11, 1),
        reason="补办转诊",
    )
    assert referred.until == date(2027, 4, 30)
    assert away(HAIDIAN, date(2026, 11, 2)) == Away.REFERRED
    moved = filings.file(
        by=intake, person=li, away=Away.LONG_TERM, to_region=BEIJING, from_date=TODAY + 5 * DAY
    )
    first.refresh_from_db()
    assert first.until == TODAY + 4 * DAY
    assert away(HAIDIAN, TODAY + 5 * DAY) == Away.LONG_TERM
    filings.take_back(by=intake, filing=moved)
    assert away(HAIDIAN, TODAY + 5 * DAY) == Away.REFERRED
    filings.end(by=intake, filing=referred, on=TODAY, reason="回沪")
    assert away(HAIDIAN, TODAY + DAY) == Away.OTHER


def test_filings_that_are_refused_change_nothing(intake, li, enroll):
    said = {"away": Away.OTHER, "to_region": CHENGDU, "from_date": TODAY}
    own = portal_user(li)
    for by, more, error in (
        (intake, {"away": Away.EMERGENCY}, Invalid),
        (intake, {"to_region": "999999"}, Invalid),
        (intake, {"to_region": PUDONG}, Refused),
        (intake, {"from_date": TODAY - DAY}, Invalid),  # a clerk says why
        (own, {"from_date": TODAY - DAY, "reason": "补办"}, Invalid),
        (intake, {"from_date": date(2025, 1, 1), "reason": "未参保"}, Refused),
        (clerk(Role.REVIEWER), {}, Denied),
        (clerk(Role.INTAKE, region=SICHUAN), {}, NotFound),
        (portal_user(enroll("外人", 4)), {}, Denied),
    ):
        with pytest.raises(error):
            filings.file(by=by, person=li, **said | more)
    assert not AwayFiling.objects.exists()
    made = filings.file(by=own, person=li, **said)
    with pytest.raises(Conflict, match="filed already"):
        filings.file(by=intake, person=li, **said)
    with pytest.raises(Refused):
        filings.take_back(by=intake, filing=made)
    with pytest.raises(Invalid):
        filings.end(by=own, filing=made, on=TODAY - 9 * DAY)
    assert AwayFiling.objects.get().withdrawn_at is None


def test_an_account_is_shared_by_its_owner_and_the_consent_can_be_withdrawn(
    intake, li, pool, enroll
):
    mother, stranger = enroll("王芳", 6), enroll("赵敏", 8, insured=False)
    own = portal_user(li)
    with pytest.raises(Refused, match="no medical account"):
        sharing.share(by=own, owner=li, person=mother, relation="parent")
    MedicalAccount.objects.create(person=li, fund=pool, region=PUDONG)
    for by, who, relation, error in (
        (own, mother, "friend", Invalid),
        (own, li, "parent", Invalid),
        (own, stranger, "parent", Refused),
        (portal_user(mother), mother, "parent", Denied),  # the relative cannot consent
        (intake, mother, "parent", Invalid),  # no paper named
    ):
        with pytest.raises(error):
            sharing.share(by=by, owner=li, person=who, relation=relation)
    assert not AccountShare.objects.exists()
    made = sharing.share(by=own, owner=li, person=mother, relation="parent")
    with pytest.raises(Conflict):
        sharing.share(by=intake, owner=li, person=mother, relation="parent", document="授权书1")
    assert [each.owner for each in queries.family_accounts(mother.pk, TODAY)] == [li]
    sharing.end(by=own, share=made)
    assert not queries.family_accounts(mother.pk, TODAY + DAY).exists()
    with pytest.raises(Conflict):
        sharing.end(by=own, share=made)


@pytest.fixture
def listed(intake):
    edition = CatalogueEdition.objects.create(
        region=SHANGHAI,
        kind=4,
        from_date=date(2025, 1, 1),
        document="目录",
        digest="0",
        maker=intake,
    )
    for code, special in (("I10", True), ("J00", False)):
        Diagnosis.objects.create(
            region=SHANGHAI,
            code=code,
            name="高血压" if special else "感冒",
            special=special,
            from_date=edition.from_date,
            edition=edition,
        )


def test_a_disease_is_registered_by_two_people_for_a_time(intake, li, listed):
    assessor, reviewer = clerk(Role.ASSESSOR), clerk(Role.REVIEWER)
    said = {
        "care": Care.SPECIAL,
        "diagnosis": "I10",
        "hospital": "某某医院",
        "document": "诊断证明1",
    }

    def claim(by=intake, **more):
        return diseases.open_claim(by=by, person=li, channel=Case.Channel.COUNTER, **said | more)

    for more, error in (
        ({"diagnosis": "J00"}, Invalid),
        ({"care": Care.INPATIENT}, Invalid),
        ({"document": " "}, Invalid),
        ({"by": reviewer}, Denied),
    ):
        with pytest.raises(error):
            claim(**more)
    assert not DiseaseClaim.objects.exists()
    held = claim()
    assert held.case.days == 20
    with pytest.raises(Conflict):
        claim()
    term = {"from_date": TODAY, "until": TODAY + 700 * DAY}
    diseases.assess(by=assessor, claim=held, entitled=False, text="材料不全", **term)
    with pytest.raises(Refused):
        diseases.grant(by=reviewer, claim=held)
    diseases.send_back(by=reviewer, claim=held, text="请再核")
    diseases.assess(by=assessor, claim=held, entitled=True, text="符合认定标准", **term)
    with pytest.raises(Refused):
        diseases.refuse(by=reviewer, claim=held)
    with pytest.raises(Denied):
        diseases.grant(by=assessor, claim=held)
    made = diseases.grant(by=reviewer, claim=held)
    assert (made.until, made.claim_id) == (TODAY + 700 * DAY, held.pk)
    assert queries.registered(li.pk, Care.SPECIAL, TODAY, "I10")
    assert not queries.registered(li.pk, Care.TWO_DISEASES, TODAY)
    with pytest.raises(Refused, match="registered already"):
        claim()
    with pytest.raises(Invalid):
        diseases.end(by=intake, registration=made, on=TODAY + 900 * DAY, reason="痊愈")
    diseases.end(by=intake, registration=made, on=TODAY, reason="痊愈")
    assert not queries.registered(li.pk, Care.SPECIAL, TODAY + DAY)
    # Refused with the reason that was found; then taken back.
    other = claim(care=Care.TWO_DISEASES)
    diseases.assess(by=assessor, claim=other, entitled=False, text="血压正常", **term)
    diseases.refuse(by=reviewer, claim=other)
    third = claim(care=Care.TWO_DISEASES)
    diseases.withdraw(by=intake, claim=third, text="不申请了")
    states = list(Case.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["granted", "refused", "withdrawn"]
    assert Registration.objects.count() == 1


def day(name, when):
    return {f"{name}_{part}": str(getattr(when, part)) for part in ("year", "month", "day")}


def test_people_arrange_their_cover_at_the_portal(client, li, pool, enroll, listed):
    mother, other = enroll("王芳", 6), enroll("外人", 4)
    MedicalAccount.objects.create(person=li, fund=pool, region=PUDONG)
    client.force_login(portal_user(li), backend="django.contrib.auth.backends.ModelBackend")
    away = {"away": "1", "to_region": CHENGDU, **day("from_date", TODAY)}
    assert client.post(reverse("medical_away"), {**away, "to_region": PUDONG}).status_code == 422
    client.post(reverse("medical_away"), away)
    share = {"resident_id": mother.resident_id, "relation": "parent", "sure": "on"}
    assert client.post(reverse("medical_share"), {**share, "sure": ""}).status_code == 422
    client.post(reverse("medical_share"), share)
    disease = {"care": "14", "diagnosis": "I10", "hospital": "某某医院", "document": "证明"}
    assert client.post(reverse("medical_disease"), disease)["Location"].startswith("/cases/")
    page = client.get(reverse("medical_cover")).content.decode()
    for words in ("Chengdu", "王芳", "Medical account"):
        assert words in page
    held, shared = AwayFiling.objects.get(), AccountShare.objects.get()
    ends = [
        reverse("medical_away_end", args=[held.pk]),
        reverse("medical_share_end", args=[shared.pk]),
    ]
    # Somebody else has none of it.
    client.force_login(portal_user(other), backend="django.contrib.auth.backends.ModelBackend")
    assert "Chengdu" not in client.get(reverse("medical_cover")).content.decode()
    for url in ends:
        assert client.post(url, {"sure": "on"}).status_code == 404
    client.logout()
    assert client.get(reverse("medical_cover")).status_code == 302
    client.force_login(
        User.objects.get(person_id=li.pk), backend="django.contrib.auth.backends.ModelBackend"
    )
    for url in ends:
        assert client.get(url).status_code == 200
        assert client.post(url, {"sure": "on"}).status_code == 302
    held.refresh_from_db()
    assert held.until == TODAY


def test_the_desk_arranges_the_cover_of_a_person(client, intake, li, pool, enroll, listed):
    mother = enroll("王芳", 6)
    MedicalAccount.objects.create(person=li, fund=pool, region=PUDONG)
    client.force_login(intake)

    def url(name, *args):
        return reverse(f"admin:medical_{name}", args=args)

    away = {"away": "3", "to_region": CHENGDU, "reason": "", **day("from_date", TODAY)}
    share = {"resident_id": mother.resident_id, "relation": "parent", "document": "授权书"}
    disease = {"care": "14", "diagnosis": "I10", "hospital": "某某医院", "document": "证明"}
    for name, said in (("away_file", away), ("share", share), ("disease_open", disease)):
        assert client.get(url(name, li.pk)).status_code == 200
        assert client.post(url(name, li.pk), said).status_code == 302, name
    held, shared, claim = (
        AwayFiling.objects.get(),
        AccountShare.objects.get(),
        DiseaseClaim.objects.get(),
    )
    client.force_login(clerk(Role.ASSESSOR))
    finding = {"entitled": "1", "text": "符合", **day("from_date", TODAY)}
    assert client.post(url("disease_verb", claim.pk, "assess"), finding).status_code == 302
    client.force_login(clerk(Role.REVIEWER))
    page = client.get(reverse("admin:office_case_change", args=[claim.pk])).content.decode()
    assert "高血压" in page
    assert client.post(url("disease_verb", claim.pk, "grant")).status_code == 302
    registration = Registration.objects.get()
    client.force_login(intake)
    listing = client.get(reverse("admin:medical_registration_changelist")).content.decode()
    assert "I10" in listing
    ends = (("away_end", held), ("share_end", shared), ("disease_end", registration))
    client.force_login(clerk(Role.INTAKE, region=SICHUAN))
    for name, row in ends:
        assert client.get(url(name, row.pk)).status_code == 404
    assert client.get(url("away_file", li.pk)).status_code == 404
    client.force_login(intake)
    for name, row in ends:
        said = {"reason": "结束", **day("on", TODAY)}
        assert client.post(url(name, row.pk), said).status_code == 302, name
    shared.refresh_from_db()
    assert shared.ended_on == TODAY
