"""Investment at the desk: what is held against limits and benchmark, verbs, and who must not see it."""

from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from funds.models import CustodianFile, Entrustment, InvestmentOrder, LimitBreach, Valuation
from funds.services import investment, supervision
from funds.services.investment.demo_custodian import file_of
from socsec.office.models import Role

from .conftest import staff
from .test_investment import MILLION, SECOND, THIRD, YUAN, read
from .test_investment import cast as cast
from .test_investment import invested as invested
from .test_statements import desk as desk


def test_a_mandate_shows_its_numbers_and_strangers_see_none(
    desk, invested, django_assert_max_num_queries
):
    read(invested, SECOND, prices={"600001": 18 * YUAN}, benchmark=1_010_000)
    page = reverse("admin:funds_mandate_change", args=[invested.mandate.pk])
    listed = reverse("admin:funds_mandate_changelist")
    at = desk(invested.maker)
    at.get(page)
    with django_assert_max_num_queries(42):
        shown = at.get(page).content.decode()
    # 800,000 × 18.00 of 28,002,800 + 14,400,000 + 4,000,000 less fees of 440.00
    for said in ("14,400,000.00", "46,402,360.00", "31.03", "≤ 30%", "moved by prices", "019001"):
        assert said in shown, said
    listing = desk(invested.maker).get(listed).content.decode()
    assert "46,402,360.00" in listing
    assert "a limit is broken" in listing
    local = staff("local", Role.ACCOUNTANT)  # of Beijing: the mandate is the nation's
    assert "P-01" not in desk(local).get(listed).content.decode()
    assert desk(local).get(page).status_code in (302, 403, 404)
    assert desk(staff("clerk", Role.INTAKE)).get(page).status_code == 403
    moved = reverse("admin:funds_entrustment_change", args=[Entrustment.objects.first().pk])
    assert "稳健一号" in desk(invested.checker).get(moved).content.decode()
    shanghai = Entrustment.objects.get(fund=invested.shanghai)
    away = reverse("admin:funds_entrustment_change", args=[shanghai.pk])
    assert desk(local).get(away).status_code in (302, 403, 404)


def test_verbs_of_the_desk_ask_do_and_refuse(desk, invested):
    office = desk(invested.maker)
    verb = lambda name: reverse("admin:funds_mandate_verb", args=[invested.mandate.pk, name])  # noqa: E731
    order = {"instrument": invested.stock.pk, "side": "buy", "quantity": "200001", "price": "10"}
    refused = office.post(verb("order"), order)
    assert refused.status_code == 422
    assert "Money and short paper" in refused.content.decode()
    assert not InvestmentOrder.objects.exists()
    assert office.post(verb("order"), order | {"quantity": "1000"}).status_code == 302
    drawn = InvestmentOrder.objects.get()
    release = reverse("admin:funds_order_verb", args=[drawn.pk, "release"])
    assert office.post(release).status_code == 403
    assert desk(invested.checker).post(release).status_code == 302
    drawn.refresh_from_db()
    assert drawn.state == "sent"

    office, url = desk(invested.maker), reverse("admin:funds_mandate_file")
    content = file_of(invested.mandate, SECOND)
    send = lambda data: office.post(url, {"file": SimpleUploadedFile("d.csv", data)})  # noqa: E731
    assert send(content).status_code == 302
    twice, cut = send(content), send(file_of(invested.mandate, THIRD)[:-30])
    assert (twice.status_code, cut.status_code) == (422, 422)
    assert "was read before" in twice.content.decode()
    assert CustodianFile.objects.count() == 2

    asked = {
        "fund": invested.beijing.pk,
        "mandate": invested.mandate.pk,
        "way": "back",
        "amount": "30000000.01",
        "on_day": "5",
        "on_month": "3",
        "on_year": "2025",
    }
    entrust = reverse("admin:funds_entrust")
    assert office.post(entrust, asked).status_code == 422
    assert office.post(entrust, asked | {"amount": "1000000"}).status_code == 302
    back = Entrustment.objects.get(amount=-MILLION)
    approve = reverse("admin:funds_entrust_approve", args=[back.pk])
    assert desk(invested.checker).post(approve).status_code == 302
    back.refresh_from_db()
    assert back.checker == invested.checker


def test_a_year_is_prepared_and_approved_at_the_desk(desk, invested):
    read(invested, date(2025, 12, 31), prices={"600001": 11 * YUAN})
    verb = reverse("admin:funds_mandate_verb", args=[invested.mandate.pk, "year"])
    assert desk(invested.maker).post(verb, {"year": "2025"}).status_code == 302
    year = invested.mandate.years.get()
    approve = reverse("admin:funds_year_approve", args=[year.pk])
    assert desk(invested.maker).get(approve).status_code == 403
    assert desk(invested.checker).post(approve).status_code == 302
    page = reverse("admin:funds_mandate_change", args=[invested.mandate.pk])
    assert "credited" in desk(invested.checker).get(page).content.decode()


def test_supervision_finds_a_limit_broken_too_long_or_by_a_trade(invested):
    read(invested, SECOND, prices={"600001": 18 * YUAN})
    breach = LimitBreach.objects.get()
    assert supervision.look(on=breach.cure_by, codes=["R16"]) == {"R16": 0}
    late = date(2025, 4, 1)
    assert supervision.look(on=late, codes=["R16"]) == {"R16": 1}
    read(invested, THIRD, prices={"600001": 12 * YUAN})
    assert supervision.look(on=late, codes=["R16"]) == {"R16": 0}
    read(
        invested,
        date(2025, 3, 6),
        deals=[(invested.stock, True, 300_000, 12 * YUAN, 0, 0)],
    )
    assert supervision.look(on=date(2025, 3, 6), codes=["R16"]) == {"R16": 2}


def test_a_custodians_account_is_opened_and_its_secret_said_once(desk, invested):
    verb = reverse("admin:funds_mandate_verb", args=[invested.mandate.pk, "account"])
    done = desk(invested.checker).post(verb, {"username": "bank-x"}, follow=True)
    assert "Its secret, shown only now" in done.content.decode()
    account = invested.firms[1].accounts.get()
    content = file_of(invested.mandate, SECOND)
    investment.read_file(content, by=account.user)
    assert Valuation.objects.filter(day=SECOND).exists()
