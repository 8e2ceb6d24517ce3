"""Who gains and who pays: bars that lie to the right and to the left of one line, the largest first."""

from collections.abc import Callable, Sequence

from . import figures
from .figures import Chart, LyingBar, Shape, Text

ROW, NAME = 24, 96  # height of a bar's row, room for its name
NUMBER = 110  # room for the number beyond the longest bar
WIDTH, HALF = 720, 50.0


def net_chart(
    labels: Sequence[Text],
    values: Sequence[int],
    sides: tuple[Text, Text],
    *,
    say: Callable[[int], str] | None = None,
) -> Chart:
    """A bar for each label: above nought to the right (`sides[0]`), below it to the left.

    `say` writes a number (default: whole yuan of fen).
    """
    write = say or figures.yuan_whole
    top = max([*map(abs, values), 1])
    middle = NAME + (WIDTH - NAME) / 2
    reach = (WIDTH - NAME) / 2 - NUMBER
    shapes: list[Shape] = []
    lying = []
    for place, (label, value) in enumerate(zip(labels, values, strict=True)):
        gains, length = value >= 0, abs(value) / top * reach
        base = place * ROW + ROW / 2 + 5
        start = middle if gains else middle - length
        end = middle + length + 6 if gains else middle - length - 6
        shapes.append(Shape("text", "t-s", str(label), {"x": "0", "y": _n(base)}))
        if value:
            shapes.append(
                Shape(
                    "rect",
                    "f1" if gains else "f2",
                    at={
                        "x": _n(start),
                        "y": _n(place * ROW + 4),
                        "width": _n(max(length, 0.5)),
                        "height": str(ROW - 8),
                        "rx": "1.5",
                    },
                )
            )
        shapes.append(
            Shape(
                "text", "t-s" if gains else "t-s end", write(value), {"x": _n(end), "y": _n(base)}
            )
        )
        width = abs(value) / top * HALF
        lying.append(
            LyingBar(
                label,
                "",
                (
                    (
                        1 if gains else 2,
                        f"{_n(HALF if gains else HALF - width)}%",
                        f"{_n(max(width, 0.4))}%",
                    ),
                ),
                write(value),
                on=False,
            )
        )
    height = len(labels) * ROW + 4
    shapes.append(
        Shape(
            "line",
            "axis",
            at={"x1": _n(middle), "x2": _n(middle), "y1": "0", "y2": str(height)},
        )
    )
    return Chart(tuple(shapes), WIDTH, height, ((1, sides[0]), (2, sides[1])), tuple(lying))


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
