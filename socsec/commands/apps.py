from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommandsConfig(AppConfig):
    name = "socsec.commands"
    label = "commands"
    verbose_name = _("Commands")

    def ready(self) -> None:
        # Whoever sends a task needs the Celery application, or it would go to no broker of ours.
        from socsec import celery  # noqa: F401
