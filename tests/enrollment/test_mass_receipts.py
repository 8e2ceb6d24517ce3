"""Files of payments are taken together: what comes of it is what one after the other would make,
and the number of statements does not grow with the lines."""

import hashlib
from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from enrollment.models import (
    Category,
    Receipt,
    ReceiptAllocation,
    Remittance,
    SurchargeAllocation,
    UnmatchedReceipt,
    WithholdingLine,
)
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.collection import mass_receipts, receipts, tax_file, withholding
from enrollment.services.collection.mass_receipts import Payment
from enrollment.services.employers import wages
from funds import queries as books
from funds.models import Branch, Scheme, accounts
from socsec.kernel.ids import make_credit_code
from socsec.kernel.money import format_yuan
from socsec.office import oversight
from socsec.office.models import AuditEntry, Role

from .conftest import CARD, CHAOYANG, JANUARY, MARCH, PENSION, on_record

FOUR = [Branch.PENSION, Branch.MEDICAL, Branch.UNEMPLOYMENT]
DAY = date(2026, 4, 8)


def sound():
    skipped = {"income_not_swept"}
    codes = [each.code for each in oversight.questions() if each.code not in skipped]
    return [finding for _question, found in oversight.run(codes) for finding in found]


@pytest.fixture
def firms(intake, assessor, enroll, found, everything):
    """So many employers, each of which owes March for one person in three branches."""

    def make(count):
        made = []
        for _number in range(count):
            firm, who = found(), enroll()
            cover.enrol(
                by=intake,
                person=who,
                employer=firm,
                category=Category.EMPLOYEE,
                region=CHAOYANG,
                from_=JANUARY,
            )
            wages.declare(by=intake, employer=firm, month=MARCH, wages={who.pk: 2_000_000})
            for branch in FOUR:
                contributions.assess(by=assessor, person=who, month=MARCH, branch=branch)
            made.append(firm)
        return made

    return make


@pytest.fixture
def alone(assessor, enroll, intake, everything):
    """An own-account worker who owes 1,600.00 for each of two months."""
    who = enroll("云锦")
    on_record(
        cover.start(
            by=intake,
            person=who,
            branch=PENSION,
            category=Category.OWN_ACCOUNT,
            region=CHAOYANG,
            from_=JANUARY,
            base=800_000,
        )
    )
    for at in (MARCH - 1, MARCH):
        contributions.assess(by=assessor, person=who, month=at, branch=PENSION)
    return who


def payments_of(mill, shop, alone):
    """Part payments, too much, for one branch, and several of one payer in their order."""
    return [
        Payment(mill, 5_000_00, DAY, "T1"),
        Payment(shop, 9_999_99, DAY, "T2"),
        Payment(mill, 33, DAY, "T3", Branch.MEDICAL),
        Payment(alone, 1_700_00, DAY, "T4"),
        Payment(mill, 8_000_00, DAY, "T5"),
        Payment(alone, 1, DAY, "T6"),
    ]


def outcome(everything):
    """Everything that can be seen of what was taken, without the numbers of rows."""
    names = dict(Receipt.objects.values_list("pk", "reference"))
    funds = dict(Receipt.objects.values_list("pk", "fund_id"))
    return {
        "receipts": sorted(
            Receipt.objects.values_list("reference", "fund_id", "amount", "credit", "gone")
        ),
        "allocated": sorted(
            (names[row[0]], funds[row[0]], *row[1:])
            for model in (ReceiptAllocation, SurchargeAllocation)
            for row in model.objects.values_list(
                "receipt_id", "person_id", "month", "branch", "employer_id", "part", "amount"
            )
        ),
        "accounts": sorted(
            (names[receipt], share)
            for receipt, share in ReceiptAllocation.objects.values_list(
                "receipt_id", "account_share"
            )
        ),
        "books": {
            (branch, account): books.balance(everything[branch, Scheme.EMPLOYEES], account)
            for branch in FOUR
            for account in (
                accounts.INCOME_ACCOUNT,
                accounts.CONTRIBUTION_INCOME,
                accounts.CONTRIBUTIONS_DUE,
                accounts.SUSPENSE,
            )
        },
        "audit": sorted(
            (each.detail["reference"], each.detail["allocated"])
            for each in AuditEntry.objects.filter(act="receipt.enter")
        ),
    }


def test_together_they_come_to_what_one_after_the_other_would(firms, alone, accountant, everything):
    mill, shop = firms(2)
    payments = payments_of(mill, shop, alone)
    with transaction.atomic():
        for each in payments:
            receipts.remit(
                by=accountant,
                payer=each.payer,
                amount=each.amount,
                received_on=each.received_on,
                reference=each.reference,
                branch=each.branch,
                channel=Remittance.Channel.TAX,
            )
        single = outcome(everything)
        transaction.set_rollback(True)
    assert not Receipt.objects.exists()
    with transaction.atomic():
        made = mass_receipts.remit_many(
            by=accountant, payments=payments, channel=Remittance.Channel.TAX
        )
    assert {each.reference for each in made} == {"T1", "T2", "T3", "T4", "T5", "T6"}
    assert outcome(everything) == single
    assert sum(row[2] for row in single["receipts"]) == sum(each.amount for each in payments)
    assert sound() == []


def test_the_entry_in_the_books_of_each_receipt_is_found(firms, alone, accountant):
    (mill,) = firms(1)
    with transaction.atomic():
        mass_receipts.remit_many(
            by=accountant,
            payments=[Payment(mill, 5_000_00, DAY, "T1"), Payment(alone, 100, DAY, "T2")],
            channel=Remittance.Channel.TAX,
        )
    for receipt in Receipt.objects.all():
        batch = books.batch_of(receipt.entry(0))
        assert batch.fund_id == receipt.fund_id


def file_of(lines):
    rows = ["H,SOCSEC-RECEIPTS,1,F1,110000,2026-04-08", *(",".join(each) for each in lines)]
    body = ("\n".join(rows) + "\n").encode()
    total = format_yuan(sum(int(float(each[4]) * 100 + 0.5) for each in lines))
    return body + f"T,{len(lines)},{total},{hashlib.sha256(body).hexdigest()}\n".encode()


def line(reference, payer, amount="500.00", branch=""):
    return ("D", reference, payer, "", amount, branch, "2026-04-08")


def queries_of(act):
    with CaptureQueriesContext(
        connection,
    ) as caught:
        act()
    return len(caught)


def test_the_tax_file_asks_no_more_for_more_lines(firms, accountant, everything):
    many = firms(12)
    strangers = [make_credit_code("91", "110105", f"MB{number:07}") for number in range(12)]

    def read(number, count):
        mine = many[number : number + count]
        lines = [line(f"A{number}-{place}", each.credit_code) for place, each in enumerate(mine)]
        lines += [line(f"B{number}-{place}", code) for place, code in enumerate(strangers[:count])]
        content = file_of(lines).replace(b"F1", f"F{number}".encode())
        body = content[: content.rindex(b"T,")]
        total = format_yuan(500_00 * len(lines))
        content = body + f"T,{len(lines)},{total},{hashlib.sha256(body).hexdigest()}\n".encode()
        return lambda: tax_file.read(content, by=accountant)

    queries_of(read(0, 1))  # what is cached is cached
    few = queries_of(read(1, 2))
    assert queries_of(read(3, 9)) == few
    assert Remittance.objects.count() == 12
    assert UnmatchedReceipt.objects.count() == 12
    assert sound() == []


def test_withholding_asks_no_more_for_more_lines(firms, accountant, staff, everything):
    clerk = staff(Role.ACCOUNTANT, Role.INTAKE, Role.ASSESSOR)

    def charge(some):
        for firm in some:
            withholding.give_mandate(
                by=clerk, payer=firm, holder=firm.name, bank="中国银行", account=CARD
            )
        made = []
        drawn = queries_of(
            lambda: made.append(
                withholding.draw(by=accountant, region="110000", charge_on=timezone.localdate())
            )
        )
        file = made[0]
        rows = [["H", "SOCSEC-WITHHOLDING-RETURN", 1, str(file), timezone.localdate()]]
        rows += [
            ["D", each.reference, format_yuan(each.amount), "PAID", ""] for each in file.lines.all()
        ]
        content = withholding.signed(rows, [file.count, format_yuan(file.total)])
        answered = queries_of(lambda: withholding.read_answer(content, by=accountant))
        return file.count, drawn, answered

    many = firms(12)
    charge(many[:1])
    _count, *few = charge(many[1:3])
    count, *more = charge(many[3:])
    assert count == 9
    assert more == few
    assert set(WithholdingLine.objects.values_list("state", flat=True)) == {"paid"}
    assert Remittance.objects.count() == 12
    assert sound() == []
