from importlib import import_module

from django.apps import AppConfig
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _


class EnrollmentConfig(AppConfig):
    name = "enrollment"
    label = "enrollment"
    verbose_name = _("Enrollment")

    def ready(self) -> None:
        """Tell the floors below what they may ask: names of people, the run, the questions."""
        from socsec.office import certificates, events, home, kinds, menu, merges, people, runs

        from . import batch, portal, queries
        from .admin import cards
        from .models import EmployerRequest, Step
        from .queries.online import troubled
        from .services.online import own_payment, purposes
        from .services.record import certificates as papers
        from .services.residents import online as resident_online

        people.register(
            describe=queries.describe,
            relatives=queries.relatives,
            public_ids=queries.public_ids,
            mandates=queries.mandates,
            numbers=queries.numbers_of,
        )
        events.register(*queries.EVENTS)
        runs.register(batch.Contributions())
        runs.register(batch.DeemedWages())
        runs.register(batch.Statements())
        certificates.register(*papers.KINDS)

        for kind in (batch.Surcharges(), batch.DemandNotes(), batch.Reminders()):
            runs.register(kind)
        portal.hang()
        purposes.register(own_payment.PURPOSE)
        purposes.register(resident_online.PURPOSE)
        for step, prefix in (("accept", "ZR"), ("attest", "ZC"), ("take", "ZJ")):
            kinds.register(
                kinds.CaseKind(
                    slug=f"movement_{step}",
                    prefix=prefix,
                    label=Step(step).label,
                    days=f"enrollment.movement.{step}_days",
                    law="社会保险经办条例第十六条；国办发〔2009〕66号第八条",
                    url=lambda case: f"/admin/office/case/{case.pk}/change/",
                )
            )
        import_module("enrollment.admin.movements").hang()
        import_module("enrollment.admin.gaps").hang()
        import_module("enrollment.admin.status").hang()
        import_module("enrollment.portal.proofs").hang()
        import_module("enrollment.checks")
        import_module("enrollment.checks.coverage")
        import_module("enrollment.checks.residents")
        import_module("enrollment.checks.supervision").register()
        import_module("enrollment.batch.residents")
        import_module("enrollment.admin.residents").hang()
        for pages in (
            "papers",
            "delegates",
            "changes",
            "life",
            "issued",
            "duplicates",
            "cards",
            "month_errors",
            "firm_requests",
            "as_of",
        ):
            import_module(f"enrollment.admin.{pages}").hang()
        merges.cover(
            "enrollment",
            apart={
                "enrollment.PersonLink": "it is the merge itself",
                "enrollment.DuplicatePair": "it asks about the two records",
            },
        )
        merges.conflicts("enrollment", queries.insured_twice)
        runs.register(batch.Matching())
        for slug, prefix, label, law in (
            ("change", "BG", _("Change of details"), "社会保险经办条例第十条"),
            ("month_error", "JL", _("Error on the record"), "社会保险法第七十四条"),
            ("event", "SJ", _("Report of a life event"), "社会保险经办条例第九条、第二十五条"),
        ):
            kinds.register(
                kinds.CaseKind(
                    slug=slug,
                    prefix=prefix,
                    label=label,
                    days="enrollment.change.days",
                    law=law,
                    url=lambda case: f"/admin/office/case/{case.pk}/change/",
                )
            )
        for sort, prefix in (
            (EmployerRequest.Sort.CHANGE, "DB"),
            (EmployerRequest.Sort.CLOSE, "DX"),
        ):
            kinds.register(
                kinds.CaseKind(
                    slug=f"employer_{sort}",
                    prefix=prefix,
                    label=sort.label,
                    days="enrollment.registration.change_days",
                    law="社会保险经办条例第十条",
                    url=lambda case: f"/admin/office/case/{case.pk}/change/",
                )
            )
        home.way(
            home.Way(
                "visitor",
                2,
                _("Open a case for a visitor"),
                "case.receive",
                "admin:enrollment_person_changelist",
                main=True,
            )
        )
        menu.place(
            menu.Place(
                "people",
                menu.Group.PEOPLE,
                1,
                capfirst(_("people")),
                "admin:enrollment_person_changelist",
                "group",
                "person.read",
            ),
            menu.Place(
                "households",
                menu.Group.PEOPLE,
                2,
                _("Households"),
                "admin:enrollment_household_changelist",
                "family_restroom",
                "person.read",
            ),
            menu.Place(
                "changes",
                menu.Group.PEOPLE,
                4,
                _("Change requests"),
                "admin:enrollment_changerequest_changelist",
                "edit_note",
                "case.read",
            ),
            menu.Place(
                "life",
                menu.Group.PEOPLE,
                5,
                _("Life events"),
                "admin:enrollment_lifeevent_changelist",
                "cake",
                "life.read",
            ),
            menu.Place(
                "duplicates",
                menu.Group.PEOPLE,
                8,
                _("Possible duplicates"),
                "admin:enrollment_duplicates",
                "content_copy",
                "duplicate.read",
            ),
            menu.Place(
                "mandates",
                menu.Group.PEOPLE,
                3,
                _("Guardians and delegates"),
                "admin:enrollment_mandate_changelist",
                "handshake",
                "mandate.read",
            ),
            menu.Place(
                "employers",
                menu.Group.INSURANCE,
                1,
                _("Employers"),
                "admin:enrollment_employer_changelist",
                "apartment",
                "employer.read",
            ),
            menu.Place(
                "movements",
                menu.Group.INSURANCE,
                4,
                _("Movements"),
                "admin:enrollment_movement_changelist",
                "move_location",
                "case.read",
            ),
            menu.Place(
                "cards",
                menu.Group.PEOPLE,
                9,
                _("Cards"),
                "admin:enrollment_card_changelist",
                "badge",
                "card.read",
                cards.waiting,
            ),
            menu.Place(
                "receipts",
                menu.Group.COLLECTION,
                1,
                _("Receipts"),
                "admin:enrollment_receipt_changelist",
                "payments",
                "receipt.read",
            ),
            menu.Place(
                "online_payments",
                menu.Group.COLLECTION,
                2,
                _("Online payments"),
                "admin:enrollment_paymentintent_changelist",
                "account_balance_wallet",
                "receipt.read",
                troubled,
            ),
            menu.Place(
                "unmatched",
                menu.Group.COLLECTION,
                3,
                _("Unmatched receipts"),
                "admin:enrollment_unmatchedreceipt_changelist",
                "help_center",
                "receipt.read",
                queries.unmatched_open,
            ),
            menu.Place(
                "refunds",
                menu.Group.COLLECTION,
                4,
                _("Refunds"),
                "admin:enrollment_refund_changelist",
                "undo",
                "receipt.read",
            ),
            menu.Place(
                "demand_notes",
                menu.Group.COLLECTION,
                5,
                _("Demand notes"),
                "admin:enrollment_demandnote_changelist",
                "request_quote",
                "debt.read",
            ),
            menu.Place(
                "agreements",
                menu.Group.COLLECTION,
                6,
                _("Instalment agreements"),
                "admin:enrollment_agreement_changelist",
                "calendar_month",
                "debt.read",
            ),
            menu.Place(
                "deferrals",
                menu.Group.COLLECTION,
                7,
                _("Contributions put off"),
                "admin:enrollment_deferral_changelist",
                "calendar_month",
                "debt.read",
            ),
            menu.Place(
                "waivers",
                menu.Group.COLLECTION,
                8,
                _("Waivers and write-offs"),
                "admin:enrollment_waiver_changelist",
                "money_off",
                "debt.read",
            ),
            menu.Place(
                "withholding",
                menu.Group.COLLECTION,
                9,
                _("Bank withholding"),
                "admin:enrollment_withholdingfile_changelist",
                "account_balance",
                "receipt.read",
            ),
        )
        import_module("enrollment.admin.uploads").hang()
        import_module("enrollment.portal.firms").hang()
        import_module("enrollment.checks.employers")
