"""The badge, read as a browser and as a screen reader read it."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

from zenodo_jupyter.localrepo import badge

SVG = "{http://www.w3.org/2000/svg}"


def read(text, *, registered=True):
    """Parse a badge, which fails unless it is well-formed."""
    return ElementTree.fromstring(badge.svg(text, registered=registered))


def texts(root):
    """Return the words that are drawn."""
    return [t.text for t in root.iter(f"{SVG}text")]


def test_a_registered_doi_shows_itself_and_nothing_else():
    """The familiar badge: DOI on the left, its value on the right, and a name for screen readers."""
    root = read("10.5281/zenodo.1234567")
    assert texts(root) == ["DOI", "10.5281/zenodo.1234567"]
    assert root.find(f"{SVG}title").text == "DOI 10.5281/zenodo.1234567"
    assert root.get("role") == "img"
    assert root.get("height") == "20"
    assert 180 < float(root.get("width")) < 200  # Zenodo's own is about 190 pixels wide


def test_a_local_doi_says_that_it_is_not_registered():
    """Nobody can take a local badge for a DOI that resolves: it says so in what is drawn and in what is read out."""
    root = read("10.5072/zenodo.7", registered=False)
    assert texts(root) == ["DOI", "10.5072/zenodo.7 local, not registered"]
    assert "not registered" in root.find(f"{SVG}title").text
    assert "does not resolve" in root.find(f"{SVG}desc").text
    assert "doi.org/" not in badge.svg("10.5072/zenodo.7", registered=False)


@pytest.mark.parametrize("registered", [True, False])
def test_nothing_in_it_runs_or_loads(registered):
    """A badge is a picture: no script, no style sheet, no reference out of itself."""
    text = badge.svg("10.5281/zenodo.1", registered=registered)
    assert [part for part in ("<script", "<style", "href", "@import", "https://") if part in text] == []
    assert text.count("http://") == 1  # the name of SVG itself
    names = {element.tag for element in ElementTree.fromstring(text).iter()}
    assert f"{SVG}foreignObject" not in names


@pytest.mark.parametrize(
    "hostile",
    [
        "</text><script>alert(1)</script>",
        'x" onload="alert(1)',
        "a&b <c>",
        "tab\tand\nline",
        "null\x00and\x1b",
        "\u202eflipped",
        "\ud800lone",
        "\uffff",
    ],
)
def test_hostile_text_stays_text(hostile):
    """Whatever is asked for is drawn as letters, in a well-formed document with no further elements."""
    root = read(hostile)
    assert not [e for e in root.iter() if e.tag.endswith("script")]
    assert not [a for e in root.iter() for a in e.attrib if a.startswith("on")]
    badge.svg(hostile, registered=True).encode("utf-8")


def test_long_text_is_cut_and_wide_text_gets_room():
    """A picture has a limit, and letters beyond ASCII have a width too."""
    assert len(texts(read("x" * 5000))[1]) == 200
    assert badge.text_width("漢字") == pytest.approx(22)
    assert badge.text_width("é") == pytest.approx(badge.text_width("e"), abs=1)
    assert badge.text_width("e\u0301") == badge.text_width("e")


def test_widths_are_those_of_the_font():
    """The table agrees with the font itself, where it is installed."""
    font = pytest.importorskip("PIL.ImageFont")
    try:
        dejavu = font.truetype("DejaVuSans.ttf", 1000, layout_engine=font.Layout.BASIC)
    except OSError:
        pytest.skip("DejaVu Sans is not installed")
    for text in ("DOI", "10.5281/zenodo.1234567", "local, not registered", "W@iM"):
        assert badge.text_width(text) == pytest.approx(dejavu.getlength(text) * 11 / 1000, abs=0.3)
