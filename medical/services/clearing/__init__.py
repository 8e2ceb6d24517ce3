"""Clearing care between regions (医保发〔2022〕22号): the fund of the place of care pays its providers,
the fund of the insurance pays it back, netted by month.

    draw up → dispute, answer → agree (both) → order the net → receive
"""

from .agreeing import agree, answer, dispute
from .paying import order, receive

__all__ = ["agree", "answer", "dispute", "order", "receive"]
