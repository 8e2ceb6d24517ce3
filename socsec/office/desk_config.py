"""Django's admin with the desk's own site."""

from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    default_site = "socsec.office.desk_site.DeskSite"
