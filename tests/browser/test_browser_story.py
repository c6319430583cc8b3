"""The main job with a mouse: open, press, look, press; the badge stands everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from jupyter_process import JupyterProcess
from nbformat import NotebookNode
from playwright.sync_api import expect
from window import Window

from zenodo_jupyter.badge import KEY
from zenodo_jupyter.doi import DOI
from zenodo_jupyter.repository import Repository


def badge_of(nb: NotebookNode) -> str:
    """Return the one badge of a notebook."""
    (badge,) = [cell for cell in nb.cells if cell.metadata.get(KEY, {}).get("badge")]
    assert nb.cells.index(badge) == 1, "below the title"
    return badge.source


@pytest.mark.parametrize("app", ["lab", "nb7"])
def test_from_click_to_badge(
    app: str, open_window: Callable[..., Window], notebook: Path, local: Repository, tmp_path: Path
) -> None:
    """Three clicks put the DOI into the open notebook, the file and the published copy; then version 2 is offered."""
    window = open_window(notebook, app)
    before = nbformat.read(notebook, 4)
    window.button.click()
    expect(window.state).to_contain_text("Never published")
    for name in ("Files", "About", "Where"):
        expect(window.group(name)).to_contain_text("ready")
    expect(window.group("About")).to_contain_text("Was Seattle warmer than normal")
    window.panel.get_by_role("button", name="Review and publish").click()
    expect(window.panel).to_contain_text("the DOI is not registered anywhere")
    window.primary.click()
    doi = window.finished()

    # in the open document, without a change that is not saved
    expect(window.badges).to_have_count(1)
    assert doi in (window.badges.get_attribute("alt") or "")
    expect(window.badges).to_have_js_property("complete", True)
    assert window.badges.evaluate("image => image.naturalWidth") > 60, "the badge is to be seen"
    # on the disk, and nothing else of it changed
    after = nbformat.read(notebook, 4)
    assert doi in badge_of(after)
    assert after.metadata[KEY]["deposit"]["doi"] == doi
    assert [cell for cell in after.cells if not cell.metadata.get(KEY)] == before.cells
    # the record
    record = local.find_doi(DOI.parse(doi))
    assert record is not None and record.title == "Was Seattle warmer than normal in 2012–2015?"
    assert {notebook.name, "data/seattle-weather.csv", "data/normals/seattle-temps.csv"} <= {
        f.key for f in record.files
    }
    # its page, behind Jupyter's login, and the copy that a reader downloads there
    with window.page.context.expect_page() as opened:
        window.panel.get_by_role("link", name="Open the record").click()
    landing = opened.value
    expect(landing.get_by_role("heading", name=record.title)).to_be_visible()
    expect(landing.locator("body")).to_contain_text(doi)
    with landing.expect_download() as download:
        landing.locator(f'a[href*="{notebook.name}"][href*="download"]').first.click()
    download.value.save_as(tmp_path / "copy.ipynb")
    copy = nbformat.read(tmp_path / "copy.ipynb", 4)
    assert doi in badge_of(copy)
    assert copy.metadata[KEY]["deposit"]["doi"] == doi
    landing.close()

    # a change, and two clicks to the next version
    window.write(" Yes.")
    window.button.click()
    expect(window.panel).to_contain_text("1 cell changed since version 1")
    window.panel.get_by_role("button", name="Publish version 2").click()
    expect(window.state).to_contain_text("Published, version 2, unchanged")
    second = window.finished()
    assert second != doi
    expect(window.badges).to_have_count(1)
    assert second in badge_of(nbformat.read(notebook, 4))
    assert [str(version.doi) for version in local.versions(record.id)] in ([doi, second], [second, doi])


def test_nothing_but_registration_at_start(
    open_window: Callable[..., Window], jupyter: JupyterProcess, notebook: Path
) -> None:
    """At JupyterLab's start only the entry is loaded, and nothing is asked; the panel's code comes when it is first shown."""
    window = open_window(notebook)
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.url))
    window.page.goto(f"{jupyter.url}lab?reset")
    window.page.get_by_role("button", name=re.compile("Python 3")).first.wait_for()  # the launcher
    ours = [url for url in asked if "zenodo-jupyter" in url]
    static = [url for url in ours if "/static/" in url]
    assert ours == static, "the server extension is not asked"
    before = set(static)
    window.page.get_by_role("tab", name="Publish").click()
    expect(window.panel).to_contain_text("No notebook is open")
    more = {url for url in asked if "zenodo-jupyter" in url and "/static/" in url} - before
    assert more, "the panel came only now"
