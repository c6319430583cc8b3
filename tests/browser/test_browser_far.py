"""The stories on a repository elsewhere, with an account and a token: embedded, or a real InvenioRDM (``make conformance``)."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
import story
from conftest import FAR, FAR_TITLE, Far
from jupyter_process import JupyterProcess
from playwright.sync_api import expect
from window import Window

from zenodo_jupyter.doi import DOI
from zenodo_jupyter.errors import RecordNotFound

#: In Notebook 7 with a real one only: that it does what JupyterLab does is seen on the embedded one.
REAL = pytest.mark.skipif(
    not os.environ.get("ZENODO_JUPYTER_RDM_URL"), reason="needs a real InvenioRDM (make conformance)"
)


@pytest.mark.parametrize("app", ["lab", pytest.param("nb7", marks=REAL)])
def test_publication_and_version(app: str, open_window: Callable[..., Window], notebook: Path, signed_in: Far) -> None:
    """A first publication and its next version stand in notebook, file and record, each made once."""
    window = open_window(notebook, app)
    window.choose(FAR_TITLE)
    record = story.publish(window, notebook, signed_in.client)
    story.publish_version(window, notebook, record, signed_in.client)
    assert signed_in.count(r"POST .*/actions/publish") == 2


def test_opened_by_its_doi_and_a_draft_discarded(
    open_window: Callable[..., Window], notebook: Path, jupyter: JupyterProcess, signed_in: Far
) -> None:
    """A record comes with every file as it was published; a draft is gone when it was discarded, after a question."""
    path = notebook.relative_to(jupyter.root).as_posix()
    order = {"path": path, "to": FAR, "yes": True}
    done = jupyter.follow(jupyter.ask("POST", "zenodo-jupyter/publish", order))
    assert done["state"] == "done", done["error"]
    window = open_window(notebook)
    window.menu("File", "Open by DOI …")
    panel = window.panel
    panel.get_by_label("DOI or words").fill(done["result"]["doi"])
    panel.get_by_label("DOI or words").press("Enter")
    expect(panel.get_by_role("checkbox", name="data/seattle-weather.csv")).to_be_checked()
    panel.get_by_role("button", name="change").click()
    folder = notebook.parent / "again"
    panel.get_by_label("Folder").fill(folder.relative_to(jupyter.root).as_posix())
    window.primary.click()
    expect(panel).to_contain_text("every checksum right")
    record = signed_in.client.find_doi(DOI.parse(done["result"]["doi"]))
    assert record is not None
    for file in record.files:
        assert hashlib.md5((folder / file.key).read_bytes()).hexdigest() == file.md5, file.key

    title = f"Half a draft {uuid.uuid4().hex}"
    draft = signed_in.client.create_draft({"metadata": {"title": title}})
    window.menu("File", "My Records")
    box, mine = panel.get_by_label("Search my records"), panel.get_by_role("button", name=title)

    def is_listed() -> bool:
        box.fill(title)
        box.press("Enter")
        window.page.wait_for_timeout(1000)
        return mine.count() == 1

    window.until(is_listed)  # a real one lists what is new a moment later
    mine.click()
    panel.get_by_role("button", name="Discard …").click()
    panel.get_by_role("button", name="Discard", exact=True).click()
    expect(mine).to_have_count(0)
    with pytest.raises(RecordNotFound):
        signed_in.client.get_draft(draft.id)
