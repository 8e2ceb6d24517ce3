"""Whether the printed arithmetic of every line comes to the number that stands beside it.

A working is for people with pocket calculators. Here it is computed in exact fractions, rounded
as the line says, and compared with the line's own number.
"""

from __future__ import annotations

from typing import Any

from socsec.kernel.arith import rounded
from socsec.kernel.errors import NoAnswer
from socsec.kernel.scope import Scope
from socsec.kernel.sheet import PlainLine, Sheet
from socsec.kernel.working import read_working


def faults(sheet: Sheet, facts: Any = None, params: Any = None) -> list[str]:
    """What does not add up in the sheet of one case, one sentence for each line; [] if all does.

    Lines without a working, and lines that rest on something missing, are passed over.
    """
    scope = Scope(sheet, facts, params)
    out = []
    for line in sheet.lines():
        if line.spec.working and line.value is not None:
            fault = _fault(line, scope.of_line(line.code))
            if fault:
                out.append(fault)
    return out


def _fault(line: PlainLine, scope: Scope) -> str:
    spec = line.spec
    try:
        exact = read_working(spec.working).compute(scope.exact, scope.look_up)
    except (NoAnswer, ZeroDivisionError):
        return ""
    if isinstance(line.value, bool) or isinstance(exact, bool):
        expected: Any = exact
    else:
        mode = spec.rounding
        if isinstance(mode, str):
            mode = scope.find(mode).value
        expected = rounded(exact.numerator * spec.unit.scale, exact.denominator, mode)
    if type(expected) is type(line.value) and expected == line.value:
        return ""
    return f"{line.code}: {spec.working} comes to {expected} ({exact}), the line says {line.value}"
