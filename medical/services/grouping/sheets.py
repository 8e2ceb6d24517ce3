"""The working of a stay, a year and a release, worked out again as they were."""

from medical.models import CasePayment, CaseYear
from medical.params import CaseTerms, CaseYearTerms
from medical.rules.cases import CaseFacts, CaseYearFacts, case, case_year
from socsec.kernel import months
from socsec.kernel.document import Document, explain
from socsec.office.services import policy


def of_stay(row: CasePayment) -> Document:
    """What the stay was worth when this was counted, line by line."""
    facts = CaseFacts(**row.facts)
    on = min(row.month, months.month(row.year, 12))
    terms = CaseTerms.at(policy.of(row.run.edition_id or 0), row.fund.region_id, on)
    return explain(case(facts, terms), facts, terms)


def of_year(row: CaseYear) -> Document:
    """What the year came to for the provider, line by line."""
    facts = CaseYearFacts(worth=row.worth, billed=row.billed, differences=row.differences)
    on = months.month(row.year, 12)
    terms = CaseYearTerms.at(policy.of(row.run.edition_id or 0), row.fund.region_id, on)
    return explain(case_year(facts, terms), facts, terms)
