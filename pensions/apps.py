from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PensionsConfig(AppConfig):
    name = "pensions"
    label = "pensions"
    verbose_name = _("Pensions")

    def ready(self) -> None:
        """Tell the office what kinds of case and run, and what questions, pensions has."""
        from enrollment import queries as people
        from enrollment.services.record import statements
        from pensions import api, batch, checks, facts, portal, queries
        from pensions.admin import (
            choices,
            claims,
            corrections,
            disability,
            few_months,
            forecast,
            overpayments,
            special_work,
            survivors,
            transfers,
        )
        from pensions.models import TransferStep
        from pensions.services import appeals, correction, outlook, replay
        from pensions.services import disability as disability_services
        from pensions.services import few_months as few_months_services
        from pensions.services import survivors as survivors_services
        from pensions.services.claim import KIND
        from socsec.office import events, kinds, menu, merges, replays, runs

        kinds.register(
            kinds.CaseKind(
                slug=KIND,
                prefix="YL",
                label=_("Pension claim"),
                days="pensions.claim.days",
                law="社会保险经办条例第十八条",
                url=lambda case: f"/admin/office/case/{case.pk}/change/",
            )
        )
        kinds.register(
            kinds.CaseKind(
                slug=correction.KIND,
                prefix="YG",
                label=_("Correction of a pension"),
                days="pensions.correction.days",
                law="社会保险经办条例第十八条",
                url=lambda case: f"/admin/office/case/{case.pk}/change/",
            )
        )
        kinds.register(
            kinds.CaseKind(
                slug=disability_services.KIND,
                prefix="YB",
                label=_("Claim for a disability allowance"),
                days="pensions.claim.days",
                law="社会保险经办条例第十八条",
                url=lambda case: f"/admin/office/case/{case.pk}/change/",
            )
        )
        kinds.register(
            kinds.CaseKind(
                slug=few_months_services.KIND,
                prefix="YZ",
                label=_("Claim for the balance of the account"),
                days="pensions.claim.days",
                law="人社部令第13号第三条",
                url=lambda case: f"/admin/office/case/{case.pk}/change/",
            )
        )
        kinds.register(
            kinds.CaseKind(
                slug=survivors_services.KIND,
                prefix="YS",
                label=_("Claim after a death"),
                days="pensions.claim.days",
                law="社会保险经办条例第十九条",
                url=lambda case: f"/admin/office/case/{case.pk}/change/",
            )
        )
        for step, prefix in (("ask", "XJ"), ("send", "XC"), ("receive", "XR")):
            kinds.register(
                kinds.CaseKind(
                    slug=f"transfer_{step}",
                    prefix=prefix,
                    label=TransferStep(step).label,
                    days="pensions.link.days"
                    if step == "ask"
                    else f"pensions.transfer.{step}_days",
                    law="人社部发〔2014〕17号第九条"
                    if step == "ask"
                    else "国办发〔2009〕66号第八条",
                    url=lambda case: f"/admin/office/case/{case.pk}/change/",
                )
            )
        runs.register(batch.PensionPayroll())
        runs.register(batch.AccountInterest())
        runs.register(batch.PensionAdjustments())
        runs.register(batch.ProvisionalAwards())
        runs.register(batch.ResidentAdjustments())
        replays.register(replays.Replayer("pensions.awards", _("Pension awards"), replay.awards))
        replays.register(
            replays.Replayer(
                "pensions.adjustments", _("Yearly adjustments of pensions"), replay.adjustments
            )
        )
        replays.register(
            replays.Replayer(
                "pensions.resident_adjustments",
                _("Adjustments of residents' pensions"),
                replay.resident_adjustments,
            )
        )
        events.register(*api.EVENTS)
        checks.register()
        appeals.register()
        outlook.register()
        statements.register_part("account", queries.account_of_year)
        merges.cover("pensions")
        merges.conflicts("pensions", queries.two_pensions)
        people.needs(people.Need("pension", _("Pension"), facts.needing_proof))
        portal.hang()
        claims.hang()
        choices.hang()
        corrections.hang()
        overpayments.hang()
        survivors.hang()
        disability.hang()
        few_months.hang()
        special_work.hang()
        transfers.hang()
        forecast.hang()
        menu.place(
            menu.Place(
                "awards",
                menu.Group.BENEFITS,
                1,
                _("Pension awards"),
                "admin:pensions_award_changelist",
                "elderly",
                "benefit.read",
            ),
            menu.Place(
                "openings",
                menu.Group.BENEFITS,
                2,
                _("Opening balances"),
                "admin:pensions_openingbalance_changelist",
                "account_balance_wallet",
                "benefit.read",
            ),
            menu.Place(
                "overpayments",
                menu.Group.BENEFITS,
                4,
                _("Overpayments"),
                "admin:pensions_overpayment_changelist",
                "undo",
                "overpayment.read",
            ),
            menu.Place(
                "transfers",
                menu.Group.BENEFITS,
                5,
                _("Transfers of entitlements"),
                "admin:pensions_transfer_changelist",
                "sync_alt",
                "case.read",
            ),
            menu.Place(
                "special_work",
                menu.Group.BENEFITS,
                6,
                _("Arduous work"),
                "admin:pensions_specialworkperiod_changelist",
                "construction",
                "benefit.read",
            ),
            menu.Place(
                "fairness",
                menu.Group.BALANCE,
                7,
                _("Fairness"),
                "admin:pensions_fairness",
                "balance",
                "benefit.read",
            ),
            menu.Place(
                "trial",
                menu.Group.RULES,
                3,
                _("Try out an adjustment"),
                "admin:pensions_trial",
                "science",
                "policy.read",
            ),
        )
