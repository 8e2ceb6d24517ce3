"""What handing in, reading and deciding share: the note, how far it is, that it still waits."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    Upload,
)
from enrollment.services.employers import wage_file
from socsec.office.errors import Conflict, both
from socsec.office.models import User
from socsec.office.services import audit

State, Kind = Upload.State, Upload.Kind


def settle(upload: Upload, counts: wage_file.Counts) -> Upload:
    upload.good, upload.bad, upload.total = counts.good, counts.bad, counts.total
    upload.state = State.WAITING if counts.good else State.FAILED
    if not counts.good:
        upload.trouble = {
            **both(_("No row can be taken. Each comes back with the reason.")),
            "code": "no_good_row",
        }
    upload.save()
    return upload


def not_waiting() -> Conflict:
    return Conflict(_("This does not wait for a decision any more."), code="decided_already")


def note(by: User, act: str, upload: Upload, **detail: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject=upload,
        region=upload.region,
        state=upload.state,
        employer=upload.employer_id,
        **detail,
    )
