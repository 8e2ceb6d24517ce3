"""Lists of things that wait for somebody, a page for each, and the verbs that settle them."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now

from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url
from socsec.office.forms import ScreenForm


class Queue(DeskAdmin):
    """A list whose rows have verbs, each a page that calls the method `do_<verb>` of the list.

    `verbs` maps a name to: act, label, states in which it is offered, form, lead, whether it stops.
    """

    change_form_template = "admin/desk/tables.html"
    list_filter: ClassVar = ["state"]
    verbs: ClassVar[dict[str, tuple[str, Any, tuple[str, ...], type[ScreenForm], Any, bool]]] = {}

    def state(self, row: Any) -> str:
        """In which state a row is, as the verbs tell it."""
        return str(row.state)

    def name(self, verb: str) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_{verb}"

    def buttons(self, request: HttpRequest, obj: Any | None) -> list[Button]:
        if obj is None:
            return []
        return [
            Button(label, reverse(self.name(verb), args=[obj.pk]), main=place == 0, stop=stop)
            for place, (verb, (act, label, states, _form, _lead, stop)) in enumerate(
                self.verbs.items()
            )
            if self.state(obj) in states and may(request.user, act, obj.region)
        ]

    def asking(self, verb: str, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What else a verb's page is given, as keywords of `Deed`: `initial`, `prepare`."""
        return {}

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            *(
                path(f"<int:pk>/{verb}/", guard(self.page(verb)), name=self.name(verb)[6:])
                for verb in self.verbs
            ),
            *super().get_urls(),
        ]

    def page(self, verb: str) -> Callable[..., HttpResponse]:
        act, label, _states, form, lead, stop = self.verbs[verb]

        def view(request: HttpRequest, pk: int) -> HttpResponse:
            row = get_object_or_404(self.get_queryset(request), pk=pk)

            def do(said: dict[str, Any]) -> str:
                done = getattr(self, f"do_{verb}")(request, row, said)
                return done or _now("Done: %(what)s.") % {"what": label}

            return Deed(
                title=label,
                act=act,
                button=label,
                do=do,
                form=form,
                lead=lead,
                stop=stop,
                back=row_url(row),
                crumbs=[
                    Crumb(self.opts.verbose_name_plural, list_url(self.model)),
                    Crumb(str(row), row_url(row)),
                ],
                **self.asking(verb, request, row),
            ).answer(request)

        return view
