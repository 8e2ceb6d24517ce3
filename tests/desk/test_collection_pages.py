"""The desk's pages of collection: each queue, each verb, in both languages, and who must not see them."""

import hashlib
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from enrollment.models import (
    Agreement,
    DemandNote,
    Employer,
    Person,
    Receipt,
    ReceiptFile,
    Refund,
    Remittance,
    UnmatchedReceipt,
    Waiver,
    WithholdingFile,
)
from enrollment.queries import debts
from enrollment.services.collection import withholding
from socsec.commands.chapters.collection import debts_are_chased
from socsec.commands.village import SHANGHAI
from socsec.kernel.ids import make_resident_id
from socsec.kernel.money import format_yuan
from tests import people

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def village(db):
    made = people.settle()
    debts_are_chased(made)
    return made


@pytest.fixture
def desk(client, village):
    """`desk("accountant").get(url)`: the page as text, or the answer for what is posted."""

    class Desk:
        def __init__(self, who):
            client.force_login(village.by(who), backend=BACKEND)

        def see(self, url, status=200):
            answer = client.get(url)
            assert answer.status_code == status, (url, answer.status_code)
            return answer.content.decode() if status == 200 and not answer.streaming else ""

        def do(self, url, **said):
            answer = client.post(url, said)
            text = "" if answer.status_code == 302 else answer.content.decode()
            assert answer.status_code in (302, 422), (url, answer.status_code)
            return answer.status_code == 302, text

    return Desk


def row(name, pk, verb=""):
    if verb:
        return reverse(f"admin:enrollment_{name}_{verb}", args=[pk])
    return reverse(f"admin:enrollment_{name}_change", args=[pk])


def the_inn():
    return Employer.objects.get(name__contains="客栈")


def debts_page(payer, verb=""):
    kind = "person" if isinstance(payer, Person) else "employer"
    if verb:
        return reverse("admin:enrollment_debts_verb", args=[kind, payer.pk, verb])
    return reverse("admin:enrollment_debts", args=[kind, payer.pk])


def boxes(name, *numbers):
    """A month or a date as its boxes are sent."""
    names = ("day", "month", "year")[-len(numbers) :]
    return {f"{name}_{part}": number for part, number in zip(names, numbers, strict=True)}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_opens_in_both_languages(client, desk, language):
    client.cookies["django_language"] = language
    clerk = desk("reviewer")
    inn = the_inn()
    courier = Person.objects.get(name="骆行远")
    pages = [
        debts_page(inn),
        debts_page(courier),
        reverse("admin:enrollment_ageing"),
        reverse("admin:enrollment_employer_change", args=[inn.pk]),
        *(row("demandnote", note.pk) for note in DemandNote.objects.all()),
        *(row("refund", each.pk) for each in Refund.objects.all()),
        *(row("waiver", each.pk) for each in Waiver.objects.all()),
        *(row("agreement", each.pk) for each in Agreement.objects.all()),
        *(row("unmatchedreceipt", each.pk) for each in UnmatchedReceipt.objects.all()),
        *(row("receipt", each.pk) for each in Receipt.objects.all()),
        row("waiver", Waiver.objects.get().pk, "approve"),
    ]
    for url in pages:
        clerk.see(url)
    assert format_yuan(debts.owed_in_all(inn))[-3:] in clerk.see(debts_page(inn))
    pdf = client.get(row("demandnote", DemandNote.objects.filter(employer=inn)[0].pk, "pdf"))
    assert pdf.content.startswith(b"%PDF")


def test_people_of_another_province_and_strangers_see_nothing(client, desk, village):
    other = desk("sc-accountant")
    for url in (
        debts_page(the_inn()),
        row("demandnote", DemandNote.objects.first().pk, "pdf"),
        row("waiver", Waiver.objects.get().pk, "approve"),
    ):
        answer = client.get(url)
        assert answer.status_code in (302, 403, 404), url
    assert "渡口" not in other.see(reverse("admin:enrollment_demandnote_changelist"))
    newcomer = desk("newcomer")
    newcomer.see(debts_page(the_inn()), 403)
    newcomer.see(reverse("admin:enrollment_ageing"), 403)


def test_the_queues_are_worked_off(desk, village):
    accountant, reviewer = "accountant", "reviewer"
    courier = Person.objects.get(name="骆行远")
    kept = UnmatchedReceipt.objects.get()
    done, text = desk(accountant).do(
        row("unmatchedreceipt", kept.pk, "match"), code="110105199001010015", note="x"
    )
    assert not done
    assert "There is no such payer" in text
    done, _text = desk(accountant).do(
        row("unmatchedreceipt", kept.pk, "match"), code=courier.resident_id, note="电话核实"
    )
    assert done
    assert UnmatchedReceipt.objects.get().state == UnmatchedReceipt.State.MATCHED

    refund, waiver = Refund.objects.get(), Waiver.objects.get()
    desk(accountant).see(row("refund", refund.pk, "approve"), 403)
    assert desk(reviewer).do(row("refund", refund.pk, "refuse"), note="另有欠费")[0]
    assert desk(reviewer).do(row("waiver", waiver.pk, "approve"))[0]
    assert Refund.objects.get().state == Refund.State.REFUSED
    assert Waiver.objects.get().state == Waiver.State.APPROVED


def test_a_payers_page_leads_to_every_deed(desk):
    inn = the_inn()
    assert desk("accountant").do(debts_page(inn, "count"))[0]
    assert desk("accountant").do(debts_page(inn, "note"), **boxes("month", 7, 2026))[0]
    assert DemandNote.objects.filter(employer=inn).count() == 2
    said = {"kind": "court", "document": "法院 1", **boxes("on", 1, 11, 2026)}
    assert desk("assessor").do(debts_page(inn, "measure"), **said)[0]
    done, text = desk("assessor").do(
        debts_page(inn, "agree"),
        parts=3,
        **boxes("last_month", 8, 2026),
        **boxes("first_due", 1, 1, 2027),
    )
    assert not done
    assert "agreement already" in text
    card = {"holder": "渡口客栈", "bank": "中国农业银行"}
    assert not desk("intake").do(debts_page(inn, "mandate"), account="1", **card)[0]
    assert desk("intake").do(debts_page(inn, "mandate"), account="6228480000000015", **card)[0]
    desk("intake").see(debts_page(inn, "waive"), 403)


def test_the_tax_authoritys_file_is_read_once_and_keeps_what_it_cannot_match(desk, client, village):
    inn = the_inn()
    lines = [
        f"D,T-1,{inn.credit_code},渡口客栈,100.00,,2026-11-02",
        f"D,T-2,{make_resident_id('310115', date(1970, 1, 1), 5)},无名,25.50,1,2026-11-02",
        "D,T-3,not a number,无名,1.00,,2026-11-03",
    ]

    def file(lines, count=None, total="126.50"):
        body = "\n".join(["H,SOCSEC-RECEIPTS,1,F1,310000,2026-11-04", *lines]) + "\n"
        mark = hashlib.sha256(body.encode()).hexdigest()
        return f"{body}T,{count or len(lines)},{total},{mark}\n".encode()

    def send(content):
        from django.core.files.uploadedfile import SimpleUploadedFile

        client.force_login(village.by("accountant"), backend=BACKEND)
        return client.post(
            reverse("admin:enrollment_receipt_file"), {"file": SimpleUploadedFile("f.csv", content)}
        )

    before = Remittance.objects.count(), UnmatchedReceipt.objects.count()
    good = file(lines)
    for bad in (
        b"",
        b"\xff\xfe\x00",
        good[:-40],
        file(lines, count=4),
        file(lines, total="126.51"),
        good.replace(b"100.00", b"100.01"),
        file([*lines, lines[0]], total="226.50"),
        file(["D,T-9,x,y,1.5.0,,2026-11-02"], total="1.50"),
        file(["D,T-9,x,y,1.50,9,2026-11-02"], total="1.50"),
        file(["D,T-9,x,y,1.50,,2026-13-02"], total="1.50"),
        file(["D,T-9,x,y,0.00,,2026-11-02"], total="0.00"),
    ):
        assert send(bad).status_code == 422, bad[:60]
    assert (Remittance.objects.count(), UnmatchedReceipt.objects.count()) == before
    assert send(good).status_code == 302
    read = ReceiptFile.objects.get()
    assert (read.taken, read.unmatched, read.known) == (1, 2, 0)
    assert send(good).status_code == 302  # the same file again
    assert ReceiptFile.objects.count() == 1
    assert UnmatchedReceipt.objects.count() == before[1] + 2
    assert send(file(lines[:2], total="125.50")).status_code == 422  # its number, other content


def test_withholding_goes_out_comes_back_and_is_presented_once_more(desk, client, village):
    courier = Person.objects.get(name="骆行远")
    owed = debts.owed_in_all(courier)
    charge = timezone.localdate() + timedelta(3)
    said = {"region": SHANGHAI, **boxes("charge_on", charge.day, charge.month, charge.year)}
    draw = reverse("admin:enrollment_withholding_draw")
    assert desk("accountant").do(draw, **said)[0]
    file = WithholdingFile.objects.get()
    assert (file.count, file.total) == (1, owed)
    out = client.get(reverse("admin:enrollment_withholding_file", args=[file.pk])).content
    assert b"6228480000000015" in out
    assert not desk("accountant").do(draw, **said)[0]  # one file at a time

    def answer(file, word, amount=owed, reason=""):
        rows = [
            ["H", "SOCSEC-WITHHOLDING-RETURN", 1, str(file), timezone.localdate()],
            ["D", file.lines.get().reference, format_yuan(amount), word, reason],
        ]
        paid = format_yuan(amount if word == "PAID" else 0)
        return withholding.signed(rows, [1, paid])

    by = village.by("accountant")
    for bad in (b"", answer(file, "PAID", owed + 1), answer(file, "MAYBE"), b"H,x\n"):
        with pytest.raises(Exception, match="Nothing was booked"):
            withholding.read_answer(bad, by=by)
    withholding.read_answer(answer(file, "RETURNED", reason="余额不足"), by=by)
    assert debts.owed_in_all(courier) == owed
    assert desk("accountant").do(draw, **said)[0]
    again = WithholdingFile.objects.latest("pk")
    assert again.lines.get().attempt == 2
    content = answer(again, "RETURNED", reason="余额不足")
    withholding.read_answer(content, by=by)
    assert withholding.read_answer(content, by=by) == again
    assert not desk("accountant").do(draw, **said)[0]  # twice in vain is enough
    line = again.lines.get()
    assert line.reason == "余额不足"


def test_what_the_bank_charged_is_a_receipt(desk, village):
    courier = Person.objects.get(name="骆行远")
    by = village.by("accountant")
    file = withholding.draw(by=by, region=SHANGHAI, charge_on=timezone.localdate())
    line = file.lines.get()
    rows = [
        ["H", "SOCSEC-WITHHOLDING-RETURN", 1, str(file), timezone.localdate()],
        ["D", line.reference, format_yuan(line.amount), "PAID", ""],
    ]
    withholding.read_answer(withholding.signed(rows, [1, format_yuan(line.amount)]), by=by)
    assert debts.owed(courier) == []
    made = Remittance.objects.get(reference=line.reference)
    assert made.channel == Remittance.Channel.WITHHOLDING
