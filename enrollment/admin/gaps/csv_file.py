"""Lists as CSV, streamed."""

import csv
from collections.abc import Iterator
from typing import Any

from django.http import StreamingHttpResponse

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take for one


def chunks(rows: Iterator[Any], size: int = 1000) -> Iterator[list[Any]]:
    part: list[Any] = []
    for row in rows:
        part.append(row)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part


class Echo:
    """A file that hands back what is written to it, for a writer of lines."""

    def write(self, text: str) -> str:
        return text


def csv_answer(name: str, rows: Iterator[list[Any]]) -> StreamingHttpResponse:
    """Rows as CSV that a spreadsheet opens with its Chinese right, and takes no cell for a formula."""
    writer = csv.writer(Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff"
        for row in rows:
            yield writer.writerow([plain_cell(cell) for cell in row])

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def plain_cell(cell: Any) -> str:
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text
