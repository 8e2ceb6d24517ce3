"""What the village lives after its first pension: a module for each topic, told in this order.

A chapter is a function that takes the village and lets its people live on through real services.
It stands by itself: no chapter needs what another one did.
"""

from socsec.commands.chapters.assistance import assistance
from socsec.commands.chapters.benefits_change import benefits_change
from socsec.commands.chapters.branches import every_branch
from socsec.commands.chapters.care import care
from socsec.commands.chapters.collection import debts_are_chased, the_bank_charges
from socsec.commands.chapters.employers import employer_of_its_own
from socsec.commands.chapters.full_coverage import full_coverage
from socsec.commands.chapters.fund_books import fund_books
from socsec.commands.chapters.investment import pension_money_is_invested
from socsec.commands.chapters.levels import levels_share
from socsec.commands.chapters.long_run import how_long_it_lasts
from socsec.commands.chapters.medical_care import medical_care
from socsec.commands.chapters.movements import records_move
from socsec.commands.chapters.other_schemes import other_schemes
from socsec.commands.chapters.papers_and_cards import papers_and_cards
from socsec.commands.chapters.proofs import registers_speak
from socsec.commands.chapters.putting_off import contributions_are_put_off
from socsec.commands.chapters.registry import registry
from socsec.commands.chapters.resident_years import resident_years
from socsec.commands.chapters.residents import residents
from socsec.commands.chapters.too_few_months import too_few_months
from socsec.commands.chapters.transfers import entitlements_move
from socsec.commands.chapters.two_regions import paid_in_two_regions
from socsec.commands.village import Chapter

CHAPTERS: list[Chapter] = [
    benefits_change,
    too_few_months,
    every_branch,
    records_move,
    entitlements_move,
    full_coverage,
    registers_speak,
    papers_and_cards,
    residents,
    resident_years,
    paid_in_two_regions,
    other_schemes,
    debts_are_chased,
    the_bank_charges,
    contributions_are_put_off,
    registry,
    employer_of_its_own,
    medical_care,
    assistance,
    care,
    pension_money_is_invested,
    fund_books,
    levels_share,
    how_long_it_lasts,
]
