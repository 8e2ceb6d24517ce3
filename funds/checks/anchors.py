"""What anchors outside the database promise: the books are as they were when each was written."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds.services import anchors
from funds.services.anchors import Anchor
from funds.services.digests import DIGESTS
from socsec.office.errors import say
from socsec.office.oversight import Finding

from .reading import rows

WITHIN = timedelta(days=2)
FEW = 20  # rows named of one batch


def kept() -> Iterator[Finding]:
    """Each anchor is signed, follows the one before, and what it names is still so, to the row."""
    before: Anchor | None = None
    for each in anchors.kept():
        name = f"anchor {each.path.name}"
        if each.trouble:
            yield Finding("anchor_signature", name, _("Its signature is not ours."))
            continue
        follows = hashlib.sha256(before.path.read_bytes()).hexdigest() if before else ""
        if each.number != (before.number + 1 if before else 1) or each.said["previous"] != follows:
            yield Finding("anchor_gap", name, _("It does not follow the one before."))
        before = each
        yield from _heads(each, name)
        yield from _rows(each, name)
    if anchors.unanchored(before, timezone.now() - WITHIN):
        yield Finding(
            "anchor_late",
            "anchors",
            _("What was sealed two days ago is not anchored: the anchoring task does not run."),
        )


def _heads(each: Anchor, name: str) -> Iterator[Finding]:
    for chain, message in (
        ("ledger", _("The ledger's chain does not lead through it any more.")),
        ("audit", _("The audit's chain does not lead through it any more.")),
    ):
        if not anchors.leads_through(each, chain):
            yield Finding(f"anchor_{chain}", name, message)


def _rows(each: Anchor, name: str) -> Iterator[Finding]:
    """Batches whose transfers, worked out anew, do not give the digest that was anchored."""
    said = {number: digest for number, digest, _count in each.said["batches"]}
    now = {
        number: bytes(digest).hex()
        for number, digest, *_sums in rows(
            DIGESTS.format(where="batch_id = ANY(%s)"), [sorted(said)]
        )
    }
    changed = [number for number, digest in said.items() if now.get(number) != digest]
    if not changed:
        return
    readable = each.leaves.exists() and (
        hashlib.sha256(each.leaves.read_bytes()).hexdigest() == each.said["leaves"]
    )
    if not readable:
        yield Finding(
            "anchor_leaves", name, _("Its file of leaves is gone or changed: no row can be named.")
        )
    for number in changed:
        touched = list(anchors.touched(each, number)) if readable else []
        for person, seq in touched[:FEW]:
            yield Finding(
                "row_touched",
                f"ledger batch {number}, person {person}, sequence {seq}",
                say(_("This transfer is not what it was on %(day)s."), day=each.said["day"]),
            )
        if not touched:
            yield Finding(
                "batch_touched",
                f"ledger batch {number}",
                say(
                    _("Its transfers are not those of %(day)s: rows are gone or were added."),
                    day=each.said["day"],
                ),
            )
