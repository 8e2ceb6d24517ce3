"""What a policy of relief takes off the employer's share (阶段性减免).

Whole or in part, by kind of employer, from a month until the policy ends: all of it is a table in
the policy. The person's own share is never waived.
"""

from socsec.kernel.arith import Number, Steps, share

LAW = "社会保险法第六十条"


def relief_rate(kind: Number, relief: Steps) -> Number:
    """The share of the employer's contribution that is waived, in millionths.

    >>> relief_rate(2, Steps({0: 0, 1: 500_000, 2: 1_000_000, 4: 0}))
    1000000
    """
    return relief.at(kind)


def waived(employer_share: Number, rate: Number) -> Number:
    """What is waived, in fen; the employer owes what is left.

    >>> waived(114_593, 500_000)
    57297
    """
    return share(employer_share, rate)
