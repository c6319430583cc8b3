"""What is published already: described better in place, found again, and gone on with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
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


def test_my_records(open_window: Callable[..., Window], notebook: Path, published: str, local: Repository) -> None:
    """Drafts and records are listed and searched; a draft is discarded after a question, a record gone on with."""
    draft = local.create_draft({"metadata": {"title": "Half a draft about hail"}})
    window = open_window(notebook)
    window.menu("File", "My Records")
    panel = window.panel
    mine = panel.get_by_role("button", name=f"{notebook.parent.name}/{notebook.name}")
    expect(panel.get_by_role("button", name="Half a draft about hail")).to_be_visible()
    expect(mine).to_be_visible()
    assert complaints(window) == []
    panel.get_by_label("Search my records").fill("hail")
    expect(mine).to_have_count(0)
    panel.get_by_role("button", name="Half a draft about hail").click()
    panel.get_by_role("button", name="Discard …").click()
    expect(panel.get_by_role("button", name="Keep")).to_be_focused()
    panel.get_by_role("button", name="Discard", exact=True).click()
    expect(panel.get_by_text("No drafts and no records.")).to_be_visible()
    assert draft.id not in [one.id for one in local.my_drafts()]

    panel.get_by_label("Search my records").fill("")
    mine.click()
    assert complaints(window) == []
    panel.get_by_role("button", name="Open the notebook").click()
    expect(window.state).to_contain_text("Published, version 1, unchanged")
    assert published in panel.inner_text().replace("\n", "")
    panel.get_by_role("tab", name="My records").click()
    mine.click()
    panel.get_by_role("button", name="Edit the description …").click()
    expect(window.group("About")).to_be_focused()
    expect(panel.get_by_label("Title")).to_have_value("Was Seattle warmer than normal in 2012–2015?")


def test_notebook_linked_to_a_record(
    open_window: Callable[..., Window], notebook: Path, published: str, local: Repository
) -> None:
    """A notebook that was written anew becomes the next version of a record that another one was published as."""
    record = local.find_doi(DOI.parse(published))
    assert record is not None
    other = notebook.with_name("anew.ipynb")
    nb = nbformat.read(notebook, 4)
    nb.cells[-1].source += "\n\nWritten anew."
    nbformat.write(nb, other)
    window = open_window(other)
    window.menu("File", "My Records")
    window.panel.get_by_role("button", name=f"{notebook.parent.name}/{notebook.name}").click()
    window.panel.get_by_role("button", name="Make this notebook its next version …").click()
    expect(window.group("Where")).to_be_focused()
    expect(window.panel.get_by_label(f"The next version of {published}")).to_be_checked()
    window.panel.get_by_role("button", name="Review version 2 …").click()
    window.panel.get_by_role("button", name="Publish version 2").click()
    second = window.finished()
    assert {str(version.doi) for version in local.versions(record.id)} == {published, second}


def test_found_by_words_and_used_by_a_cell(open_window: Callable[..., Window], notebook: Path, published: str) -> None:
    """A search is narrowed and looked through without leaving Lab; a cell is put in that loads one file by its DOI."""
    window = open_window(notebook)
    window.menu("File", "Search Repositories …")
    panel = window.panel
    box = panel.get_by_label("DOI or words")
    expect(box).to_be_focused()
    box.fill("Seattle")
    box.press("Enter")
    hit = panel.get_by_role("button", name="Was Seattle warmer").first
    expect(hit).to_be_visible()
    panel.get_by_role("button", name="Narrow down").click()
    chosen = panel.get_by_role("group", name="File type").get_by_role("button", name="CSV")
    chosen.click()
    expect(chosen).to_have_attribute("aria-pressed", "true")
    expect(hit).to_be_visible()
    assert complaints(window) == []
    hit.click()
    expect(panel.get_by_role("heading", name="Was Seattle warmer")).to_be_focused()
    assert complaints(window) == []
    cells = window.notebook.locator(".jp-CodeCell")
    before = cells.count()
    panel.get_by_role("button", name="Insert a cell that loads data/seattle-weather.csv").click()
    expect(cells).to_have_count(before + 1)
    window.page.keyboard.press("Control+s")
    window.saved()
    inserted = [cell.source for cell in nbformat.read(notebook, 4).cells if "fetch(" in cell.source]
    assert len(inserted) == 1 and inserted[0].splitlines()[2].endswith('"data/seattle-weather.csv")')
    compile(inserted[0], "cell", "exec")
    panel.get_by_role("button", name="Back to the list").click()
    expect(hit).to_be_visible()


def test_status_bar_and_file_browser(open_window: Callable[..., Window], notebook: Path) -> None:
    """Where the notebook stands is seen in the status bar, and a notebook is published from the file browser."""
    other = notebook.with_name("another.ipynb")
    other.write_bytes(notebook.read_bytes())
    window = open_window(notebook)
    item = window.page.get_by_role("button", name="Never published")
    item.click()
    expect(window.state).to_contain_text(f"Never published {notebook.name}", use_inner_text=True)
    window.page.locator(".jp-DirListing-item", has_text=other.name).click(button="right")
    window.page.locator(".lm-Menu-item[data-command='zenodo-jupyter:publish']").click()
    expect(window.state).to_contain_text(other.name)
    window.panel.get_by_role("button", name="Review and publish").click()
    window.primary.click()
    window.finished()
    expect(window.page.locator(".zj-status")).to_have_text("Published, version 1, unchanged")
    marks = window.page.get_by_role("img", name="Published, version 1")
    expect(marks).to_have_count(1)
    row = window.page.locator(".jp-DirListing-item", has=marks)
    expect(row).to_contain_text(other.name)
    assert complaints(window, ".jp-FileBrowser .zj-listed") == complaints(window, ".zj-status") == []
    window.title.click()
    window.page.get_by_role("tab", name=other.name).click()
    window.write(" One more thought.")
    window.page.keyboard.press("Control+s")
    window.saved()
    expect(window.page.get_by_role("img", name="Published, version 1 · 1 cell changed since")).to_have_count(1)
    assert "zenodo_jupyter" in nbformat.read(other, 4).metadata
    assert "zenodo_jupyter" not in nbformat.read(notebook, 4).metadata
