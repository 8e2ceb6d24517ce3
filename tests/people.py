"""The village: the cast that tests share with the demo. Its last soul must be refused everything."""

from funds.services.payments.demo_bank import bank_answer
from socsec.commands import village
from socsec.commands.village import (
    CAST,
    FIRST,
    JINJIANG,
    LAST,
    PASSWORD,
    PUDONG,
    SHANGHAI,
    SICHUAN,
    STAFF,
    Village,
    award,
    carry,
    contributions,
    declare,
    live,
    open_claim,
    payroll,
    receive,
    retire,
)
from tests import shelf

settle = shelf.kept(village.settle)
build = shelf.kept(village.build)

__all__ = [
    "CAST",
    "FIRST",
    "JINJIANG",
    "LAST",
    "PASSWORD",
    "PUDONG",
    "SHANGHAI",
    "SICHUAN",
    "STAFF",
    "Village",
    "award",
    "bank_answer",
    "build",
    "carry",
    "contributions",
    "declare",
    "live",
    "open_claim",
    "payroll",
    "receive",
    "retire",
    "settle",
]
