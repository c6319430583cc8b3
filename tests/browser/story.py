"""The main job as a person does it, and what is to be seen of it in the window, on the disk and in the repository."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat import NotebookNode
from playwright.sync_api import expect
from window import Window

from zenodo_jupyter.badge import KEY
from zenodo_jupyter.doi import DOI
from zenodo_jupyter.records import Record
from zenodo_jupyter.repository import Repository


def badge_of(nb: NotebookNode) -> str:
    """Return the one badge of a notebook."""
    (badge,) = [cell for cell in nb.cells if cell.metadata.get(KEY, {}).get("badge")]
    assert nb.cells.index(badge) == 1, "below the title"
    return badge.source


def publish(window: Window, notebook: Path, repository: Repository) -> Record:
    """Publish the quickstart from its toolbar, with three clicks, and return the record when the DOI stands everywhere."""
    before = nbformat.read(notebook, 4)
    window.button.click()
    expect(window.state).to_contain_text("Never published")
    for name in ("Files", "About", "Where"):
        expect(window.group(name)).to_contain_text("ready")
    expect(window.group("About")).to_contain_text("Was Seattle warmer than normal")
    window.panel.get_by_role("button", name="Review and publish").click()
    expect(window.panel.get_by_text("the DOI is not registered anywhere").or_(window.cannot_be_undone)).to_be_visible()
    window.primary.click()
    doi = window.finished()

    # in the open document, without a change that is not saved
    expect(window.badges).to_have_count(1)
    assert doi in (window.badges.get_attribute("alt") or "")
    window.saved()
    # on the disk, and nothing else of it changed
    after = nbformat.read(notebook, 4)
    assert doi in badge_of(after)
    assert after.metadata[KEY]["deposit"]["doi"] == doi
    assert [cell for cell in after.cells if not cell.metadata.get(KEY)] == before.cells
    # the record
    record = repository.find_doi(DOI.parse(doi))
    assert record is not None and record.title == "Was Seattle warmer than normal in 2012–2015?"
    assert {notebook.name, "data/seattle-weather.csv", "data/normals/seattle-temps.csv"} <= {
        f.key for f in record.files
    }
    return record


def look_at_the_record(window: Window, notebook: Path, record: Record, folder: Path) -> None:
    """Open the record's page from the panel, and download the copy that a reader gets there; the DOI stands in both."""
    with window.page.context.expect_page() as opened:
        window.panel.get_by_role("link", name="Open the record").click()
    landing = opened.value
    expect(landing.get_by_role("heading", name=record.title)).to_be_visible()
    expect(landing.locator("body")).to_contain_text(str(record.doi))
    with landing.expect_download() as download:
        landing.locator(f'a[href*="{notebook.name}"][href*="download"]').first.click()
    download.value.save_as(folder / "copy.ipynb")
    copy = nbformat.read(folder / "copy.ipynb", 4)
    assert str(record.doi) in badge_of(copy)
    assert copy.metadata[KEY]["deposit"]["doi"] == str(record.doi)
    landing.close()


def publish_version(window: Window, notebook: Path, first: Record, repository: Repository) -> None:
    """Change the notebook, and publish version 2 with two clicks."""
    window.write(" Yes.")
    window.button.click()
    expect(window.state).to_contain_text("Published, version 1 · 1 cell changed since")
    window.panel.get_by_role("button", name="Publish version 2").click()
    expect(window.state).to_contain_text("Published, version 2, unchanged")
    second = window.finished()
    assert second != str(first.doi)
    expect(window.badges).to_have_count(1)
    window.saved()
    assert second in badge_of(nbformat.read(notebook, 4))
    assert {str(version.doi) for version in repository.versions(first.id)} == {str(first.doi), second}
