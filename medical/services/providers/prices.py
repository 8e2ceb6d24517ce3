"""Price lists of providers, matched to the catalogue by code (目录对照); a new price begins beside the old.

A file is read by a job. Rows that cannot be read come back in the job's result; what no catalogue
lists is kept, since the provider may sell it, and `queries.providers.unmatched` names it.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import IO, Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from enrollment.services.checks import lock
from medical.models import ItemKind, Provider, ProviderItem
from socsec.kernel import money
from socsec.kernel.errors import KernelError
from socsec.office import spreadsheets
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, Problem, from_kernel, pick, say, words
from socsec.office.jobs import JobKind
from socsec.office.models import Job, User
from socsec.office.services import audit, jobs
from socsec.office.spreadsheets import Column, Layout, Limits, Row

JOB = "price_list"
CHUNK = 2_000
MOST_BAD = 2_000  # rows given back; a file with more is the wrong file
LIMITS = Limits(rows=60_000)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z")
LAYOUT = Layout(
    _("Price list"),
    [
        Column(
            "local_code", _("Own code"), ("院内编码", "本院编码", "local_code"), text=True, width=20
        ),
        Column("name", _("Name"), ("名称", "院内名称", "name"), width=32),
        Column(
            "kind",
            _("Catalogue"),
            ("目录类别", "类别", "kind"),
            hint=_("Drug, service or consumable."),
        ),
        Column(
            "code",
            _("Catalogue code"),
            ("医保编码", "国家编码", "code"),
            must=False,
            text=True,
            width=26,
            hint=_("Empty where the catalogue does not list it."),
        ),
        Column("price", _("Price, in yuan"), ("单价", "价格", "price")),
    ],
)
KINDS = {
    **dict.fromkeys(("drug", "药品", "1"), ItemKind.DRUG),
    **dict.fromkeys(("service", "诊疗项目", "医疗服务项目", "服务", "2"), ItemKind.SERVICE),
    **dict.fromkeys(("consumable", "耗材", "医用耗材", "3"), ItemKind.CONSUMABLE),
}


@transaction.atomic
def hand_in(*, by: User, provider: Provider, from_date: date, file: IO[bytes]) -> Job:
    """Take a provider's price list, in force from a day on. What it does not name keeps its price."""
    require(by, "provider.change", provider.region)
    if file.seek(0, 2) > LIMITS.file:
        raise Invalid(
            _("The file is larger than 20 MB. Divide the rows among several files."),
            code="file_too_large",
            field="file",
        )
    digest = spreadsheets.digest(file)
    subject = f"{provider.pk}:{from_date}:{digest[:32]}"
    if Job.objects.filter(kind=JOB, subject=subject).exclude(state=Job.State.FAILED).exists():
        raise Conflict(_("This was handed in already."), code="same_file", field="file")
    job = jobs.hand_in(by=by, kind=JOB, file=file, subject=subject)
    audit.record(
        by=by,
        act="provider.prices",
        subject=provider,
        region=provider.region,
        from_date=from_date,
        digest=digest,
    )
    return job


def latest(provider: Provider) -> Job | None:
    """The price list handed in last."""
    return (
        Job.objects.filter(kind=JOB, subject__startswith=f"{provider.pk}:")
        .defer("content")
        .order_by("-pk")
        .first()
    )


def bad_file(job: Job) -> IO[bytes]:
    """The rows that came back, to correct and hand in again."""
    return spreadsheets.errors(
        LAYOUT,
        ((Row(number, given), pick(why)) for number, given, why in job.result.get("bad_rows", [])),
    )


def work(job: Job, file: IO[bytes]) -> dict[str, Any]:
    """Read a price list: the job's work."""
    number, day, _digest = job.subject.split(":")
    provider = lock(Provider(pk=int(number)))
    from_date = date.fromisoformat(day)
    counts = {"new": 0, "changed": 0, "same": 0}
    bad: list[tuple[int, dict[str, str], dict[str, str]]] = []
    rows = spreadsheets.read(file, LAYOUT, LIMITS)
    while chunk := list(islice(rows, CHUNK)):
        read: dict[str, ProviderItem] = {}
        for row in chunk:
            try:
                item = _read(provider, from_date, row)
                if item.local_code in read:
                    raise Invalid(_("This code stands in the file twice."), code="twice")
                read[item.local_code] = item
            except Problem as problem:
                bad.append((row.number, row.values, words(problem)))
        for name, count in _keep(provider, from_date, read).items():
            counts[name] += count
        if len(bad) > MOST_BAD:
            raise Invalid(
                say(_("More than %(most)s rows cannot be read: nothing was taken."), most=MOST_BAD),
                code="too_many_bad_rows",
                fix=_("Use the template."),
            )
    return {**counts, "bad": len(bad), "bad_rows": bad}


KIND = JobKind(slug=JOB, label=_("Price list of a provider"), work=work)


def template_file() -> IO[bytes]:
    return spreadsheets.template(LAYOUT)


def _keep(provider: Provider, from_date: date, read: dict[str, ProviderItem]) -> dict[str, int]:
    """End what is different the day before, and let the new begin. Three statements a chunk."""
    known = {
        each.local_code: each
        for each in ProviderItem.objects.filter(
            Q(until__isnull=True) | Q(until__gte=from_date),
            provider=provider,
            local_code__in=list(read),
        )
    }
    made, ending, same = [], [], 0
    for code, item in read.items():
        old = known.get(code)
        if old is None:
            made.append(item)
        elif old.from_date >= from_date or old.until is not None:
            raise Conflict(
                say(_("A newer price of %(code)s is known already."), code=code), code="newer_price"
            )
        elif (old.name, old.kind, old.code, old.price) == (
            item.name,
            item.kind,
            item.code,
            item.price,
        ):
            same += 1
        else:
            ending.append(old.pk)
            made.append(item)
    ProviderItem.objects.filter(pk__in=ending).update(until=from_date - timedelta(days=1))
    ProviderItem.objects.bulk_create(made)
    return {"new": len(made) - len(ending), "changed": len(ending), "same": same}


def _read(provider: Provider, from_date: date, row: Row) -> ProviderItem:
    local, code = row.text("local_code"), row.text("code")
    name = " ".join(row.text("name").split())
    kind = KINDS.get(row.text("kind").strip().lower())
    if not _CODE.match(local) or (code and not _CODE.match(code)):
        raise Invalid(_("This is no code."), code="code_impossible", field="local_code")
    if not name or len(name) > 200:
        raise Invalid(_("The name is missing or too long."), code="name_impossible", field="name")
    if kind is None:
        raise Invalid(
            _("Say whether it is a drug, a service or a consumable."), code="unknown_kind"
        )
    try:
        price = money.parse_yuan(row.text("price"))
    except KernelError as error:
        raise from_kernel(error, "price") from error
    if price < 0:
        raise Invalid(_("An amount is not below zero."), code="negative", field="price")
    return ProviderItem(
        provider=provider,
        local_code=local,
        name=name,
        kind=kind,
        code=code,
        price=price,
        from_date=from_date,
    )


def bad_rows(job: Job) -> Iterator[tuple[int, str]]:
    """Number and reason of each row that came back, in the reader's language."""
    for number, _given, why in job.result.get("bad_rows", []):
        yield number, pick(why)
