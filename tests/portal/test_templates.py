"""The templates and styles themselves: nothing inline, nothing missing, contrast as promised."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from socsec.office import shell

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(
    path
    for path in (ROOT / "templates").rglob("*.html")
    if "admin" not in path.relative_to(ROOT / "templates").parts
)
CSS = ROOT / "static" / "css"


def name(path: Path) -> str:
    return str(path.relative_to(ROOT / "templates"))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_compiles_and_holds_nothing_inline(path):
    get_template(name(path))
    text = path.read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))
    assert "http://" not in text
    assert not re.search(r'(?:src|href)="https?://', text)


def test_every_icon_that_is_used_is_in_the_sprite():
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/img/icons.svg").read_text()))
    used = set()
    for path in TEMPLATES:
        used |= set(re.findall(r'{% icon "([a-z]+)"', path.read_text("utf-8")))
    used |= {each.icon for each in [*shell._sections, *shell._tiles]}
    assert used
    assert used <= drawn


def tokens(file: str) -> dict[str, str]:
    text = re.sub(r"/\*.*?\*/", "", (CSS / file).read_text("utf-8"), flags=re.S)
    found: dict[str, str] = {}
    for key, value in re.findall(r"--([\w-]+):\s*(#[0-9A-Fa-f]{6})", text):
        found.setdefault(key, value)
    return found


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("file", ["tokens.css", "dark.css"])
def test_texts_and_borders_have_the_contrast_that_is_promised(file):
    colours = tokens("tokens.css") | tokens(file)
    grounds = ("surface", "paper", "sunken")
    for text in ("ink", "ink-2", "ink-3", "brand", "amber", "red", "green", "blue", "plum"):
        for ground in grounds:
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    for text in ("brand", "amber", "red", "green", "blue", "plum"):
        assert contrast(colours[text], colours[f"{text}-tint"]) >= 4.5, text
    for ground in grounds:
        assert contrast(colours["edge"], colours[ground]) >= 3, ground
    assert contrast(colours["on-brand"], colours["brand"]) >= 4.5
    assert contrast(colours["on-plum"], colours["plum"]) >= 4.5
    for series in ("c1", "c2", "c3", "c4", "c5"):
        assert contrast(colours[series], colours["surface"]) >= 3, series


def test_every_colour_that_is_light_is_also_dark():
    assert set(tokens("tokens.css")) - set(tokens("dark.css")) <= {"focus"}


def test_styles_use_only_tokens_that_exist():
    known = set(
        re.findall(r"--([\w-]+):", "".join(p.read_text("utf-8") for p in CSS.glob("*.css")))
    )
    for path in CSS.glob("*.css"):
        used = set(re.findall(r"var\(--([\w-]+)\)", path.read_text("utf-8")))
        assert used <= known, path.name


def test_styles_load_nothing_from_elsewhere():
    for path in CSS.glob("*.css"):
        assert not re.search(r"@import|url\(", path.read_text("utf-8")), path.name


def test_no_figure_is_called_chart():
    """The frame of the desk draws with its own script on everything of that class, and fails."""
    for path in (ROOT / "templates").rglob("*.html"):
        assert 'class="chart' not in path.read_text("utf-8"), path
