"""The printed sheet of a settled bill (医疗费用结算单): who paid what, and how it was worked out.

It is issued from what the bill comes to on the day. Once the bill is taken back or worked out anew
to something else, whoever checks the paper is told that it holds no longer.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds.models import Scheme
from medical.models import (
    FUND_SHARES,
    PERSON_SHARES,
    Care,
    Encounter,
    ItemClass,
    ItemKind,
    Level,
    Settlement,
    Standing,
)
from medical.queries import bills as queries
from medical.services.settling.sheets import sheets
from medical.services.settling.visits import must_be
from socsec.kernel.money import yuan
from socsec.kernel.regions import covers
from socsec.office import certificates as papers
from socsec.office import display
from socsec.office.certificates import CertificateKind, Issued
from socsec.office.models import Certificate, Region, User
from socsec.office.pdf import Column, Paper
from socsec.office.services import certificates

SLUG, PREFIX = "medical_bill", "JS"
SCOPE = ("uncovered", "over_limit", "first_self_pay", "in_scope")
Pairs = Sequence[tuple[str | Promise, str | Promise]]


@transaction.atomic
def issue(*, by: User, encounter: Encounter) -> Certificate:
    """Issue the sheet of a settled bill as it stands today. `Conflict` for one that is not settled."""
    must_be(encounter, Encounter.State.SETTLED)
    person = encounter.person
    home = Region.objects.get(pk=encounter.home)
    at_home = by.region_code is None or covers(by.region_code, encounter.home)
    return certificates.issue(
        by=by,
        kind=SLUG,
        region=encounter.home if at_home else encounter.region,
        name=person.name,
        facts={
            "visit": str(encounter.public_id),
            "number": encounter.number,
            "provider": encounter.provider.name,
            "level": encounter.provider.level,
            "care": encounter.care,
            "from": timezone.localdate(encounter.opened_at).isoformat(),
            "until": timezone.localdate(encounter.closed_at).isoformat(),
            "home": {"zh": home.name_zh, "en": home.name_en},
            "scheme": encounter.scheme,
            "standing": encounter.standing,
            "amounts": queries.amounts(encounter),
            "lines": _by_class(encounter),
            "sheets": [
                {"year": each.year, "document": each.document.as_json()}
                for each in sheets(encounter)
            ],
        },
        person_id=person.pk,
        number=person.resident_id,
        masked=person.masked_id,
    )


def write(paper: Paper, issued: Issued) -> None:
    facts = issued.facts
    amounts = facts["amounts"]
    paper.heading(_now("Settlement sheet of a bill"))
    paper.text(
        _now("Of %(total)s yuan the funds paid %(funds)s yuan, the insured person %(person)s yuan.")
        % {
            "total": yuan(amounts["total"]),
            "funds": yuan(amounts["fund_pay"]),
            "person": yuan(amounts["person_pay"]),
        }
    )
    paper.facts(
        [
            (_now("Name"), issued.name),
            (_now("Social security number"), issued.number),
            (
                _now("Insured as"),
                f"{Scheme(facts['scheme']).label} · {Standing(facts['standing']).label}",
            ),
            (_now("Insured in"), facts["home"]["zh" if display.chinese() else "en"]),
            (_now("Provider"), f"{facts['provider']} · {Level(facts['level']).label}"),
            (_now("Kind of care"), str(Care(facts["care"]).label)),
            (_now("Days of care"), _days(facts)),
            (_now("Number"), facts["number"]),
        ]
    )
    yuan_column = Column(_now("Yuan"), 1, figures=True)
    paper.section(_now("Who pays"))
    paper.table(
        [Column(_now("Payer"), 3), yuan_column],
        [[name, yuan(fen)] for name, fen in queries.named((*FUND_SHARES, *PERSON_SHARES), amounts)],
        [_now("Total"), yuan(amounts["total"])],
    )
    paper.section(_now("What was charged"))
    paper.table(
        [
            Column(_now("Catalogue"), 2),
            Column(_now("Class"), 1.4),
            Column(_now("Lines"), 0.8, figures=True),
            Column(_now("Amount"), 1.2, figures=True),
            Column(_now("In scope"), 1.2, figures=True),
        ],
        [
            [
                str(ItemKind(each["kind"]).label),
                str(ItemClass(each["item_class"]).label),
                str(each["count"]),
                yuan(each["amount"]),
                yuan(each["in_scope"]),
            ]
            for each in facts["lines"]
        ],
    )
    for each in facts["sheets"]:
        paper.section(_now("How it was worked out, %(year)s") % {"year": each["year"]})
        paper.sheet(each["document"])
    paper.note(
        _now("If the bill is corrected later, checking this paper says that it holds no longer.")
    )


def shown(issued: Issued) -> Pairs:
    facts = issued.facts
    return [
        (_("Name"), issued.name[0] + "*" * (len(issued.name) - 1)),
        (_("Social security number"), issued.masked),
        (_("Provider"), facts["provider"]),
        (_("Days of care"), _days(facts)),
        (_("Total"), display.money(facts["amounts"]["total"])),
        (_("Funds together"), display.money(facts["amounts"]["fund_pay"])),
        (_("Insured person"), display.money(facts["amounts"]["person_pay"])),
    ]


def find(serial: str) -> Issued | None:
    """A sheet by its number; one whose bill has come to something else since holds no longer."""
    read = papers.SERIAL.match(serial)
    if read is None or not read[3].isdigit():
        return None
    row = Certificate.objects.filter(pk=int(read[3]), kind=SLUG).first()
    if row is None or row.issued.serial != serial:
        return None
    issued = row.issued
    if issued.revoked_on is None:
        return replace(issued, revoked_on=_changed_on(issued.facts))
    return issued


def _changed_on(facts: dict[str, Any]) -> date | None:
    """On which day the bill came to something else than the paper says; None while it holds."""
    encounter = Encounter.objects.get(public_id=facts["visit"])
    if queries.amounts(encounter) == facts["amounts"]:
        return None
    return Settlement.objects.filter(encounter=encounter).latest("recorded_at").booked_on


def _by_class(encounter: Encounter) -> list[dict[str, int]]:
    """The lines by catalogue and class: how many, and what they come to in fen."""
    rows: dict[tuple[int, int], dict[str, int]] = {}
    for kind, item_class, amount, in_scope in encounter.lines.filter(cancelled_at=None).values_list(
        "kind", "item_class", "amount", "in_scope"
    ):
        row = rows.setdefault(
            (kind, item_class),
            {"kind": kind, "item_class": item_class, "count": 0, "amount": 0, "in_scope": 0},
        )
        row["count"] += 1
        row["amount"] += amount
        row["in_scope"] += in_scope
    return [rows[key] for key in sorted(rows)]


def _days(facts: dict[str, Any]) -> str:
    return f"{facts['from']} – {facts['until']}"


KIND = CertificateKind(SLUG, PREFIX, _("Settlement sheet of a bill"), write, shown, find=find)
