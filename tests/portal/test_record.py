"""The lifelong record: overlapping months, gaps that can still be paid, where each month came from."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrollment.models import Category, Contribution, ReceiptAllocation
from enrollment.services import cover
from enrollment.services.cover import late_months
from socsec.kernel.months import first_day, format_month

from .conftest import CHAOYANG, PENSION, this_month

pytestmark = pytest.mark.django_db


def test_a_month_leads_to_its_declaration_receipt_and_entry_in_the_books(in_portal, shen):
    page = in_portal.get(f"/record/{format_month(shen.first)}/", headers={"accept-language": "en"})
    assert "What was declared" in page.text
    assert "9,000.00" in page.text
    [(row, reference, entry)] = page.context["payments"]
    assert (row.amount, reference) == (216_000, f"R{shen.first}")
    assert entry > 0


def test_a_month_paid_in_two_places_is_shown_twice_and_counted_once(in_portal, shen):
    before = in_portal.get("/record/").context["counted"]
    # He paid the month by himself in Shanghai, too.
    here = Contribution.objects.get(person_id=shen.person.pk, month=shen.first, branch=PENSION)
    paid = ReceiptAllocation.objects.get(person_id=shen.person.pk, month=shen.first)
    shares = {
        "base": 500_000,
        "employer_share": 0,
        "person_share": 100_000,
        "account_share": 40_000,
    }
    key = {"person_id": shen.person.pk, "month": shen.first, "branch": PENSION, "employer_id": 0}
    Contribution.objects.create(
        **key,
        **shares,
        category=Category.OWN_ACCOUNT,
        region="310115",
        wage=500_000,
        wage_before=0,
        edition=here.edition,
    )
    ReceiptAllocation.objects.create(
        **key,
        receipt_id=paid.receipt_id,
        region="310115",
        amount=100_000,
        account_share=40_000,
        received_on=paid.received_on,
    )
    page = in_portal.get("/record/", headers={"accept-language": "en"})
    assert page.context["counted"] == before
    assert ("over", "2", "overlapping", 1) in [
        (state, glyph, str(word), total)
        for state, glyph, word, total in page.context["grid"].legend
    ]
    month = in_portal.get(f"/record/{format_month(shen.first)}/", headers={"accept-language": "en"})
    assert "Paid in two places" in month.text


def test_whoever_pays_alone_sees_which_gaps_can_still_be_paid_and_until_when(
    client, cast, monkeypatch
):
    from enrollment.portal import record

    woman = cast.person("钱粮", date(1985, 3, 1), woman=True)
    now = this_month()
    cast.earlier(woman, now - 9, now - 9, 700_000)
    cover.start(
        by=cast.staff["intake"],
        person=woman,
        branch=PENSION,
        category=Category.OWN_ACCOUNT,
        region=CHAOYANG,
        from_=first_day(now),
        base=800_000,
    )
    # three months may be made up: the gaps before them stay missing
    monkeypatch.setattr(late_months, "allowed", lambda *_: (now - 3, now - 3))
    my = record.mine(woman.pk)
    (gap,) = my.gaps
    assert (gap.first, gap.last, gap.until) == (now - 3, now - 1, now)
    # The base before the gap, 7,000.00, lies below the floor of 7,270.00: 20 % of it is 1,454.00.
    assert (gap.base, gap.cost) == (727_000, 3 * 145_400)
    assert [m for m, state in my.states.items() if state == "pay"] == [now - 3, now - 2, now - 1]
    assert my.states[now - 4] == "miss"
    client.force_login(
        cast.account(woman, "qian.liang"), backend="django.contrib.auth.backends.ModelBackend"
    )
    page = client.get("/record/", headers={"accept-language": "en"})
    assert "You can still pay these months yourself" in page.text


def test_the_record_asks_as_often_for_a_long_life_as_for_a_short_one(in_portal, shen):
    def asked():
        with CaptureQueriesContext(connection) as seen:
            assert in_portal.get("/record/").status_code == 200
        return len(seen)

    asked()
    few = asked()
    shen.cast.earlier(shen.person, shen.first - 400, shen.first - 390, 300_000)
    assert asked() == few
    assert few <= 30


def test_another_branch_is_a_click_away_and_an_unknown_one_does_not_exist(in_portal, shen):
    assert in_portal.get("/record/?branch=medical").status_code == 200
    assert in_portal.get("/record/?branch=luck").status_code == 404
