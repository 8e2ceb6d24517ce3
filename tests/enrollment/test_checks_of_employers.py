"""What verify says of employers: nothing after a chapter of their lives, and something once it is bent."""

import pytest

from enrollment.models import Employment, Upload, UploadedWage
from enrollment.models.firm import EmployerPause
from enrollment.models.spans import from_day
from socsec.commands.chapters.employers import employer_of_its_own
from socsec.office import oversight
from tests import people


def said(*codes):
    return [finding.code for _question, found in oversight.run(codes) for finding in found]


@pytest.mark.django_db
def test_what_an_employer_hands_in_leaves_the_books_clean_and_a_bent_row_is_seen():
    village = people.settle()
    employer_of_its_own(village)
    states = list(Upload.objects.order_by("pk").values_list("kind", "state", "good", "bad"))
    assert states == [
        ("staff", "taken", 4, 0),
        ("wages", "taken", 4, 0),
        ("wages", "waiting", 3, 1),
    ]
    assert [found for _question, every in oversight.run() for found in every] == []
    UploadedWage.objects.filter(upload_id=Upload.objects.get(state="waiting").pk).first().delete()
    assert said("enrollment.uploads") == ["enrollment.uploads"]
    job = Employment.objects.filter(employer=village.employers["bakery"]).first()
    EmployerPause.objects.create(
        employer=job.employer, span=from_day(job.span.lower), reason="bent"
    )
    assert said("enrollment.staff_lists") == ["enrollment.staff_lists"]
