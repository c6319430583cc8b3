"""What stands beside publishing: what is under way, copies for reviewers, several notebooks, checks as one types, previews."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from jupyter_process import JupyterProcess
from playwright.sync_api import expect
from publishing import ABOUT, Died
from recorded import notebook as as_json
from recorded import publish_files
from test_browser_ways import complaints
from window import Window

from zenodo_jupyter import publish
from zenodo_jupyter.config import Config
from zenodo_jupyter.doi import DOI
from zenodo_jupyter.errors import RecordNotFound
from zenodo_jupyter.metadata import Metadata
from zenodo_jupyter.report import Progress
from zenodo_jupyter.repository import Repository


def die(progress: Progress) -> None:
    """End a publication just before it is public."""
    if progress.step == "publish":
        raise Died


def test_what_was_stopped_is_resumed_or_discarded(
    open_window: Callable[..., Window], notebook: Path, jupyter: JupyterProcess, local: Repository
) -> None:
    """Both stand above the records: one is discarded after a question, the other gone on with, to the DOI that it had."""
    config = Config(data_dir=jupyter.root.parent / "zenodo")
    kept, lost = notebook.with_name("kept.ipynb"), notebook.with_name("lost.ipynb")
    for path in (kept, lost):
        shutil.copy(notebook, path)
        with pytest.raises(Died):
            publish.publish(path, metadata=Metadata.from_dict(ABOUT), config=config, report=die)
    window = open_window(notebook)
    window.menu("File", "My Records")
    panel = window.panel
    rows = panel.get_by_role("region", name="Under way").get_by_role("listitem")
    mine = {name: rows.filter(has_text=name) for name in ("kept.ipynb", "lost.ipynb")}
    expect(mine["kept.ipynb"]).to_contain_text("was stopped while it was published")
    doi = {name: row.locator(".zj-mono").inner_text() for name, row in mine.items()}
    assert complaints(window) == []
    panel.get_by_role("button", name="Discard lost.ipynb").click()
    expect(panel.get_by_role("button", name="Keep")).to_be_focused()
    panel.get_by_role("button", name="Discard", exact=True).click()
    expect(mine["lost.ipynb"]).to_have_count(0)
    expect(panel.get_by_text(doi["lost.ipynb"])).to_have_count(0)
    with pytest.raises(RecordNotFound):
        local.get_draft(doi["lost.ipynb"].rpartition(".")[2])

    mine["kept.ipynb"].get_by_role("button", name="Resume").click()
    expect(window.state).to_contain_text("kept.ipynb")
    panel.get_by_role("button", name="Review and resume").click()
    expect(panel.get_by_text("This DOI is already reserved for you")).to_be_visible()
    window.primary.click()
    assert window.finished().replace("\n", "") == doi["kept.ipynb"]
    assert local.find_doi(DOI.parse(doi["kept.ipynb"])) is not None


def test_copy_for_reviewers_and_then_with_names(
    open_window: Callable[..., Window], notebook: Path, local: Repository
) -> None:
    """A switch makes a draft without names with a secret link, also after a reload; later the same draft gets its names."""
    window = open_window(notebook)
    window.review()
    panel = window.panel
    panel.get_by_role("switch", name="Only a copy for anonymous review").check()
    assert complaints(window) == []
    before = notebook.read_bytes()
    panel.get_by_role("button", name="Make the anonymous copy").click()
    link = panel.locator(".zj-secret")
    expect(link).to_contain_text("token=")
    expect(window.state).to_contain_text("Draft, without names")
    assert complaints(window) == []
    draft_id = re.search(r"/records/(\d+)", link.inner_text())
    assert draft_id and notebook.read_bytes() == before
    draft = local.get_draft(draft_id[1])
    assert [one["person_or_org"]["family_name"] for one in draft.metadata["creators"]] == ["Anonymous"]

    window.open(notebook)
    window.button.click()
    expect(link).to_contain_text("token=")
    panel.get_by_role("button", name="Review and publish with names").click()
    panel.get_by_role("button", name="Publish with names").click()
    window.finished()
    record = local.get(draft.id)
    assert record.doi == draft.doi and "Anonymous" not in str(record.metadata["creators"])


@pytest.mark.usefixtures("saved_by_hand")
def test_typed_secret_is_found_before_it_is_saved(open_window: Callable[..., Window], notebook: Path) -> None:
    """What is typed is checked as it stands there, and gone when it is taken out again; the file is not touched."""
    window = open_window(notebook)
    window.button.click()
    expect(window.group("Checks")).to_contain_text("ready")
    before = notebook.read_bytes()
    window.notebook.locator(".jp-CodeCell .cm-content").first.click()
    window.page.keyboard.press("Control+End")
    window.page.keyboard.insert_text("\nkey = 'ghp_" + "x7Kd93hQz0aLmP2sVw8bRt5yUe1cNf4gJi6o'")
    expect(window.group("Checks")).to_contain_text("1 to fix")
    expect(window.unsaved).to_have_count(1)
    assert notebook.read_bytes() == before
    window.group("Checks").click()
    window.panel.get_by_role("button", name="Read it from an environment variable").click()
    expect(window.group("Checks")).to_contain_text("ready")
    source = "".join(cell.source for cell in nbformat.read(notebook, 4).cells)
    assert "ghp_" not in source and 'os.environ["KEY"]' in source


def test_files_are_looked_into_and_notebooks_chosen(
    open_window: Callable[..., Window], notebook: Path, local: Repository
) -> None:
    """A table, a picture and a page are shown without getting them; of several notebooks those that are ticked are run."""
    texts = {f"{name}.ipynb": as_json((f"print('{name}')", f"{name}\n")) for name in ("10-last", "2-then", "1-first")}
    files = {"rain.csv": "day,mm\n1,2.5\n", "README.md": "# Read me\n\n<script>steal()</script>", **texts}
    record = publish_files(local, files)
    window = open_window(notebook)
    window.menu("File", "Open by DOI …")
    box = window.panel.get_by_label("DOI or words")
    box.fill(str(record.doi))
    box.press("Enter")
    panel = window.panel
    panel.get_by_role("button", name="Look into rain.csv").click()
    expect(panel.get_by_role("cell", name="2.5")).to_be_visible()
    panel.get_by_role("button", name="Look into README.md").click()
    expect(panel.frame_locator("iframe").get_by_role("heading", name="Read me")).to_be_visible()
    assert complaints(window) == []
    panel.get_by_role("button", name="Run it again").click()
    which = panel.get_by_role("group", name="Which notebooks?")
    expect(which.get_by_role("listitem")).to_have_text(["1-first.ipynb", "2-then.ipynb", "10-last.ipynb"])
    which.get_by_label("2-then.ipynb").uncheck()
    panel.get_by_role("button", name="Run 2 notebooks").click()
    expect(panel.locator("#zj-consent")).to_contain_text("10-last.ipynb: 1 code cell")
    expect(panel.locator("#zj-consent")).not_to_contain_text("2-then")
    panel.get_by_role("button", name="Run it", exact=True).click()
    expect(panel.get_by_text("2 of 2 notebooks came out the same.")).to_be_visible()
    assert complaints(window) == []
    panel.get_by_role("button", name="Compare 10-last.ipynb side by side").click()
    expect(window.page.get_by_role("tab", name=re.compile("executed-10-last"))).to_be_visible()
