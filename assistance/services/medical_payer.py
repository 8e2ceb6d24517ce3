"""Medical assistance pays what the insurances leave: asked by the medical payer for each bill."""

from datetime import date
from typing import Any

from assistance.params import MedicalAidParams
from assistance.queries import recognitions_of
from assistance.rules.facts import Standing
from assistance.rules.medical_aid import MedicalAidFacts, medical_aid
from medical.services.next_payer import Burden
from socsec.kernel.policy import Policy, PolicyError

# Whom catastrophic insurance treats as poor: 国办发〔2021〕42号.
POOR = (Standing.HARDSHIP, Standing.DIBAO)


def designated(person_id: int, day: date, law: Policy) -> dict[str, Any]:
    """As what a person is recognised on a day, kept with the bill; empty for who is not."""
    found = recognitions_of(person_id, day).first()
    if found is None or found.standing == Standing.NONE:
        return {}
    return {"standing": found.standing, "poor": found.standing in POOR}


def pays(designation: dict[str, Any], burden: Burden, law: Policy) -> int:
    """What assistance pays of a bill, fen. Nothing where the region has published no rates."""
    try:
        params = MedicalAidParams.at(law, burden.region, burden.month)
    except PolicyError:
        return 0
    return int(
        medical_aid(
            MedicalAidFacts(
                month=burden.month,
                standing=designation["standing"],
                inpatient_care=burden.inpatient,
                burden=burden.bears,
                burden_before=burden.bears_before,
                paid_before=burden.paid_before,
            ),
            params,
        ).amount
    )
