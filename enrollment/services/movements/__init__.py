"""Insurance follows the person from one region to another (关系转移接续).

Three steps, each a case of one office with its own clock and four eyes: the new place accepts the
request, the old place attests the months, the new place takes them over. Nothing moves before the
last one: whoever refuses or withdraws leaves everything as it was. The money of a pension moves
afterwards, by the app that keeps the accounts (`set_money`).
"""

from .asking import MOVABLE, ask, old_place
from .back import move_back
from .common import KINDS
from .covers import Ending, carried, ending, note_leaving
from .money import set_money
from .months import every_month, pool
from .steps import REASONS, Judged, confirm, judge, propose, refuse, send_back, withdraw

__all__ = [
    "KINDS",
    "MOVABLE",
    "REASONS",
    "Ending",
    "Judged",
    "ask",
    "carried",
    "confirm",
    "ending",
    "every_month",
    "judge",
    "move_back",
    "note_leaving",
    "old_place",
    "pool",
    "propose",
    "refuse",
    "send_back",
    "set_money",
    "withdraw",
]
