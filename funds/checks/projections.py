"""What projections promise: their years are those that were worked out."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from funds.models import Projection
from funds.services import projection
from socsec.office.oversight import Finding


def projections() -> Iterator[Finding]:
    """The rows of every projection still give the fingerprint that was kept with them."""
    for held in Projection.objects.filter(state=Projection.State.DONE).defer("measures"):
        if projection.fingerprint_of(held) != held.result:
            yield Finding(
                "projection_changed",
                f"projection {held.pk}",
                _("Its years are not those that were worked out."),
            )
