"""Registers speak, a clerk decides, a proof of life is a proof: and nothing stops by time-out alone."""

import io
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from enrollment import queries
from enrollment.models import (
    LifeEvent,
    Person,
    ProofOfLife,
    ProofTask,
    StatusNotice,
    StatusState,
)
from enrollment.services.living import proofs, status
from enrollment.services.living.status import Line
from pensions.models import Award, AwardState
from pensions.services import award as awards
from socsec.kernel.ids import make_resident_id
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import AuditEntry, Notice, OutboxMessage
from socsec.office.services import policy as policies
from tests.api.conftest import partner
from tests.people import PUDONG, carry, live, settle

BACKEND = "django.contrib.auth.backends.ModelBackend"
TODAY = timezone.localdate


@pytest.fixture
def village(db):
    return settle()


def line(who, reference="R1", kind="death", **more):
    said = {"resident_id": who.resident_id, "name": who.name, "happened_on": date(2026, 11, 2)}
    return Line(reference=reference, kind=kind, **{**said, **more})


def take(village, *lines, by="intake", register="deaths"):
    return status.receive(by=village.by(by), register=register, lines=lines)


def test_a_death_is_a_word_until_a_clerk_takes_it_over(village):
    lin = village.souls["lin"]
    taken = take(village, line(lin))
    assert (taken.matched, taken.unmatched) == (1, 0)
    assert Person.objects.get(pk=lin.pk).died_on is None
    notice = queries.status_waiting(village.by("intake")).get()
    assert list(queries.notices_since(0, ["death"])) == [notice]
    done = status.confirm(by=village.by("intake"), notice=notice)
    assert Person.objects.get(pk=lin.pk).died_on == date(2026, 11, 2)
    assert done.event == LifeEvent.objects.get(person=lin, kind="death")
    assert done.event.document == "Register of deaths R1"
    with pytest.raises(Conflict, match="decided already"):
        status.confirm(by=village.by("intake"), notice=notice)


def test_the_same_line_again_changes_nothing_and_an_unknown_number_is_kept(village):
    lin = village.souls["lin"]
    stranger = make_resident_id(PUDONG, date(1970, 1, 1), 91)
    lines = [line(lin), line(lin, "R2", resident_id=stranger, name="某人", kind="prison")]
    take(village, *lines)
    again = take(village, *lines)
    assert (again.repeated, StatusNotice.objects.count()) == (2, 2)
    kept = StatusNotice.objects.get(reference="R2")
    assert (kept.state, kept.person) == (StatusState.UNMATCHED, None)
    assert status.match_again() == 0
    from enrollment.services.people import person as people

    who = people.enroll(by=village.by("intake"), name="某人", resident_id=stranger, region=PUDONG)
    assert status.match_again() == 1
    kept.refresh_from_db()
    assert (kept.state, kept.person_id, kept.region) == (StatusState.MATCHED, who.pk, PUDONG)


def test_another_name_under_the_number_is_a_doubt_and_proves_nothing(village):
    gao = village.souls["gao"]
    taken = take(village, line(gao, kind="earned", name="高远"), register="tax")
    assert (taken.doubtful, taken.proofs) == (1, 0)
    assert not ProofOfLife.objects.exists()
    notice = StatusNotice.objects.get()
    with pytest.raises(Invalid, match="why"):
        status.dismiss(by=village.by("intake"), notice=notice, reason=" ")
    status.dismiss(by=village.by("intake"), notice=notice, reason="another man")
    assert not LifeEvent.objects.exists()
    assert StatusNotice.objects.get().reason == "another man"


def test_what_shows_somebody_alive_is_a_proof_at_once(village):
    chen = village.souls["chen"]
    assert take(village, line(chen, kind="seen"), register="households").proofs == 1
    (proof,) = queries.proofs_of(chen.pk)
    assert (proof.way, proof.proved_on, proof.valid_until) == (
        "match",
        date(2026, 11, 2),
        date(2027, 11, 2),
    )


def test_many_lines_cost_as_many_queries_as_one_and_a_proof_is_written_once(
    village, django_assert_max_num_queries
):
    kinds = ("seen", "seen", "death", "earned")
    lines = [
        line(village.souls[key], f"Q{place}-{key}", kind=kind)
        for place, kind in enumerate(kinds)
        for key in ("chen", "lin", "gao", "ma")
    ]
    policies.of(policies.current_edition())  # read once in a process
    with django_assert_max_num_queries(20):
        one = take(village, line(village.souls["qian"], "Q", kind="seen"))
    with django_assert_max_num_queries(20):
        taken = take(village, *lines, lines[0])
    assert (one.proofs, taken.proofs, taken.matched, taken.repeated) == (1, 12, 4, 1)
    # Four people were seen on one day, three times each: that is one proof each.
    assert ProofOfLife.objects.count() == 5


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"reference": " "}, "no_reference"),
        ({"kind": "gossip"}, "no_kind"),
        ({"happened_on": date(2199, 1, 1)}, "in_the_future"),
        ({"resident_id": "123"}, None),
        ({"kind": "move"}, "no_region"),
        ({"name": ""}, "name_missing"),
    ],
)
def test_one_bad_line_and_nothing_is_taken(village, wrong, code):
    lin, gao = village.souls["lin"], village.souls["gao"]
    before = AuditEntry.objects.count()
    with pytest.raises(Invalid, match="Line 2") as refusal:
        take(village, line(lin), line(gao, **{"reference": "R2", **wrong}))
    assert code in (None, refusal.value.code)
    assert (StatusNotice.objects.count(), AuditEntry.objects.count()) == (0, before)


def test_a_file_is_read_and_a_bad_date_named(village):
    lin = village.souls["lin"]
    head = "Reference,What is said,ID number,Name,Date,Moved to\n"
    good = f"R1,Death,{lin.resident_id},{lin.name},2026-11-02,\n"
    (read,) = status.read_file(io.BytesIO((head + good).encode()))
    assert read == line(lin)
    with pytest.raises(Invalid, match="Row 3"):
        status.read_file(io.BytesIO((head + good + good.replace("2026-11-02", "soon")).encode()))


def test_clerks_of_another_region_and_others_see_and_decide_nothing(village):
    lin = village.souls["lin"]
    take(village, line(lin))
    notice = StatusNotice.objects.get()
    assert not queries.status_notices(village.by("sc-intake")).exists()
    with pytest.raises(NotFound):
        status.confirm(by=village.by("sc-intake"), notice=notice)
    for nobody in ("assessor", "auditor", "newcomer"):
        with pytest.raises(Denied):
            status.confirm(by=village.by(nobody), notice=notice)
        with pytest.raises(Denied):
            take(village, line(lin, "R9"), by=nobody)
    assert Person.objects.get(pk=lin.pk).died_on is None


# ---------------------------------------------------------------- proofs


@pytest.fixture
def pensioner(village):
    """Chen's pension, as it is after the village's first payroll, begun long ago."""
    from pensions.models import Category as PensionCategory
    from socsec.kernel.months import month
    from tests.people import award

    live(village, month(2025, 11), month(2025, 11))
    carry(village)
    award(village, "chen", month(2026, 7), PensionCategory.MALE_60)
    return village.souls["chen"]


def test_who_draws_a_pension_is_reminded_then_a_task_and_the_pension_goes_on(village, pensioner):
    begun = date(2026, 7, 1)
    assert [d.person_id for d in queries.asked("310000")] == [pensioner.pk]
    assert queries.asked("510000") == []
    assert proofs.refresh(day=begun + timedelta(days=200)) == {
        "reminded": 0,
        "missed": 0,
        "closed": 0,
    }
    soon = date(2027, 6, 10)
    assert proofs.refresh(day=soon)["reminded"] == 1
    assert proofs.refresh(day=soon)["reminded"] == 0
    letter = Notice.objects.filter(person_id=pensioner.pk).latest("id")
    assert "1 July 2027" in letter.body_en
    assert "2027 年 7 月 1 日" in letter.body_zh
    late = date(2027, 7, 2)
    assert proofs.refresh(day=late)["missed"] == 1
    assert proofs.refresh(day=late + timedelta(days=300))["missed"] == 0
    task = queries.open_task(pensioner.pk)
    assert (task.state, task.due_on) == (ProofTask.State.MISSED, date(2027, 7, 1))
    assert awards.pull_deaths() == []
    assert Award.objects.get().state == AwardState.IN_PAYMENT


def test_the_nightly_round_asks_as_often_for_many_as_for_one_and_leaves_the_same_entries(
    village, pensioner, monkeypatch
):
    many = [pensioner.pk + 1000 + place for place in range(30)]
    Person.objects.bulk_create(
        [
            Person(pk=number, name="王", sex=1, born_on=date(1950, 1, 1), region=pensioner.region)
            for number in many
        ]
    )
    select = [
        "select id as person_id, region, date '2026-06-30' as since from enrollment_person"
        " where id = any(%s)"
    ]

    def needed(*numbers):
        need = queries.Need("tested", "tested", lambda: (select[0], [list(numbers)]))
        monkeypatch.setattr("enrollment.queries.proofs._needs", {"tested": need})

    def round_on(day):
        with CaptureQueriesContext(connection) as asked:
            done = proofs.refresh(day=day)
        return done, len(asked)

    needed(many[0])
    assert round_on(date(2027, 6, 10))[0] == {"reminded": 1, "missed": 0, "closed": 0}
    of_one = round_on(date(2027, 7, 2))
    needed(*many)
    of_many = round_on(date(2027, 7, 3))
    assert of_many[0] == {"reminded": 0, "missed": 29, "closed": 0}
    assert of_many[1] <= of_one[1] + 1
    missed = AuditEntry.objects.filter(act="proof.miss")
    assert sorted(missed.values_list("person_id", flat=True)) == many
    assert missed.get(person_id=many[0]).subject_id == f"{many[0]}/2027-06-30"
    assert AuditEntry.objects.filter(act="notice.send", person_id=many[0]).count() == 1

    # Nothing is due of anybody any more; then it is again, for the same day.
    needed()
    assert round_on(date(2027, 7, 4))[0] == {"reminded": 0, "missed": 0, "closed": 30}
    needed(*many)
    assert round_on(date(2027, 7, 5))[0]["missed"] == 30
    assert ProofTask.objects.filter(closed_on=None, state=ProofTask.State.MISSED).count() == 30


def test_a_proof_closes_the_task_whoever_gives_it(village, pensioner):
    proofs.refresh(day=date(2027, 7, 2))
    proofs.record(
        by=village.by("intake"),
        person=pensioner,
        way="helper",
        proved_on=TODAY(),
        witness="村协理员老周",
    )
    assert queries.open_task(pensioner.pk) is None
    assert ProofTask.objects.get().state == ProofTask.State.CLOSED
    assert proofs.refresh()["missed"] == 0


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"way": "match"}, "no_way"),
        ({"way": "visit", "witness": " "}, "no_witness"),
        ({"proved_on": date(2199, 1, 1)}, "in_the_future"),
    ],
)
def test_a_proof_that_cannot_be_is_refused(village, said, code):
    with pytest.raises(Invalid) as refusal:
        proofs.record(
            by=village.by("intake"),
            person=village.souls["chen"],
            **{"way": "counter", "proved_on": TODAY(), **said},
        )
    assert refusal.value.code == code
    assert not ProofOfLife.objects.exists()


def test_a_person_confirms_with_a_code_and_nobody_else_can(village):
    chen, user = village.souls["chen"], village.portal["chen"]
    with pytest.raises(Denied):
        proofs.ask_code(by=village.portal["lin"], person=chen)
    proofs.ask_code(by=user, person=chen)
    digits = OutboxMessage.objects.latest("id").body.split("Your code is ")[1][:6]
    wrong = "000000" if digits != "000000" else "111111"
    with pytest.raises((Invalid, Refused)):
        proofs.confirm_self(by=user, person=chen, digits=wrong)
    assert not ProofOfLife.objects.exists()
    made = proofs.confirm_self(by=user, person=chen, digits=digits)
    assert (made.way, made.person_id) == ("self", chen.pk)


# ---------------------------------------------------------------- faces


def test_the_desk_reads_a_file_and_decides(client, village):
    lin = village.souls["lin"]
    client.force_login(village.by("intake"), backend=BACKEND)
    text = (
        "Reference,What is said,ID number,Name,Date,Moved to\n"
        f"R1,Death,{lin.resident_id},{lin.name},2026-11-02,\n"
    )
    file = io.BytesIO(text.encode())
    file.name = "deaths.csv"
    at = "/admin/enrollment/statusnotice/"
    assert client.post(at + "upload/", {"register": "deaths", "file": file}).status_code == 302
    notice = StatusNotice.objects.get()
    page = client.get(f"{at}{notice.pk}/change/").content.decode()
    assert "Take over" in page
    assert lin.resident_id not in page
    assert client.post(f"{at}{notice.pk}/dismiss/", {"reason": ""}).status_code == 422
    client.force_login(village.by("sc-intake"), backend=BACKEND)
    assert client.post(f"{at}{notice.pk}/confirm/").status_code == 404
    client.force_login(village.by("intake"), backend=BACKEND)
    assert client.post(f"{at}{notice.pk}/confirm/").status_code == 302
    assert Person.objects.get(pk=lin.pk).died_on == date(2026, 11, 2)
    gao = village.souls["gao"]
    seen = {
        "way": "counter",
        "proved_on_day": "2",
        "proved_on_month": "11",
        "proved_on_year": "2026",
    }
    assert client.post(f"{at}proof/{gao.pk}/", seen).status_code == 302
    assert ProofOfLife.objects.get().person_id == gao.pk
    assert client.get(at + "proofs/").status_code == 200


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_portal_confirms_in_two_steps(client, village, language):
    client.cookies["django_language"] = language
    assert "sign-in" in client.get("/proof/").url
    client.force_login(village.portal["chen"], backend=BACKEND)
    assert client.get("/proof/").status_code == 200
    assert client.post("/proof/").url == "/proof/code/"
    assert client.post("/proof/code/", {"code": "12"}).status_code == 200
    assert not ProofOfLife.objects.exists()
    body = OutboxMessage.objects.latest("id").body
    digits = "".join(letter for letter in body if letter.isdigit())[:6]
    assert client.post("/proof/code/", {"code": digits}).url == "/proof/"
    assert ProofOfLife.objects.get().person_id == village.souls["chen"].pk
    assert client.get("/proof/").status_code == 200


def test_partners_send_lines_once_and_read_only_their_own(village):
    lin = village.souls["lin"]
    civil, rival = partner("SH", "civil-affairs"), partner("SH", "rival-office")
    body = {
        "register": "deaths",
        "lines": [
            {
                "reference": "D-1",
                "kind": "death",
                "resident_id": lin.resident_id,
                "name": lin.name,
                "happened_on": "2026-11-02",
            }
        ],
    }
    at = "/api/v1/status-notices/"
    sent = civil.ask("post", at, body, scopes=("status:write",), key="k1")
    assert (sent.status_code, sent.json()["matched"]) == (201, 1)
    again = civil.ask("post", at, body, scopes=("status:write",), key="k2")
    assert again.json()["repeated"] == 1
    mine = civil.ask("get", at + "?register=deaths", scopes=("status:read",)).json()["results"]
    assert [(row["reference"], row["state"]) for row in mine] == [("D-1", "matched")]
    assert (
        rival.ask("get", at + "?register=deaths", scopes=("status:read",)).json()["results"] == []
    )
    assert civil.ask("get", at + "?register=x", scopes=("status:read",)).status_code == 422
    bad = {**body, "lines": [{**body["lines"][0], "reference": "D-2", "resident_id": "1"}]}
    wrong = civil.ask("post", at, bad, scopes=("status:write",), key="k3")
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["pointer"].startswith("/lines/0/")
    assert StatusNotice.objects.count() == 1
    assert civil.ask("post", at, body, scopes=("status:read",), key="k4").status_code == 403
