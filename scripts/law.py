"""Writes `docs/law/`: a page for each rule, one for each policy file, and the articles they rest on.

`python scripts/law.py` reads the rules, the policy files and the published cases, and writes what
they say in words that a lawyer can check: facts, lines with their working and article, parameters
with date, value, law and status, worked cases. `--check` writes nothing and exits 1 where a page
is out of step, so that no rule changes without its page.
"""

import argparse
import re
import sys
import typing
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
LAW = ROOT / "docs" / "law"
APPS = ["enrollment", "pensions", "medical", "assistance", "funds"]
STATUTE = LAW / "texts" / "社会保险法.md"
sys.path.insert(0, str(ROOT))

from socsec.kernel.facts import FactSpec  # noqa: E402
from socsec.kernel.params import Params  # noqa: E402
from socsec.kernel.policy import Policy  # noqa: E402
from socsec.kernel.rules import RULES, Rule, load  # noqa: E402
from socsec.kernel.sheet import LineSpec, Sheet  # noqa: E402

ARTICLE = re.compile(r"社会保险法(第[一二三四五六七八九十百]+条)")
HEAD = "<!-- Written by scripts/law.py from the rules and policy files; do not edit. -->"


def pages() -> dict[Path, str]:
    """Every page with its text."""
    load(APPS)
    policy = Policy.files()
    files = policy_files()
    cases = published()
    found = {
        LAW / f"{rule.code}.md": rule_page(rule, files, cases.get(rule.code, []))
        for rule in RULES.values()
    }
    for name, codes in files.items():
        found[LAW / "parameters" / f"{name}.md"] = policy_page(name, codes, policy)
    found[LAW / "README.md"] = index_page()
    return found


def policy_files() -> dict[str, list[str]]:
    """The parameters of each policy file, by the app and the name of the file."""
    found = {}
    for app in APPS:
        for path in sorted((ROOT / app / "policy").glob("*.yaml")):
            read = yaml.safe_load(path.read_text("utf-8"))
            found[f"{app}.{path.stem}"] = list(read or {})
    return found


def published() -> dict[str, list[dict[str, Any]]]:
    """The published cases that test each rule."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((ROOT / "tests" / "cases").rglob("*.yaml")):
        read = yaml.safe_load(path.read_text("utf-8"))
        for case in read if isinstance(read, list) else []:
            if isinstance(case, dict) and "rule" in case:
                place = str(path.relative_to(ROOT))
                found.setdefault(case["rule"], []).append({**case, "file": place})
    return found


# one rule


def rule_page(rule: Rule, files: dict[str, list[str]], cases: list[dict[str, Any]]) -> str:
    zh, en = rule.label
    out = [f"# {zh} · {en}", "", HEAD, "", f"`{rule.code}` — {rule.law}", ""]
    if any(rule.help):
        out += [f"{rule.help[0]}。", "", f"{rule.help[1]}.", ""]
    doc = (rule.function.__doc__ or "").strip().splitlines()
    if doc:
        out += ["## 算法与算例 · Rule and example", "", "```text", *_dedent(doc), "```", ""]
    out += ["## 事实 · Facts", "", "| 名称 | 事实 | Fact | 单位 |", "|---|---|---|---|"]
    out += [_fact_row(spec) for spec in rule.facts.specs().values()]
    sheet = typing.get_type_hints(rule.function)["return"]
    out += ["", "## 核定表 · Sheet", ""]
    out += ["| 行 | 项目 | Line | 算式 | 依据 |", "|---|---|---|---|---|"]
    out += [_line_row(name, spec) for name, spec in lines(sheet)]
    codes = rule.params.codes()
    if codes:
        out += ["", "## 参数 · Parameters", "", "| 名称 | 参数 | 取值 |", "|---|---|---|"]
        where = {code: name for name, there in files.items() for code in there}
        out += [_parameter_row(rule.params, name, code, where) for name, code in codes.items()]
    if cases:
        out += ["", "## 公开算例 · Published cases", ""]
        out += ["| 算例 | 状态 | 出处 |", "|---|---|---|"]
        out += [
            f"| {_cell(case.get('title', case['id']))} | {case.get('status', '')} |"
            f" {_cell(case.get('source', ''))} (`{case['file']}`) |"
            for case in cases
        ]
    return "\n".join(out) + "\n"


def lines(sheet: type[Sheet], prefix: str = "") -> Iterator[tuple[str, LineSpec]]:
    """Every line of a sheet, those of nested sheets where these stand."""
    hints = typing.get_type_hints(sheet)
    specs = sheet.specs()
    for each in fields(sheet):  # type: ignore[arg-type]
        if each.name in specs:
            yield prefix + each.name, specs[each.name]
        elif isinstance(hints.get(each.name), type) and issubclass(hints[each.name], Sheet):
            yield from lines(hints[each.name], f"{prefix}{each.name}.")


def _fact_row(spec: FactSpec) -> str:
    unit = spec.unit.label[0]
    if spec.choices:
        unit = "；".join(member.label[0] for member in spec.choices)
    left_out = "" if spec.required else "（可不填）"
    return f"| `{spec.name}` | {spec.label[0]}{left_out} | {spec.label[1]} | {unit} |"


def _line_row(name: str, spec: LineSpec) -> str:
    working = f"`{_cell(spec.working)}`" if spec.working else ""
    zh, en = spec.label
    return f"| `{name}` | {zh} | {en} | {working} | {_cell(spec.law)} |"


def _parameter_row(params: type[Params], name: str, code: str, where: dict[str, str]) -> str:
    page = where.get(code, "")
    link = f"[{page}](parameters/{page}.md#{code.replace('.', '')})" if page else ""
    return f"| `{name}` | `{code}` ({params.mark(name).unit}) | {link} |"


# one policy file


def policy_page(name: str, codes: list[str], policy: Policy) -> str:
    out = [f"# {name}", "", HEAD, ""]
    for code in codes:
        parameter = policy.parameter(code)
        zh, en = parameter.label
        out += [f"## {code}", "", f"{zh} · {en}", ""]
        out += ["| 地区 | 起 | 值 | 依据 | 状态 | 备注 |", "|---|---|---|---|---|---|"]
        out += [
            f"| {value.region} | {value.start} | {_cell(value.written)} | {_cell(value.law)} |"
            f" {value.status} | {_cell(value.note)} |"
            for value in policy.values()
            if value.code == code
        ]
        out.append("")
    return "\n".join(out)


# the index


def index_page() -> str:
    out = ["# 规则与依据 · Rules and their law", "", HEAD, ""]
    out += ["| 规则 | 名称 | Rule | 依据 |", "|---|---|---|---|"]
    by_article: dict[str, set[str]] = {}
    for code, rule in sorted(RULES.items()):
        out.append(
            f"| [{code}]({code}.md) | {rule.label[0]} | {rule.label[1]} | {_cell(rule.law)} |"
        )
        sheet = typing.get_type_hints(rule.function)["return"]
        for text in (rule.law, *(spec.law for _name, spec in lines(sheet))):
            for article in ARTICLE.findall(text):
                by_article.setdefault(article, set()).add(code)
    texts = articles()
    out += ["", "## 社会保险法 · Social Insurance Law", ""]
    for article, codes in sorted(by_article.items(), key=lambda each: _order(each[0])):
        links = ", ".join(f"[{code}]({code}.md)" for code in sorted(codes))
        out += [f"### {article}", "", *(f"> {line}" for line in texts[article]), "", links, ""]
    return "\n".join(out)


def articles() -> dict[str, list[str]]:
    """The articles of the law, each with its paragraphs."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in STATUTE.read_text("utf-8").splitlines():
        begins = re.match(r"(第[一二三四五六七八九十百]+条)\s", line)
        if begins:
            name = begins.group(1)
            found[name] = [line]
        elif line.startswith("#"):
            name = ""
        elif line.strip() and name:
            found[name].append(line)
    return {article: _spaced(text) for article, text in found.items()}


def _spaced(paragraphs: list[str]) -> list[str]:
    out: list[str] = []
    for paragraph in paragraphs:
        out += [paragraph, ""]
    return out[:-1]


_DIGITS = {digit: place for place, digit in enumerate("零一二三四五六七八九")}


def _order(article: str) -> int:
    """第十五条 → 15."""
    total = digit = 0
    for letter in article.strip("第条"):
        if letter in "十百":
            total += max(digit, 1) * (10 if letter == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[letter]
    return total + digit


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def _dedent(doc: list[str]) -> list[str]:
    return [line.removeprefix("    ") for line in doc]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 on any gap")
    check = parser.parse_args().check
    wanted = pages()
    there = {path for path in LAW.rglob("*.md") if path != STATUTE}
    stale = sorted(there - set(wanted))
    wrong = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    if not check:
        for path in wrong:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], "utf-8")
        for path in stale:
            path.unlink()
        sys.stdout.write(f"{len(wanted)} pages, {len(wrong)} written, {len(stale)} removed\n")
        return 0
    for path in [*wrong, *stale]:
        sys.stdout.write(f"{path.relative_to(ROOT)} is out of step: run `make law`\n")
    return 1 if wrong or stale else 0


if __name__ == "__main__":
    sys.exit(main())
