"""Printed papers: letters, statements and certificates as PDF.

A `Paper` is written from top to bottom in the words of its kind: heading, text, facts, table,
months, sheet, proof. It is A4, black, set in Song type with the typeface embedded, tagged for
screen readers, its text can be searched and copied, and the same input gives the same bytes.
docs/papers.md shows how to write one.
"""

from .paper import Cell, Column, Paper, Proof

__all__ = ["Cell", "Column", "Paper", "Proof"]
