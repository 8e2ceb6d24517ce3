"""Self-service pages of medical insurance: find a provider."""

from django.utils.translation import gettext_lazy as _

from socsec.office import shell


def hang() -> None:
    """Hang these pages into the portal; called once, when the app is ready."""
    shell.tile(
        shell.Tile(
            5, "find_provider", "search", _("Find a hospital or pharmacy"), _("with an agreement")
        )
    )
