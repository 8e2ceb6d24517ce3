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
    for path in [*sources("portal"), ROOT / "socsec" / "office" / "my.py"]:
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
