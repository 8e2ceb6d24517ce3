"""The printed working of a line: read, split into words for the screen, and computed exactly.

A working is arithmetic in the words of the law, on names of facts, parameters and other lines:

>>> working = Working("(base + indexed_wage) ÷ 2 × years × 1%")
>>> working.names
('base', 'indexed_wage', 'years')
>>> values = {"base": Fraction(8000), "indexed_wage": Fraction(6000), "years": Fraction(30)}
>>> working.compute(values.__getitem__)
Fraction(2100, 1)

`+ − × ÷`, brackets, comparisons (`≥ ≤ > < = ≠`), `and`, `or`, `not`, numbers, percentages, and
`min(…)`, `max(…)`, `floor(…)`, `ceil(…)`, `if(condition, then, otherwise)`, and
`stated(fact, otherwise)` for an optional fact. Any other name before a bracket is a table, asked
at what stands in the brackets: `divisors(age)`.

What was not chosen need not be shown: `applied` is the working as it was for one case.

>>> Working("years × if(years > 15, 2%, 1%)").applied(lambda name: Fraction(20)).text
'years × 2%'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from math import ceil, floor
from typing import Any

Exact = Fraction | bool
Resolve = Callable[[str], Exact]
LookUp = Callable[[str, Exact], Exact]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?%?)|(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)"
    r"|(?P<sign>>=|<=|!=|[-+−×÷*/()≥≤><=≠,]))"
)
_TIDY = {"*": "×", "/": "÷", "-": "−", ">=": "≥", "<=": "≤", "!=": "≠"}
FUNCTIONS = ("min", "max", "floor", "ceil", "if", "stated")
_ARGUMENTS = {"floor": 1, "ceil": 1, "if": 3, "stated": 2}
_WORDS = ("and", "or", "not", *FUNCTIONS)


class WorkingError(ValueError):
    """A working that cannot be read: a mistake in a rule, not in a case."""


class NotStated(LookupError):
    """An optional fact was used that nobody stated: only `stated(…)` may do that."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a working as the screen draws it.

    `kind` is term (a name whose number and label are drawn), number, word (and, max, …) or sign.
    A table asked at something is one term, with the whole text as its name.
    """

    kind: str
    text: str


class Working:
    """A working, read once. WorkingError if it cannot be read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens = _tokens(text)
        self._place = 0
        self._tree = self._read_or()
        if self._place < len(self._tokens):
            raise WorkingError(f"cannot read {text!r} from {self._peek()!r} on")

    def __repr__(self) -> str:
        return f"Working({self.text!r})"

    def compute(self, resolve: Resolve, look_up: LookUp | None = None) -> Exact:
        """The exact value, given the exact value of each name and a way to ask tables."""
        return _compute(self._tree, resolve, look_up)

    def applied(self, resolve: Resolve, look_up: LookUp | None = None) -> Working:
        """The working without the branches of `if` and `stated` that this case did not take.

        Itself where a condition has no answer.
        """
        try:
            tree = _prune(self._tree, lambda part: _compute(part, resolve, look_up))
        except (LookupError, ZeroDivisionError):
            return self
        return self if tree == self._tree else read_working(_text(tree))

    def asked(self, resolve: Resolve, look_up: LookUp | None = None) -> tuple[str, ...]:
        """The names in the conditions that decided which branches this case took.

        `applied` does not show them, but the number rests on them all the same.

        >>> working = Working("years × if(years > limit, 2%, if(poor, 1%, 0))")
        >>> working.asked({"years": Fraction(20), "limit": Fraction(15)}.__getitem__)
        ('years', 'limit')
        """
        names: list[str] = []
        try:
            _prune(self._tree, lambda part: _compute(part, resolve, look_up), names)
        except (LookupError, ZeroDivisionError):
            return ()  # nothing was left out, so nothing is hidden
        return tuple(dict.fromkeys(names))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names it uses, tables included, each once, in the order of reading."""
        return tuple(dict.fromkeys(_names(self._tree)))

    @cached_property
    def tables(self) -> tuple[tuple[str, str, Working], ...]:
        """The tables it asks: (the whole term, the table's name, the working of the key)."""
        return tuple(
            (f"{name}({key.text})", name, key) for name, key in dict.fromkeys(_tables(self._tree))
        )

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The pieces to draw, in order."""
        return tuple(_draw(self._tokens))

    # A parser by recursive descent, one method for each strength of binding.

    def _peek(self) -> str:
        return self._tokens[self._place][1] if self._place < len(self._tokens) else ""

    def _take(self) -> tuple[str, str]:
        if self._place == len(self._tokens):
            raise WorkingError(f"{self.text!r} ends too early")
        self._place += 1
        return self._tokens[self._place - 1]

    def _expect(self, sign: str) -> None:
        if self._take()[1] != sign:
            raise WorkingError(f"{sign!r} is missing in {self.text!r}")

    def _chain(self, signs: tuple[str, ...], read: Callable[[], Any]) -> Any:
        tree = read()
        while self._peek() in signs:
            sign = self._take()[1]
            tree = (sign, tree, read())
        return tree

    def _read_or(self) -> Any:
        return self._chain(("or",), self._read_and)

    def _read_and(self) -> Any:
        return self._chain(("and",), self._read_not)

    def _read_not(self) -> Any:
        if self._peek() == "not":
            self._take()
            return ("not", self._read_not())
        return self._read_comparison()

    def _read_comparison(self) -> Any:
        tree = self._read_sum()
        if self._peek() in ("≥", "≤", ">", "<", "=", "≠"):
            sign = self._take()[1]
            tree = (sign, tree, self._read_sum())
        return tree

    def _read_sum(self) -> Any:
        return self._chain(("+", "−"), self._read_product)

    def _read_product(self) -> Any:
        return self._chain(("×", "÷"), self._read_factor)

    def _read_factor(self) -> Any:
        if self._peek() == "−":
            self._take()
            return ("negative", self._read_factor())
        kind, text = self._take()
        if kind == "number":
            number = Fraction(text.rstrip("%"))
            return ("number", number / 100 if text.endswith("%") else number, text)
        if text == "(":
            tree = self._read_or()
            self._expect(")")
            return tree
        if kind != "name" or text in ("and", "or"):
            raise WorkingError(f"cannot read {self.text!r} at {text!r}")
        if self._peek() != "(":
            return ("name", text)
        start = self._place + 1
        self._take()
        arguments = [self._read_or()]
        while self._peek() == ",":
            self._take()
            arguments.append(self._read_or())
        self._expect(")")
        if text in FUNCTIONS:
            if len(arguments) != _ARGUMENTS.get(text, len(arguments)):
                raise WorkingError(f"{text} takes {_ARGUMENTS[text]} arguments in {self.text!r}")
            return (text, *arguments)
        if len(arguments) != 1:
            raise WorkingError(f"the table {text!r} is asked at one key in {self.text!r}")
        return ("table", text, read_working(_join(self._tokens[start : self._place - 1])))


@lru_cache(maxsize=4096)
def read_working(text: str) -> Working:
    """The working, read once for each text."""
    return Working(text)


def _tokens(text: str) -> tuple[tuple[str, str], ...]:
    out, place = [], 0
    while place < len(text.rstrip()):
        found = _TOKEN.match(text, place)
        if not found:
            raise WorkingError(f"cannot read {text!r} from {text[place:]!r} on")
        kind = str(found.lastgroup)
        written = found[kind]
        out.append((kind, _TIDY.get(written, written)))
        place = found.end()
    return tuple(out)


def _join(tokens: tuple[tuple[str, str], ...]) -> str:
    written = " ".join(text for _, text in tokens)
    return written.replace("( ", "(").replace(" )", ")").replace(" ,", ",").replace(" (", "(")


def _draw(tokens: tuple[tuple[str, str], ...]) -> Iterator[Token]:
    place = 0
    while place < len(tokens):
        kind, text = tokens[place]
        follows = tokens[place + 1][1] if place + 1 < len(tokens) else ""
        if kind == "name" and text not in _WORDS and follows == "(":
            end, open_brackets = place + 2, 1
            while open_brackets:
                open_brackets += {"(": 1, ")": -1}.get(tokens[end][1], 0)
                end += 1
            yield Token("term", f"{text}({_join(tokens[place + 2 : end - 1])})")
            place = end
            continue
        if kind == "name":
            yield Token("word" if text in _WORDS else "term", text)
        else:
            yield Token(kind, text)
        place += 1


def _names(tree: Any) -> Iterator[str]:
    if tree[0] == "name":
        yield tree[1]
    elif tree[0] == "table":
        yield tree[1]
        yield from tree[2].names
    elif tree[0] != "number":
        for part in tree[1:]:
            yield from _names(part)


def _terms(tree: Any) -> Iterator[str]:
    """The names, and the tables each with what it is asked at."""
    if tree[0] == "name":
        yield tree[1]
    elif tree[0] == "table":
        yield f"{tree[1]}({tree[2].text})"
    elif tree[0] != "number":
        for part in tree[1:]:
            yield from _terms(part)


def _tables(tree: Any) -> Iterator[tuple[str, Working]]:
    if tree[0] == "table":
        yield tree[1], tree[2]
        for _, name, key in tree[2].tables:
            yield name, key
    elif tree[0] not in ("name", "number"):
        for part in tree[1:]:
            yield from _tables(part)


_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "−": lambda a, b: a - b,
    "×": lambda a, b: a * b,
    "÷": lambda a, b: a / b,
    "≥": lambda a, b: a >= b,
    "≤": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    "=": lambda a, b: a == b,
    "≠": lambda a, b: a != b,
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
}


def _compute(tree: Any, resolve: Resolve, look_up: LookUp | None) -> Exact:
    def value(part: Any) -> Any:
        return _compute(part, resolve, look_up)

    match tree[0]:
        case "number":
            return Fraction(tree[1])
        case "name":
            return resolve(tree[1])
        case "table":
            if look_up is None:
                raise WorkingError(f"nobody can look up {tree[1]!r}")
            return look_up(tree[1], tree[2].compute(resolve, look_up))
        case "not":
            return not value(tree[1])
        case "negative":
            return Fraction(-value(tree[1]))
        case "stated":
            try:
                return value(tree[1])  # type: ignore[no-any-return]
            except NotStated:
                return value(tree[2])  # type: ignore[no-any-return]
        case "if":
            return value(tree[2] if value(tree[1]) else tree[3])  # type: ignore[no-any-return]
        case "min" | "max":
            return Fraction({"min": min, "max": max}[tree[0]](*map(value, tree[1:])))
        case "floor" | "ceil":
            return Fraction({"floor": floor, "ceil": ceil}[tree[0]](value(tree[1])))
        case sign:
            result = _SIGNS[sign](value(tree[1]), value(tree[2]))
            return bool(result) if isinstance(result, bool) else Fraction(result)


def _prune(tree: Any, value: Callable[[Any], Exact], asked: list[str] | None = None) -> Any:
    """The tree without the branches not taken; the names in its conditions go into `asked`."""
    match tree[0]:
        case "number" | "name" | "table":
            return tree
        case "if":
            taken = tree[2] if value(tree[1]) else tree[3]
            if asked is not None:
                asked.extend(_terms(tree[1]))
            return _prune(taken, value, asked)
        case "stated":
            try:
                value(tree[1])
            except NotStated:
                return _prune(tree[2], value, asked)
            return tree[1]
    return (tree[0], *(_prune(part, value, asked) for part in tree[1:]))


# How strongly the signs bind, as the parser reads them.
_STRENGTH = {"or": 1, "and": 2, "not": 3, "+": 5, "−": 5, "×": 6, "÷": 6, "negative": 7}
_STRENGTH |= dict.fromkeys(("≥", "≤", ">", "<", "=", "≠"), 4)


def _text(tree: Any, within: int = 0) -> str:
    """The text of a tree, with the brackets that it needs among signs of strength `within`."""
    match tree[0]:
        case "number":
            return str(tree[2])
        case "name":
            return str(tree[1])
        case "table":
            return f"{tree[1]}({tree[2].text})"
        case name if name in FUNCTIONS:
            return f"{name}({', '.join(map(_text, tree[1:]))})"
    own = _STRENGTH[tree[0]]
    match tree:
        case ("not", part):
            written = f"not {_text(part, own)}"
        case ("negative", part):
            written = f"−{_text(part, own)}"
        case (sign, left, right):
            # Chains are read from the left, so an equal on the right keeps its brackets.
            written = f"{_text(left, own)} {sign} {_text(right, own + 1)}"
    return f"({written})" if own < within else written
