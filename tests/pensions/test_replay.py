"""Stored decisions are worked out again; one that comes to another fen is named, and nothing is changed."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from pensions.models import Award
from socsec.office import oversight, replays

pytestmark = pytest.mark.django_db


def said(*arguments):
    out = StringIO()
    call_command("replay", *arguments, stdout=out)
    return out.getvalue()


def test_a_decision_comes_to_the_same_fen_again(zhang, granted):
    granted(zhang)
    assert "pensions.awards: 1 worked out again, 0 differ" in said("--all")
    assert [outcome.same for _replayer, outcome in replays.run(10)] == [True]


def test_one_that_differs_is_named_and_fails_the_command(zhang, granted):
    given = granted(zhang)
    sheet = given.sheet
    sheet["lines"][-1]["value"] = "1.00"
    Award.objects.filter(pk=given.pk).update(sheet=sheet)
    with pytest.raises(CommandError) as failed:
        said("--only", "pensions.awards")
    assert failed.value.returncode == 1
    ((_question, found),) = oversight.run(["office.replays"])
    assert [each.code for each in found] == ["other_fen"]
    assert "1.00" in str(found[0].message)


@pytest.mark.parametrize("wrong", [("--only", "nothing"), ("--sample", "0")])
def test_what_cannot_be_asked_is_refused(wrong):
    with pytest.raises(CommandError) as failed:
        said(*wrong)
    assert failed.value.returncode == 2
