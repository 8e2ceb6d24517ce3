"""Supervision: what looks wrong is found every night, judged by one and put right by another."""

from .judging import judge, settle
from .looking import Precision, look, open_about, precision
from .rules import Rule, Statement, get, register, rules

__all__ = [
    "Precision",
    "Rule",
    "Statement",
    "get",
    "judge",
    "look",
    "open_about",
    "precision",
    "register",
    "rules",
    "settle",
]
