"""Self-service pages of medical insurance: my cover, care away from home, find a provider."""

from django.utils.translation import gettext_lazy as _

from socsec.office import shell


def hang() -> None:
    """Hang these pages into the portal; called once, when the app is ready."""
    from medical.services.cover.diseases import KIND
    from medical.services.reimbursing.claims import KIND as REIMBURSEMENT

    from . import cover, reimbursement

    shell.tile(
        shell.Tile(
            2, "medical_cover", "seal", _("My medical cover"), _("account, care away from home")
        ),
        shell.Tile(
            5, "find_provider", "search", _("Find a hospital or pharmacy"), _("with an agreement")
        ),
    )
    shell.withdrawal(KIND, cover.withdraw)
    shell.withdrawal(REIMBURSEMENT, reimbursement.withdraw)
