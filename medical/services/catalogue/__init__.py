"""Catalogues come as files: read, compared with what is in force, taken by a second person."""

from .editions import (
    KIND,
    approve,
    bad_file,
    comparison_file,
    hand_in,
    reject,
    template_file,
)

__all__ = [
    "KIND",
    "approve",
    "bad_file",
    "comparison_file",
    "hand_in",
    "reject",
    "template_file",
]
