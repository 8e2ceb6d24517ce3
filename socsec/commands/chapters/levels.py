"""Money between levels: what the provinces would share in 2019, one payment up, one that waits."""

from django.utils import timezone

from funds.models import Branch, Scheme
from funds.services import fund as funds
from funds.services import pooling
from socsec.commands.village import NATION, SHANGHAI, SICHUAN, Village
from socsec.kernel.months import month, month_of

HANDED_UP, GRANTED = 120_000_00, 50_000_00


def levels_share(village: Village) -> None:
    """Levels share: a preview for every province, a payment up on both books, a grant that waits"""
    pool = funds.establish(Branch.PENSION, Scheme.EMPLOYEES, NATION)
    maker, checker = village.by("nation-accountant"), village.by("nation-reviewer")
    round_ = pooling.draft(pool, month(2019, 1), month(2019, 12), by=maker)
    pooling.preview(round_.pk, by=maker)
    this = month_of(timezone.localdate())
    up = pooling.draft_transfer(
        village.funds[SICHUAN],
        pool,
        month=this,
        amount=HANDED_UP,
        purpose="上解全国统筹调剂资金",
        by=village.by("sc-accountant"),
    )
    pooling.send(up.pk, by=village.by("sc-reviewer"))
    pooling.accept(up.pk, by=maker)
    pooling.finish(up.pk, by=checker)
    down = pooling.draft_transfer(
        pool,
        village.funds[SHANGHAI],
        month=this,
        amount=GRANTED,
        purpose="下拨全国统筹调剂资金",
        by=maker,
    )
    pooling.send(down.pk, by=checker)
