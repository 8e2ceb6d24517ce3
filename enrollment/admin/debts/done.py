"""What was done about a payer's debts: money, notes, agreements, waivers, measures."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    Agreement,
    DemandNote,
    Employer,
    Person,
    Remittance,
    Waiver,
)
from socsec.kernel.money import yuan
from socsec.office.desk import row_url
from socsec.office.display import day_plain, moment
from socsec.office.tables import Row, Table


def done_tables(payer: Employer | Person, who: dict[str, Any]) -> list[Table]:
    found = [
        Table(
            _("Money that came in"),
            [_("Reference"), _("Day received"), _("Way"), _("Amount"), _("Not used yet")],
            [
                Row(
                    [
                        each.reference,
                        day_plain(each.received_on),
                        each.get_channel_display(),
                        yuan(each.amount),
                        yuan(sum(part.credit for part in each.receipts.all())),
                    ],
                    url=row_url(each.receipts.all()[0]) if each.receipts.all() else "",
                )
                for each in Remittance.objects.filter(**who).prefetch_related("receipts")[:12]
            ],
            _("Nothing received yet."),
            (3, 4),
        ),
        Table(
            _("Demand notes"),
            [_("Number"), _("Issued on"), _("Due on"), _("Amount"), _("State")],
            [
                Row(
                    [
                        each.number,
                        day_plain(each.issued_on),
                        day_plain(each.due_on),
                        yuan(each.total),
                        each.get_state_display(),
                    ],
                    url=row_url(each),
                )
                for each in DemandNote.objects.filter(**who)[:12]
            ],
            _("No demand note was drawn."),
            (3,),
        ),
        Table(
            _("Agreements, waivers, write-offs"),
            [_("What"), _("Since"), _("Amount"), _("State")],
            [
                *(
                    Row(
                        [
                            _("Instalment agreement"),
                            moment(each.made_at),
                            yuan(each.total),
                            each.get_state_display(),
                        ],
                        url=row_url(each),
                    )
                    for each in Agreement.objects.filter(**who)[:12]
                ),
                *(
                    Row(
                        [
                            each.get_kind_display(),
                            moment(each.made_at),
                            yuan(each.amount),
                            each.get_state_display(),
                        ],
                        url=row_url(each),
                    )
                    for each in Waiver.objects.filter(**who)[:12]
                ),
            ],
            _("None."),
            (2,),
        ),
    ]
    if isinstance(payer, Employer):
        found.append(
            Table(
                _("Measures of the law"),
                [_("Measure"), _("Date"), _("Document"), _("Note")],
                [
                    Row([each.get_kind_display(), day_plain(each.on), each.document, each.note])
                    for each in payer.measures.all()
                ],
                _("None."),
            )
        )
    return found
