"""A projection as desk and public page show it: figures in a line, charts with their tables, what differs from the reference."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds.models import Projection, Scheme
from funds.params import ReferenceParams
from funds.queries.projection import CourseYear, courses
from socsec.kernel import months
from socsec.kernel.money import percent
from socsec.kernel.policy import Policy
from socsec.office import figures

from .scenario import LEVERS, Lever
from .working import assumed

TRILLION = 10**12 * 100  # fen
MILLION = 10**6
EVERY = 10  # years between labels
TEN = 10
HUNDREDTH = 10_000  # millionths of a percentage point: rates are shown to a tenth of one
Text = str | Promise


def trillions(fen: int, places: int = 1) -> str:
    """Fen in trillions of yuan.

    >>> trillions(604_550_000_000_000), trillions(-1_000_000_000_000, 2)
    ('6.0', '−0.01')
    """
    scale = TEN**places
    rounded = (abs(fen) * scale * 2 + TRILLION) // (2 * TRILLION)
    text = f"{rounded // scale:,}" + (f".{rounded % scale:0{places}d}" if places else "")
    return f"−{text}" if fen < 0 and rounded else text


def millions(heads: int) -> str:
    return f"{(heads + MILLION // 2) // MILLION:,}"


def tenth(rate: int | None) -> str:
    """Millionths as a percentage with a tenth; a dash where there is none."""
    if rate is None:
        return "—"
    step = HUNDREDTH // TEN
    return percent((rate + step // 2) // step * step)


def in_words(lever: Lever, value: int) -> str:
    return lever.say(value, get_language() or "en")


def changes(projection: Projection) -> list[tuple[Text, str]]:
    """What a scenario changes, in words: lever and value."""
    return [
        (lever.label, in_words(lever, int(lever.unit.read(projection.scenario[lever.name]))))
        for lever in LEVERS.values()
        if lever.name in projection.scenario
    ]


def plain_words(policy: Policy, region: str) -> dict[str, str]:
    """What each lever is where a scenario leaves it alone, as it is written in a form."""
    known = assumed(policy, region)
    return {
        lever.name: str(
            lever.unit.natural(getattr(known, lever.name) if lever.plain is None else lever.plain)
        )
        for lever in LEVERS.values()
    }


@dataclass(frozen=True)
class Figures:
    """The measures of a scheme in words; a dash where there is none."""

    scheme: Scheme
    first_deficit: str
    exhausted: str
    long_range: str
    debt: str

    @classmethod
    def of(cls, projection: Projection, scheme: Scheme) -> "Figures":
        kept = projection.measures[str(int(scheme))]
        last = _now("not before 2100")
        return cls(
            scheme,
            str(kept["first_deficit"] or last),
            str(kept["exhausted"] or last),
            tenth(kept["long_range"]),
            _now("%(n)s trillion yuan") % {"n": trillions(kept["debt"])},
        )


def schemes(projection: Projection) -> list[Scheme]:
    return [Scheme(int(number)) for number in sorted(projection.measures)]


@dataclass(frozen=True)
class Picture:
    """A chart with its title and table."""

    title: str
    chart: figures.Chart
    head: list[str]
    table: list[list[str]]


def pictures(course: Sequence[CourseYear]) -> list[Picture]:
    """Money, reserve, rates and heads of a scheme, year by year."""
    money = [
        _line(
            _now("Income and expenditure, trillion yuan"),
            course,
            [
                (_("Income"), lambda y: y.paid_in),
                (_("Expenditure"), lambda y: y.expenditure),
            ],
            trillions,
        ),
        _line(
            _now("Reserve at the end of the year, trillion yuan"),
            course,
            [(_("Reserve"), lambda y: max(y.reserve, 0))],
            trillions,
        ),
    ]
    heads = _line(
        _now("Contributors and pensioners, millions"),
        course,
        [
            (_("Contributors"), lambda y: y.contributors),
            (_("Drawing a pension"), lambda y: y.pensioners),
        ],
        millions,
    )
    rates: list[tuple[Text, Callable[[CourseYear], int | None]]] = [
        (_("Replacement rate"), lambda y: y.replacement),
        (_("Replacement rate of new pensions"), lambda y: y.new_replacement),
    ]
    if any(year.base for year in course):
        rates.insert(0, (_("Cost rate"), lambda y: y.cost_rate))
    parts = _line(_now("Cost rate and replacement rates"), course, rates, tenth)
    return [*money, parts, heads]


def _line(
    title: str,
    course: Sequence[CourseYear],
    drawn: Sequence[tuple[Text, Callable[[CourseYear], int | None]]],
    say: Callable[[int], str],
) -> Picture:
    series = [figures.Series(label, [of(y) or 0 for y in course], 0) for label, of in drawn]
    return Picture(
        title,
        figures.line_chart([str(y.year) for y in course], series, every=EVERY, ends=False, say=say),
        [_now("Year"), *(str(label) for label, _of in drawn)],
        [[str(y.year), *(_cell(of(y), say) for _label, of in drawn)] for y in course],
    )


def _cell(value: int | None, say: Callable[[int], str]) -> str:
    return "—" if value is None else say(value)


def chance(projection: Projection, scheme: Scheme, course: Sequence[CourseYear]) -> Picture | None:
    """What a tenth, half and nine tenths of the draws of chance stay below; None where none were asked."""
    kept = projection.bands.get(str(int(scheme)))
    if kept is None:
        return None
    labels = [_now("A tenth of the draws"), _now("Half"), _now("Nine tenths")]
    years = [str(y.year) for y in course]
    return Picture(
        _now("Reserve under chance, trillion yuan"),
        figures.line_chart(
            years,
            [
                figures.Series(label, [max(fen, 0) for fen in row], 0)
                for label, row in zip(labels, kept["reserve"], strict=True)
            ],
            every=EVERY,
            ends=False,
            say=trillions,
        ),
        [_now("Year"), *labels],
        [
            [year, *(trillions(row[place], 2) for row in kept["reserve"])]
            for place, year in enumerate(years)
        ],
    )


def chance_words(projection: Projection, scheme: Scheme) -> str:
    """By when chance has used up the reserve, in a sentence; "" where none was asked for."""
    kept = projection.bands.get(str(int(scheme)))
    if kept is None:
        return ""
    never = _now("not before 2100")
    early, half, late = (str(year or never) for year in kept["exhausted"])
    return _now(
        "In %(draws)s draws of chance (seed %(seed)s) the reserve is used up: in a tenth of them by %(early)s, in half by %(half)s, in nine tenths by %(late)s."
    ) % {
        "draws": projection.draws,
        "seed": projection.seed,
        "early": early,
        "half": half,
        "late": late,
    }


def parts(projection: Projection) -> list[dict[str, Any]]:
    """Each scheme of a projection: figures, pictures, every year, and what chance may do."""
    found = courses(projection)
    shown = []
    for scheme in schemes(projection):
        course = found[scheme]
        band = chance(projection, scheme, course)
        shown.append(
            {
                "scheme": scheme,
                "figures": Figures.of(projection, scheme),
                "pictures": [*pictures(course), *([band] if band else [])],
                "chance": chance_words(projection, scheme),
                "every": every_year(course),
            }
        )
    return shown


def drafted(projection: Projection, policy: Policy) -> list[tuple[str, str, str]]:
    """The drafted values that were tried: parameter, from when, as written."""
    place = 0 if (get_language() or "").startswith("zh") else 1
    return [
        (policy.parameter(row["code"]).label[place], row["from"], str(row["value"]))
        for row in projection.drafts
    ]


def every_year(course: Sequence[CourseYear]) -> tuple[list[str], list[list[str]]]:
    """All money of a scheme by year, in trillions of yuan: head and rows of a table."""
    head = [
        _now("Year"),
        _now("Contributions"),
        _now("Subsidies"),
        _now("Return on the reserve"),
        _now("Pensions paid"),
        _now("Grants after a death"),
        _now("Paid to heirs"),
        _now("Balance of the year"),
        _now("Reserve"),
    ]
    rows = [
        [
            str(y.year),
            *(
                trillions(amount, 2)
                for amount in (
                    *(y.contributions, y.subsidies, y.investment),
                    *(y.pensions, y.grants, y.refunds, y.balance, y.reserve),
                )
            ),
        ]
        for y in course
    ]
    return head, rows


def compared(found: Sequence[Projection]) -> list[Picture]:
    """Scenarios side by side: reserve and cost rate of the employees' scheme, a line for each."""
    lines = [courses(each).get(Scheme.EMPLOYEES, []) for each in found]
    years = [str(y.year) for y in lines[0]] if lines else []
    said: list[tuple[str, Callable[[CourseYear], int | None], Callable[[int], str]]] = [
        (
            _now("Reserve of the employees' scheme, trillion yuan"),
            lambda y: max(y.reserve, 0),
            trillions,
        ),
        (_now("Cost rate of the employees' scheme"), lambda y: y.cost_rate, tenth),
        (_now("Replacement rate of the employees' scheme"), lambda y: y.replacement, tenth),
    ]
    return [
        Picture(
            title,
            figures.line_chart(
                years,
                [
                    figures.Series(each.name, [of(y) or 0 for y in line], 0)
                    for each, line in zip(found, lines, strict=True)
                ],
                every=EVERY,
                ends=False,
                say=say,
            ),
            [_now("Year"), *(each.name for each in found)],
            [
                [year, *(_cell(of(line[row]), say) for line in lines)]
                for row, year in enumerate(years)
            ],
        )
        for title, of, say in said
    ]


def reference(projection: Projection, policy: Policy) -> dict[str, Any]:
    """The published reference beside the employees' scheme of a projection, and what differs."""
    horizon = assumed(policy, projection.region_id).horizon
    known = ReferenceParams.at(policy, projection.region_id, months.month(int(horizon), 1))
    value = known.statuses["first_deficit"]
    ours = Figures.of(projection, Scheme.EMPLOYEES)
    differs: list[Text] = [
        _(
            "Members: ours are all of the employees' scheme, with agencies and the own-account; the reference counts employees of enterprises alone."
        ),
        _(
            "Start: ours is the end of 2021, with the reserve and subsidies of that year; the reference starts in 2019."
        ),
        _(
            "People: ours follow World Population Prospects 2024, whose fertility is far lower than what was expected in 2019."
        ),
        _(
            "Assumptions: growth of wages, indexation, coverage, return and density are ours and unverified; those of the reference are not published in full."
        ),
    ]
    if projection.scenario.get("delayed", True):
        differs.insert(
            0,
            _(
                "Pensionable age: ours rises as decided in 2024, which the reference of 2019 could not know; this is the largest difference."
            ),
        )
    return {
        "law": value.law,
        "source": value.source,
        "rows": [
            (_("First deficit"), str(known.first_deficit), ours.first_deficit),
            (_("Reserve used up"), str(known.exhausted), ours.exhausted),
        ],
        "differs": differs,
    }
