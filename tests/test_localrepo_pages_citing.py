"""What is taken away from a page: badges, exports and citations."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest

from zenodo_jupyter.localrepo import citation


def test_badges(visitor):
    """A badge says what is known of the DOI; both spellings of its address work, escaped slash or not."""
    for path in ("/badge/DOI/10.5072/zenodo.8.svg", "/badge/doi/10.5072%2Fzenodo.8.svg"):
        response = visitor.get(path)
        assert response.mimetype == "image/svg+xml"
        assert "local, not registered" in response.text
    assert "not registered" not in visitor.get("/badge/DOI/10.5281/zenodo.1.svg").text
    tag = response.headers["ETag"]
    assert visitor.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_badges_for_texts(visitor, shelf):
    """The page has the badge in four languages; a local DOI leads to the page and says so, a registered one to doi.org."""

    def codes():
        page = visitor.get("/records/8").text
        return [unescape(code) for code in re.findall(r'aria-labelledby="badge-\d">(.*?)</pre>', page, re.DOTALL)]

    markdown, html, rest, latex = codes()
    assert markdown == (
        "[![DOI 10.5072/zenodo.8, local, not registered](http://repo.test/badge/DOI/10.5072/zenodo.8.svg)]"
        "(http://repo.test/records/8)"
    )
    assert html.startswith('<a href="http://repo.test/records/8"><img src=') and "local, not registered" in html
    assert rest.splitlines()[0] == ".. image:: http://repo.test/badge/DOI/10.5072/zenodo.8.svg"
    assert latex == r"\href{http://repo.test/records/8}{DOI \texttt{10.5072/zenodo.8}} (local, not registered)"
    shelf.records["8"]["pids"]["doi"] = {"identifier": "10.1234/a_b", "provider": "external"}
    markdown, _, _, latex = codes()
    assert markdown.endswith("](https://doi.org/10.1234/a_b)")
    assert latex == r"\href{https://doi.org/10.1234/a_b}{DOI \texttt{10.1234/a\_b}}"


def test_exports_hand_the_record_on(visitor):
    """Native JSON, BibTeX and CSL-JSON are files with the right media type."""
    assert visitor.get("/records/8/export/json").json["id"] == "8"
    bibtex = visitor.get("/records/8/export/bibtex")
    assert bibtex.mimetype == "application/x-bibtex"
    assert bibtex.text.startswith("@misc{lovelace_2024_8,\n")
    assert "Fitting <decay> curves \\& more" in bibtex.text
    assert "{Analytical Engines Ltd}" in bibtex.text
    item = json.loads(visitor.get("/records/8/export/csl").data)
    assert item["type"] == "software"
    assert item["issued"] == {"date-parts": [[2024, 5, 17]]}
    assert item["author"][0] == {"family": "Lovelace", "given": "Ada"}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Doe"], "Doe, A. B. (2026). T."),
        (["Doe", "Roe"], "Doe, A. B., & Roe, A. B. (2026). T."),
        ([f"N{i}" for i in range(21)], "N18, A. B., … N20, A. B. (2026). T."),
        ([], "T. (2026)."),
    ],
)
def test_citation_text_names_people_as_apa_does(names, expected):
    """One name, two, more than twenty, or none: each as APA 7 has it."""
    creators = [{"person_or_org": {"family_name": n, "given_name": "Ada B."}} for n in names]
    record = {"id": "1", "metadata": {"title": "T", "publication_date": "2026", "creators": creators}}
    assert citation.apa(record).endswith(expected)


def test_titles_cannot_break_out_of_bibtex():
    """Braces and commands in a title are letters."""
    record = {"id": "1", "metadata": {"title": "a} \\input{x} 5% $m$ # _ ~ ^", "publication_date": "2026"}}
    text = citation.bibtex(record)
    assert r"a\} \textbackslash{}input\{x\} 5\% \$m\$ \# \_ \textasciitilde{} \textasciicircum{}" in text
