from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def _load_regions(*, using: str, **kwargs: Any) -> None:
    """After every migration, so that whoever needs a region finds it. Nothing to do twice."""
    from .services import regions

    migrated = kwargs.get("apps", apps)
    if using == "default" and "region" in migrated.all_models["office"]:
        regions.load()


class OfficeConfig(AppConfig):
    name = "socsec.office"
    label = "office"
    verbose_name = _("Office")

    def ready(self) -> None:
        # tasks: so that services find them by name in every process.
        from . import appeals, checks, kinds, menu, merges, my_appeals, portal, queries, tasks  # noqa: F401
        from .admin import appeals as reviews
        from .admin import events as told
        from .admin import tiles

        checks.register_all()
        portal.hang()
        post_migrate.connect(_load_regions, sender=self, dispatch_uid="office.regions")
        tiles.hang()
        merges.cover("office", apart={"office.User": "the account follows the merge itself"})
        told.hang()
        kinds.register(
            kinds.CaseKind(
                slug=appeals.KIND,
                prefix="FC",
                label=_("Review of a decision"),
                days="office.appeal.days",
                law="社会保险行政争议处理办法第十三条",
                url=lambda case: f"/admin/office/case/{case.pk}/change/",
            )
        )
        reviews.hang()
        my_appeals.hang()
        menu.place(
            menu.Place(
                "start", menu.Group.TODAY, 1, _("Start"), "admin:index", "home", "region.read"
            ),
            menu.Place(
                "cases",
                menu.Group.TODAY,
                2,
                _("Cases"),
                "admin:office_case_changelist",
                "description",
                "case.read",
                queries.my_cases,
            ),
            menu.Place(
                "runs",
                menu.Group.TODAY,
                3,
                _("Runs"),
                "admin:office_run_changelist",
                "layers",
                "run.read",
                queries.runs_in_progress,
            ),
            menu.Place(
                "certificates",
                menu.Group.PEOPLE,
                10,
                _("Certificates"),
                "admin:office_certificate_changelist",
                "verified",
                "certificate.read",
            ),
            menu.Place(
                "policy",
                menu.Group.RULES,
                1,
                _("Policy values"),
                "admin:office_policyvalue_changelist",
                "balance",
                "policy.read",
            ),
            menu.Place(
                "editions",
                menu.Group.RULES,
                2,
                _("Policy editions"),
                "admin:office_policyedition_changelist",
                "history_edu",
                "policy.read",
            ),
            menu.Place(
                "users",
                menu.Group.SYSTEM,
                1,
                _("Users"),
                "admin:office_user_changelist",
                "manage_accounts",
                "user.read",
            ),
            menu.Place(
                "offices",
                menu.Group.SYSTEM,
                2,
                _("Offices"),
                "admin:office_office_changelist",
                "location_city",
                "user.read",
            ),
            menu.Place(
                "outbox",
                menu.Group.SYSTEM,
                3,
                _("Text messages"),
                "admin:office_outboxmessage_changelist",
                "sms",
                "user.read",
            ),
            menu.Place(
                "audit",
                menu.Group.SYSTEM,
                4,
                _("Audit"),
                "admin:office_auditentry_changelist",
                "visibility",
                "audit.read",
            ),
        )
