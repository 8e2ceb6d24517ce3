"""Splitting an amount so that the parts add up to it, by the largest remainder.

Each part is rounded down; the units that are left go one each to those who lost most by that.
Ten fen among three that count the same: somebody gets one more, and it is the first.

>>> split(10, [1, 1, 1])
[4, 3, 3]
>>> split(100, [0, 1, 2]), sum(split(100, [0, 1, 2]))
([0, 33, 67], 100)
"""

from collections.abc import Sequence


def split(total: int, weights: Sequence[int]) -> list[int]:
    """`total` in whole units, in proportion to the weights. ValueError where nobody has a weight."""
    parts = [total * weight // _whole(weights) for weight in weights]
    return [part + more for part, more in zip(parts, extras(total, weights), strict=True)]


def extras(total: int, weights: Sequence[int]) -> list[int]:
    """Who gets one unit more than their share rounded down: 1 or 0 for each, in their order.

    Of two with the same remainder the one that stands first gets it.

    >>> extras(10, [1, 1, 1])
    [1, 0, 0]
    """
    whole = _whole(weights)
    remainders = [total * weight % whole for weight in weights]
    left = sum(remainders) // whole
    first = sorted(range(len(weights)), key=lambda place: (-remainders[place], place))[:left]
    return [int(place in first) for place in range(len(weights))]


def _whole(weights: Sequence[int]) -> int:
    if any(weight < 0 for weight in weights):
        raise ValueError("a weight below nought")
    whole = sum(weights)
    if not whole:
        raise ValueError("nobody to split among")
    return whole
