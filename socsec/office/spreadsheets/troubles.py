"""Why a file cannot be read as a whole, in words."""

from django.utils.translation import gettext_lazy as _

from socsec.office.errors import Invalid, Text, say

AGAIN = _("Save it as an Excel workbook (.xlsx) or as CSV, and upload it again.")


def no_spreadsheet(fix: Text = AGAIN) -> Invalid:
    return Invalid(_("This is no spreadsheet that we can read."), code="not_a_spreadsheet", fix=fix)


def old_or_locked() -> Invalid:
    return Invalid(
        _("This is an old Excel file (.xls), or one with a password."),
        code="old_or_locked",
        fix=_("Take the password off, save it as an Excel workbook (.xlsx), and upload it again."),
    )


def damaged() -> Invalid:
    return Invalid(
        _("The file is cut off or damaged."),
        code="damaged",
        fix=_("Open it in your spreadsheet program, save it once more, and upload it again."),
    )


def macros() -> Invalid:
    return Invalid(
        _("The file contains macros, which we do not take."),
        code="macros",
        fix=_("Save it as a workbook without macros (.xlsx), and upload it again."),
    )


def bomb() -> Invalid:
    return Invalid(
        _("The file unpacks to far more than a spreadsheet of this size holds."),
        code="unpacks_too_large",
        fix=_("Copy the rows into the template and upload that."),
    )


def too_large(most: int) -> Invalid:
    return Invalid(
        say(_("The file is larger than %(most)s MB."), most=most // (1024 * 1024)),
        code="file_too_large",
        fix=_("Divide the rows among several files."),
    )


def too_many_rows(most: int) -> Invalid:
    return Invalid(
        say(_("The file has more than %(most)s rows."), most=f"{most:,}"),
        code="too_many_rows",
        fix=_("Divide the rows among several files."),
    )


def too_many_columns(most: int) -> Invalid:
    return Invalid(
        say(_("The file has more than %(most)s columns."), most=most),
        code="too_many_columns",
        fix=_("Use the template, and delete what stands to the right of its columns."),
    )


def too_many_blank(most: int) -> Invalid:
    return Invalid(
        say(_("The file has more than %(most)s empty rows."), most=f"{most:,}"),
        code="too_many_empty_rows",
        fix=_("Delete the empty rows, or copy the filled ones into the template."),
    )


def too_long(row: int, most: int) -> Invalid:
    return Invalid(
        say(_("A cell in row %(row)s holds more than %(most)s characters."), row=row, most=most),
        code="cell_too_long",
        fix=_("Shorten it and upload the file again."),
    )


def formula(cell: str) -> Invalid:
    return Invalid(
        say(_("The cell %(cell)s holds a formula."), cell=cell),
        code="formula",
        fix=_("Copy the cells and paste them as values, so that only what they show remains."),
    )


def merged(cells: str) -> Invalid:
    return Invalid(
        say(_("The cells %(cells)s are merged."), cells=cells),
        code="merged_cells",
        fix=_("Take the merging back, so that every row has cells of its own."),
    )


def encoding(row: int) -> Invalid:
    return Invalid(
        say(_("The characters of the file cannot be read, from row %(row)s on."), row=row),
        code="wrong_encoding",
        fix=_("Save it as CSV with the encoding UTF-8, or as an Excel workbook (.xlsx)."),
    )


def empty() -> Invalid:
    return Invalid(
        _("The file has no rows below its headings."),
        code="empty",
        fix=_("Fill in the template and upload it again."),
    )
