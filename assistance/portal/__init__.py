"""Self-service pages of assistance: what can I get, my applications, what is granted and paid."""

from django.utils.translation import gettext_lazy as _

from socsec.office import shell


def hang() -> None:
    """Hang these pages into the portal; called once, when the app is ready."""
    from . import check, home

    shell.tile(
        shell.Tile(5, "needs", "search", _("What can I get?"), _("assistance and welfare")),
        shell.Tile(5, "assistance", "people", _("My assistance"), _("applications and payments")),
        shell.Tile(5, "care", "people", _("My care"), _("level, vouchers and orders")),
    )
    shell.home(todo=home.todos, money=home.moneys)
    shell.start("portal/assistance/_start.html", check.start_part)
    for family in home.FAMILIES:
        shell.withdrawal(f"assistance_{family}", home.withdraw)
