"""What goes wrong in the middle, and still ends with one record and one badge."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from conftest import FAR_TITLE, Far, furnish, know, lay_out, sign_in
from faults import Fault
from jupyter_process import JupyterProcess
from playwright.sync_api import Page, expect
from window import PATIENCE, Window

from zenodo_jupyter.badge import KEY
from zenodo_jupyter.doi import DOI

CONTENT = r"PUT .*/content"
DRAFT = r"POST .*/api/records$"
PUBLISH = r"POST .*/actions/publish"


def badges_on_disk(notebook: Path) -> list[str]:
    """Return the badges that a notebook file has."""
    return [cell.source for cell in nbformat.read(notebook, 4).cells if cell.metadata.get(KEY, {}).get("badge")]


def test_wrong_token_then_an_upload_that_fails_and_is_resumed(
    open_window: Callable[..., Window], notebook: Path, signed_out: Far
) -> None:
    """A wrong token is told at its field and not kept; a failed upload is resumed without sending anything twice."""
    far = signed_out
    window = open_window(notebook)
    window.choose(FAR_TITLE)
    expect(window.group("Where")).to_contain_text("sign in")
    token = window.panel.get_by_label("Access token")
    expect(token).to_be_focused()
    window.page.keyboard.type("not-the-token")
    window.page.keyboard.press("Enter")
    expect(window.panel.get_by_role("alert")).to_contain_text(re.compile("token", re.IGNORECASE))
    expect(token).to_have_attribute("aria-invalid", "true")
    assert not far.count(DRAFT)
    token.fill(far.token)
    token.press("Enter")
    expect(window.panel).to_contain_text("Checked: account of")
    assert far.token not in window.page.content()

    window.panel.get_by_role("button", name="Review and publish").click()
    expect(window.panel).to_contain_text(re.compile("with account .* cannot be undone"))
    far.server.fail(Fault("PUT", r"seattle-temps\.csv/content", when="after", status=500))
    far.gate.close(r"PUT .*seattle-temps\.csv/content")
    window.primary.click()
    far.gate.wait_for(r"POST .*seattle-weather\.csv/commit")
    far.gate.open()
    expect(window.state).to_contain_text("can be resumed")
    expect(window.panel).to_contain_text("nothing is published twice")
    assert not far.count(PUBLISH)
    window.panel.get_by_role("button", name="Resume").click()
    doi = window.finished()
    assert far.client.find_doi(DOI.parse(doi)) and far.count(PUBLISH) == 1
    sent = [path for method, path in far.server.seen if re.search(CONTENT, f"{method} {path}")]
    assert len([path for path in sent if "seattle-weather.csv" in path]) == 1, "what had arrived is not sent again"
    assert len(badges_on_disk(notebook)) == 1 and doi in badges_on_disk(notebook)[0]


def test_cancel_while_nothing_comes_through(open_window: Callable[..., Window], notebook: Path, signed_in: Far) -> None:
    """Cancel ends an upload that hangs without waiting for the line, and says that it can be resumed, which it then is."""
    window = open_window(notebook)
    window.choose(FAR_TITLE)
    window.panel.get_by_role("button", name="Review and publish").click()
    expect(window.panel).to_contain_text("cannot be undone")
    signed_in.gate.close(CONTENT)
    window.primary.click()
    signed_in.gate.wait_until_reached()
    window.panel.get_by_role("button", name="Cancel").click()
    expect(window.state).to_contain_text("can be resumed", timeout=PATIENCE / 2)  # while the gate is still closed
    expect(window.panel).to_contain_text("Stopped, as you asked.")
    signed_in.gate.open()
    window.panel.get_by_role("button", name="Resume").click()
    doi = window.finished()
    assert signed_in.client.find_doi(DOI.parse(doi)) and signed_in.count(PUBLISH) == 1
    assert len(badges_on_disk(notebook)) == 1


def test_a_tab_closed_in_the_middle(
    open_window: Callable[..., Window], notebook: Path, jupyter: JupyterProcess, signed_in: Far
) -> None:
    """Publishing goes on without the tab, and the badge is put in when the notebook is next opened."""
    window = open_window(notebook)
    window.choose(FAR_TITLE)
    window.panel.get_by_role("button", name="Review and publish").click()
    expect(window.panel).to_contain_text("cannot be undone")
    signed_in.gate.close(CONTENT)
    window.primary.click()
    signed_in.gate.wait_until_reached()
    window.page.close()
    signed_in.gate.open()
    path = notebook.relative_to(jupyter.root).as_posix()
    jobs = jupyter.ask("GET", "zenodo-jupyter/jobs")["jobs"]
    done = jupyter.follow(next(job for job in jobs if job["params"]["path"] == path))
    assert done["state"] == "done", done["error"]
    assert not badges_on_disk(notebook), "nobody writes a notebook that a browser may hold"
    doi = done["result"]["doi"]

    again = open_window(notebook)
    expect(again.badges).to_have_attribute("alt", re.compile(re.escape(doi)))
    again.saved()
    again.button.click()
    expect(again.state).to_contain_text("Published, version 1, unchanged")
    assert doi in badges_on_disk(notebook)[0]


def test_reload_in_the_middle(open_window: Callable[..., Window], notebook: Path, signed_in: Far) -> None:
    """A page that is loaded again while files are sent shows how far that is, and has the badge at the end."""
    window = open_window(notebook)
    window.review_for(FAR_TITLE)
    signed_in.gate.close(CONTENT)
    window.primary.click()
    signed_in.gate.wait_until_reached()
    window.page.reload()
    window.button.click()
    expect(window.panel.get_by_role("button", name="Cancel")).to_be_visible()
    signed_in.gate.open()
    doi = window.finished()
    expect(window.badges).to_have_count(1)
    window.saved()
    assert signed_in.client.find_doi(DOI.parse(doi))
    assert signed_in.count(DRAFT) == signed_in.count(PUBLISH) == 1
    assert len(badges_on_disk(notebook)) == 1 and doi in badges_on_disk(notebook)[0]


@pytest.mark.usefixtures("saved_by_hand")
def test_two_clicks_at_once(open_window: Callable[..., Window], notebook: Path, signed_in: Far) -> None:
    """However often Publish is clicked, and in however many windows, there is one record and one badge."""
    # Written by another Python, as most notebooks are: each window has something to save as soon as its kernel has answered.
    nb = nbformat.read(notebook, 4)
    nb.metadata.language_info.version = "3.8.0"
    nbformat.write(nb, notebook)
    windows = [open_window(notebook), open_window(notebook)]
    for window in windows:
        expect(window.unsaved).to_have_count(1)
    for window in windows:
        window.review_for(FAR_TITLE)
    for window in windows:
        window.primary.evaluate("button => { button.click(); button.click(); }")
    windows[0].page.bring_to_front()
    doi = windows[0].finished()
    assert signed_in.count(DRAFT) == signed_in.count(PUBLISH) == 1
    assert signed_in.client.find_doi(DOI.parse(doi))
    expect(windows[0].badges).to_have_count(1)
    expect(windows[1].badges).to_have_count(1)
    assert windows[1].finished() == doi
    assert len(badges_on_disk(notebook)) == 1


@pytest.mark.parametrize("moment", [CONTENT, PUBLISH], ids=["sending", "publishing"])
def test_a_notebook_renamed_meanwhile(
    moment: str, open_window: Callable[..., Window], notebook: Path, signed_in: Far
) -> None:
    """A notebook that gets another name while it is published makes one record, and has its badge under that name, once."""
    window = open_window(notebook)
    window.choose(FAR_TITLE)
    window.panel.get_by_role("button", name="Review and publish").click()
    expect(window.panel).to_contain_text("cannot be undone")
    signed_in.gate.close(moment)
    window.primary.click()
    signed_in.gate.wait_until_reached()
    window.menu("File")
    window.page.get_by_role("menuitem", name="Rename Notebook").click()
    dialog = window.page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("weather.ipynb")
    dialog.get_by_role("button", name="Rename").click()
    window.page.get_by_role("tab", name="weather.ipynb").wait_for()
    signed_in.gate.open()
    if moment == CONTENT:
        expect(window.panel.get_by_role("alert")).to_contain_text("moved")
        window.panel.get_by_role("button", name="Resume").click()
    expect(window.badges).to_have_count(1)
    doi = window.finished()
    window.saved()
    assert signed_in.client.find_doi(DOI.parse(doi))
    assert signed_in.count(DRAFT) == signed_in.count(PUBLISH) == 1, "the draft of the old name was published"
    assert not notebook.exists()
    (badge,) = badges_on_disk(notebook.with_name("weather.ipynb"))
    assert doi in badge


def test_server_gone(page: Page, far: Far, tmp_path: Path, python: str) -> None:
    """A Jupyter server that dies in the middle is waited for; started again, it goes on, to one record and one badge."""
    furnish(tmp_path)
    know(tmp_path, far)
    server = JupyterProcess(tmp_path, app="jupyterlab.labapp", python=python)
    try:
        sign_in(server, far)
        notebook = lay_out(server.root / "quickstart")
        window = Window(page, server)
        window.open(notebook)
        window.review_for(FAR_TITLE)
        far.gate.close(CONTENT)
        window.primary.click()
        far.gate.wait_until_reached()
        server.kill()
        far.gate.open()
        expect(window.state).to_contain_text("The Jupyter server does not answer; asking again")
        assert not badges_on_disk(notebook) and not far.count(PUBLISH)
        server = JupyterProcess(tmp_path, app="jupyterlab.labapp", python=python, port=server.port)
        doi = window.finished()
        expect(window.badges).to_have_count(1)
        window.until(lambda: len(badges_on_disk(notebook)) == 1)
        assert doi in badges_on_disk(notebook)[0]
        assert far.client.find_doi(DOI.parse(doi))
        assert far.count(DRAFT) == far.count(PUBLISH) == 1
    finally:
        server.kill()
