"""The stylebook at /style/: every part of a screen with sample data, so that all screens look alike.

Seen by staff, and by everyone where DEBUG is on. The people and amounts are invented.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from socsec.kernel.document import Document, explain
from socsec.kernel.months import month
from socsec.kernel.params import Params, Rate, parameter
from socsec.kernel.policy import Policy
from socsec.kernel.sheet import Number, Sheet, line

from . import display, figures
from .calendar import add_working_days
from .forms import (
    BankCardField,
    CodeField,
    DateField,
    MobileField,
    MoneyField,
    MonthField,
    Option,
    PickField,
    ResidentIdField,
    ScreenForm,
    TickField,
)
from .models import User

SAMPLE_POLICY = """
style.accrual_rate:
  label: {zh: 每满一年发给比例, en: Rate for each year}
  unit: rate
  values: [{region: "000000", from: 2006-01-01, value: "0.01", law: 国发〔2005〕38号, status: official}]
style.transitional_rate:
  label: {zh: 过渡系数, en: Rate of the province}
  unit: rate
  values: [{region: "000000", from: 2006-01-01, value: "0.013", law: 样例规定 第二十一条, status: unverified}]
"""


class SampleParams(Params):
    accrual_rate: Rate = parameter("style.accrual_rate")
    transitional_rate: Rate = parameter("style.transitional_rate")


@dataclass(frozen=True)
class Entitlement(Sheet):
    title = ("能不能领", "Whether you qualify")
    age: Number = line(("申领时的年龄", "Age when it starts"), unit="age")
    old_enough: Number = line(("到了退休年龄", "Old enough"), unit="bool", law="国发〔2005〕38号")
    vested: Number = line(("缴费够最低年限", "Paid for long enough"), unit="bool")


@dataclass(frozen=True)
class BasicPension(Sheet):
    title = ("基础养老金", "Basic pension")
    indexed_wage: Number = line(
        ("您的指数化工资", "Your indexed wage"), "base × index", help=("", "")
    )
    amount: Number = line(
        ("基础养老金", "Basic pension"),
        "(base + indexed_wage) ÷ 2 × years × accrual_rate",
        "《社会保险法》第十五条",
        help=(
            "社会平均工资和您自己的工资各占一半，每缴一年算 1%。您缴得越久、工资越高，这一项越多。",
            "Half follows the average wage of the province, half your own wage; each year you paid "
            "counts 1%. The longer you paid and the higher your wage, the more it is.",
        ),
    )


@dataclass(frozen=True)
class SamplePension(Sheet):
    title = ("基本养老金是这样算的", "How your basic pension is worked out")
    entitlement: Entitlement
    basic: BasicPension
    account: Number = line(
        ("个人账户养老金", "Account pension"), "balance ÷ divisor", "国发〔2005〕38号"
    )
    transitional: Number = line(
        ("过渡性养老金", "Transitional pension"),
        "indexed × deemed_years × transitional_rate",
        "样例规定 第二十一条",
    )
    amount: Number = line(
        ("每月合计", "Total each month"), "basic.amount + account + transitional", kind="total"
    )


@lru_cache(maxsize=1)
def sample_sheet() -> Document:
    """A pension of an invented person, with one parameter that nobody has confirmed."""
    params = SampleParams.at(Policy.parse(SAMPLE_POLICY), "000000", month(2027, 1))
    facts = {
        "base": 8240,
        "index": 1,
        "years": 37,
        "balance": 148632,
        "divisor": 136,
        "indexed": 7519,
        "deemed_years": 7,
    }
    sheet = SamplePension(
        Entitlement(age=725, old_enough=True, vested=True),
        BasicPension(indexed_wage=824_000, amount=304_880),
        account=109_288,
        transitional=68_423,
        amount=482_591,
    )
    return explain(sheet, facts, params)


class SampleForm(ScreenForm):
    start = PickField(
        label=gettext_lazy("When do you want your pension to start?"),
        help_text=gettext_lazy("You can change this until the first payment is sent."),
        error_messages={"required": gettext_lazy("Choose when your pension starts")},
    )
    resident_id = ResidentIdField()
    birth = DateField(label=gettext_lazy("Date of birth"), birthday=True)
    month = MonthField(label=gettext_lazy("Month of the first job"))
    card = BankCardField(
        label=gettext_lazy("Bank card number"),
        help_text=gettext_lazy("On the front of the card. Spaces are fine."),
    )
    phone = MobileField(label=gettext_lazy("Mobile number"))
    wage = MoneyField(label=gettext_lazy("Monthly wage"))
    code = CodeField(label=gettext_lazy("Code from the text message"))
    truth = TickField(label=gettext_lazy("What I have said is true"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["start"].options = [
            Option(
                "now",
                display.month(month(2027, 1)),
                _("60 years 5 months, your statutory age"),
                "4,747.16",
                _("yuan a month"),
            ),
            Option("later", _("A later month"), _("Up to 3 years later")),
            Option("open", _("I have not decided"), after_or=True),
        ]


def sample_grid() -> figures.MonthGrid:
    states = {month(1992, 7) + i: "deemed" for i in range(42)}
    states |= {month(1996, 1) + i: "paid" for i in range(370)}
    states |= {month(2003, 3) + i: "miss" for i in range(12)}
    states |= {month(2009, 1) + i: "over" for i in range(3)}
    states |= {month(2015, 9) + i: "owed" for i in range(3)}
    states |= {month(2015, 12): "part"}
    states |= {month(2026, 2): "pay", month(2026, 3): "pay", month(2026, 10): "proc"}
    urls = {m: "#months" for m, state in states.items() if state not in ("paid", "deemed")}
    return figures.month_grid(
        states, urls=urls, notes={1992: "云泽第二纺织机械厂", 2004: "平川兴达电机"}
    )


def sample_clock(used: int, *, done: bool = False) -> figures.Clock:
    start = date(2026, 11, 13)
    days = [add_working_days(start, n) for n in range(1, 21)]
    return figures.clock(days, used=used, done=done)


def sample_bars() -> dict[str, Any]:
    ages = [724, 725, 731, 737, 743, 749]
    basic = [291542, 292198, 296138, 300078, 304017, 307957]
    account = [108331, 109208, 114552, 120186, 126134, 132858]
    extra = [73310] * 6
    sums = [sum(three) for three in zip(basic, account, extra, strict=True)]
    starts = [month(2026, 12), month(2027, 1), month(2027, 7), month(2028, 1)]
    starts += [month(2028, 7), month(2029, 1)]
    return {
        "chart": figures.bar_chart(
            [display.age_short(age) for age in ages],
            [
                figures.Series(_("Basic"), basic),
                figures.Series(_("Account"), account),
                figures.Series(_("Transitional"), extra),
            ],
            sublabels=[f"{m // 12}-{m % 12 + 1:02}" for m in starts],
            on=1,
            open_bars=[False] + [True] * 5,
        ),
        "head": [_("Age at start"), _("Each month"), _("Difference")],
        "table": [
            [display.age_short(age), display.money(fen), display.change(fen - sums[1])]
            for age, fen in zip(ages, sums, strict=True)
        ],
    }


def sample_lines() -> figures.Chart:
    years = list(range(2016, 2032))
    balance = [6_000_000 + i * 850_000 for i in range(len(years))]
    paid = [i * 420_000 for i in range(len(years))]
    return figures.line_chart(
        [str(year) for year in years],
        [
            figures.Series(_("Balance"), balance, open_from=11),
            figures.Series(_("Interest"), paid, open_from=11),
        ],
        every=3,
    )


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The stylebook. Others than staff are told that there is no such page."""
    user = request.user
    staff = user.is_authenticated and user.kind == User.Kind.STAFF
    if not (settings.DEBUG or staff):
        raise Http404
    return render(
        request,
        "portal/style/page.html",
        {
            "sheet_sample": sample_sheet(),
            "form": SampleForm(),
            "wrong": SampleForm(
                {"start": "", "card": "6200 1188 0042 4417 3", "birth_month": "13"}, prefix=None
            ),
            "grid": sample_grid(),
            "clocks": [sample_clock(5), sample_clock(17), sample_clock(22)],
            "done_clock": sample_clock(11, done=True),
            "bars": sample_bars(),
            "lines": sample_lines(),
            "split": [
                (_("Basic"), 292198),
                (_("Account"), 109208),
                (_("Transitional"), 73310),
            ],
            "today": date(2026, 11, 23),
            "due": date(2026, 11, 23) + timedelta(days=18),
            "names": {"tag": ["", "brand", "amber", "red", "green", "blue", "plum", "open"]},
        },
    )
