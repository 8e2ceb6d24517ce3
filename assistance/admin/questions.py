"""The facts of a programme's rule as questions of a form, and the answers as the services want them.

What the books know, and what the programme fixes, is not asked.
"""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from assistance.models import Programme
from assistance.services.deciding import rule_of
from socsec.kernel import rules
from socsec.kernel.facts import FactSpec
from socsec.kernel.months import format_age
from socsec.office.errors import Problem
from socsec.office.forms import (
    MoneyField,
    MonthField,
    PercentField,
    ScreenForm,
    SelectField,
    TextField,
    WholeField,
)

PREFIX = "fact_"
# Gathered from the registers and the books (`assistance.facts`).
KNOWN = {"month", "residence", "age", "standing", "members", "persons", "own_grants", "in_hardship"}
WHOLE = {"count", "months", "days", "people", "year"}
MOST_AGE, MONTHS = 130, 12  # years; months of one
NOT_SAID, YES, NO = "", "yes", "no"


def asked(programme: Programme) -> list[FactSpec]:
    """The facts that are asked, in the order of the rule."""
    skipped = KNOWN | set(programme.given)
    specs = rule_of(programme).facts.specs()
    return [spec for name, spec in specs.items() if name not in skipped]


def add(form: ScreenForm, programme: Programme, said: dict[str, Any]) -> None:
    """Put a field for each fact into a form, with what was said before. None of them is required:
    what the rule cannot do without, the assessment asks for by name."""
    for spec in asked(programme):
        field = _field(spec)
        field.initial = _shown(spec, said.get(spec.name))
        form.fields[PREFIX + spec.name] = field


def answers(programme: Programme, said: dict[str, Any]) -> dict[str, Any]:
    """Takes the facts out of the answers of a form, in natural units; what is empty is left out."""
    found = {}
    for spec in asked(programme):
        value = said.pop(PREFIX + spec.name, None)
        if value not in (None, ""):
            found[spec.name] = _natural(spec, value)
    return found


def by_its_field(trouble: Problem, programme: Programme) -> Problem:
    """The same trouble, laid to the question that it is about."""
    if trouble.field in {spec.name for spec in asked(programme)}:
        trouble.field = PREFIX + trouble.field
    return trouble


def in_words(programme: Programme, said: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What was said, as labels and values in the reader's language."""
    specs = rule_of(programme).facts.specs()
    language = "zh" if (get_language() or "").startswith("zh") else "en"
    for name, value in said.items():
        spec = specs.get(name)
        if spec is not None:
            yield _label(spec), spec.say(spec.read(value), language)


def rule_label(code: str) -> str:
    """What a rule is called in the reader's language."""
    rules.load(["assistance"])
    return rules.find(code).label[0 if (get_language() or "").startswith("zh") else 1]


def _label(spec: FactSpec, help: bool = False) -> str:
    chinese = (get_language() or "").startswith("zh")
    return (spec.help if help else spec.label)[0 if chinese else 1]


def _field(spec: FactSpec) -> forms.Field:
    said: dict[str, Any] = {
        "label": _label(spec),
        "help_text": _label(spec, help=True),
        "required": False,
    }
    if spec.choices is not None:
        language = 0 if (get_language() or "").startswith("zh") else 1
        offered = [(each.name, each.label[language]) for each in spec.choices]
        return SelectField(choices=[(NOT_SAID, "—"), *offered], **said)
    if spec.unit.code == "bool":
        return SelectField(choices=[(NOT_SAID, "—"), (YES, _("Yes")), (NO, _("No"))], **said)
    if spec.unit.code == "fen":
        said["help_text"] = said["help_text"] or _("In yuan.")
        return MoneyField(**said)
    if spec.unit.code in WHOLE:
        return WholeField(least=spec.least, most=spec.most, **said)
    if spec.unit.code == "month":
        return MonthField(**said)
    if spec.unit.code == "rate":
        return PercentField(most=spec.most, **said)
    if spec.unit.code == "age":
        return WholeField(
            most=MOST_AGE, **said | {"help_text": said["help_text"] or _("In years.")}
        )
    return TextField(**said)


def _natural(spec: FactSpec, value: Any) -> Any:
    if spec.unit.code == "bool":
        return value == YES
    if spec.unit.code in ("fen", "month", "rate"):
        return spec.unit.natural(value)
    if spec.unit.code == "age":
        return format_age(value * MONTHS)
    return value


def _shown(spec: FactSpec, value: Any) -> Any:
    if value is None:
        return None
    if spec.unit.code == "bool":
        return YES if value else NO
    if spec.unit.code == "age":
        return spec.unit.read(value) // MONTHS
    return spec.unit.read(value) if spec.unit.code in ("month", "rate") else value
