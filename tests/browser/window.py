"""A browser window with JupyterLab or Notebook 7 in it, used as a person uses it: by what is to be seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from jupyter_process import TOKEN, JupyterProcess
from playwright.sync_api import Locator, Page, expect

#: How long is waited for what must come, in milliseconds. Only a failure takes that long; a loaded machine needs some of it.
PATIENCE = 120_000
ADDRESS = {"lab": "lab/tree/{}?reset&token={}", "nb7": "notebooks/{}?token={}"}

expect.set_options(timeout=PATIENCE)


class Window:
    """A window.

    Parameters
    ----------
    page : Page
        The browser's.
    jupyter : JupyterProcess
        The server.
    app : str
        ``lab`` or ``nb7``.
    """

    def __init__(self, page: Page, jupyter: JupyterProcess, app: str = "lab") -> None:
        page.set_default_timeout(PATIENCE)
        self.page, self.jupyter, self.app = page, jupyter, app
        self.panel = page.get_by_role("region", name="Publish", exact=True)
        self.state = self.panel.locator("#zj-state")
        self.waiting = page.locator("#zenodo-jupyter-panel .zj-waiting")
        self.primary = self.panel.locator(".zj-primary:not(.is-young)")

    def open(self, notebook: Path) -> None:
        """Open a notebook, and wait until it is there with its toolbar."""
        self.go(notebook)
        self.button.wait_for()

    def go(self, notebook: Path) -> None:
        """Open a notebook, and wait until it is there."""
        path = notebook.relative_to(self.jupyter.root).as_posix()
        self.page.goto(self.jupyter.url + ADDRESS[self.app].format(path, TOKEN))
        self.title.wait_for()

    @property
    def notebook(self) -> Locator:
        """The notebook in front."""
        return self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")

    @property
    def title(self) -> Locator:
        """The notebook's own title."""
        return self.notebook.get_by_role("heading", level=1)

    @property
    def button(self) -> Locator:
        """The button in the notebook's toolbar."""
        return self.notebook.get_by_role("toolbar").get_by_role("button", name=re.compile("^Publish"))

    @property
    def badges(self) -> Locator:
        """The badges that are to be seen in the notebook."""
        return self.notebook.locator(".jp-RenderedMarkdown a img[alt*=DOI]")

    def to_the_top(self) -> None:
        """Scroll to the notebook's beginning: JupyterLab takes cells that are out of sight off the page."""
        self.notebook.locator(".jp-Notebook").hover(position={"x": 5, "y": 5})
        self.page.mouse.wheel(0, -100_000)

    def menu(self, *items: str) -> None:
        """Choose from the menus, such as ``menu("File", "Save Notebook")``."""
        for item in items:
            self.page.get_by_role("menuitem", name=item, exact=True).click()

    def group(self, name: str) -> Locator:
        """Return the heading of a group: Files, About, Checks, Where."""
        return self.panel.get_by_role("button", name=re.compile(f"^{name}"))

    def choose(self, title: str) -> None:
        """Open the panel, and choose a repository."""
        self.button.click()
        self.group("Where").click()
        self.panel.get_by_label(title).check()

    def publish(self) -> None:
        """Go from the toolbar to the end, by three clicks."""
        self.review()
        self.primary.click()
        self.finished()

    def review(self) -> None:
        """Press the toolbar's button, and go on to the review."""
        self.button.click()
        self.panel.get_by_role("button", name="Review and publish").click()
        self.panel.get_by_role("heading", name=re.compile("^Publish on")).wait_for()

    def review_for(self, title: str) -> None:
        """Choose a repository on which a publication is for good, and go on to the review."""
        self.choose(title)
        self.panel.get_by_role("button", name="Review and publish").click()
        expect(self.cannot_be_undone).to_be_visible()

    def finished(self) -> str:
        """Wait for the last page, and return the DOI that stands on it."""
        self.panel.get_by_role("button", name="Copy citation").wait_for()
        expect(self.state).to_contain_text(re.compile(r"Published, version \d+, unchanged"))
        return self.panel.locator(".zj-doi span").inner_text()

    @property
    def cannot_be_undone(self) -> Locator:
        """What is said beside Publish where the repository is a real one."""
        return self.panel.get_by_text("cannot be undone")

    @property
    def unsaved(self) -> Locator:
        """The mark of unsaved changes on the tab in front."""
        return self.page.locator(".lm-TabBar-tab.jp-mod-current.jp-mod-dirty")

    def saved(self) -> None:
        """Wait until nothing in the notebook is unsaved."""
        expect(self.unsaved).to_have_count(0)

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds that is not to be seen in the window."""
        for _ in range(PATIENCE // 200):
            if holds():
                return
            self.page.wait_for_timeout(200)
        assert holds()

    def write(self, words: str) -> None:
        """Write something at the end of the notebook's first cell, and leave the cell."""
        self.title.click()
        self.page.keyboard.press("Enter")
        editor = self.notebook.locator(".jp-MarkdownCell .cm-content").first
        expect(editor).to_be_focused()
        self.page.keyboard.press("Control+End")
        self.page.keyboard.type(words)
        self.page.keyboard.press("Shift+Enter")
        expect(self.notebook.locator(".jp-RenderedMarkdown").first).to_contain_text(words.strip())
