"""The working of a bill as it stands: the sheet of each of its years, worked out again as it was booked."""

from dataclasses import dataclass, replace
from functools import cache

from medical.models import Encounter, Settlement, YearSums
from socsec.kernel.document import Document, explain
from socsec.office.services import policy

from . import year


@dataclass(frozen=True)
class YearSheet:
    """What one year of a visit came to, line by line, under a policy edition."""

    year: int
    edition: int
    document: Document


def sheets(encounter: Encounter) -> list[YearSheet]:
    """The sheets of a settled visit, one for each year of it; empty where nothing of it is booked.

    The bill is worked out by the edition and from the facts it was settled with, after those before
    it in the order of care, so that the sheet says what the books say.
    """
    law_of = cache(policy.of)
    found = []
    mine = Settlement.objects.filter(encounter=encounter)
    for of_year in mine.order_by("year").values("year", "scheme", "home").distinct():
        whole = {**of_year, "person_id": encounter.person_id}
        rows = Settlement.objects.filter(**whole).order_by("encounter", "part")
        live = year.booked(rows)
        if encounter.pk not in live:
            continue
        raised = YearSums.objects.filter(**whole).values_list("cap_raise", flat=True).first()
        place = live[encounter.pk].place
        until = [bill for bill in live.values() if bill.place <= place]
        worked, _sums = year.work(until, law_of, raised or 0, place)
        last = worked[-1]
        # Worked out anew, a bill still has what its accounts paid at first.
        paid = {"account": last.amounts["account_pay"], "family": last.amounts["family_pay"]}
        facts = replace(last.facts, **paid)
        document = explain(year.PLANS[last.bill.scheme][1](facts, last.plan), facts, last.plan)
        found.append(YearSheet(of_year["year"], last.bill.edition, document))
    return found
