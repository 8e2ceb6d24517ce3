"""The life of a case: opened, taken, clarified, assessed by one, decided by another.

Every verb takes the case by number of row (`case_id`), locks it, and refuses when it is no longer
in the state that the verb needs: two colleagues who press at once get one decision. The region
decides whether it exists for the user at all."""

from .base import lock
from .deciding import decide, propose, send_back
from .opening import forward, office_of, open_case
from .working import LARGEST, attach, note, resume, take, wait, withdraw

__all__ = [
    "LARGEST",
    "attach",
    "decide",
    "forward",
    "lock",
    "note",
    "office_of",
    "open_case",
    "propose",
    "resume",
    "send_back",
    "take",
    "wait",
    "withdraw",
]
