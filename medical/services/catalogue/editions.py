"""An edition from the file to the day it holds: handed in, compared, approved by a second person.

What was in force is never changed: it ends the day before, and the new terms begin beside it, so
that a bill of an earlier day is still worked out by what held then.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from typing import IO, Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from enrollment.services.checks import known_region, known_text, lock
from medical.models import Catalogue, CatalogueBadRow, CatalogueEdition
from medical.queries import catalogue as queries
from socsec.office import spreadsheets
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid, Problem, Text, both, say, words
from socsec.office.jobs import JobKind
from socsec.office.models import Job, User
from socsec.office.services import audit, jobs
from socsec.office.spreadsheets import Column, Layout, Row

from . import comparing, sheets

State = CatalogueEdition.State
JOB = "catalogue"
CHUNK = 5_000
FIRST_DAY = date(1998, 12, 14)


def hand_in(
    *,
    by: User,
    region: str,
    kind: int,
    from_date: date,
    whole: bool,
    document: str,
    file: IO[bytes],
    filename: str,
) -> tuple[CatalogueEdition, Job]:
    """Take a file of a catalogue to be read; `whole` says that what it leaves out shall end.

    `Conflict` if the same file for the same day waits already or was taken; `Invalid` for a day that
    is impossible, `Conflict` for a whole catalogue older than what is known.
    """
    require(by, "catalogue.enter", region)
    known_region(region)
    if kind not in Catalogue.values:
        raise Invalid(_("There is no such catalogue."), code="unknown_catalogue", field="kind")
    if (
        not FIRST_DAY
        <= from_date
        <= timezone.localdate().replace(year=timezone.localdate().year + 2, day=1)
    ):
        raise Invalid(
            _("A catalogue begins between 1998 and two years from now."),
            code="impossible_day",
            field="from_date",
            fix=_("Check the year."),
        )
    if file.seek(0, 2) > sheets.LIMITS.file:
        raise Invalid(
            _("The file is larger than 20 MB. Divide the rows among several files."),
            code="file_too_large",
            field="file",
        )
    try:
        with transaction.atomic():
            edition = CatalogueEdition.objects.create(
                region=region,
                kind=kind,
                from_date=from_date,
                whole=whole,
                document=known_text(document, "document"),
                digest=spreadsheets.digest(file),
                filename=" ".join(filename.split())[-120:],
                maker=by,
            )
            if whole and comparing.overtaken(edition):
                raise _newer()
            _note(by, "catalogue.enter", edition, digest=edition.digest)
            return edition, jobs.hand_in(by=by, kind=JOB, file=file, subject=str(edition.pk))
    except IntegrityError as error:
        raise _same(region, kind, from_date, file) from error


@transaction.atomic
def approve(*, by: User, edition: CatalogueEdition) -> CatalogueEdition:
    """Put it in force. Where what it was compared with has changed since, it is compared anew and waits."""
    edition = _decidable(by, edition)
    if comparing.overtaken(edition):
        raise _newer()
    found = comparing.compare(edition)
    shown = {name: getattr(edition, name) for name in found}
    if found != shown:
        for name, count in found.items():
            setattr(edition, name, count)
        edition.trouble = {
            **both(
                _(
                    "What is in force has changed since the comparison. Nothing was taken yet: look at it again and approve it."
                )
            ),
            "code": "compared_anew",
        }
        edition.save()
        return edition
    comparing.take(edition)
    edition.state, edition.trouble = State.TAKEN, {}
    return _decided(by, edition)


@transaction.atomic
def reject(*, by: User, edition: CatalogueEdition, reason: str) -> CatalogueEdition:
    """Refuse the whole, and say why."""
    edition = _decidable(by, edition)
    edition.reason = known_text(reason, "reason")
    edition.state = State.REJECTED
    return _decided(by, edition)


def template_file(kind: int) -> tuple[IO[bytes], str]:
    """The workbook to fill in, and its name."""
    return spreadsheets.template(sheets.layout_of(kind)), f"{Catalogue(kind).name.lower()}.xlsx"


def bad_file(edition: CatalogueEdition) -> tuple[IO[bytes], str]:
    """The rows that came back, to correct and hand in again, and the name of the file."""
    rows = ((Row(each.number, each.given), each.why) for each in edition.bad_rows.all().iterator())
    return (
        spreadsheets.errors(sheets.layout_of(edition.kind), rows),
        f"to-correct-{edition.pk}.xlsx",
    )


def comparison_file(edition: CatalogueEdition) -> tuple[IO[bytes], str]:
    """Every difference as a workbook: which item, what of it, how it was and how it will be."""
    layout = Layout(
        _("Comparison"),
        [
            Column("change", _("Change")),
            Column("code", _("Code"), text=True, width=26),
            Column("name", _("Name"), width=32),
            Column("what", _("What")),
            Column("old", _("Before"), width=24),
            Column("new", _("New"), width=24),
        ],
    )

    def rows() -> Iterator[dict[str, Any]]:
        for each in queries.differences(edition):
            said = {"change": str(each.change), "code": each.code, "name": each.name}
            lines = differing(edition.kind, each.old, each.new) or [("", "", "")]
            for what, old, new in lines:
                yield {**said, "what": str(what), "old": str(old), "new": str(new)}

    return spreadsheets.write(layout, rows()), f"comparison-{edition.pk}.xlsx"


def differing(kind: int, old: Any, new: Any) -> list[tuple[Any, Any, Any]]:
    """What of an item is different: the column, how it was, how it will be. Empty for new and ended ones."""
    if old is None or new is None:
        return []
    before, after = sheets.as_written(kind, old), sheets.as_written(kind, new)
    return [
        (column.label, before[column.key], after[column.key])
        for column in sheets.layout_of(kind).columns
        if str(before[column.key]) != str(after[column.key])
    ]


def work(job: Job, file: IO[bytes]) -> dict[str, Any]:
    """Read the file of an edition: the job's work."""
    edition = CatalogueEdition.objects.get(pk=int(job.subject))
    good = bad = 0
    rows = spreadsheets.read(file, sheets.layout_of(edition.kind), sheets.LIMITS)
    while chunk := list(islice(rows, CHUNK)):
        kept, returned = _sort(edition, chunk)
        sheets.row_model(edition.kind).objects.bulk_create(kept)  # type: ignore[arg-type]
        CatalogueBadRow.objects.bulk_create(returned)
        good, bad = good + len(kept), bad + len(returned)
    edition.bad = bad
    if good:
        for name, count in comparing.compare(edition).items():
            setattr(edition, name, count)
        edition.state = State.WAITING
    else:
        edition.state = State.FAILED
        edition.trouble = {
            **both(_("No row can be taken. Each comes back with the reason.")),
            "code": "no_good_row",
        }
    edition.save()
    return {"edition": edition.pk}


def failed(job: Job) -> None:
    """The file could not be read: so says its edition."""
    CatalogueEdition.objects.filter(pk=int(job.subject)).update(
        state=State.FAILED, trouble=job.trouble
    )


KIND = JobKind(slug=JOB, label=_("File of a catalogue"), work=work, failed=failed)


def _sort(
    edition: CatalogueEdition, chunk: Sequence[Row]
) -> tuple[list[Any], list[CatalogueBadRow]]:
    """Good rows as they will wait, and bad ones with the reason. Two queries a chunk."""
    read: dict[str, tuple[Row, Any]] = {}
    bad: list[tuple[Row, Problem]] = []
    for row in chunk:
        try:
            found = sheets.read_row(edition, row)
        except Problem as problem:
            bad.append((row, problem))
            continue
        if found.code in read:
            bad.append((row, _twice()))
        else:
            read[found.code] = (row, found)
    codes = list(read)
    waiting = sheets.row_model(edition.kind).objects.filter(edition=edition, code__in=codes)  # type: ignore[attr-defined]
    for code in waiting.values_list("code", flat=True):
        bad.append((read.pop(code)[0], _twice()))
    for code in comparing.overtaken(edition, list(read)):
        bad.append((read.pop(code)[0], _newer()))
    return [found for _row, found in read.values()], [
        CatalogueBadRow(
            edition=edition,
            number=row.number,
            given=row.values,
            code=problem.code[:40],
            reason=words(problem),
        )
        for row, problem in bad
    ]


def _twice() -> Invalid:
    return Invalid(_("This code stands in the file twice."), code="twice", field="code")


def _newer() -> Conflict:
    return Conflict(
        _("Something newer than the first day of this edition is known already."),
        code="newer_in_force",
        fix=_("Check the day, or hand in only what changes after it."),
    )


def _same(region: str, kind: int, from_date: date, file: IO[bytes]) -> Conflict:
    known = CatalogueEdition.objects.filter(
        region=region,
        kind=kind,
        from_date=from_date,
        digest=spreadsheets.digest(file),
        state__in=[State.RECEIVED, State.WAITING, State.TAKEN],
    ).first()
    said: Text = _("This was handed in already.")
    if known is not None:
        said = say(
            _("The same was handed in on %(day)s: %(state)s."),
            day=date_format(timezone.localtime(known.made_at)),
            state=known.get_state_display(),
        )
    return Conflict(
        said,
        code="same_file",
        field="file",
        fix=_("Nothing needs to be done. To correct it, hand in a corrected file."),
    )


def _decidable(by: User, edition: CatalogueEdition) -> CatalogueEdition:
    require(by, "catalogue.approve", edition.region)
    # Editions of one catalogue take turns: each is compared with what the other has put in force.
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtext(%s))",
            [f"catalogue:{edition.region}:{edition.kind}"],
        )
    edition = lock(edition)
    if edition.state != State.WAITING:
        raise Conflict(_("This does not wait for a decision any more."), code="decided_already")
    require_other_hand(by, edition.maker_id)
    return edition


def _decided(by: User, edition: CatalogueEdition) -> CatalogueEdition:
    edition.checker, edition.checked_at = by, timezone.now()
    edition.save()
    _note(by, "catalogue.approve", edition, reason=edition.reason)
    return edition


def _note(by: User, act: str, edition: CatalogueEdition, **detail: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject=edition,
        region=edition.region,
        state=edition.state,
        kind=edition.kind,
        from_date=edition.from_date,
        added=edition.added,
        changed=edition.changed,
        ended=edition.ended,
        **detail,
    )
