"""At the pensionable age with too few months, and early from arduous work."""

from datetime import date

from pensions.models import ArduousWork, Category
from pensions.services import claim, few_months, special_work
from socsec.commands.chapters.benefits_change import worker
from socsec.commands.village import Village
from socsec.kernel.months import month
from socsec.office.models import Case


def too_few_months(village: Village) -> None:
    """One goes on paying, one wants the balance and waits for the second hand, a miner retires early."""
    intake, assessor = village.by("intake"), village.by("assessor")
    goes_on = worker(village, "桂长路", date(1966, 3, 8), 71, first=month(2012, 1))
    few_months.go_on(by=intake, person=goes_on, category=Category.MALE_60)

    ends = worker(village, "向远山", date(1966, 4, 9), 73, first=month(2014, 1))
    asked = few_months.ask_balance(
        by=intake, person=ends, category=Category.MALE_60, channel=Case.Channel.COUNTER
    )
    few_months.confirm(by=intake, claim=asked, document="终止养老保险关系确认书")
    few_months.assess(by=assessor, claim=asked)

    miner = worker(village, "石开山", date(1971, 2, 20), 75)
    periods = [
        special_work.enter(
            by=assessor,
            person=miner,
            kind=kind,
            first_month=first,
            last_month=last,
            employer="浦东某矿山机械厂",
            post=post,
            document="职工档案第三卷岗位登记表",
        )
        for kind, first, last, post in (
            (ArduousWork.UNDERGROUND, month(2004, 1), month(2013, 12), "井下掘进工"),
            (ArduousWork.HEAT, month(2014, 1), month(2016, 12), "炉前工"),
        )
    ]
    special_work.approve(by=village.by("reviewer"), period=periods[0])
    made = claim.open_claim(
        by=intake,
        person=miner,
        start_month=month(2026, 12),
        category=Category.MALE_55,
        channel=Case.Channel.COUNTER,
    )
    claim.assess(by=assessor, claim=made)
