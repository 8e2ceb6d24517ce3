"""Spreadsheets that people upload and download.

`read` takes an uploaded file apart, Excel or CSV, in bounded memory; `template`, `errors`, `write`
and `write_csv` make files. `Layout` and `Column` say what a kind of spreadsheet holds.
"""

from .cells import read_date, read_month
from .layout import Column, Layout, Limits, Row
from .reading import digest, read
from .writing import WRONG, XLSX, errors, neutral, template, write, write_csv

__all__ = [
    "WRONG",
    "XLSX",
    "Column",
    "Layout",
    "Limits",
    "Row",
    "digest",
    "errors",
    "neutral",
    "read",
    "read_date",
    "read_month",
    "template",
    "write",
    "write_csv",
]
