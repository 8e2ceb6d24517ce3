"""Guardians and delegates: who gives leave, with what paper, in which acts, until when."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from enrollment import queries
from enrollment.models import HouseholdRole, Mandate
from enrollment.services.living import life
from enrollment.services.people import delegates, households
from socsec.office import access
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import AuditEntry, Notice, Role, User
from socsec.office.people import Scope
from socsec.office.services import users

from .conftest import CHAOYANG, SHANGHAI

TODAY = timezone.localdate


@pytest.fixture
def mother(enroll, edition):
    return enroll("陆阿珍", born=date(1950, 3, 1))


@pytest.fixture
def son(enroll):
    return enroll("沈禾生", born=date(1975, 3, 1), man=True)


@pytest.fixture
def child(enroll):
    return enroll("小满", born=TODAY() - timedelta(days=3000))


def account(person, name):
    return users.create_insured(
        username=name, password="a word that is long enough", person_id=person.pk, by=None
    )


def next_year():
    return TODAY() + timedelta(days=365)


def by_clerk(intake, mother, son, **change):
    said = {
        "by": intake,
        "person": mother,
        "delegate": son,
        "scopes": [Scope.CLAIM],
        "until": next_year(),
        "document": "letter of 1 March",
    }
    return delegates.grant(**(said | change))


def test_a_person_lets_somebody_act_and_both_are_told(mother, son):
    her, his = account(mother, "mother"), account(son, "son")
    made = delegates.grant(
        by=her, person=mother, delegate=son, scopes=[Scope.PAY], until=next_year()
    )
    assert made.scopes == ["see", "pay"]
    assert access.may(his, "contribution.read", person_id=mother.pk)
    assert not access.may(his, "case.receive", person_id=mother.pk)
    assert not access.may(her, "contribution.read", person_id=son.pk)
    assert [n.person_id for n in Notice.objects.all()] == [son.pk]


def test_nobody_gives_leave_in_the_name_of_another_not_even_a_delegate(mother, son, enroll):
    his = account(son, "son")
    third = enroll("第三", born=date(1980, 1, 1))
    delegates.grant(
        by=account(mother, "mother"),
        person=mother,
        delegate=son,
        scopes=list(Scope),
        until=next_year(),
    )
    with pytest.raises(Denied):
        delegates.grant(
            by=his, person=mother, delegate=third, scopes=[Scope.SEE], until=next_year()
        )
    assert Mandate.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        ({"document": " "}, Invalid, "no_document"),
        ({"scopes": []}, Invalid, "no_scope"),
        ({"scopes": ["everything"]}, Invalid, "unknown_scope"),
        ({"until": date(2020, 1, 1)}, Invalid, "ended_before"),
        ({"until": date(2099, 1, 1)}, Invalid, "too_long"),
        ({"kind": "friend"}, Invalid, "no_kind"),
    ],
)
def test_a_clerk_is_asked_for_what_a_permission_needs(intake, mother, son, change, error, code):
    with pytest.raises(error) as refused:
        by_clerk(intake, mother, son, **change)
    assert refused.value.code == code
    assert not Mandate.objects.exists()
    assert not Notice.objects.exists()


def test_only_intake_of_the_region_takes_it_down_and_never_for_relatives(
    assessor, staff, mother, son
):
    for clerk, error in ((assessor, Denied), (staff(Role.INTAKE, region=SHANGHAI), NotFound)):
        with pytest.raises(error):
            by_clerk(clerk, mother, son)
    himself = staff(Role.INTAKE)
    User.objects.filter(pk=himself.pk).update(person_id=son.pk)
    himself.refresh_from_db()
    with pytest.raises(Denied) as refused:
        by_clerk(himself, mother, son)
    assert refused.value.code == "own_case"
    assert not Mandate.objects.exists()


def test_a_guardian_of_a_minor_needs_the_paper_though_the_household_shows_them(
    intake, mother, son, child
):
    home = households.form(by=intake, head=son, region=CHAOYANG, opened_on=date(2010, 1, 1))
    households.join(
        by=intake, household=home, person=child, role=HouseholdRole.CHILD, from_=child.born_on
    )
    adults = queries.may_be_guardians(child.pk, delegates.adults_born_by(CHAOYANG))
    assert adults == [son]
    his = account(son, "son")
    assert not access.may(his, "person.read", person_id=child.pk)
    guardian = {"person": child, "delegate": son, "kind": Mandate.Kind.GUARDIAN}
    with pytest.raises(Invalid):
        by_clerk(intake, mother, son, **guardian, document="")
    with pytest.raises(Refused) as refused:
        by_clerk(intake, mother, son, person=child)
    assert refused.value.code == "person_is_minor"
    with pytest.raises(Invalid) as refused:
        by_clerk(intake, mother, son, **guardian, until=delegates.of_age(child))
    assert refused.value.code == "past_majority"
    by_clerk(intake, mother, son, **guardian, until=delegates.of_age(child) - timedelta(days=1))
    assert access.may(his, "person.read", person_id=child.pk)


def test_a_minor_acts_for_nobody_and_gives_no_leave(intake, mother, son, child):
    with pytest.raises(Refused) as refused:
        by_clerk(intake, mother, son, delegate=child)
    assert refused.value.code == "delegate_is_minor"
    with pytest.raises(Refused):
        delegates.grant(
            by=account(child, "child"),
            person=child,
            delegate=son,
            scopes=[Scope.SEE],
            until=next_year(),
        )
    assert not Mandate.objects.exists()


def test_it_ends_by_either_side_by_time_and_by_death(intake, mother, son):
    his = account(son, "son")
    made = by_clerk(intake, mother, son)
    with pytest.raises(Conflict):
        by_clerk(intake, mother, son)
    delegates.end(by=his, mandate=made)
    assert queries.mandates(son.pk) == {}
    with pytest.raises(Conflict):
        delegates.end(by=his, mandate=made)
    again = by_clerk(intake, mother, son)
    Mandate.objects.filter(pk=again.pk).update(
        since=TODAY() - timedelta(days=9), until=TODAY() - timedelta(days=1)
    )
    assert queries.mandates(son.pk) == {}
    by_clerk(intake, mother, son)  # one that ran out makes room
    assert set(queries.mandates(son.pk)) == {mother.pk}
    life.record_death(by=intake, person=mother, died_on=TODAY(), document="certificate")
    assert queries.mandates(son.pk) == {}


def test_strangers_cannot_end_it_and_a_clerk_says_why(intake, mother, son, enroll):
    made = by_clerk(intake, mother, son)
    stranger = account(enroll("第三", born=date(1980, 1, 1)), "third")
    with pytest.raises(NotFound):
        delegates.end(by=stranger, mandate=made)
    with pytest.raises(Invalid):
        delegates.end(by=intake, mandate=made)
    assert set(queries.mandates(son.pk)) == {mother.pk}


def test_name_and_number_of_a_delegate_must_belong_together_and_both_say_the_same(son, mother):
    with pytest.raises(NotFound) as one:
        delegates.find_delegate(name="沈禾", resident_id=son.resident_id)
    with pytest.raises(NotFound) as other:
        delegates.find_delegate(name="沈禾生", resident_id="11010519491231002X")
    assert str(one.value) == str(other.value)
    assert delegates.find_delegate(name=" 沈禾生 ", resident_id=son.resident_id) == son


# in the portal


@pytest.fixture
def at_portal(client, mother):
    client.force_login(
        account(mother, "mother"), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


def test_three_pages_give_a_permission_and_the_delegate_uses_it(at_portal, mother, son, client):
    day = next_year()
    answer = at_portal.post("/delegates/new/", {"name": "沈禾生", "resident_id": son.resident_id})
    assert answer.url == "/delegates/new/what/"
    answer = at_portal.post(
        "/delegates/new/what/",
        {
            "scopes": ["claim"],
            "until_day": day.day,
            "until_month": day.month,
            "until_year": day.year,
        },
    )
    assert answer.url == "/delegates/new/check/"
    assert "沈禾生" in at_portal.get("/delegates/new/check/").text
    assert at_portal.post("/delegates/new/check/", {}).status_code == 200
    assert not Mandate.objects.exists()
    done = at_portal.post("/delegates/new/check/", {"sure": "on"})
    assert "沈禾生 may act for you" in at_portal.get(done.url).text
    client.force_login(account(son, "son"), backend="django.contrib.auth.backends.ModelBackend")
    assert "For 陆阿珍" in client.get("/").text
    client.post("/acting/", {"person": str(mother.pk)})
    assert "Acting for 陆阿珍" in client.get("/").text
    assert AuditEntry.objects.filter(act="mandate.use", person_id=mother.pk).exists()
    # the list of delegates is about oneself, whoever one acts for
    for path in ("/delegates/", "/delegates/new/", f"/delegates/{Mandate.objects.get().pk}/end/"):
        assert client.get(path).status_code == 403
    assert client.get("/claim/").status_code == 200


def test_somebody_elses_permission_does_not_exist(at_portal, intake, son, enroll):
    other = enroll("别人", born=date(1960, 1, 1))
    made = by_clerk(intake, other, son)
    for path in (f"/delegates/{made.pk}/", f"/delegates/{made.pk}/end/"):
        assert at_portal.get(path).status_code == 404
    at_portal.post(f"/delegates/{made.pk}/end/", {"sure": "yes"})
    made.refresh_from_db()
    assert made.ended_at is None


def test_a_household_is_split_and_merged_with_a_head_each(intake, mother, son, child):
    home = households.form(by=intake, head=mother, region=CHAOYANG, opened_on=date(2010, 1, 1))
    for person, role in ((son, "child"), (child, "other")):
        households.join(
            by=intake,
            household=home,
            person=person,
            role=role,
            from_=max(person.born_on, home.opened_on),
        )
    day = TODAY() - timedelta(days=10)
    with pytest.raises(Refused) as refused:
        households.split(
            by=intake,
            household=home,
            head=son,
            roles={child.pk: "child", mother.pk: "parent"},
            region=CHAOYANG,
            from_=day,
        )
    assert refused.value.code == "nobody_stays"
    with pytest.raises(Invalid) as refused:
        households.split(
            by=intake, household=home, head=mother, roles={}, region=CHAOYANG, from_=day
        )
    assert refused.value.code == "no_head"
    own = households.split(
        by=intake, household=home, head=son, roles={child.pk: "child"}, region=CHAOYANG, from_=day
    )
    assert queries.household_of(child.pk) == own
    assert queries.household_of(child.pk, day - timedelta(days=1)) == home
    with pytest.raises(Invalid):
        households.merge(
            by=intake, household=own, into=home, roles={son.pk: "child"}, from_=TODAY()
        )
    households.merge(
        by=intake,
        household=own,
        into=home,
        roles={son.pk: "child", child.pk: "other"},
        from_=TODAY(),
    )
    own.refresh_from_db()
    assert own.closed_on == TODAY() - timedelta(days=1)
    assert queries.household_of(son.pk) == home
    heads = [m.person_id for m in queries.members(home) if m.role == "head"]
    assert heads == [mother.pk]
