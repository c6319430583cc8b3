"""Cards: what a cell shows of a record, and that it is no result of the notebook."""

from __future__ import annotations

import copy
from typing import Any

import nh3
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from zenodo_jupyter import card, notebook

STATE = "application/vnd.jupyter.widget-state+json"


@pytest.fixture
def shown() -> dict[str, Any]:
    """A card with what a stranger may have written."""
    return {
        "kind": "record", "title": "Rain <script>alert(1)</script>", "version": "v1", "creators": ["Doe, Ada", "O'Neil & Co"],
        "doi": "10.5072/zenodo.7", "concept_doi": "", "registered": False, "link": "javascript:alert(1)",
        "landing_page": "http://127.0.0.1:1/records/7", "repository": "This computer", "files": 3, "bytes": 1500, "note": "<b>",
    }  # fmt: skip


def with_outputs(*data: dict[str, Any]) -> Any:
    """A notebook with a cell that has these outputs."""
    outputs = [new_output("display_data", each) for each in data]
    return new_notebook(cells=[new_markdown_cell("# Rain"), new_code_cell("PublishForm()", outputs=outputs)])


def test_what_strangers_wrote_is_text(shown: dict[str, Any]) -> None:
    """Should put no markup and no script address of others into the HTML."""
    html = card.html(shown)
    assert "<script" not in html and "javascript:" not in html and "<b>" not in html
    assert "local, not registered" in html and "1.5 kB" in html


def test_registered_doi_is_a_link(shown: dict[str, Any]) -> None:
    """Should lead to doi.org, and load nothing from elsewhere."""
    html = card.html({**shown, "registered": True, "link": "https://doi.org/10.5072/zenodo.7"})
    assert 'href="https://doi.org/10.5072/zenodo.7"' in html and "src=" not in html


def test_doi_survives_a_sanitizer(shown: dict[str, Any]) -> None:
    """Should say the DOI in text, since front ends drop drawings from the outputs of notebooks that are not trusted."""
    kept = nh3.clean(card.html(shown), tags={"div", "span", "strong", "a"}, clean_content_tags={"svg", "script"})
    assert "DOI 10.5072/zenodo.7 (local, not registered)" in kept


def test_card_does_not_make_a_notebook_look_changed(shown: dict[str, Any]) -> None:
    """Should give the same fingerprint with and without what a cell shows after publishing."""
    before = with_outputs({"text/plain": "42"})
    after = with_outputs({"text/plain": "42"}, card.bundle(shown))
    assert notebook.fingerprint(before) == notebook.fingerprint(after)
    assert notebook.fingerprint(before) != notebook.fingerprint(with_outputs({"text/plain": "43"}))


def test_form_becomes_a_card_in_the_published_copy(shown: dict[str, Any]) -> None:
    """Should leave neither the live form nor what was typed into it in the copy, and other people's widgets as they are."""
    form = {card.WIDGET: {"model_id": "a1"}, card.MIME: {"kind": "form"}, "text/html": "fill me in"}
    nb = with_outputs(form, {card.WIDGET: {"model_id": "zz"}})
    states = {"a1": {"state": {"children": ["IPY_MODEL_b2"]}}, "b2": {"state": {"value": "typed"}}, "zz": {"state": {}}}
    nb.metadata["widgets"] = {STATE: {"state": copy.deepcopy(states)}}
    card.settle(nb, shown)
    first, other = nb.cells[1].outputs
    assert card.WIDGET not in first["data"] and "10.5072/zenodo.7" in first["data"]["text/html"]
    assert other["data"] == {card.WIDGET: {"model_id": "zz"}}
    assert list(nb.metadata["widgets"][STATE]["state"]) == ["zz"]
