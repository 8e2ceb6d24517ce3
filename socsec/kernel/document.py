"""A sheet ready to be shown, sent or kept: every line with its words, terms, law and marks.

`explain` makes it from a sheet, its facts and its parameters. `as_json` keeps everything that a
screen or a letter needs, so a decision can be drawn again years later without the rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Self

from socsec.kernel.scope import FACT, LINE, PARAMETER, Meaning, Scope
from socsec.kernel.sheet import CONDITION, ECHO, NORMAL, TOTAL, LineSpec, PlainLine, Sheet
from socsec.kernel.units import Label
from socsec.kernel.working import Working, WorkingError, read_working

__all__ = [
    "CONDITION",
    "FACT",
    "LINE",
    "NORMAL",
    "PARAMETER",
    "TOTAL",
    "Document",
    "Line",
    "Term",
    "explain",
]

VERSION = 1  # of the JSON: a number that grows if its meaning ever changes


@dataclass(frozen=True, slots=True)
class Term:
    """A name in a working, with its number.

    `kind` is fact, line or parameter. `value` is in natural units and `unit` says which; `shown`
    is the same for people, by language. `open` marks what is not officially confirmed; `status`
    is the policy value's, and `law`, `source`, `since`, `region` and `note` are where it is from.
    """

    name: str
    kind: str
    label: dict[str, str]
    value: Any
    unit: str
    shown: dict[str, str]
    open: bool = False
    status: str = ""
    law: str = ""
    source: str = ""
    since: str = ""
    region: str = ""
    note: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a sheet.

    `code` is its path (basic.amount), `part` the nested sheet it belongs to, `depth` how deep
    that lies. `kind` is normal, condition or total. `tokens` are the pieces of the working in
    order, each [kind, text]; the text of a term is the name of one of `terms`. Branches that the
    case did not take are left out of the working, and out of what it rests on. `open` says that
    the number rests, through however many lines, on something that is not officially confirmed;
    `status` is then the worst of what it rests on.
    """

    code: str
    part: str
    depth: int
    kind: str
    label: dict[str, str]
    help: dict[str, str]
    value: Any
    unit: str
    shown: dict[str, str]
    working: str
    tokens: list[list[str]]
    terms: list[Term]
    law: str
    open: bool
    status: str


@dataclass(frozen=True, slots=True)
class Document:
    """A whole sheet. `titles` are the headings by part, the sheet's own under the empty name.
    `unverified` lists the parameters behind the marks."""

    titles: dict[str, dict[str, str]]
    lines: list[Line]
    unverified: list[Term]

    @property
    def open(self) -> bool:
        """Whether any line is not officially confirmed."""
        return any(line.open for line in self.lines)

    def line(self, code: str) -> Line:
        """The line of this path."""
        return next(line for line in self.lines if line.code == code)

    def as_json(self) -> dict[str, Any]:
        """Plain data for JSON; `from_json` reads it back."""
        return {
            "version": VERSION,
            "open": self.open,
            "titles": self.titles,
            "lines": [
                {**_plain(line), "terms": [_plain(term) for term in line.terms]}
                for line in self.lines
            ],
            "unverified": [_plain(term) for term in self.unverified],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The document that was once `as_json()`; keys that a later version added are left out."""
        return cls(
            data["titles"],
            [
                Line(**{**_known(Line, line), "terms": [_term(term) for term in line["terms"]]})
                for line in data["lines"]
            ],
            [_term(term) for term in data["unverified"]],
        )

    def view(self, language: str) -> dict[str, Any]:
        """What the sheet template draws, in one language.

        `lines` has, for each line, label, amount, unit, law, kind, depth, open, status, help,
        heading (of the part that begins there) and `work`: the pieces of the working, each with
        `kind` and `text`, a term also with label, value, open, and status. The unit of an amount
        in yuan is left to the head of the sheet.
        """
        lang = "zh" if language.lower().startswith("zh") else "en"
        return {
            "title": self.titles.get("", {}).get(lang, ""),
            "open": self.open,
            "lines": list(self._view_lines(lang)),
            "unverified": [_view_term(term, lang) for term in self.unverified],
        }

    def _view_lines(self, lang: str) -> Iterator[dict[str, Any]]:
        part = ""
        for number, line in enumerate(self.lines, start=1):
            begins = line.part != part
            part = line.part
            terms = {term.name: term for term in line.terms}
            yield {
                "number": number,
                "code": line.code,
                "part": line.part,
                "heading": self.titles.get(part, {}).get(lang, "") if begins else "",
                "depth": line.depth,
                "kind": line.kind,
                "label": line.label[lang],
                "help": line.help[lang],
                "amount": line.shown[lang],
                "met": line.value if line.kind == CONDITION else None,
                "unit": line.unit,
                "law": line.law,
                "open": line.open,
                "status": line.status,
                "work": [
                    _view_term(terms[text], lang)
                    if kind == "term"
                    else {"kind": kind, "text": _WORDS[lang].get(text, text)}
                    for kind, text in line.tokens
                ],
            }


def explain(sheet: Sheet, facts: Any = None, params: Any = None) -> Document:
    """The sheet of one case with everything that its screen shows.

    WorkingError if a working names something that does not exist: a mistake in the rule.
    """
    explainer = _Explainer(Scope(sheet, facts, params))
    lines = [explainer.line(plain) for plain in sheet.lines() if not explainer.silent(plain)]
    titles = {
        path.rstrip("."): {"zh": title[0], "en": title[1]}
        for path, title in _titles(sheet)
        if any(title)
    }
    return Document(titles, lines, list(explainer.unverified.values()))


class _Explainer:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.specs: dict[str, LineSpec] = {p.code: p.spec for p in scope.sheet.lines()}
        self.unverified: dict[str, Term] = {}
        self._statuses: dict[str, frozenset[str]] = {}
        self._workings: dict[str, Working] = {}

    def line(self, plain: PlainLine) -> Line:
        scope, spec = self.scope.of_line(plain.code), plain.spec
        working = self.working(plain.code)
        tokens = working.tokens if working else ()
        names = dict.fromkeys(token.text for token in tokens if token.kind == "term")
        terms = [self.term(scope.find(name), scope) for name in names]
        statuses = self.statuses(plain.code)
        value = Meaning(LINE, plain.code, spec.label, spec.unit, plain.value)
        return Line(
            code=plain.code,
            part=plain.code.rpartition(".")[0],
            depth=plain.depth,
            kind=spec.kind,
            label=_both(spec.label),
            help=_both(spec.help),
            value=value.natural,
            unit=spec.unit.outside,
            shown={"zh": value.say("zh"), "en": value.say("en")},
            working=working.text if working else "",
            tokens=[[token.kind, token.text] for token in tokens],
            terms=terms,
            law=spec.law,
            open=bool(statuses),
            status=_worst(statuses),
        )

    def silent(self, plain: PlainLine) -> bool:
        """Whether a quiet line says nothing in this case."""
        if plain.spec.quiet and plain.value == 0:
            return True
        if plain.spec.quiet != ECHO:
            return False
        working = self.working(plain.code)
        return working is not None and len(working.tokens) == 1

    def working(self, code: str) -> Working | None:
        """The working of a line as it applied to this case."""
        spec = self.specs[code]
        if not spec.working:
            return None
        if code not in self._workings:
            scope = self.scope.of_line(code)
            self._workings[code] = read_working(spec.working).applied(scope.exact, scope.look_up)
        return self._workings[code]

    def term(self, meaning: Meaning, scope: Scope) -> Term:
        statuses = self.statuses_of(meaning, (), scope)
        row = meaning.status
        return Term(
            name=meaning.name,
            kind=meaning.kind,
            label=_both(meaning.label),
            value=meaning.natural,
            unit=meaning.unit.outside,
            shown={"zh": meaning.say("zh"), "en": meaning.say("en")},
            open=bool(statuses),
            status=row.status if row else _worst(statuses),
            law=row.law if row else "",
            source=row.source if row else "",
            since=row.start.isoformat() if row else "",
            region=row.region if row else "",
            note=row.note if row else "",
            code=row.code if row else "",
        )

    def statuses(self, code: str, asking: tuple[str, ...] = ()) -> frozenset[str]:
        """The statuses of everything unconfirmed that a line rests on."""
        if code in asking:
            raise WorkingError(f"the line {code} rests on itself: {' → '.join((*asking, code))}")
        if code not in self._statuses:
            spec, scope = self.specs[code], self.scope.of_line(code)
            names = [*spec.uses]
            if isinstance(spec.rounding, str):
                names.append(spec.rounding)
            working = self.working(code)
            if working:
                names += [t.text for t in working.tokens if t.kind == "term"]
                names += read_working(spec.working).asked(scope.exact, scope.look_up)
            found: frozenset[str] = frozenset()
            for name in names:
                found |= self.statuses_of(scope.find(name), (*asking, code), scope)
            self._statuses[code] = found
        return self._statuses[code]

    def statuses_of(
        self, meaning: Meaning, asking: tuple[str, ...] = (), scope: Scope | None = None
    ) -> frozenset[str]:
        if meaning.kind == LINE:
            return self.statuses(meaning.path, asking)
        found: frozenset[str] = frozenset()
        if meaning.status is not None and meaning.status.open:
            found = frozenset({meaning.status.status})
            self._remember(meaning)
        if meaning.name.endswith(")") and scope is not None:  # the key of a table counts too
            for name in read_working(meaning.name).tables[0][2].names:
                found |= self.statuses_of(scope.find(name), asking, scope)
        return found

    def _remember(self, meaning: Meaning) -> None:
        if meaning.name not in self.unverified and meaning.status is not None:
            row = meaning.status
            bare = not isinstance(meaning.value, (int, type(None)))  # a whole table
            self.unverified[meaning.name] = Term(
                name=meaning.name,
                kind=PARAMETER,
                label=_both(meaning.label),
                value=None if bare else meaning.natural,
                unit=row.parameter.unit if bare else meaning.unit.outside,
                shown={"zh": "", "en": ""}
                if bare
                else {"zh": meaning.say("zh"), "en": meaning.say("en")},
                open=True,
                status=row.status,
                law=row.law,
                source=row.source,
                since=row.start.isoformat(),
                region=row.region,
                note=row.note,
                code=row.code,
            )


# How the words of a working are drawn.
_WORDS = {
    "zh": {
        "and": "且",
        "or": "或",
        "not": "不",
        "min": "取小",
        "max": "取大",
        "floor": "舍去小数",
        "ceil": "向上取整",
        "if": "如果",
    },
    "en": {
        "min": "the least of",
        "max": "the most of",
        "floor": "down to whole",
        "ceil": "up to whole",
    },
}

_WORST = ("unverified", "provisional")


def _worst(statuses: frozenset[str]) -> str:
    return next((status for status in _WORST if status in statuses), "")


def _both(label: Label) -> dict[str, str]:
    return {"zh": label[0], "en": label[1]}


def _titles(sheet: Sheet, path: str = "") -> Iterator[tuple[str, Label]]:
    yield path, sheet.title
    for name, value in sheet.parts():
        if isinstance(value, Sheet):
            yield from _titles(value, f"{path}{name}.")


def _view_term(term: Term, lang: str) -> dict[str, Any]:
    return {
        "kind": "term",
        "name": term.name,
        "text": term.shown[lang],
        "label": term.label[lang],
        "open": term.open,
        "status": term.status,
        "law": term.law,
        "source": term.source,
        "since": term.since,
        "region": term.region,
        "note": term.note,
        "unit": term.unit,
    }


def _plain(record: Line | Term) -> dict[str, Any]:
    return {f.name: getattr(record, f.name) for f in fields(record)}


def _known(cls: type[Any], data: dict[str, Any]) -> dict[str, Any]:
    names = {f.name for f in fields(cls)}
    return {key: value for key, value in data.items() if key in names}


def _term(data: dict[str, Any]) -> Term:
    return Term(**_known(Term, data))
