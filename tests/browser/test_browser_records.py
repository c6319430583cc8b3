"""What is published already: described better in place, found again, and gone on with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect
from test_browser_ways import complaints
from window import Window

from zenodo_jupyter.doi import DOI
from zenodo_jupyter.repository import Repository


def test_description_edited_in_place(
    open_window: Callable[..., Window], notebook: Path, published: str, local: Repository
) -> None:
    """The record says what was typed, under the same DOI and version, and the notebook stands unchanged."""
    record = local.find_doi(DOI.parse(published))
    assert record is not None
    window = open_window(notebook)
    window.button.click()
    window.panel.get_by_role("button", name="Edit the description").click()
    title = window.panel.get_by_label("Title")
    title.fill("Was Seattle warmer? A second look")
    expect(window.state).to_contain_text("only its description changed here")
    window.panel.get_by_role("button", name="Change the description").click()
    expect(window.panel.get_by_text("The description is changed, under the same DOI")).to_be_visible()
    expect(window.panel.locator(".zj-cite")).to_contain_text("A second look")
    assert window.finished() == published
    assert complaints(window) == []

    now = local.get(record.id)
    assert (now.title, now.doi, now.index) == ("Was Seattle warmer? A second look", record.doi, record.index)
    assert [(f.key, f.md5) for f in now.files] == [(f.key, f.md5) for f in record.files]
    window.panel.get_by_role("button", name="Edit the description").click()
    expect(title).to_have_value("Was Seattle warmer? A second look")
