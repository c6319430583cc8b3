"""Every state of the panel, in light, dark and high contrast, narrow and magnified; and how many clicks the main ways take."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
from conftest import FAR_TITLE, SECONDS, Far
from jupyter_process import JupyterProcess
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import BrowserContext, expect
from test_browser_places import CUT
from test_browser_ways import complaints
from window import Window

THEMES = ("JupyterLab Dark", "JupyterLab Dark High Contrast", "JupyterLab Light")
#: Windows of a panel at 200 %, and the narrowest panel, in CSS pixels.
MAGNIFIED, USUAL, NARROW = (640, 450), (1280, 900), 240
CONTENT = r"PUT .*/content"
#: Counts what a person does, in the page itself.
COUNT = """
window.zjDone = {clicks: 0, keys: 0};
addEventListener('click', event => event.isTrusted && event.detail === 1 && window.zjDone.clicks++, true);
addEventListener('keydown', event => event.isTrusted && event.key.length === 1 && !event.ctrlKey && window.zjDone.keys++, true);
"""


def sums(folder: Path) -> Path:
    """Write a small notebook with its author in it, that runs anywhere."""
    folder.mkdir()
    result = new_output("execute_result", {"text/plain": "2"}, execution_count=1)
    cells = [
        new_markdown_cell("# Sums\n\n*One* and one are added here, to see what that makes today."),
        new_code_cell("1 + 1", execution_count=1, outputs=[result]),
    ]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    metadata = {"authors": [{"name": "Doe, Ada"}], "kernelspec": kernel, "language_info": {"name": "python"}}
    nbformat.write(new_notebook(cells=cells, metadata=metadata), folder / "sums.ipynb")
    return folder / "sums.ipynb"


class Eye:
    """Looks at the state that is there, in every theme and size, and collects what is wrong."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.wrong: list[tuple[str, str, object]] = []

    def look(self, state: str) -> None:
        """Look at one state; at its end all is as it was."""
        page = self.window.page
        for theme in THEMES:
            page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
            page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
            page.evaluate("() => Promise.all(document.getAnimations().map(one => one.finished.catch(() => 0)))")
            # What has another name than before is looked at once; colours are what themes change.
            self._note(state, theme, complaints(self.window, rules=None if theme == THEMES[-1] else ["color-contrast"]))
        page.evaluate(f"document.querySelector('.zj-host').style.width = '{NARROW}px'")
        self._note(state, "narrow", page.evaluate(CUT))
        page.evaluate("document.querySelector('.zj-host').style.width = ''")
        page.set_viewport_size({"width": MAGNIFIED[0], "height": MAGNIFIED[1]})
        self._note(state, "magnified", page.evaluate(CUT))
        page.set_viewport_size({"width": USUAL[0], "height": USUAL[1]})

    def _note(self, state: str, how: str, found: object) -> None:
        if found:
            self.wrong.append((state, how, found))


def test_every_state_in_every_theme(
    open_window: Callable[..., Window], jupyter: JupyterProcess, far: Far, local: object
) -> None:
    """Nothing is cut off, and axe has no complaint, from the first look over mistakes, a rehearsal and a failure to the end."""
    window = open_window(sums(jupyter.root / "states"))
    panel, eye = window.panel, Eye(window)
    window.review()
    panel.get_by_role("button", name="Rehearse").click()
    expect(panel.get_by_role("progressbar", name="Rehearsing")).to_be_visible()
    eye.look("rehearsing")
    panel.get_by_role("button", name="Back to editing").click()

    window.group("About").click()
    title = panel.get_by_label("Title")
    title.fill("")
    expect(window.group("About")).to_contain_text("1 to fix")
    eye.look("a mistake in the description")
    panel.get_by_role("button", name="Back to what is proposed").click()
    expect(window.group("About")).to_contain_text("ready")
    panel.get_by_role("button", name="Preview").click()
    expect(panel.get_by_role("region", name="Preview")).to_contain_text("One and one are added here")
    panel.get_by_role("button", name=re.compile("^Ada Doe")).click()
    panel.get_by_role("button", name="Add to affiliations").click()
    panel.get_by_label("Affiliations", exact=True).press_sequentially("cern")
    expect(panel.get_by_role("option", name=re.compile("^European Organization"))).to_be_visible()
    eye.look("what may be meant")
    window.page.keyboard.press("ArrowDown")
    window.page.keyboard.press("Enter")
    expect(panel.get_by_role("button", name="European Organization for Nuclear Research", exact=True)).to_be_visible()
    window.group("About").click()

    window.group("Where").click()
    panel.get_by_label(FAR_TITLE).check()
    panel.get_by_label("Access token").fill("not-the-token")
    panel.get_by_role("button", name="Check and keep").click()
    expect(panel.get_by_role("alert")).to_be_visible()
    eye.look("a wrong token")
    panel.get_by_label("Access token").fill(far.token)
    panel.get_by_role("button", name="Check and keep").click()
    expect(panel).to_contain_text("Checked: account of")

    panel.get_by_role("button", name="Review and publish").click()
    level = panel.locator(".zj-foot").get_by_text("Rehearsed: R5")
    expect(level).to_be_visible()
    expect(level).to_have_attribute("title", re.compile("1 of 1 outputs? reproduced"))
    eye.look("rehearsed, with a real repository")
    panel.get_by_role("button", name="Save draft").click()
    expect(window.state).to_contain_text("Draft, its DOI is reserved")
    assert far.client.my_drafts() and not far.count("actions/publish")
    eye.look("a draft that is saved")

    window.write(" One and one is two.")
    window.page.keyboard.press("Control+s")
    panel.get_by_role("button", name="Review and publish").click()
    far.gate.close(CONTENT)
    window.primary.click()
    far.gate.wait_until_reached()
    eye.look("under way")
    panel.get_by_role("button", name="Cancel").click()
    expect(window.state).to_contain_text("can be resumed")
    far.gate.open()
    panel.get_by_role("button", name="Details").click()
    eye.look("stopped")
    panel.get_by_role("button", name="Resume").click()
    window.finished()
    eye.look("published")

    window.write(" Or is it?")
    window.page.keyboard.press("Control+Alt+p")  # the button may be behind "…" after the window was small
    panel.get_by_role("heading", name="What version 2 changes").wait_for()
    expect(panel).to_contain_text("1 cell changed")
    eye.look("the next version")
    panel.get_by_role("button", name="Back to editing").click()
    eye.look("changed since")
    assert eye.wrong == []


def test_clicks(context: BrowserContext, open_window: Callable[..., Window], jupyter: JupyterProcess, far: Far) -> None:
    """The first publication ever takes at most six clicks, a pasted token and no typing; the next version takes two."""
    jupyter.session.delete(f"{jupyter.url}zenodo-jupyter/repositories/lab/token", timeout=SECONDS)
    context.add_init_script(COUNT)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    window = open_window(sums(jupyter.root / "clicks"))
    window.page.evaluate("token => navigator.clipboard.writeText(token)", far.token)
    window.button.click()
    window.group("Where").click()
    window.panel.get_by_label(FAR_TITLE).click()
    expect(window.panel.get_by_label("Access token")).to_be_focused()
    window.page.keyboard.press("Control+v")
    expect(window.panel).to_contain_text("Checked: account of")
    window.panel.get_by_role("button", name="Review and publish").click()
    expect(window.panel).to_contain_text("cannot be undone")
    window.primary.click()
    first = window.finished()
    done = window.page.evaluate("window.zjDone")
    assert done["clicks"] <= 6 and done["keys"] == 0, done

    window.write(" Yes.")
    window.page.evaluate("window.zjDone = {clicks: 0, keys: 0}")
    window.button.click()
    window.panel.get_by_role("button", name="Publish version 2").click()
    expect(window.state).to_contain_text("Published, version 2, unchanged")
    assert window.finished() != first
    assert window.page.evaluate("window.zjDone") == {"clicks": 2, "keys": 0}
