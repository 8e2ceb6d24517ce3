"""Gathers every text for people into `locale/`, and compiles what is translated.

`python scripts/messages.py` extracts the messages of code and templates, carries the translations
that exist over, and writes `django.po` and `django.mo` for each language. It needs no gettext on
the machine. `--check` writes nothing and exits 1 where a message has no translation or a file is
out of step. `--translations FILE` takes the Chinese of messages from a JSON object
`{"English message": "中文"}` (a plural is found by its singular), so that a translator needs no
editor for `.po` files.
"""

import argparse
import fcntl
import json
import os
import re
import sys
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path

import django
import polib
from babel.messages.extract import extract

ROOT = Path(__file__).resolve().parents[1]
PLACES = ["socsec", "enrollment", "pensions", "medical", "assistance", "funds", "templates"]
LANGUAGES = ["zh_Hans", "en"]
KEYWORDS = {
    "_": None,
    "_now": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w*\}|%[sd]")

Key = tuple[str | None, str, str | None]


def sources() -> Iterator[tuple[Path, bytes]]:
    """Each file that may hold messages, templates turned into calls that the extractor reads."""
    from django.utils.translation import template

    for place in PLACES:
        for path in sorted((ROOT / place).rglob("*")):
            if path.suffix == ".py" and "migrations" not in path.parts:
                yield path, path.read_bytes()
            elif path.suffix in {".html", ".txt"}:
                yield path, template.templatize(path.read_text("utf-8"), origin=str(path)).encode()


def messages() -> dict[Key, list[str]]:
    """Every message of the product with the places that say it."""
    found: dict[Key, list[str]] = {}
    for path, text in sources():
        for _line, message, _comments, context in extract(
            "python", BytesIO(text), keywords=KEYWORDS, options={"encoding": "utf-8"}
        ):
            one, many = message if isinstance(message, tuple) else (message, None)
            if one:
                places = found.setdefault((context, one, many), [])
                name = str(path.relative_to(ROOT))
                if name not in places:
                    places.append(name)
    return found


def load(language: str) -> polib.POFile:
    path = ROOT / "locale" / language / "LC_MESSAGES" / "django.po"
    return polib.pofile(str(path), wrapwidth=100) if path.exists() else polib.POFile()


def merged(language: str, found: dict[Key, list[str]]) -> polib.POFile:
    """The catalogue of a language with exactly the messages that the product says today."""
    old = {(e.msgctxt, e.msgid): e for e in load(language)}
    catalogue = polib.POFile(wrapwidth=100)
    plural = "nplurals=1; plural=0;" if language == "zh_Hans" else "nplurals=2; plural=(n != 1);"
    catalogue.metadata = {
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": language,
        "Plural-Forms": plural,
    }
    for (context, one, many), places in sorted(
        found.items(), key=lambda kv: (kv[0][1], kv[0][0] or "")
    ):
        before = old.get((context, one))
        entry = polib.POEntry(
            msgctxt=context, msgid=one, occurrences=[(p, "") for p in sorted(places)]
        )
        if many:
            entry.msgid_plural = many
            forms = {0: one, 1: many} if language == "en" else {0: ""}
            entry.msgstr_plural = (before.msgstr_plural if before else None) or forms
        else:
            entry.msgstr = (before.msgstr if before else "") or (one if language == "en" else "")
        if PLACEHOLDER.search(one):
            entry.flags = ["python-brace-format" if "{" in one else "python-format"]
        catalogue.append(entry)
    return catalogue


def translate(catalogue: polib.POFile, words: dict[str, str]) -> None:
    """Gives messages the translations of a file; a name that no message has is left alone."""
    for entry in catalogue:
        said = words.get(entry.msgid)
        if said and entry.msgid_plural:
            entry.msgstr_plural = {0: said}
        elif said:
            entry.msgstr = said


def gaps(catalogue: polib.POFile) -> list[str]:
    """What keeps a catalogue from being complete, one line each."""
    out = []
    for entry in catalogue:
        forms = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        if not all(forms):
            out.append(f"no translation: {entry.msgid!r}")
            continue
        wanted = sorted(PLACEHOLDER.findall(entry.msgid))
        plural = sorted(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        for form in forms:
            if sorted(PLACEHOLDER.findall(form)) not in (wanted, plural):
                out.append(f"other placeholders: {entry.msgid!r} → {form!r}")
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 on any gap")
    parser.add_argument("--translations", type=Path, help="JSON object: message → Chinese")
    args = parser.parse_args()
    words = json.loads(args.translations.read_text("utf-8")) if args.translations else {}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socsec.settings.local")
    sys.path.insert(0, str(ROOT))
    django.setup()
    # Two who gather at the same time would each write over what the other translated.
    lock = os.open(ROOT / "locale", os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    found, bad = messages(), 0
    report = StringIO()
    for language in LANGUAGES:
        catalogue = merged(language, found)
        if language == "zh_Hans":
            translate(catalogue, words)
        missing = gaps(catalogue)
        folder = ROOT / "locale" / language / "LC_MESSAGES"
        if args.check:
            if str(catalogue) != str(load(language)):
                missing.append("django.po is out of step: run `make messages`")
            compiled = folder / "django.mo"
            if not compiled.exists() or compiled.read_bytes() != catalogue.to_binary():
                missing.append("django.mo is out of step: run `make messages`")
        else:
            folder.mkdir(parents=True, exist_ok=True)
            catalogue.save(str(folder / "django.po"))
            catalogue.save_as_mofile(str(folder / "django.mo"))
        report.write(f"{language}: {len(catalogue)} messages, {len(missing)} to mend\n")
        report.writelines(f"  {line}\n" for line in missing)
        bad += len(missing)
    sys.stdout.write(report.getvalue())
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
