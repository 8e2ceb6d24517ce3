"""The site of the desk: unfold's, without the list of all models that Django makes for every page."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite


class DeskSite(UnfoldAdminSite):
    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Made when a page asks for it: the sidebar holds the apps' own places, and needs none."""
        whole = super().get_app_list
        return SimpleLazyObject(lambda: whole(request, app_label))
