from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MedicalConfig(AppConfig):
    name = "medical"
    label = "medical"
    verbose_name = _("Medical insurance")

    def ready(self) -> None:
        """Tell the office what medical insurance has."""
        from medical import portal
        from medical.admin import catalogue, providers
        from socsec.office import merges

        catalogue.hang()
        providers.hang()
        portal.hang()

        merges.cover(
            "medical",
            apart={
                "medical.YearSums": "the sums of a year belong to the record they were settled on"
            },
        )
