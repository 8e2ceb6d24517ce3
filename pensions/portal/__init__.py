"""Self-service pages of pensions: estimate, claim, benefits, account."""

from django.utils.translation import gettext_lazy as _

from socsec.office import shell


def hang() -> None:
    """Hang these pages into the portal; called once, when the app is ready."""
    from pensions.services.claim import KIND
    from pensions.services.disability import KIND as DISABILITY
    from pensions.services.few_months import KIND as BALANCE
    from pensions.services.survivors import KIND as SURVIVORS

    from . import claim, disability, estimate, few_months, home, survivors, transfers

    shell.section(
        shell.Section(
            4,
            "benefits",
            _("My benefits"),
            "yuan",
            ("/benefits/", "/account/", "/my-estimate/", "/my-pay-more/", "/claim/"),
        )
    )
    shell.tile(
        shell.Tile(3, "my_estimate", "chart", _("Estimate a pension"), _("sooner or later")),
        shell.Tile(
            3, "my_more", "chart", _("Pay more, get more"), _("another year, a higher base")
        ),
        shell.Tile(4, "account", "bank", _("My account"), _("balance and interest")),
        shell.Tile(6, "survivors", "people", _("After a death"), _("grants and the account")),
        shell.Tile(
            6, "disability", "edit", _("Unable to work"), _("an allowance before the pension age")
        ),
        shell.Tile(6, "choice", "edit", _("Retire earlier or later"), _("notice and agreement")),
        shell.Tile(7, "transfers", "people", _("Money of my record"), _("between two schemes")),
        shell.Tile(5, "claim", "edit", _("Claim a pension"), _("a few questions")),
    )
    shell.home(todo=home.todos, money=home.moneys)
    shell.start("portal/pensions/_start.html", estimate.start_part)
    shell.withdrawal(KIND, claim.withdraw)
    shell.withdrawal(SURVIVORS, survivors.withdraw)
    shell.withdrawal(BALANCE, few_months.withdraw)
    shell.withdrawal(DISABILITY, disability.withdraw)
    shell.withdrawal("transfer_ask", transfers.withdraw)
