"""The records and the rules mean the same by their words."""

import pytest

from medical import models
from medical.rules import words


@pytest.mark.parametrize("name", ["Care", "Level", "Standing", "Away", "Disease", "ItemClass"])
def test_records_and_rules_number_alike(name):
    recorded = {member.name: member.value for member in getattr(models, name)}
    assert recorded == {member.name: int(member) for member in getattr(words, name)}
