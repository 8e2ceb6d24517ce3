"""Charts of bars and lines as SVG, each with its numbers as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .months import Text


@dataclass(frozen=True)
class Series:
    """One kind of value across all bars or points of a chart, in fen or plain counts."""

    label: Text
    values: Sequence[int]
    open_from: int | None = None  # index from which a line is a projection (dashed)


@dataclass(frozen=True)
class Shape:
    kind: str  # rect, text, line, path
    css: str = ""
    text: str = ""
    at: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Chart:
    """A drawn chart, its legend, and for phones the same bars lying down."""

    shapes: tuple[Shape, ...]
    width: int
    height: int
    legend: tuple[tuple[int, Text], ...]
    lying: tuple["LyingBar", ...] = ()
    any_open: bool = False


@dataclass(frozen=True)
class LyingBar:
    label: Text
    sublabel: Text
    parts: tuple[tuple[int, str, str], ...]  # series number, start in %, width in %
    total: str
    on: bool


GUTTER = 64  # room for the numbers of the axis


LABEL = 34  # width from which bars side by side carry their numbers


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def percent(value: int, whole: int, gap: float = 0) -> str:
    """A share of a drawn width, in per cent, less a small gap to the next part."""
    return _n(max(0.4, value / whole * 100 - gap) if gap else value / whole * 100) + "%"


def _ticks(top: int) -> list[int]:
    """Two to five round steps from zero up to `top`."""
    if top <= 0:
        return []
    step = 10 ** (len(str(top)) - 1)
    while top // step < 2:
        step = step // 2 or 1
        if step == 1:
            break
    while top // step > 5:
        step *= 2
    return list(range(step, top + 1, step))


def bar_chart(
    labels: Sequence[Text],
    series: Sequence[Series],
    *,
    sublabels: Sequence[Text] = (),
    on: int | None = None,
    open_bars: Sequence[bool] = (),
    beside: bool = False,
    say=None,
    width: int = 720,
    height: int = 300,
) -> Chart:
    """Bars from zero, at most five series; bar `on` is emphasised, `open_bars` are framed with dashes.

    Series that make one sum are stacked. Those that do not, such as what came in and what went out,
    stand `beside` each other. `say` writes a number (default: whole yuan of fen).
    """
    say = say or yuan_whole
    count = max(len(labels), 1)
    join = max if beside else sum
    sums = [join([s.values[i] for s in series] or [0]) for i in range(len(labels))]
    top = max([*sums, 1])
    ground, head = height - 54, 34
    left = GUTTER
    slot = (width - left) / count
    bar = min(56.0, slot * 0.64)
    shapes: list[Shape] = []

    def y(value: float) -> float:
        return ground - value / top * (ground - head)

    for tick in _ticks(top):
        at = y(tick)
        shapes.append(
            Shape(
                "line",
                "gridline",
                at={"x1": str(GUTTER), "x2": str(width), "y1": _n(at), "y2": _n(at)},
            )
        )
        shapes.append(Shape("text", "t-s end", say(tick), {"x": str(GUTTER - 10), "y": _n(at + 4)}))
    for i, label in enumerate(labels):
        middle = left + slot * (i + 0.5)
        dim = "" if on is None or on == i else " dim"
        base = 0
        thin = bar / len(series) if beside else bar
        for number, one in enumerate(series, 1):
            value = one.values[i]
            start = middle - bar / 2 + (number - 1) * thin * beside
            if value > 0:
                low, high = y(base), y(base + value)
                shapes.append(
                    Shape(
                        "rect",
                        f"f{number}{dim}",
                        at={
                            "x": _n(start),
                            "y": _n(high),
                            "width": _n(thin),
                            "height": _n(max(0.5, low - high - 1.2)),
                            "rx": "1.5",
                        },
                    )
                )
            if beside:
                if value and thin >= LABEL:  # narrower ones are read off the axis and the table
                    spot = {"x": _n(start + thin / 2), "y": _n(y(value) - 11)}
                    shapes.append(Shape("text", "mid t-s", say(value), spot))
            else:
                base += value
        if i < len(open_bars) and open_bars[i]:
            reach = max(one.values[i] for one in series) if beside else base
            shapes.append(
                Shape(
                    "rect",
                    "frame",
                    at={
                        "x": _n(middle - bar / 2 - 4),
                        "y": _n(y(reach) - 4),
                        "width": _n(bar + 8),
                        "height": _n(ground - y(reach) + 4),
                        "rx": "4",
                    },
                )
            )
        bold = "mid t-b" if on == i else "mid"
        if not beside:
            spot = {"x": _n(middle), "y": _n(y(base) - 11)}
            shapes.append(Shape("text", bold, say(sums[i]), spot))
        shapes.append(Shape("text", bold, str(label), {"x": _n(middle), "y": str(ground + 19)}))
        if i < len(sublabels):
            shapes.append(
                Shape(
                    "text", "mid t-s", str(sublabels[i]), {"x": _n(middle), "y": str(ground + 37)}
                )
            )
        if on == i:
            shapes.append(
                Shape(
                    "rect",
                    "rule",
                    at={
                        "x": _n(middle - bar * 0.75),
                        "y": str(ground + 44),
                        "width": _n(bar * 1.5),
                        "height": "3",
                        "rx": "1.5",
                    },
                )
            )
    shapes.append(
        Shape(
            "line",
            "axis",
            at={"x1": str(GUTTER), "x2": str(width), "y1": str(ground), "y2": str(ground)},
        )
    )
    lying = tuple(
        LyingBar(
            label,
            sublabels[i] if i < len(sublabels) else "",
            _lying_parts([s.values[i] for s in series], top, beside=beside),
            " / ".join(say(s.values[i]) for s in series) if beside else say(sums[i]),
            on == i,
        )
        for i, label in enumerate(labels)
    )
    legend = tuple((n, s.label) for n, s in enumerate(series, 1)) if len(series) > 1 else ()
    return Chart(tuple(shapes), width, height, legend, lying, any(open_bars))


def _lying_parts(
    values: Sequence[int], top: int, *, beside: bool = False
) -> tuple[tuple[int, str, str], ...]:
    """One after the other; those that stand beside each other share the length of the bar."""
    if beside:
        top *= len(values)
    parts, start = [], 0
    for number, value in enumerate(values, 1):
        if value > 0:
            parts.append((number, percent(start, top), percent(value, top, gap=0.4)))
        start += value
    return tuple(parts)


def line_chart(
    labels: Sequence[Text],
    series: Sequence[Series],
    *,
    every: int = 1,
    ends: bool = True,
    say=None,
    width: int = 720,
    height: int = 260,
) -> Chart:
    """Lines from zero, labelled at their `ends`; the past solid, the future (`open_from`) dashed."""
    say = say or yuan_whole
    top = max([v for s in series for v in s.values] + [1])
    ground, head, right = height - 34, 20, 110 if ends else 24
    step = (width - right - GUTTER) / max(len(labels) - 1, 1)
    shapes: list[Shape] = []

    def y(value: float) -> float:
        return ground - value / top * (ground - head)

    for tick in _ticks(top):
        at = y(tick)
        shapes.append(
            Shape(
                "line",
                "gridline",
                at={"x1": str(GUTTER), "x2": str(width - right), "y1": _n(at), "y2": _n(at)},
            )
        )
        shapes.append(Shape("text", "t-s end", say(tick), {"x": str(GUTTER - 10), "y": _n(at + 4)}))
    for number, one in enumerate(series, 1):
        points = [f"{_n(GUTTER + i * step)} {_n(y(v))}" for i, v in enumerate(one.values)]
        cut = len(points) if one.open_from is None else one.open_from
        if points[:cut]:
            shapes.append(Shape("path", f"ln s{number}", at={"d": "M" + "L".join(points[:cut])}))
        if cut < len(points):
            rest = points[max(cut - 1, 0) :]
            shapes.append(Shape("path", f"ln ln--open s{number}", at={"d": "M" + "L".join(rest)}))
        if one.values and ends:
            shapes.append(
                Shape(
                    "text",
                    "t-b",
                    str(one.label),
                    {
                        "x": _n(GUTTER + (len(one.values) - 1) * step + 8),
                        "y": _n(y(one.values[-1]) + 4),
                    },
                )
            )
    for i, label in enumerate(labels):
        if i % every == 0:
            below = {"x": _n(GUTTER + i * step), "y": str(ground + 20)}
            shapes.append(Shape("text", "t-s mid", str(label), below))
    shapes.append(
        Shape(
            "line",
            "axis",
            at={"x1": str(GUTTER), "x2": str(width - right), "y1": str(ground), "y2": str(ground)},
        )
    )
    legend = tuple((n, s.label) for n, s in enumerate(series, 1)) if len(series) > 1 else ()
    any_open = any(s.open_from is not None for s in series)
    return Chart(tuple(shapes), width, height, legend, (), any_open)


def yuan_whole(fen: int) -> str:
    """Whole yuan for the labels of a chart; the table beside it has the fen.

    >>> yuan_whole(474716)
    '4,747'
    """
    return f"{(abs(fen) + 50) // 100:,}" if fen >= 0 else f"−{(abs(fen) + 50) // 100:,}"
