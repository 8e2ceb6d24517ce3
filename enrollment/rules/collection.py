"""How money that came in is spread: to the oldest months first, and within a month to the
individual account in the same proportion as it was paid.

Both are counted on running totals and then subtracted, so that however a debt is cut into
payments, the parts add up to the fen.
"""

from socsec.kernel.arith import Number, between, half_up


def taken(open_before: Number, open_here: Number, money: Number) -> Number:
    """How much of `money` falls to a month that owes `open_here`, after older months that owe
    `open_before` together. Fen.

    1,000 yuan against months of 480 each: two are paid, the third gets the rest.

    >>> [taken(before, 48_000, 100_000) for before in (0, 48_000, 96_000, 144_000)]
    [48000, 48000, 4000, 0]
    """
    return between(0, money - open_before, open_here)


def to_account(account_share: Number, due: Number, paid_before: Number, paid: Number) -> Number:
    """What of a payment goes to the individual account, in fen. `due` must be above zero.

    Of 1,718.88 due, 572.96 are the account's. Paid in two parts, the account has all of it:

    >>> first = to_account(57_296, 171_888, 0, 100_000)
    >>> rest = to_account(57_296, 171_888, 100_000, 71_888)
    >>> first, rest, first + rest
    (33333, 23963, 57296)
    """
    return half_up(account_share * (paid_before + paid), due) - half_up(
        account_share * paid_before, due
    )
