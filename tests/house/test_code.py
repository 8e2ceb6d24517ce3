"""Tests of the codebase itself: walls, numerals of law, reversible migrations, no unfinished work."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).resolve().parents[2]
OURS = ["socsec", "enrollment", "pensions", "medical", "assistance", "funds"]
# Counting, calendar and unit numbers that are no numbers of law.
HARMLESS = {0, 1, 2, 12, 100, 1_000_000, -1}


def sources(*names: str) -> list[Path]:
    found = []
    for app in OURS:
        for path in (ROOT / app).rglob("*.py"):
            parts = path.relative_to(ROOT / app).parts
            if "migrations" not in parts and (not names or parts[0].removesuffix(".py") in names):
                found.append(path)
    return found


def numerals(path: Path) -> list[tuple[int, object]]:
    """Numbers a module states outside strings, with their lines."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if (
            isinstance(node, ast.Constant)
            and type(node.value) in (int, float)
            and node.value not in HARMLESS
        ):
            found.append((node.lineno, node.value))
    return found


@pytest.mark.parametrize(
    "path", sources("facts", "queries"), ids=lambda p: str(p.relative_to(ROOT))
)
def test_sql_gathers_and_states_no_number_of_law(path):
    assert numerals(path) == []


def rule_files() -> list[Path]:
    return [p for p in sources("rules") if p.parts[-1] != "__init__.py" or p.stat().st_size > 200]


@pytest.mark.parametrize("path", rule_files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_rules_take_their_numbers_from_policy(path):
    """A rule may bound what a form can hold, in a facts class; its arithmetic states no number of law."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        for inner in ast.walk(ast.Module(body=node.body, type_ignores=[])):
            if isinstance(inner, ast.Constant) and type(inner.value) in (int, float):
                assert inner.value in HARMLESS, f"{path}:{inner.lineno} states {inner.value}"


# Numbers that a service may state since no law does: what a file, a form, a page or a database can
# hold, and rules of the house. By module, the names that it gives them and why.
TECHNIQUE = {
    "assistance/services/care/levels.py": {"STEP": "of the scores"},
    "assistance/services/care/orders.py": {"CODES": "of six digits", "AHEAD": "against slips"},
    "assistance/services/care/plans.py": {"MOST_LINES": "of one plan"},
    "assistance/services/applying.py": {"OLDEST": "of a paper, against slips"},
    "assistance/services/answers.py": {"MOST": "answers at once"},
    "assistance/services/reporting.py": {"CODE": "letters of a code"},
    "assistance/services/matching.py": {
        "LARGEST": "what a register may say at most, against slips",
        "MOST_THINGS": "lines of one answer",
    },
    "assistance/services/programmes.py": {"MOST_DAYS": "of one form"},
    "enrollment/services/checks.py": {"LONGEST_TEXT": "letters that columns hold"},
    "enrollment/services/collection/receipts.py": {"CHUNK": "receipts looked at together"},
    "enrollment/services/collection/spreading.py": {"MOST": "so that products stay exact"},
    "enrollment/services/collection/surcharge.py": {"FOREVER": "a day after all others"},
    "enrollment/services/collection/tax_file.py": {
        "LARGEST": "bytes of a file",
        "MOST_LINES": "of a file",
    },
    "enrollment/services/collection/agreements.py": {"CHUNK": "agreements in one transaction"},
    "enrollment/services/cover/in_sets.py": {"CHUNK": "rows of one statement"},
    "enrollment/services/employers/employer.py": {"_LONGEST": "letters that columns hold"},
    "enrollment/services/employers/staff_file.py": {"CHUNK": "rows", "LIMITS": "of a file"},
    "enrollment/services/employers/uploads/handing_in.py": {
        "LARGEST": "bytes of a file",
        "MOST_HEADS": "against slips",
    },
    "enrollment/services/employers/wage_file.py": {"CHUNK": "rows", "LIMITS": "of a file"},
    "enrollment/services/living/proofs.py": {"CHUNK": "people in one transaction"},
    "enrollment/services/living/status.py": {"MOST": "lines at once"},
    "enrollment/services/online/paying.py": {"VALID": "how long a page of payment stays open"},
    "enrollment/services/people/delegates.py": {"LONGEST_YEARS": "a rule of the house"},
    "enrollment/services/people/electronic_card.py": {"GOOD_FOR": "seconds of a picture"},
    "enrollment/services/people/gaps.py": {
        "CHUNK": "people in one transaction",
        "FURTHEST": "a rule of the house",
    },
    "enrollment/services/record/certificates/contributions.py": {"SUMMED": "places in a row"},
    "enrollment/services/record/certificates/movement.py": {"MONTH": "places in a row"},
    "enrollment/services/residents/enrolment.py": {"MOST_COLLECTIVE": "against slips"},
    "enrollment/services/residents/legacy.py": {
        "FIRST_YEAR": "no record of these schemes can be older",
        "MOST_BALANCE": "against slips",
    },
    "enrollment/services/revision/deferrals.py": {"MOST_MONTHS": "of one form"},
    "funds/services/anchors.py": {"LEAF": "bytes of a fingerprint"},
    "funds/services/bank/deposits.py": {"MOST_RATE": "against slips", "LONGEST": "against slips"},
    "funds/services/bank/files.py": {"MOST": "bytes of a file"},
    "funds/services/bank/matching.py": {"DAYS_APART": "a rule of the house"},
    "funds/services/digests.py": {"SLICE_BITS": "how digests are cut"},
    "funds/services/exporting.py": {"AT_ONCE": "rows held in memory"},
    "funds/services/financing/dues.py": {"LONGEST": "of a document", "REASON": "of a reason"},
    "funds/services/investment/files.py": {
        "MOST": "bytes of a file",
        "BASES": "by which coupons may be counted",
        "MOST_LEVEL": "against slips",
        "LONGEST_CODE": "letters that columns hold",
        "PLACES": "of a price in a file",
        "KINDS": "cells of each kind of line",
    },
    "funds/services/investment/mandates.py": {
        "MOST_CURE_DAYS": "against slips",
        "LONGEST_NUMBER": "letters that columns hold",
    },
    "funds/services/ledger.py": {"MOST": "so that sums stay exact"},
    "funds/services/payments/bank_file.py": {"AT_ONCE": "orders held in memory"},
    "funds/services/payments/return_file.py": {"LONGEST_LINE": "bytes", "IN_MEMORY": "bytes"},
    "funds/services/pooling/agreeing.py": {"LONGEST": "of an objection"},
    "funds/services/pooling/figures.py": {"LONGEST": "of a source"},
    "funds/services/pooling/rounds.py": {"LONGEST": "of a reason", "LONGEST_DOCUMENT": "letters"},
    "funds/services/pooling/transfers.py": {"LONGEST": "of a reason"},
    "funds/services/projection/demography.py": {
        "THOUSAND": "the unit of the published tables",
        "BASE": "the first year that the files carry",
        "LAST_KNOWN": "the last year whose people are published by age",
        "WIDTH": "of an age group of the files",
        "LESS": "a second try",
    },
    "funds/services/projection/asking.py": {
        "LONGEST_NAME": "letters",
        "MOST_DRAWS": "against slips",
        "LEASE": "before another worker takes it over",
        "MOST_TRIES": "of a worker",
        "ROWS": "in one statement",
    },
    "funds/services/projection/outlook.py": {
        "TRILLION": "how a page counts",
        "MILLION": "how a page counts",
        "EVERY": "years between labels",
        "TEN": "of decimals",
    },
    "funds/services/projection/working.py": {
        "LAST_YEAR": "of the population's files",
        "QUANTILES": "how bands are drawn",
    },
    "funds/services/projection/scenario.py": {"LEVERS": "against slips"},
    "funds/services/supervision/judging.py": {"LONGEST": "of a reason"},
    "funds/services/supervision/looking.py": {"HUNDRED": "per cent"},
    "funds/services/statement.py": {"WHOLE": "PostgreSQL's numbers of types"},
    "medical/services/grouping/budgets.py": {"LIMITS": "of one file"},
    "medical/services/grouping/lists.py": {"LIMITS": "of one file", "CHUNK": "of one statement"},
    "medical/services/catalogue/editions.py": {
        "CHUNK": "rows",
        "FIRST_DAY": "no catalogue can be older than the insurance",
    },
    "medical/services/catalogue/sheets.py": {
        "LIMITS": "of a file",
        "MOST_MONTHS": "against slips",
        "MOST_A_DAY": "against slips",
    },
    "medical/services/auditing/appeals.py": {
        "LONGEST": "letters",
        "PANEL": "the second turn",
    },
    "medical/services/paying/agreeing.py": {"MOST_BILLS": "of one message"},
    "medical/services/providers/prices.py": {
        "CHUNK": "rows",
        "MOST_BAD": "rows given back",
        "LIMITS": "of a file",
    },
    "medical/services/reimbursing/lines.py": {
        "COLUMNS": "of a row",
        "PLACES": "of quantities and prices",
        "MOST": "against slips",
        "MOST_AMOUNT": "against slips",
    },
    "medical/services/settling/charging.py": {
        "TO_FEN": "of millionths",
        "MOST_LINES": "of one message",
    },
    "medical/services/settling/posting.py": {"DAYS_BACK": "looked at each night"},
    "medical/services/settling/replay.py": {
        "FEW": "differences named",
        "PEOPLE": "whose bills are held in memory",
    },
    "medical/services/settling/what_if.py": {
        "MOST_PEOPLE": "of one page",
        "AT_ONCE": "in memory",
    },
    "medical/services/settling/year.py": {"PLANS_KEPT": "in memory"},
    "medical/services/settling/visits.py": {"AHEAD": "by which a clock may be fast"},
    "pensions/services/account.py": {"RECEIPTS": "in one transaction"},
    "pensions/services/estimate/common.py": {"APART": "how a page compares"},
    "pensions/services/more.py": {"YEARS": "how a page compares", "STEPS": "how a page compares"},
    "pensions/services/projection.py": {"MOST_GROWTH": "against slips"},
    "pensions/services/residents/accounts.py": {"SOURCES": "in one transaction"},
    "pensions/services/rises.py": {
        "_AGES": "how a preview is grouped",
        "_LEVELS": "how a preview is grouped",
        "_YEARS": "how a preview is grouped",
    },
    "pensions/services/transfers/outside.py": {"MOST_MONTHS": "of one form"},
}
# Said in place: how long a text may be, how wide a column of a paper is, how much goes at once.
MEASURES = {
    *("known_name", "known_text", "Column", "iterator", "token_urlsafe", "mask", "number"),
    *("_code", "_text", "ljust"),
}
SETTINGS = {"batch_size", "size", "width"}
# The last month of a year counted from nought, the last day of December, the first of March, the
# digits of a percentage, the most that a person's number can be.
CALENDAR_AND_DIGITS = {3, 11, 31, 10_000}


class Stated(ast.NodeVisitor):
    """The numbers that a service states, but for places in a row and measures."""

    def __init__(self, names):
        self.names, self.found = names, []

    def visit_Constant(self, node):
        if type(node.value) in (int, float) and node.value not in HARMLESS | CALENDAR_AND_DIGITS:
            self.found.append((node.lineno, node.value))

    def visit_Assign(self, node):
        named = {
            inner.id for inner in ast.walk(ast.Module([node], [])) if isinstance(inner, ast.Name)
        }
        if node.col_offset or not named & set(self.names):
            self.generic_visit(node)

    def visit_BinOp(self, node):
        power_of_two = isinstance(node.op, ast.Pow) and getattr(node.left, "value", 0) == 2
        if not power_of_two:
            self.generic_visit(node)

    def visit_Subscript(self, node):
        self.visit(node.value)

    def visit_Compare(self, node):
        if not any(
            isinstance(inner, ast.Call) and getattr(inner.func, "id", "") == "len"
            for inner in (node.left, *node.comparators)
        ):
            self.generic_visit(node)

    def visit_Call(self, node):
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        for inner in (*node.args, *node.keywords):
            if called not in MEASURES and getattr(inner, "arg", None) not in SETTINGS:
                self.visit(inner)
        self.visit(node.func)


def test_services_take_their_numbers_of_law_from_policy():
    # The office and the kernel know no law.
    services = [p for p in sources("services") if p.relative_to(ROOT).parts[0] != "socsec"]
    found = {}
    for path in services:
        place = str(path.relative_to(ROOT))
        stated = Stated(TECHNIQUE.get(place, ()))
        stated.visit(ast.parse(path.read_text("utf-8")))
        if stated.found:
            found[place] = stated.found
    assert found == {}
    assert set(TECHNIQUE) <= {str(path.relative_to(ROOT)) for path in services}


def test_rules_use_no_floats():
    for path in sources("rules", "kernel"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), path


def test_every_migration_can_be_undone_or_says_why():
    """An operation that cannot be reversed needs the word "irreversible" in its migration's docstring."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    apps = {"office", "funds", "enrollment", "pensions", "medical", "assistance"}
    for (app, name), migration in loader.disk_migrations.items():
        if app not in apps:
            continue
        for operation in migration.operations:
            if (
                isinstance(operation, migrations.RunSQL | migrations.RunPython)
                and not operation.reversible
            ):
                module = __import__(type(migration).__module__, fromlist=["__doc__"])
                assert "irreversible" in (module.__doc__ or ""), f"{app}.{name}"


def test_portal_pages_ask_for_whom_the_person_acts():
    """`acting_for(request, scope)` or `own(request)`, never the account's own number: a page that
    forgets would show or change one person's file while acting for another."""
    signing_in = ROOT / "enrollment" / "portal" / "sign_in.py"
    for path in [*sources("portal"), *(ROOT / "socsec" / "office").glob("my*.py")]:
        if path != signing_in:
            assert not re.search(r"\.user\.person_id", path.read_text("utf-8")), path


UNFINISHED = re.compile(
    r"NotImplementedError|\bTODO\b|\bFIXME\b|\bXXX\b|pytest\.skip|mark\.skip|xfail"
)


def test_nothing_is_left_unfinished():
    here = Path(__file__)
    for path in [
        *sources(),
        *(ROOT / "tests").rglob("*.py"),
        *(ROOT / "templates").rglob("*.html"),
    ]:
        if path != here:
            found = UNFINISHED.search(path.read_text("utf-8"))
            assert not found, f"{path.relative_to(ROOT)}: {found and found.group()}"


def test_amounts_are_whole_numbers_in_every_table():
    """Fen, millionths and months are integers; a binary or decimal fraction in a table would round."""
    for model in apps.get_models():
        if model._meta.app_label in {
            "office",
            "funds",
            "enrollment",
            "pensions",
            "medical",
            "assistance",
        }:
            for field in model._meta.get_fields():
                assert not isinstance(field, models.FloatField | models.DecimalField), field


def test_no_amount_is_made_a_binary_fraction():
    for path in sources("services", "queries", "facts", "batch", "rules"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "float", f"{path}:{node.lineno}"
