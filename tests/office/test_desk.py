"""Lists, tiles, names and questions: what the desk and oversight are fed with."""

import dataclasses
import datetime

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from socsec.office import checks, home, menu, oversight, people, queries
from socsec.office.models import Case, Region
from socsec.office.people import PersonLine
from socsec.office.services import case as cases
from socsec.office.services import regions

pytestmark = pytest.mark.django_db


@pytest.fixture
def some(claim_kind, intake):
    return [
        cases.open_case(
            kind="test_claim",
            person_id=n,
            subject=f"Person {n}",
            region="110105",
            by=intake,
            channel="counter",
            received_on=datetime.date(2026, 9, n),
        )
        for n in range(1, 5)
    ]


def test_a_queue_costs_one_query_and_runs_by_deadline(some, assessor, django_assert_num_queries):
    assessor.held_roles()
    with django_assert_num_queries(1):
        seen = [
            (c.number, str(c.region), str(c.office), str(c.clerk)) for c in queries.queue(assessor)
        ]
    assert [number for number, *_rest in seen] == [case.number for case in some]


def test_a_queue_shows_nothing_to_who_must_see_nothing(some, stranger, nobody, insured):
    for user in (stranger, nobody, insured):
        assert not queries.cases(user).exists()
        assert queries.case_counts(user) == {}


def test_lists_hold_what_their_names_say(some, assessor, both, intake, edition):
    one, two, three, four = some
    cases.take(case_id=one.pk, by=assessor)
    cases.propose(case_id=two.pk, by=both, sheet={}, edition=edition)
    cases.wait(case_id=three.pk, by=assessor, text="a photo")
    cases.withdraw(case_id=four.pk, by=intake, text="by phone")
    assert list(queries.my_cases(assessor)) == [one]
    assert list(queries.to_check(assessor)) == [two]
    assert list(queries.to_check(both)) == []
    assert list(queries.queue(assessor)) == [one, two, three]
    assert queries.case_counts(assessor) == {
        "received": 1,
        "assessed": 1,
        "waiting": 1,
        "withdrawn": 1,
    }
    on = datetime.date(2026, 9, 30)
    assert (one.due_on, two.due_on) == (datetime.date(2026, 9, 29), on)
    assert list(queries.running_out(assessor, 0, on)) == [one, two]
    assert list(queries.cases_of(4)) == [four]
    assert Case.objects.get(pk=four.pk).clock().stopped


def test_a_checker_is_not_offered_their_own_case(some, reviewer, assessor, edition):
    cases.propose(case_id=some[0].pk, by=assessor, sheet={}, edition=edition)
    assert list(queries.to_check(reviewer)) == [some[0]]
    reviewer.person_id = 1
    assert list(queries.to_check(reviewer)) == []


def test_names_come_from_whoever_knows_them(some, monkeypatch):
    monkeypatch.setattr(people, "_describe", None)
    assert queries.describe(some)[1] == PersonLine(1, "1")
    asked = []

    def describe(numbers):
        asked.append(numbers)
        return {1: PersonLine(1, "张三", "110***********002X")}

    # Registering answers every question anew: what the apps said comes back after the test.
    for question in ("_describe", "_relatives", "_mandates", "_public_ids", "_numbers"):
        monkeypatch.setattr(people, question, None)
    people.register(describe=describe)
    names = people.describe([1, 2, 2, None])
    assert (names[1].name, names[2].name) == ("张三", "2")
    assert asked == [[1, 2]]
    assert people.describe([]) == {}
    assert people.relatives(1) == set()


def test_tiles_are_for_those_who_may_see_what_they_count(assessor, auditor, nobody, monkeypatch):
    monkeypatch.setattr(home, "_tiles", {})
    monkeypatch.setattr(home, "_panels", {})
    home.tile(home.Tile("b", 2, "B", "case.read", lambda user: home.Figure("2")))
    home.tile(home.Tile("a", 1, "A", "audit.read", lambda user: home.Figure("1")))
    home.tile(home.Tile("c", 3, "C", "case.read", lambda user: None))
    home.panel(home.Panel("p", 1, "P", "case.read", "p.html", lambda user: {"n": 1}))
    home.panel(home.Panel("q", 0, "Q", "case.read", "q.html", lambda user: None))
    assert [tile.slug for tile, _figure in home.tiles(assessor)] == ["b"]
    assert [tile.slug for tile, _figure in home.tiles(auditor)] == ["a", "b"]
    assert home.tiles(nobody) == []
    assert [(panel.slug, context) for panel, context in home.panels(assessor)] == [("p", {"n": 1})]


def test_no_place_of_the_menu_takes_the_name_of_another(monkeypatch):
    monkeypatch.setattr(menu, "_places", {})
    first = menu.Place("x", menu.Group.RULES, 1, "X", "admin:index", "home", "case.read")
    menu.place(first)
    menu.place(first)
    with pytest.raises(ValueError, match="x is taken"):
        menu.place(dataclasses.replace(first, label="Y"))
    with pytest.raises(ValueError, match="y would stand where x stands"):
        menu.place(dataclasses.replace(first, slug="y"))
    assert menu._places == {"x": first}


def test_questions_are_asked_and_findings_named(monkeypatch):
    monkeypatch.setattr(oversight, "_questions", {})
    oversight.register("test.good", "All is well", list)
    finding = oversight.Finding("bad", "thing 7", "It is broken")
    oversight.register("test.bad", "Nothing is broken", lambda: iter([finding]))
    assert [(q.code, found) for q, found in oversight.run()] == [
        ("test.bad", [finding]),
        ("test.good", []),
    ]
    assert [q.code for q, _found in oversight.run(["test.good"])] == ["test.good"]


def test_the_office_finds_nothing_wrong_with_itself(some, edition, monkeypatch):
    monkeypatch.setattr(oversight, "_questions", {})
    checks.register_all()
    answers = {question.code: found for question, found in oversight.run()}
    assert set(answers) == {
        "office.audit_chain",
        "office.editions",
        "office.four_eyes",
        "office.papers",
        "office.posted_runs",
        "office.replays",
    }
    assert not any(answers.values())


def test_regions_are_there_after_migrating():
    assert Region.objects.filter(level=Region.Level.PROVINCE).count() == 31
    chaoyang = Region.objects.get(code="110105")
    assert (chaoyang.name_zh, chaoyang.name_en, chaoyang.level) == ("朝阳区", "Chaoyang", 3)
    line = []
    place = chaoyang
    while place is not None:
        line.append(place.code)
        place = place.parent
    assert line == ["110105", "110100", "110000", "000000"]
    assert Region.objects.get(code="000000").covers("510104")
    assert {r.code for r in Region.objects.within("510000")} == {"510000", "510100", "510104"}


def test_every_region_lies_in_the_one_its_code_says():
    for region in Region.objects.exclude(code="000000").select_related("parent"):
        assert region.parent is not None, region
        assert region.parent.covers(region.code)
        assert region.parent.level < region.level


def test_loading_regions_twice_changes_nothing(capsys, tmp_path):
    before = list(Region.objects.order_by("code").values())
    call_command("load_regions")
    assert f"{len(before)} regions" in capsys.readouterr().out
    assert list(Region.objects.order_by("code").values()) == before
    more = tmp_path / "more.csv"
    more.write_text("code,name_zh,name_en\n110106,丰台区,Fengtai\n", encoding="utf-8")
    assert regions.load(path=more) == 1
    assert Region.objects.get(code="110106").parent_id == "110100"


@pytest.mark.parametrize("content", [b"nonsense\n1\n", b"\xff\xfe\x00", None])
def test_a_file_that_holds_no_regions_is_refused(tmp_path, content):
    file = tmp_path / "regions.csv"
    if content is not None:
        file.write_bytes(content)
    before = Region.objects.count()
    with pytest.raises(CommandError, match="regions"):
        call_command("load_regions", str(file))
    assert Region.objects.count() == before
