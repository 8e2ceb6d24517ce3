from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MedicalConfig(AppConfig):
    name = "medical"
    label = "medical"
    verbose_name = _("Medical insurance")

    def ready(self) -> None:
        """Tell the office what medical insurance has."""
        from medical import batch, checks, portal
        from medical.admin import (
            bills,
            catalogue,
            clearing,
            cover,
            filings,
            findings,
            grouping,
            plans,
            providers,
            reimbursements,
            statements,
        )
        from medical.services import bill_paper
        from medical.services.cover.diseases import KIND
        from medical.services.reimbursing import appeals as reimbursed
        from medical.services.reimbursing.claims import KIND as REIMBURSEMENT
        from socsec.office import certificates, kinds, merges, runs

        bills.hang()
        reimbursements.hang()
        clearing.hang()
        catalogue.hang()
        providers.hang()
        statements.hang()
        findings.hang()
        grouping.hang()
        cover.hang()
        filings.hang()
        plans.hang()
        kinds.register(
            kinds.CaseKind(
                slug=KIND,
                prefix="YM",
                label=_("Registration of a disease"),
                days="medical.disease.days",
                law="社会保险法第二十八条",
                url=lambda case: f"/admin/office/case/{case.pk}/change/",
            )
        )
        kinds.register(
            kinds.CaseKind(
                slug=REIMBURSEMENT,
                prefix="BX",
                label=_("Reimbursement of care paid in cash"),
                days="medical.reimbursement.days",
                law="社会保险经办条例第二十条",
                url=lambda case: f"/admin/office/case/{case.pk}/change/",
            )
        )
        reimbursed.register()
        certificates.register(bill_paper.KIND)
        runs.register(batch.AccountCredits())
        runs.register(batch.YearOpenings())
        runs.register(batch.ProviderStatements())
        runs.register(batch.ProviderPayments())
        runs.register(batch.BillAudits())
        runs.register(batch.RegionalClearings())
        runs.register(batch.CasePayments())
        runs.register(batch.CaseYears())
        runs.register(batch.RetentionReleases())
        checks.register()
        portal.hang()

        merges.cover(
            "medical",
            apart={
                "medical.YearSums": "the sums of a year belong to the record they were settled on"
            },
        )
