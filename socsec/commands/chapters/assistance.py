"""Poor households of a sub-district, each at another step: so that every queue and page shows something."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from assistance.models import Application, ChangeKind, Grant, Matching, Source, What
from assistance.services import (
    applying,
    changing,
    deciding,
    escalating,
    matching,
    noticing,
    paying,
    programmes,
    surveying,
    urgent,
    watching,
)
from enrollment.models import HouseholdRole, Person
from enrollment.services.people import bank_account, households
from enrollment.services.people import person as people
from funds.models import PaymentBatch, Public, Scheme
from funds.services import cash, payments
from funds.services import fund as funds
from funds.services.payments.demo_bank import bank_answer
from socsec.commands.village import PASSWORD, PUDONG, Village
from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import month_of
from socsec.office.models import Case
from socsec.office.services import run, users, work

SINCE = date(2024, 1, 1)  # when these families moved in
BANK = "上海银行"
SECOND = "苗协管"


def assistance(village: Village) -> None:
    """Households in need: from a spoken application to a grant that is paid, and one that is reduced."""
    programmes.load()
    purse = funds.establish(Public.ASSISTANCE, Scheme.RESIDENTS, PUDONG, since=date(2025, 1, 1))
    cash.opening(purse, 5_000_000_00, by=village.by("accountant"), on=date(2025, 12, 31))
    _to_look_at(village)
    paid = _granted(village, _home(village, "汤若水", 701, "汤小舟"), wage=2_600_00)
    less = _granted(village, _home(village, "庄一诺", 711, "庄小米"), wage=1_800_00)
    _reduced(village, less)
    _watched(village, paid, less)
    _refused(village)
    _to_check(village)
    _burnt_out(village)
    _orphan(village)
    _payroll(village, month_of(timezone.localdate()), approved=True)
    _payroll(village, paid.from_month, approved=False)
    escalating.escalate()


def _watched(village: Village, paid: Grant, less: Grant) -> None:
    """One follows the grant at the portal, and told of new work; another's pension was found."""
    user = users.create_insured(
        username="portal-assisted", password=PASSWORD, person_id=paid.person_id, by=None
    )
    today = timezone.localdate()
    watching.report(
        by=user, grant=paid, what=What.WORK, happened_on=today, text="在社区食堂找到了零工"
    )
    seen = watching.report(
        by=village.by("township"),
        grant=less,
        what=What.INCOME,
        happened_on=today - timedelta(days=20),
        text="邻居反映开了小店",
    )
    watching.settle(
        by=village.by("assessor"), circumstance=seen, finding="入户核实，没有经营收入，维持不变"
    )


def _to_look_at(village: Village) -> None:
    """Received by word of mouth; asked of the registers, one of them contested; surveyed in part."""
    late = timezone.localdate() - timedelta(days=12)
    applying.apply(
        by=village.by("township"),
        programme="dibao",
        person=_home(village, "闻溪", 721, "闻小满"),
        channel=Case.Channel.COUNTER,
        spoken=True,
        received_on=late,
    )
    contested = _apply(village, _home(village, "单飞", 731, "单小雨"), days=2)
    _authorise(village, contested)
    matching.ask(by=village.by("assessor"), application=contested)
    row = contested.matchings.get(source=Source.VEHICLES, person=contested.person)
    matching.answer(by=village.by("assessor"), matching_id=row.pk, vehicles=1)
    row.refresh_from_db()
    matching.object_to(by=village.by("township"), matching=row, text="车辆去年已经报废")
    surveying.draft(
        by=village.by("township"),
        application=contested,
        visited_on=timezone.localdate(),
        second=SECOND,
        findings={"others": 1, "homes": 1},
        text="租住一室户，家具简单。",
    )
    hanging = _apply(village, _home(village, "巫山", 741, "巫小云"), days=3)
    _look_into(village, hanging, wage=2_200_00, days=2)
    noticing.post(by=village.by("township"), application=hanging, place="社区公告栏")


def _granted(village: Village, head: Person, wage: int) -> Grant:
    made = _apply(village, head, days=10)
    _look_into(village, made, wage, days=9)
    _over(village, made)
    deciding.assess(by=village.by("assessor"), application=made)
    return deciding.grant(by=village.by("reviewer"), application=made)


def _reduced(village: Village, grant: Grant) -> None:
    """The household found work, was heard, and a reduction waits for the second hand."""
    changing.hear(
        by=village.by("assessor"), grant=grant, text="本人说明已找到工作，对减发没有意见。"
    )
    changing.propose(
        by=village.by("assessor"),
        grant=grant,
        kind=ChangeKind.AMOUNT,
        reason="主动报告就业，收入增加",
        changed={"earned": "2400"},
    )


def _refused(village: Village) -> None:
    made = _apply(village, _home(village, "富春江", 751, "富小川"), days=10)
    _look_into(village, made, 12_000_00, days=9)
    _over(village, made)
    deciding.assess(by=village.by("assessor"), application=made)
    deciding.refuse(by=village.by("reviewer"), application=made)


def _to_check(village: Village) -> None:
    made = _apply(village, _home(village, "艾草", 761, "艾小叶"), days=10)
    _look_into(village, made, 2_000_00, days=9)
    _over(village, made)
    deciding.assess(by=village.by("assessor"), application=made)


def _burnt_out(village: Village) -> None:
    """A fire: the petty amount the same day, another household's whole aid decided."""
    today = timezone.localdate()
    for name, serial, child, decided in (
        ("焦远", 771, "焦小安", False),
        ("温泉", 781, "温小暖", True),
    ):
        made = _apply(
            village,
            _home(village, name, serial, child),
            programme="urgent",
            days=0,
            event="厨房火灾",
            event_on=today,
            stated={"need": "4000"},
        )
        urgent.advance(by=village.by("assessor"), application=made, amount=800_00)
        if decided:
            deciding.assess(by=village.by("assessor"), application=made)
            deciding.grant(by=village.by("reviewer"), application=made)


def _orphan(village: Village) -> None:
    """A child whom nobody supports: looked into, decided, put on no notice."""
    child = _soul(village, "纪明月", date(2016, 8, 8), 791)
    _bank(village, child, 791)
    made = _apply(
        village,
        child,
        programme="child",
        days=1,
        stated={"kind": "ORPHAN", "father": "DEAD", "mother": "DEAD"},
    )
    surveying.draft(
        by=village.by("township"),
        application=made,
        visited_on=timezone.localdate(),
        second=SECOND,
        findings={},
        text="随祖母生活，在校读书。",
    )
    surveying.hand_in(by=village.by("township"), application=made)


def _payroll(village: Village, month: int, approved: bool) -> None:
    """This month's is paid by the bank; the next one waits for whoever types its total."""
    drafted = run.draft(kind=paying.KIND, month=month, region=PUDONG, by=village.by("assessor"))
    shown = run.preview(run_id=drafted.pk, by=village.by("assessor"))
    if approved:
        run.approve(run_id=drafted.pk, by=village.by("reviewer"), total=shown.total)
        work.work_through(drafted.pk)
        batch = PaymentBatch.objects.get(source=f"assistance.payroll:{drafted.pk}")
        accountant = village.by("accountant")
        payments.release(batch.pk, by=village.by("releaser"))
        file = b"".join(payments.bank_file(batch.pk, by=accountant))
        payments.read_return(bank_answer(file), by=accountant)
        payments.reconcile(batch.pk, by=accountant)


def _apply(
    village: Village, head: Person, programme: str = "dibao", days: int = 0, **more: Any
) -> Application:
    return applying.apply(
        by=village.by("township"),
        programme=programme,
        person=head,
        channel=Case.Channel.COUNTER,
        received_on=timezone.localdate() - timedelta(days=days),
        **more,
    )


def _authorise(village: Village, made: Application) -> None:
    for member in made.members.all():
        applying.authorise(by=village.by("township"), application=made, person_id=member.person_id)


def _look_into(village: Village, made: Application, wage: int, days: int) -> None:
    """Authorised, matched and visited so many days ago."""
    _authorise(village, made)
    matching.ask(by=village.by("assessor"), application=made)
    for row in Matching.objects.filter(application=made, answered_at__isnull=True):
        known = row.source == Source.TAX and row.person_id == made.person_id
        matching.answer(
            by=village.by("assessor"), matching_id=row.pk, earned=wage if known else None
        )
    surveying.draft(
        by=village.by("township"),
        application=made,
        visited_on=timezone.localdate() - timedelta(days=days),
        second=SECOND,
        findings={"others": 1, "homes": 1},
        text="三口人同住，孩子在校。",
    )
    surveying.hand_in(by=village.by("township"), application=made)


def _over(village: Village, made: Application) -> None:
    """A notice that hung its days."""
    notice = noticing.post(
        by=village.by("township"),
        application=made,
        place="社区公告栏",
        on=timezone.localdate() - timedelta(days=7),
    )
    noticing.close(by=village.by("township"), notice=notice)


def _home(village: Village, name: str, serial: int, child: str) -> Person:
    """A parent with a child at school, and an account for the grant."""
    head = _soul(village, name, date(1985, 2, 1 + serial % 28), serial)
    pupil = _soul(village, child, date(2013, 6, 1 + serial % 28), serial + 2)
    clerk = village.by("intake")
    home = households.form(by=clerk, head=head, region=PUDONG, opened_on=SINCE)
    households.join(by=clerk, household=home, person=pupil, role=HouseholdRole.CHILD, from_=SINCE)
    _bank(village, head, serial)
    return head


def _bank(village: Village, person: Person, serial: int) -> None:
    bank_account.set(
        by=village.by("intake"),
        person=person,
        purpose="benefit",
        account=f"62284811{serial:06}",
        bank=BANK,
        holder=person.name,
    )


def _soul(village: Village, name: str, born: date, serial: int) -> Person:
    return people.enroll(
        by=village.by("intake"),
        name=name,
        resident_id=make_resident_id(PUDONG, born, serial),
        region=PUDONG,
        phone=f"1390001{serial:04}",
    )
