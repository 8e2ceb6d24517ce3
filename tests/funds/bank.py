"""A bank for the tests: it reads our file and answers in its own."""

import csv
import hashlib
import io
from datetime import date

from funds.services import payments
from socsec.kernel.money import format_yuan


def order(person: int, amount: int = 100000, **more) -> payments.Order:
    told = {
        "seq": 1,
        "region": "110105",
        "payee": f"领取人{person}",
        "bank": "中国农业银行",
        "account": f"62284800000000{person:05}",
        "month": 24314,
        "source": f"award:{person}",
    }
    return payments.Order(person_id=person, amount=amount, **{**told, **more})


def envelope(fund, by, orders, *, source="payroll:1", kind="pension_payroll"):
    """An open envelope with these orders, announced as they are."""
    batch = payments.open_batch(
        fund,
        kind,
        month=24314,
        count=len(orders),
        total=sum(o.amount for o in orders),
        source=source,
        by=by,
    )
    payments.add_orders(batch, orders)
    return batch


def sign(lines: list[str], trailer: str) -> bytes:
    body = "".join(line + "\n" for line in lines).encode()
    return body + f"{trailer},{hashlib.sha256(body).hexdigest()}\n".encode()


def answer(
    batch_id: int,
    lines: list[tuple[str, int, str]],
    *,
    number: str = "R1",
    day: date = date(2026, 4, 2),
    reason: str = "账号不存在",
) -> bytes:
    """A true answer: (reference, fen, PAID or RETURNED) for each line."""
    text = [f"H,SOCSEC-RETURN,1,{batch_id},{number},{day}"]
    sums = {"PAID": [0, 0], "RETURNED": [0, 0]}
    for reference, fen, word in lines:
        why = reason if word == "RETURNED" else ""
        text.append(f"D,{reference},{format_yuan(fen)},{word},{day},{why}")
        sums[word][0] += 1
        sums[word][1] += fen
    (paid, paid_total), (returned, returned_total) = sums["PAID"], sums["RETURNED"]
    trailer = f"T,{paid},{format_yuan(paid_total)},{returned},{format_yuan(returned_total)}"
    return sign(text, trailer)


def read(file: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.decode())))


def paid(batch_id: int, people: list[int], amount: int = 100000, **more) -> bytes:
    return answer(batch_id, [(f"P{batch_id}-{p}-1", amount, "PAID") for p in people], **more)
