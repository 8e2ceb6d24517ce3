"""The bank of the demo: what a bank would answer to our file, so that the cycle can be walked alone.

Only where the settings say DEMO. In an office the answer comes from the bank, and nobody makes one.
"""

import csv
import hashlib
import io
from datetime import date

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from socsec.kernel.money import format_yuan, parse_yuan
from socsec.office.errors import NotFound

NO_SUCH_ACCOUNT = "账号不存在"  # in the words of the bank, as its returns give reasons


def bank_answer(
    file: bytes, returned: frozenset[str] = frozenset(), day: date | None = None
) -> bytes:
    """The bank return to our file: everything paid, except the references in `returned`.

    Raises NotFound (`no_demo_bank`) unless settings.DEMO.
    """
    if not settings.DEMO:
        raise NotFound(_("There is no bank of the demo in an office."), code="no_demo_bank")
    rows = list(csv.reader(io.StringIO(file.decode())))
    batch = rows[0][3]
    on = day or timezone.localdate()
    lines: list[list[object]] = [["H", "SOCSEC-RETURN", 1, batch, f"R{batch}-{on:%Y%m%d}", on]]
    sums: dict[str, list[int]] = {"PAID": [0, 0], "RETURNED": [0, 0]}
    for _d, reference, *_who, amount, _month in rows[1:-1]:
        word = "RETURNED" if reference in returned else "PAID"
        reason = NO_SUCH_ACCOUNT if word == "RETURNED" else ""
        lines.append(["D", reference, amount, word, on, reason])
        sums[word][0] += 1
        sums[word][1] += parse_yuan(amount)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    body = text.getvalue().encode()
    told = [f"{count},{format_yuan(total)}" for count, total in sums.values()]
    return body + f"T,{','.join(told)},{hashlib.sha256(body).hexdigest()}\n".encode()
