"""Self-service pages of enrollment: signing in, the record, contributions by month."""

from django.utils.translation import gettext_lazy as _

from socsec.office import shell


def hang() -> None:
    """Hang these pages into the portal; called once, when the app is ready."""
    from .movements import withdraw as stay
    from .record import todos
    from .residents import todos as resident_todos
    from .uninsured import todos as uninsured

    shell.section(shell.Section(2, "record", _("My record"), "grid"))
    shell.tile(
        shell.Tile(1, "record", "grid", _("Contribution record"), _("month by month")),
        shell.Tile(2, "record_months", "file", _("Amounts of each month"), _("as a table")),
        shell.Tile(1, "coverage", "seal", _("My insurance"), _("in every branch")),
        shell.Tile(2, "pay", "card", _("Pay contributions"), _("what I owe")),
    )
    shell.tile(
        shell.Tile(9, "details", "edit", _("Change my details"), _("name, phone, account")),
        shell.Tile(9, "life_what", "flag", _("Report a life event"), _("birth, death, move")),
        shell.Tile(
            9, "delegates", "people", _("Family and delegates"), _("let somebody act for you")
        ),
        shell.Tile(4, "movements", "file", _("Moving to another region"), _("my months follow me")),
    )
    shell.tile(
        shell.Tile(4, "card", "card", _("My card"), _("social security card and code")),
        shell.Tile(
            5, "papers", "file", _("Certificates and statements"), _("papers that prove it")
        ),
    )
    shell.home(todo=todos)
    shell.home(todo=uninsured)
    shell.home(todo=resident_todos)
    shell.tile(
        shell.Tile(3, "residents", "people", _("Residents’ insurance"), _("enrol, choose, pay"))
    )
    for step in ("accept", "attest", "take"):
        shell.withdrawal(f"movement_{step}", stay)
