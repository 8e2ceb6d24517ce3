"""Too few months at the pensionable age: going on paying, moving, or taking the balance.

社会保险法 article 16, 人社部令13号 articles 2 and 3. `offer` says what is open to a person; each of the
three ways is a verb that refuses with its article where the law does not open it.
"""

from .balance import (
    KIND,
    ask_balance,
    assess,
    confirm,
    pay,
    refuse,
    send_back,
    withdraw,
)
from .offer import Offer, may_concern, offer, offers, standing, under_way
from .ways import give_up, go_on, move

__all__ = [
    "KIND",
    "Offer",
    "ask_balance",
    "assess",
    "confirm",
    "give_up",
    "go_on",
    "may_concern",
    "move",
    "offer",
    "offers",
    "pay",
    "refuse",
    "send_back",
    "standing",
    "under_way",
    "withdraw",
]
