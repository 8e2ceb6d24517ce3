"""`manage.py assess`: facts in, sheets out, and no fact that cannot be used gets past."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).parents[2]
RULE = "enrollment.contribution"
CASE = {"base": "7162.00", "category": "EMPLOYEE"}


class Given:
    """A stdin that holds some JSON, or bytes as they are."""

    def __init__(self, given):
        self.buffer = io.BytesIO(given if isinstance(given, bytes) else json.dumps(given).encode())


def run(monkeypatch, *arguments, given=None):
    """What the command prints. Without a database: this test has none to touch."""
    monkeypatch.setattr(sys, "stdin", Given(given))
    out = io.StringIO()
    call_command("assess", *arguments, stdout=out)
    return out.getvalue()


def refused(monkeypatch, *arguments, given=None):
    with pytest.raises(CommandError) as error:
        run(monkeypatch, *arguments, given=given)
    assert error.value.returncode == 2
    return str(error.value)


def process(*arguments, given=None):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "socsec.settings.local",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",  # nothing listens there
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "PYTHONIOENCODING": "utf-8",
    }
    return subprocess.run(
        [sys.executable, "manage.py", "assess", *arguments],
        cwd=ROOT,
        env=environment,
        input=json.dumps(given).encode(),
        capture_output=True,
        timeout=300,
        check=False,
    )


def test_a_process_without_database_and_server_assesses_and_exits_with_0():
    done = process(RULE, "--on", "2025-07", "--region", "110000", given=[CASE, CASE])
    assert done.returncode == 0, done.stderr.decode()
    assert [sheet["rule"] for sheet in json.loads(done.stdout)] == [RULE, RULE]


def test_a_process_that_is_given_an_unknown_fact_names_it_and_exits_with_2():
    done = process(RULE, given={**CASE, "colour": "red"})
    assert done.returncode == 2
    assert done.stdout == b""
    assert "colour" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


@pytest.mark.parametrize("last", [True, False])
def test_the_file_may_be_named_after_the_options_or_before(monkeypatch, tmp_path, last):
    file = tmp_path / "case.json"
    file.write_text(json.dumps(CASE), encoding="utf-8")
    options = ["--on", "2025-07", "--region", "110000"]
    words = [RULE, *options, str(file)] if last else [RULE, str(file), *options]
    assert json.loads(run(monkeypatch, *words))["facts"]["base"] == "7162.00"
    assert json.loads(run(monkeypatch, RULE, *options, "-", given=CASE))["region"] == "110000"


def test_one_case_in_one_sheet_out(monkeypatch):
    sheet = json.loads(run(monkeypatch, RULE, "--on", "2025-07", "--region", "110000", given=CASE))
    assert sheet["facts"]["base"] == "7162.00"
    assert (sheet["on"], sheet["region"]) == ("2025-07", "110000")
    assert sheet["result"]
    for line in sheet["lines"]:
        assert line["code"]
        assert line["label"]["zh"]
        assert line["label"]["en"]
        assert {"value", "unit", "working", "law", "open", "terms"} <= set(line)


def test_a_list_in_a_list_out_from_a_file_in_the_same_order(tmp_path, monkeypatch):
    cases = [{**CASE, "base": f"{base}.00"} for base in (5000, 7000, 6000)]
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(cases), encoding="utf-8-sig")  # with the mark that Windows writes
    sheets = json.loads(run(monkeypatch, RULE, str(file), "--on", "2025-07"))
    assert [sheet["facts"]["base"] for sheet in sheets] == [
        "5000.00",
        "7000.00",
        "6000.00",
    ]
    assert json.loads(run(monkeypatch, RULE, "-", "--on", "2025-07", given=[])) == []


def test_numbers_with_a_point_are_exact(monkeypatch):
    given = b'{"base": 7162.10, "category": "EMPLOYEE"}'
    sheet = json.loads(run(monkeypatch, RULE, "--on", "2025-07", given=given))
    assert sheet["facts"]["base"] == "7162.10"


def test_the_list_of_rules_says_what_each_fact_means(monkeypatch):
    text = run(monkeypatch, "--list")
    assert RULE in text
    assert "base  [yuan:" in text
    assert "EMPLOYEE | OWN_ACCOUNT" in text
    assert RULE in run(monkeypatch, "--list", RULE)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({**CASE, "colour": "red"}, "colour"),
        ({"category": "EMPLOYEE"}, "base"),
        ({**CASE, "base": "-1"}, "base"),
        ({**CASE, "base": "1000000000000"}, "base"),
        ({**CASE, "base": "NaN"}, "base"),
        ({**CASE, "category": "KING"}, "category"),
        ([CASE, {**CASE, "base": "many"}], "Case 2: base"),
        ([CASE, 5], "Case 2"),
        ("words", "JSON object"),
        (None, "JSON object"),
        (b'{"base": NaN, "category": "EMPLOYEE"}', "NaN"),
        (b'{"base": 1, "base": 2}', "base stands twice"),
        (b'{"base": 1', "not JSON"),
        (b"", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"base": ' + b"9" * 10_000 + b"}", "not JSON"),
        ('{"base": "七"}'.encode("gb18030"), "UTF-8"),
    ],
)
def test_facts_that_cannot_be_used_are_named_and_exit_with_2(given, named, monkeypatch):
    assert named in refused(monkeypatch, RULE, "--on", "2025-07", given=given)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["no.such.rule"], "no.such.rule"),
        ([], "--list"),
        ([RULE, "/nowhere/cases.json"], "/nowhere/cases.json"),
        ([RULE, "--on", "2025"], "2025"),
        ([RULE, "--on", "2025-13"], "13"),
        ([RULE, "--on", "1900-01"], "1900-01-01"),
        ([RULE, "--region", "Beijing"], "Beijing"),
        ([RULE, "--region", "11"], "11"),
        ([RULE, "--region", "990000"], "no such region"),
        (["--list", "no.such.rule"], "no.such.rule"),
    ],
)
def test_arguments_that_cannot_be_used_are_named_and_exit_with_2(arguments, named, monkeypatch):
    assert named in refused(monkeypatch, *arguments, given=CASE)


def test_policy_values_can_be_tried_without_being_law(tmp_path, monkeypatch):
    tried = tmp_path / "tried.yaml"
    tried.write_text(
        "- {code: enrollment.pension.person_rate, region: '310000', from: 2026-03-01, value: '0.05'}",
        "utf-8",
    )
    asked = (RULE, "--on", "2026-03", "--region", "310000")
    law = json.loads(run(monkeypatch, *asked, given=CASE))
    what_if = json.loads(run(monkeypatch, *asked, "--policy", str(tried), given=CASE))
    assert law["result"]["person_share"] == "572.96"  # 8 % of 7,162.00
    assert what_if["result"]["person_share"] == "358.10"  # 5 %
    assert law["edition"] != what_if["edition"]


@pytest.mark.parametrize(
    "text", ["nonsense", "- 5", "- {code: no.such, region: '000000', from: 2026-01-01, value: 1}"]
)
def test_what_is_no_list_of_policy_values_is_refused(tmp_path, monkeypatch, text):
    tried = tmp_path / "tried.yaml"
    tried.write_text(text, "utf-8")
    refused(monkeypatch, RULE, "--on", "2026-03", "--policy", str(tried), given=CASE)
    refused(monkeypatch, RULE, "--on", "2026-03", "--policy", str(tmp_path / "none"), given=CASE)
