"""The few questions of “what can I get”: first what may hold, then numbers for what does."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistance.rules.children import ChildKind, ParentState
from assistance.rules.disabled import LivingGroup
from assistance.rules.facts import MILDEST_GRADE, MOST_MEMBERS, DisabilityKind
from assistance.rules.hardship import SELF_CARE_ITEMS
from assistance.services import needs
from assistance.services.needs import Situation
from socsec.kernel.months import format_age
from socsec.kernel.units import UNITS, Choice
from socsec.office.display import chinese
from socsec.office.forms import (
    DateField,
    MoneyField,
    Option,
    PickManyField,
    ScreenForm,
    SelectField,
    TextField,
    TickField,
    WholeField,
)
from socsec.office.models import Region

MOST_AGE = 130  # years
CARE_LEVELS = 3
# Groups that follow from a recognition are known or supposed, never asked.
ASKED_GROUPS = (LivingGroup.NONE, LivingGroup.NO_INCOME, LivingGroup.OLD, LivingGroup.CHILD)

MONEY = ("earned", "transfers", "business", "money", "spent", "income_year", "aid_needed")
WHOLE = ("members", "others", "vehicles", "homes", "severe", "grade", "care_level", "items")
NAMED = ("disability", "group", "child_kind", "father", "mother")


def choices(of: type[Choice], only: tuple[Choice, ...] | None = None) -> list[tuple[str, str]]:
    """The names of a choice of the rules, as people read them."""
    column = 0 if chinese() else 1
    return [(each.name, each.label[column]) for each in only or tuple(of)]


class FirstForm(ScreenForm):
    """What may hold. A visitor is asked besides where they live, how old they are and with whom."""

    region = SelectField(label=_("Where are you registered?"))
    age = WholeField(label=_("How old are you, in years?"), most=MOST_AGE)
    members = WholeField(
        label=_("How many people live in your household, you included?"),
        help_text=_("Spouse, parents and minor children, and adult children who need support."),
        least=1,
        most=MOST_MEMBERS,
    )
    others = WholeField(
        label=_("How many of them are old, minors or at school?"), most=MOST_MEMBERS, required=False
    )
    situations = PickManyField(
        [Option(each.value, each.label) for each in Situation],
        label=_("Which of these hold for you?"),
        help_text=_("Tick all that hold, or none."),
        required=False,
    )

    def __init__(self, *args: Any, known: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if known:
            for name in ("region", "age", "members", "others"):
                del self.fields[name]
            return
        codes = needs.places(timezone.localdate())
        regions = Region.objects.filter(code__in=codes).order_by("code")
        self.fields["region"].choices = [(each.code, str(each)) for each in regions]


class SecondForm(ScreenForm):
    """Numbers: of the household always, of a situation only where it holds."""

    earned = MoneyField(
        label=_("What do all of you earn by work a month, in yuan?"), required=False
    )
    transfers = MoneyField(
        label=_("What do all of you get in pensions and support a month, in yuan?"), required=False
    )
    business = MoneyField(
        label=_("Any other income of your household a month, in yuan?"),
        help_text=_("A shop, a field, rent. Leave it empty if there is none."),
        required=False,
    )
    money = MoneyField(
        label=_("How much have all of you saved, in yuan?"),
        help_text=_("Deposits, securities, commercial insurance."),
        required=False,
    )
    vehicles = WholeField(
        label=_("How many cars or motorcycles?"),
        help_text=_("Mobility vehicles of the disabled do not count."),
        most=MOST_MEMBERS,
        required=False,
    )
    homes = WholeField(label=_("How many homes?"), most=MOST_MEMBERS, required=False)
    severe = WholeField(
        label=_("How many of you are severely ill or severely disabled?"),
        least=1,
        most=MOST_MEMBERS,
    )
    disability = SelectField(label=_("Kind of disability on the certificate"))
    grade = WholeField(
        label=_("Grade on the certificate"),
        help_text=_("1 is the most severe."),
        least=1,
        most=MILDEST_GRADE,
    )
    group = SelectField(label=_("Which of these are you?"))
    care_level = WholeField(
        label=_("Level of care found by an assessment"),
        help_text=_("1 mild, 2 moderate, 3 severe; leave it empty without one."),
        least=1,
        most=CARE_LEVELS,
        required=False,
    )
    items = WholeField(
        label=_("How many of these six can you not do alone?"),
        help_text=_("Eating, dressing, getting up, toilet, walking indoors, bathing."),
        most=SELF_CARE_ITEMS,
        required=False,
    )
    child_kind = SelectField(label=_("Which child is it?"))
    father = SelectField(label=_("Its father"))
    mother = SelectField(label=_("Its mother"))
    aid_needed = MoneyField(label=_("How much do you need now, in yuan?"))
    spent = MoneyField(
        label=_("What did you spend on treatment and school in twelve months, in yuan?"),
        help_text=_("What was left to you after insurance and other aid."),
    )
    income_year = MoneyField(
        label=_("What was the income of your household in those twelve months, in yuan?")
    )
    event = TextField(label=_("What happened?"), max_length=120)
    event_on = DateField(label=_("When did it happen, or begin?"))
    rural = TickField(label=_("Our household is registered as rural"), required=False)

    OF = {
        Situation.ILL: ("severe",),
        Situation.DISABLED: ("disability", "grade", "group"),
        Situation.CARE: ("care_level", "items"),
        Situation.CHILD: ("child_kind", "father", "mother"),
        Situation.SUDDEN: ("aid_needed", "event", "event_on"),
        Situation.COSTS: ("spent", "income_year", "event", "event_on"),
    }

    def __init__(self, *args: Any, known: bool, situations: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = {name for each in situations for name in self.OF.get(Situation(each), ())}
        asked = {name for names in self.OF.values() for name in names}
        gone = (asked - kept) | ({"earned", "transfers"} if known else set())
        for name in gone:
            del self.fields[name]
        for name, of, only in (
            ("disability", DisabilityKind, tuple(DisabilityKind)[1:]),
            ("group", LivingGroup, ASKED_GROUPS),
            ("child_kind", ChildKind, None),
            ("father", ParentState, None),
            ("mother", ParentState, None),
        ):
            if name in self.fields:
                self.fields[name].choices = choices(of, only)


def said(first: dict[str, Any], second: dict[str, Any]) -> needs.Said:
    """Checked answers as the rules take them. What was left empty was not said."""
    every = {**first, **second}
    facts: dict[str, Any] = {}
    for name in MONEY:
        if every.get(name) is not None:
            facts[name] = UNITS["fen"].natural(every[name])
    for name in (*WHOLE, *NAMED):
        if every.get(name) not in (None, ""):
            facts[name] = every[name]
    if "members" in facts:
        facts["persons"] = facts["members"]
    if every.get("age") is not None:
        facts["age"] = format_age(every["age"] * 12)
    situations = frozenset(every.get("situations") or ())
    if Situation.ILL in situations:
        facts["hardship"] = True
    return needs.Said(
        situations=situations,
        facts=facts,
        rural=bool(every.get("rural")),
        event=every.get("event") or "",
        event_on=every.get("event_on"),
    )
