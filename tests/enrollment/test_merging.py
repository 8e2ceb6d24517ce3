"""Records that may be of one person: found, judged, read as one, and taken apart again."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from enrollment import queries
from enrollment.models import (
    Contribution,
    Coverage,
    DuplicatePair,
    Person,
    PersonLink,
    Sex,
)
from enrollment.models.duplicates import Reason
from enrollment.queries import matching
from enrollment.services import cover
from enrollment.services.people import bank_account, delegates, identifiers, merging, registration
from enrollment.services.people.identifiers import Given
from funds.models import Branch
from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import month
from socsec.office import merges
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import Notice, Role, Run, User
from socsec.office.services import run as runs
from socsec.office.services import users, work

from .conftest import CHAOYANG, SHANGHAI

BORN = date(1990, 5, 1)
BACKEND = "django.contrib.auth.backends.ModelBackend"


def pairs():
    return {(p.person_id, p.other_id): Reason(p.reason) for p in DuplicatePair.objects.all()}


def numberless(by, name, born=BORN, sex=Sex.FEMALE, number="12AB34567", region=CHAOYANG):
    return identifiers.enroll_without_number(
        by=by,
        name=name,
        sex=sex,
        born_on=born,
        region=region,
        documents=[Given("passport", number, "FRA")],
    )


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("李芳芳", "李芳芳", Reason.NAME),
        ("阿依古丽·买买提", "阿依古丽买买提", Reason.NAME),
        ("李芳芳", "李芳方", Reason.NEAR_NAME),
        ("李芳芳", "李芳", Reason.NEAR_NAME),
        ("李芳菲", "李菲芳", Reason.NEAR_NAME),
        ("李芳", "李菲", None),
        ("李芳芳", "王芳菲", None),
    ],
)
def test_near_names_with_the_same_birth_date_are_found_at_enrolment(enroll, one, other, reason):
    first, second = enroll(one, born=BORN), enroll(other, born=BORN)
    assert pairs() == ({(first.pk, second.pk): reason} if reason else {})


def test_another_birth_date_or_sex_is_another_person(enroll):
    enroll("李芳芳", born=BORN)
    enroll("李芳芳", born=date(1990, 5, 2))
    enroll("李芳芳", born=BORN, man=True)
    assert pairs() == {}


def test_two_valid_numbers_of_two_counties_under_near_names_are_two_people(enroll, staff, intake):
    enroll("李芳芳", born=BORN)
    enroll("李芳方", born=BORN, by=staff(Role.INTAKE, region=SHANGHAI), region=SHANGHAI)
    assert pairs() == {}
    numberless(intake, "李芳方", region=CHAOYANG)
    assert list(pairs().values()).count(Reason.NEAR_NAME) == 1


@given(
    st.text(alphabet="李王芳菲伟", min_size=3, max_size=4),
    st.integers(0, 3),
    st.sampled_from(["drop", "add", "swap"]),
)
def test_one_slip_of_the_pen_is_always_found_by_the_neighbourhood(name, place, slip):
    place %= len(name)
    other = {
        "drop": name[:place] + name[place + 1 :],
        "add": name[:place] + "明" + name[place:],
        "swap": name[:place] + "明" + name[place + 1 :],
    }[slip]

    def around(text):
        less = {text[:i] + text[i + 1 :] for i in range(len(text))} if len(text) > 2 else set()
        return {text} | less

    assert around(name) & around(other)


def test_a_run_finds_for_everybody_what_enrolment_finds_for_one_and_can_be_undone(
    enroll, assessor, reviewer, intake, edition
):
    first, second = enroll("李芳芳", born=BORN), enroll("李芳方", born=BORN)
    third = numberless(intake, "李芳芳")
    other = numberless(intake, "Anna Bo", born=date(1970, 1, 1), number="12A834567")
    found = pairs()
    assert found == {
        (first.pk, second.pk): Reason.NEAR_NAME,
        (first.pk, third.pk): Reason.NAME,
        (second.pk, third.pk): Reason.NEAR_NAME,
        (third.pk, other.pk): Reason.NUMBER,
    }
    merging.distinct(
        by=assessor,
        pair=DuplicatePair.objects.get(person_id=first.pk, other_id=second.pk),
        note="twins",
    )
    DuplicatePair.objects.filter(state="open").delete()
    run = runs.draft(kind="matching", month=month(2026, 3), region="110000", by=assessor)
    shown = runs.preview(run_id=run.pk, by=assessor)
    assert (shown.count, shown.total) == (3, 0)
    assert not DuplicatePair.objects.filter(state="open").exists()
    runs.approve(run_id=run.pk, by=reviewer, total=0)
    done = work.work_through(run.pk)
    assert (done.state, done.count) == (Run.State.POSTED, 3)
    assert pairs() == found
    kept = DuplicatePair.objects.get(person_id=first.pk, other_id=third.pk)
    merging.distinct(by=assessor, pair=kept, note="cousins")
    runs.reverse(run_id=run.pk, by=reviewer, reason="a trial")
    work.work_through(run.pk)
    assert set(DuplicatePair.objects.values_list("state", flat=True)) == {"distinct"}


def test_the_search_costs_as_many_queries_for_many_as_for_few(enroll, django_assert_num_queries):
    for name in ("李芳芳", "李芳方", "李方芳", "王明明"):
        enroll(name, born=BORN)
    DuplicatePair.objects.all().delete()
    with django_assert_num_queries(1):
        count = merging.write_pairs(matching.near_names(date.min, date.max), "000000", 7)
    assert count == 3


def test_a_run_of_one_region_leaves_pairs_of_others_alone(enroll, staff):
    clerk = staff(Role.INTAKE, region=SHANGHAI)
    for _n in range(2):
        enroll("李芳芳", born=BORN, by=clerk, region=SHANGHAI)
    DuplicatePair.objects.all().delete()
    assert merging.write_pairs(matching.near_names(BORN, BORN), "110000", 0) == 0
    assert merging.write_pairs(matching.near_names(BORN, BORN), SHANGHAI, 0) == 1


# judging and merging


@pytest.fixture
def two(enroll, beijing):
    """One woman under two numbers."""
    return enroll("李芳芳", born=BORN), enroll("李芳芳", born=BORN)


@pytest.fixture
def merged(two, assessor, reviewer):
    link = merging.propose(by=assessor, survivor=two[0], absorbed=two[1], reason="same card")
    return merging.approve(by=reviewer, link=link)


def test_a_pair_judged_as_two_people_does_not_come_back(two, assessor, staff):
    pair = DuplicatePair.objects.get()
    with pytest.raises(Denied):
        merging.distinct(by=staff(Role.INTAKE), pair=pair, note="twins")
    with pytest.raises(NotFound):
        merging.distinct(by=staff(Role.ASSESSOR, region=SHANGHAI), pair=pair, note="twins")
    with pytest.raises(Invalid):
        merging.distinct(by=assessor, pair=pair, note=" ")
    merging.distinct(by=assessor, pair=pair, note="twins")
    with pytest.raises(Conflict):
        merging.distinct(by=assessor, pair=pair, note="twins")
    assert merging.look_for(two[0]) == 0
    assert DuplicatePair.objects.get().state == "distinct"


def test_a_merge_is_agreed_by_another_and_rewrites_nothing(
    two, assessor, reviewer, intake, employ, found, staff
):
    employ(two[1], found(), wage=900_000)
    rows = list(Coverage.objects.values("pk", "person_id", "span"))
    link = merging.propose(by=assessor, survivor=two[0], absorbed=two[1], reason="same card")
    assert queries.numbers_of(two[0].pk) == [two[0].pk]
    with pytest.raises(Denied):
        merging.approve(by=assessor, link=link)
    with pytest.raises(NotFound):
        merging.approve(by=staff(Role.REVIEWER, region=SHANGHAI), link=link)
    merging.approve(by=reviewer, link=link)
    assert list(Coverage.objects.values("pk", "person_id", "span")) == rows
    assert queries.numbers_of(two[0].pk) == [two[0].pk, two[1].pk]
    assert [c.person_id for c in queries.coverages(two[0].pk)] == [two[1].pk]
    assert DuplicatePair.objects.get().state == "same"


def test_after_a_merge_either_number_finds_the_survivor(merged, two, intake):
    for person in two:
        assert queries.by_resident_id(person.resident_id) == two[0]
        assert queries.search_number(intake, person.resident_id) == two[0]
    assert list(queries.search(intake, "李芳芳")) == [two[0]]
    assert queries.canonical(two[1].pk) == two[0].pk


def test_months_money_and_letters_are_read_as_one(merged, two):
    for number, person in enumerate(two):
        Contribution.objects.create(
            person_id=person.pk,
            month=month(2026, 1) + number,
            branch=Branch.PENSION,
            employer_id=0,
            category=2,
            region=CHAOYANG,
            wage=500_000,
            wage_before=0,
            base=500_000,
            employer_share=0,
            person_share=100_000,
            account_share=40_000,
            edition=1,
        )
        Notice.objects.create(person_id=person.pk, title_en="x", title_zh="x", body_en="x")
    months = [each.month for each in queries.record(two[0].pk, Branch.PENSION)]
    assert months == [month(2026, 1), month(2026, 2)]
    owed = queries.arrears(Branch.PENSION, person_id=two[0].pk)
    assert [(each.month, each.open) for each in owed] == [
        (month(2026, 1), 100_000),
        (month(2026, 2), 100_000),
    ]
    standing = {str(label): count for label, count in merging.taken_over(two[0].pk)}
    assert standing["contributions"] == 1


def test_employers_accounts_papers_and_registrations_are_read_as_one(
    merged, two, intake, assessor, employ, found
):
    survivor, absorbed = two
    employ(absorbed, found(), wage=900_000)
    registration.register(
        by=intake, person=absorbed, kind=1, region=CHAOYANG, from_=date(2020, 1, 1)
    )
    said = {"by": intake, "purpose": "benefit", "bank": "中国农业银行", "holder": "李芳芳"}
    held = bank_account.set(person=absorbed, account="62284800000091", **said)
    assert [job.person_id for job in queries.employments(survivor.pk)] == [absorbed.pk]
    assert queries.employments_as_of(survivor.pk, date(2026, 3, 1)).count() == 1
    assert queries.coverage_as_of(survivor.pk, Branch.PENSION, date(2026, 3, 1)) is not None
    assert [row.person_id for row in queries.registrations(survivor.pk)] == [absorbed.pk]
    assert queries.account_for(survivor.pk, "benefit") == held
    # The same account again is no account of another, and another one takes its place.
    assert bank_account.set(person=survivor, account="62284800000091", **said) == held
    other = bank_account.set(person=survivor, account="62284800000092", **said)
    assert list(queries.accounts(survivor.pk)) == [other]


def test_permissions_to_act_follow_the_merge(two, assessor, reviewer, intake, enroll):
    survivor, absorbed = two
    helper, helper_again = (
        enroll("王美", born=date(1980, 1, 1)),
        enroll("王美", born=date(1980, 1, 1)),
    )
    delegates.grant(
        by=intake,
        person=absorbed,
        delegate=helper_again,
        scopes=["pay"],
        until=timezone.localdate() + timedelta(days=90),
        document="委托书",
    )
    for one, other in ((survivor, absorbed), (helper, helper_again)):
        link = merging.propose(by=assessor, survivor=one, absorbed=other, reason="same card")
        merging.approve(by=reviewer, link=link)
    held = queries.mandates(helper.pk)
    assert list(held) == [survivor.pk]
    assert held[survivor.pk].scopes == {"see", "pay"}
    assert queries.mandates_of(survivor.pk).get() == queries.mandates_held(helper.pk).get()


def test_undoing_a_merge_takes_the_records_apart_as_they_were(merged, two, reviewer, staff, intake):
    with pytest.raises(Denied):
        merging.undo(by=reviewer, link=merged, reason="two after all")
    another = staff(Role.REVIEWER)
    with pytest.raises(Invalid):
        merging.undo(by=another, link=merged, reason=" ")
    merging.undo(by=another, link=merged, reason="two after all")
    assert queries.numbers_of(two[0].pk) == [two[0].pk]
    assert queries.by_resident_id(two[1].resident_id) == two[1]
    assert DuplicatePair.objects.get().state == "distinct"
    with pytest.raises(Conflict):
        merging.undo(by=another, link=merged, reason="again")
    # and may be merged once more, the other way round
    assert merging.propose(by=staff(Role.ASSESSOR), survivor=two[1], absorbed=two[0], reason="x")


def test_the_portal_account_follows_the_merge_and_its_undoing(two, assessor, reviewer, staff):
    said = {"password": "a word that is long enough", "by": None}
    theirs = users.create_insured(username="second", person_id=two[1].pk, **said)
    link = merging.propose(by=assessor, survivor=two[0], absorbed=two[1], reason="same card")
    merging.approve(by=reviewer, link=link)
    theirs.refresh_from_db()
    assert theirs.person_id == two[0].pk
    merging.undo(by=staff(Role.REVIEWER), link=link, reason="two after all")
    theirs.refresh_from_db()
    assert (theirs.person_id, theirs.is_active) == (two[1].pk, True)
    users.create_insured(username="first", person_id=two[0].pk, **said)
    link = merging.propose(by=assessor, survivor=two[0], absorbed=two[1], reason="same card")
    merging.approve(by=reviewer, link=link)
    theirs.refresh_from_db()
    assert (theirs.person_id, theirs.is_active) == (two[1].pk, False)


def test_what_contradicts_is_settled_before_a_merge(two, assessor, intake, employ, found):
    employ(two[0], found())
    employ(two[1], found(), from_=date(2025, 1, 1))
    with pytest.raises(Refused) as refused:
        merging.propose(by=assessor, survivor=two[0], absorbed=two[1], reason="same card")
    assert refused.value.code == "records_contradict"
    cover.end(
        by=intake,
        person=two[1],
        branch=Branch.PENSION,
        last_day=date(2025, 12, 31),
        reason="left",
    )
    assert merging.propose(by=assessor, survivor=two[0], absorbed=two[1], reason="same card")


def test_a_record_is_merged_once_and_never_in_a_circle(two, merged, assessor, reviewer, enroll):
    third = enroll("李芳芳", born=BORN)
    for survivor, absorbed in ((two[1], third), (third, two[1]), (two[1], two[0])):
        with pytest.raises(Conflict):
            merging.propose(by=assessor, survivor=survivor, absorbed=absorbed, reason="x")
    with pytest.raises(Invalid):
        merging.propose(by=assessor, survivor=third, absorbed=third, reason="x")
    link = merging.propose(by=assessor, survivor=third, absorbed=two[0], reason="x")
    merging.approve(by=reviewer, link=link)
    assert set(queries.numbers_of(third.pk)) == {third.pk, two[0].pk, two[1].pk}
    assert queries.canonical(two[1].pk) == third.pk


def test_the_database_knows_four_eyes_and_one_survivor(two, merged, assessor):
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonLink.objects.filter(pk=merged.pk).update(checker=assessor)
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonLink.objects.create(absorbed=two[1], survivor=two[0], reason="again", maker=assessor)


def test_every_table_that_names_a_person_is_covered_by_its_app():
    """A new table of a new app: `merges.cover("app")` in its ready(), and read by `people.numbers`."""
    assert merges.uncovered() == []
    assert len(merges.tables()) > 30


@pytest.mark.django_db
def test_every_covered_table_can_be_counted():
    with connection.cursor():
        assert all(table.count([1]) == 0 for table in merges.tables())


def test_the_desk_judges_merges_and_undoes(
    client, two, assessor, reviewer, staff, django_assert_max_num_queries
):
    User.objects.filter(pk__in=(assessor.pk, reviewer.pk)).update(is_staff=True)
    base = f"/admin/enrollment/person/duplicates/{two[0].pk}/{two[1].pk}/"
    client.force_login(assessor, backend=BACKEND)
    assert (
        "The same name and date of birth" in client.get("/admin/enrollment/person/duplicates/").text
    )
    assert "One person: merge" in client.get(base).text
    answer = client.post(f"{base}merge/", {"survivor": str(two[0].pk), "reason": "same card"})
    link = PersonLink.objects.get()
    verb = f"/admin/enrollment/personlink/{link.pk}/do/"
    assert answer.url == f"/admin/enrollment/personlink/{link.pk}/change/"
    assert client.post(f"{verb}approve/").status_code == 403
    client.force_login(reviewer, backend=BACKEND)
    assert client.post(f"{verb}approve/").status_code == 302
    assert queries.canonical(two[1].pk) == two[0].pk
    elsewhere = staff(Role.REVIEWER, region=SHANGHAI)
    User.objects.filter(pk=elsewhere.pk).update(is_staff=True)
    client.force_login(elsewhere, backend=BACKEND)
    assert client.get(base).status_code == 404
    assert client.post(f"{verb}undo/", {"reason": "x"}).status_code == 404
    assert Person.objects.count() == 2


def test_a_long_queue_costs_no_query_for_each_row(
    client, enroll, assessor, django_assert_max_num_queries
):
    for _n in range(8):
        enroll("李芳芳", born=BORN)
    assert DuplicatePair.objects.count() == 28
    User.objects.filter(pk=assessor.pk).update(is_staff=True)
    client.force_login(assessor, backend=BACKEND)
    with django_assert_max_num_queries(21):
        client.get("/admin/enrollment/person/duplicates/")


def test_a_resident_number_that_comes_late_finds_the_other_record(enroll, intake):
    first = enroll("李芳芳", born=BORN)
    second = numberless(intake, "Li Fangfang")
    number = make_resident_id("110105", BORN, 998)
    identifiers.add(by=intake, person=second, document=Given("resident_id", number))
    with pytest.raises(Conflict):
        identifiers.add(
            by=intake,
            person=numberless(intake, "Li F", number="99XY00000"),
            document=Given("resident_id", first.resident_id),
        )
