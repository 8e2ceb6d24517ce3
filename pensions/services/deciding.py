"""Which law decides a claim: each scheme gathers its own facts and has its own rule.

What a claim goes through, from the counter to the award, is the same for all of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from funds.models import Scheme
from pensions.models import Award, PensionClaim
from pensions.rules.agencies.claim import AgencyClaimFacts
from pensions.rules.employees.old_age import ClaimFacts
from pensions.rules.residents import ResidentFacts
from pensions.services import decision, disability_decision, gathering
from pensions.services.agencies import decision as agencies
from pensions.services.residents import decision as residents
from socsec.kernel import rules
from socsec.kernel.facts import Facts
from socsec.kernel.policy import Policy, Value
from socsec.office.services import policy as policies


class Gathered(Protocol):
    """What the books and the claim say; kept with the decision."""

    @property
    def months(self) -> int: ...
    @property
    def birth_month(self) -> int: ...
    @property
    def balance(self) -> int: ...
    def as_json(self) -> dict[str, Any]: ...


class Decision(Protocol):
    """What the law makes of a claim: see `decision.Decision`, which the others are like."""

    @property
    def gathered(self) -> Gathered: ...
    @property
    def assessment(self) -> rules.Assessment: ...
    @property
    def interest(self) -> tuple[decision.InterestLine, ...]: ...
    @property
    def provisional(self) -> tuple[Value, ...]: ...
    @property
    def sheet(self) -> Any: ...
    @property
    def entitled(self) -> bool: ...
    @property
    def monthly(self) -> int: ...
    @property
    def parts(self) -> dict[str, int]: ...
    @property
    def reasons(self) -> list[dict[str, str]]: ...
    def as_json(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Law:
    """How a scheme decides: what papers may state, how facts are gathered and read back, the rule."""

    facts: type[Facts]
    stated: tuple[str, ...]
    gather: Callable[[PensionClaim], Any]
    gather_again: Callable[[Award, dict[str, Any] | None], Any]
    read: Callable[[dict[str, Any]], Any]
    decide: Callable[[Any, Policy], Any]

    def decide_again(self, kept: dict[str, Any] | None, policy: Policy) -> Decision:
        """What the law makes of facts that were kept with a claim or an award."""
        found: Decision = self.decide(self.read(kept or {}), policy)
        return found


_LAWS = {
    Scheme.EMPLOYEES: Law(
        ClaimFacts,
        decision.STATED,
        gathering.gather,
        gathering.gather_again,
        gathering.Gathered.from_json,
        decision.decide,
    ),
    Scheme.RESIDENTS: Law(
        ResidentFacts,
        residents.STATED,
        residents.gather,
        residents.gather_again,
        residents.Gathered.from_json,
        residents.decide,
    ),
    Scheme.AGENCIES: Law(
        AgencyClaimFacts,
        agencies.STATED,
        agencies.gather,
        agencies.gather_again,
        agencies.Gathered.from_json,
        agencies.decide,
    ),
}


# An allowance for disability is worked out from the same facts by a rule of its own.
_DISABILITY = Law(
    ClaimFacts,
    (),
    gathering.gather,
    gathering.gather_again,
    gathering.Gathered.from_json,
    disability_decision.decide,
)


def law_for(award: Award) -> Law:
    """The law that an award rests on."""
    return law_of(award.scheme) if award.disability_id is None else _DISABILITY


def law_of(scheme: int) -> Law:
    """The law of a scheme."""
    return _LAWS[Scheme(scheme)]


def sheet_of(award: Award) -> dict[str, Any] | None:
    """The sheet that an award rests on; None for one of earlier books.

    Where a run worked it out anew, it is drawn from what was gathered, by the edition of the run.
    """
    if award.recomputed_by is None:
        return award.sheet
    assert award.edition_id is not None  # of the run
    policy = policies.of(award.edition_id)
    return law_of(award.scheme).decide_again(award.gathered, policy).as_json()
