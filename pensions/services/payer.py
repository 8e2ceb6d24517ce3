"""Which place pays a pension that was earned in several (待遇领取地): asked before a claim is taken there.

国办发〔2009〕66号第六条. Where a record lies is known from the movements; where the household is
registered, from the last of them. Nobody who paid in one pooling region only is asked anything.
"""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import queries as enrollment
from enrollment.models import Person
from enrollment.services import movements
from funds.models import Branch
from pensions.params import PayerParams
from pensions.rules.transfer import Payer, PayerFacts
from pensions.rules.transfer import payer as payer_rule
from pensions.services import law
from socsec.kernel.document import Document, explain
from socsec.kernel.months import month_of
from socsec.kernel.policy import PolicyError
from socsec.kernel.regions import covers
from socsec.office.errors import Refused, from_kernel, say
from socsec.office.models import Region
from socsec.office.services import policy as policies


@dataclass(frozen=True)
class Found:
    """Which place pays, its region, and the working."""

    payer: Payer
    region: str
    document: Document


def payer_of(person: Person, region: str) -> Found | None:
    """Which place pays, for a record that lies in a region; None for who moved nowhere."""
    last = enrollment.movements_of(person.pk).filter(branch=Branch.PENSION).first()
    if last is None:
        return None
    here = movements.pool(Branch.PENSION, region)
    counts: dict[str, int] = {}
    latest: dict[str, int] = {}
    for each in enrollment.place_months(person.pk, Branch.PENSION):
        if not each.resident:
            place = movements.pool(Branch.PENSION, each.region)
            counts[place] = counts.get(place, 0) + 1
            latest[place] = each.month
    policy, today = policies.of(policies.current_edition()), month_of(timezone.localdate())
    try:
        params = PayerParams.at(policy, region, today)
    except PolicyError as error:
        raise from_kernel(error) from error
    enough = [place for place in counts if place != here and counts[place] >= params.payer_months]
    earlier = max(enough, key=lambda place: latest[place], default="")
    facts = PayerFacts(
        at_home=covers(here, last.household_region),
        months_here=counts.get(here, 0),
        months_earlier=counts.get(earlier, 0),
    )
    sheet = payer_rule(facts, params)
    payer = Payer.read(int(sheet.payer))
    there = {Payer.HERE: here, Payer.EARLIER: earlier, Payer.HOME: last.household_region}[payer]
    return Found(payer, there, explain(sheet, facts, params))


def check(person: Person, region: str) -> None:
    """`Refused` where another place pays: the record goes there first."""
    found = payer_of(person, region)
    if found is None or covers(movements.pool(Branch.PENSION, region), found.region):
        return
    raise Refused(
        say(
            _("By law %(place)s pays this pension, not this place (%(law)s)."),
            place=Region.objects.filter(pk=found.region).first() or found.region,
            law=law.TRANSFER_6,
        ),
        code="another_place_pays",
        fix=_("Have the record moved there first, and claim there."),
    )
