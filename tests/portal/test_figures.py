"""Months, clocks and charts: what is drawn says what is true."""

from datetime import date

from django.utils import translation

from socsec.kernel.months import month
from socsec.office import figures
from socsec.office.calendar import add_working_days


def days(start: date, number: int) -> list[date]:
    return [add_working_days(start, n) for n in range(1, number + 1)]


def test_a_grid_has_a_row_for_every_year_and_counts_what_counts():
    states = {month(2024, m): "paid" for m in range(7, 13)}
    states |= {month(2025, m): "miss" for m in range(1, 13)}
    states |= {month(2026, 1): "deemed", month(2026, 2): "owed"}
    grid = figures.month_grid(states, urls={month(2026, 2): "/why/"})
    assert [(row.year, row.counted) for row in grid.rows] == [(2024, 6), (2025, 0), (2026, 1)]
    assert [box.state for box in grid.rows[0].boxes[:6]] == ["none"] * 6
    assert grid.rows[2].boxes[1].url == "/why/"
    assert {state: total for state, _glyph, _word, total in grid.legend} == {
        "paid": 6,
        "deemed": 1,
        "miss": 12,
        "owed": 1,
    }


def test_a_grid_of_nothing_has_no_rows():
    grid = figures.month_grid({})
    assert (grid.rows, grid.legend) == ((), ())


def test_every_state_of_a_month_has_its_own_look_and_word():
    with translation.override("en"):
        words = [str(word) for _glyph, word in figures.MONTH_STATES.values()]
        assert len(set(words)) == len(words)
        box = figures.MonthBox(month(2026, 2), "owed")
        assert box.words == "February 2026: not paid"


def test_the_clock_groups_working_days_by_week_and_skips_holidays():
    # 30 September 2026 is a Wednesday; 1 to 7 October are holidays, Saturday the 10th is worked
    clock = figures.clock(days(date(2026, 9, 29), 5), used=1)
    assert [len(week.boxes) for week in clock.weeks] == [1, 3, 1]
    assert clock.weeks[0].boxes == ("used",)
    assert clock.weeks[1].boxes[0] == "now"
    assert clock.weeks[-1].boxes[-1] == "due"
    assert (clock.left, clock.late) == (4, 0)


def test_a_late_clock_says_so_and_is_drawn_in_full():
    with translation.override("en"):
        clock = figures.clock(days(date(2026, 11, 13), 20), used=22)
        assert (clock.late, clock.tone) == (2, "l")
        assert clock.left_words == "2 working days late"
        assert {box.split()[0] for week in clock.weeks for box in week.boxes} == {"over"}


def test_a_clock_with_a_quarter_left_is_worth_watching():
    assert figures.clock(days(date(2026, 11, 13), 20), used=14).tone == ""
    assert figures.clock(days(date(2026, 11, 13), 20), used=15).tone == "w"


def test_a_clock_that_ended_says_what_it_took():
    with translation.override("en"):
        clock = figures.clock(days(date(2026, 11, 13), 20), used=11, done=True)
        assert clock.words == "Took 11 of 20 working days"
        assert not [box for week in clock.weeks for box in week.boxes if "now" in box]


def bars(chart: figures.Chart, css: str) -> list[figures.Shape]:
    return [s for s in chart.shapes if s.kind == "rect" and s.css.split()[0] == css]


def test_bars_begin_at_zero_and_are_as_high_as_their_numbers():
    chart = figures.bar_chart(
        ["a", "b"], [figures.Series("one", [100_00, 200_00]), figures.Series("two", [0, 200_00])]
    )
    low, high = bars(chart, "f1")
    assert round(float(high.at["height"]) + 1.2) == round(2 * (float(low.at["height"]) + 1.2))
    assert len(bars(chart, "f2")) == 1  # nothing is drawn of nothing
    said = [s.text for s in chart.shapes if s.kind == "text"]
    assert {"100", "400"} <= set(said)


def test_bars_lie_down_with_the_same_shares_on_a_phone():
    chart = figures.bar_chart(["a"], [figures.Series("one", [75]), figures.Series("two", [25])])
    (bar,) = chart.lying
    assert [(number, start) for number, start, _width in bar.parts] == [(1, "0%"), (2, "75%")]


def test_a_chart_of_nothing_is_empty_and_not_an_error():
    assert figures.bar_chart([], []).lying == ()
    assert figures.bar_chart(["a"], [figures.Series("one", [0])]).lying[0].parts == ()
    assert figures.line_chart([], []).shapes


def test_the_future_of_a_line_is_dashed():
    chart = figures.line_chart(
        ["1", "2", "3"], [figures.Series("one", [100, 200, 300], open_from=2)]
    )
    assert [s.css for s in chart.shapes if s.kind == "path"] == ["ln s1", "ln ln--open s1"]
    assert chart.any_open
