from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

FAMILIES = {
    "basic": ("JZB", _("Basic living assistance"), "社会救助法第十六条至第十八条"),
    "special": ("JZX", _("Special assistance"), "社会救助法第二十一条至第二十七条"),
    "urgent": ("JZL", _("Urgent assistance"), "社会救助法第二十九条"),
    "welfare": ("JZF", _("Welfare"), "国发〔2015〕52号；民发〔2019〕62号"),
    "care": ("JZY", _("Special care"), "军人抚恤优待条例"),
}

GRIEVANCES = (
    (
        "assistance_report",
        "JZT",
        _("Report about assistance"),
        "assistance.report.days",
        "社会救助法第六十三条",
    ),
    (
        "assistance_reconsideration",
        "JZG",
        _("Administrative reconsideration"),
        "assistance.reconsideration.days",
        "行政复议法第六十二条",
    ),
)


class AssistanceConfig(AppConfig):
    name = "assistance"
    label = "assistance"
    verbose_name = _("Social assistance")

    def ready(self) -> None:
        """Tell the office what kinds of case and run assistance has."""
        from assistance import api, batch, checks, portal
        from assistance.admin import hanging
        from assistance.services import appeals, medical_payer, replay
        from medical.services import next_payer
        from socsec.office import events, kinds, merges, replays, runs

        families = [
            kinds.register(
                kinds.CaseKind(
                    slug=f"assistance_{family}",
                    prefix=prefix,
                    label=label,
                    days=f"assistance.days.{family}",
                    law=law,
                    url=lambda case: f"/admin/office/case/{case.pk}/change/",
                )
            )
            for family, (prefix, label, law) in FAMILIES.items()
        ]
        for slug, prefix, label, days, law in GRIEVANCES:
            kinds.register(
                kinds.CaseKind(
                    slug=slug,
                    prefix=prefix,
                    label=label,
                    days=days,
                    law=law,
                    url=lambda case: f"/admin/office/case/{case.pk}/change/",
                )
            )
        runs.register(batch.AssistancePayrolls())
        runs.register(batch.StandardChanges())
        runs.register(batch.CareVouchers())
        for slug, label, outcomes in (
            ("amounts", _("Amounts of grants"), replay.amounts),
            ("applications", _("Applications for assistance"), replay.applications),
            ("care_levels", _("Levels of care"), replay.care_levels),
        ):
            replays.register(replays.Replayer(f"assistance.{slug}", label, outcomes))
        checks.register()
        hanging.hang(families)
        appeals.register([family.slug for family in families])
        portal.hang()
        next_payer.register(designated=medical_payer.designated, pays=medical_payer.pays)
        events.register(*api.EVENTS)
        merges.cover(
            "assistance",
            apart={"assistance.GrantPayment": "it stands under the number of its grant"},
        )
