"""Statements of schemes: their columns checked, and the database's refusals put into words."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from socsec.office.errors import Invalid, Text

WHOLE = {20, 21, 23}  # PostgreSQL's type numbers of bigint, smallint and integer


def check_columns(
    select: str, params: Sequence[Any], *, whole: Sequence[str], text: Sequence[str]
) -> None:
    """Refuse a SELECT that lacks a column, or that would put a fraction where fen belong.

    The database would round a fraction on the way in, silently.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({select}) AS row LIMIT 0", list(params))  # noqa: S608
        types = {column.name: column.type_code for column in cursor.description}
    wrong = [name for name in whole if types.get(name) not in WHOLE]
    wrong += [name for name in text if name not in types]
    if wrong:
        raise Invalid(
            _("The statement must yield these columns, numbers whole: %(columns)s.")
            % {"columns": ", ".join(wrong)},
            code="wrong_columns",
        )


def unfit(error: Exception, said: Mapping[str, Text]) -> Invalid:
    """What the database refused, in the words that `said` has for the constraint or column."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or getattr(diagnosis, "column_name", None)
    return Invalid(
        said.get(name or "", _("A value is missing, or too large for its column.")),
        code=name or "unfit_value",
    )
