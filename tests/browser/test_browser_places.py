"""Where a browser and a notebook may be: magnified and in high contrast, in a folder that nobody may write to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from conftest import NAME, furnish, lay_out, settle
from jupyter_process import JupyterProcess
from playwright.sync_api import Browser, Page, expect
from test_browser_ways import complaints
from window import Window

from zenodo_jupyter import repositories
from zenodo_jupyter.badge import is_badge
from zenodo_jupyter.config import Config

THEME = "lab/user-settings/@jupyterlab/apputils-extension/themes.jupyterlab-settings"
#: Run in the server's process: takes away what lets root write everywhere (CAP_DAC_OVERRIDE), for good.
NO_ROOT = """
import ctypes
libc, head, data = ctypes.CDLL(None), (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
libc.capget(head, data)
for index in range(3):
    data[index] &= ~0b110
assert libc.capset(head, data) == 0
"""
#: What is drawn beyond the panel's edges, or cut off inside of it.
CUT = """() => {
  const edge = document.querySelector('.zj-panel').getBoundingClientRect();
  const seen = [...document.querySelectorAll('.zj-panel *')].filter(e => !e.closest('.zj-sr, svg, input, textarea, select'));
  const out = seen.filter(e => e.getBoundingClientRect().right > edge.right + 1);
  const cut = seen.filter(e => getComputedStyle(e).overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1);
  return [...out, ...cut].map(e => e.outerHTML.slice(0, 120));
}"""


@pytest.fixture
def high_contrast(jupyter: JupyterProcess) -> Iterator[None]:
    """Have JupyterLab in its dark theme of high contrast."""
    home = jupyter.root.parent
    settle(home, THEME, {"theme": "JupyterLab Dark High Contrast"})
    yield
    (home / "jupyter_config_dir" / THEME).unlink()


@pytest.fixture
def magnified(browser: Browser) -> Iterator[Page]:
    """A page of a window at 200 %."""
    context = browser.new_context(viewport={"width": 640, "height": 450}, device_scale_factor=2, locale="en-US")
    yield context.new_page()
    context.close()


@pytest.mark.usefixtures("high_contrast")
def test_magnified_in_high_contrast(magnified: Page, jupyter: JupyterProcess, notebook: Path, published: str) -> None:
    """At 200 % nothing is cut off, every button can be reached, and axe has no complaint on any page."""
    window = Window(magnified, jupyter)

    def is_whole() -> bool:
        assert window.page.evaluate(CUT) == []
        assert complaints(window) == []
        return True

    window.go(notebook)
    window.page.keyboard.press("Control+Alt+p")
    window.finished()
    assert is_whole()
    window.panel.get_by_role("tab", name="My records").click()
    window.panel.get_by_role("button", name=notebook.parent.name).click()
    assert is_whole()
    window.panel.get_by_role("button", name="Files …").click()
    assert is_whole()
    window.panel.get_by_role("button", name="Run it again …").click()
    window.panel.get_by_role("button", name="Run it", exact=True).scroll_into_view_if_needed()
    assert is_whole()
    window.panel.get_by_role("button", name="Do not run it").click()


def test_read_only_folder(page: Page, tmp_path_factory: pytest.TempPathFactory, python: str) -> None:
    """The panel says that a notebook is read-only, and publishes it; its badge stands in the published copy alone."""
    home = tmp_path_factory.mktemp("read-only")
    folder = home / "root" / "handed-out"
    lay_out(folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222)
    before = (folder / NAME).read_bytes()
    furnish(home)
    server = JupyterProcess(home, NO_ROOT if os.geteuid() == 0 else "", app="jupyterlab.labapp", python=python)
    try:
        window = Window(page, server)
        window.open(folder / NAME)
        window.button.click()
        expect(window.state).to_contain_text("read-only: the badge goes into the published copy alone")
        window.panel.get_by_role("button", name="Review and publish").click()
        expect(window.panel).to_contain_text("Nothing changes here, since it is read-only")
        window.primary.click()
        window.finished()
        expect(window.panel).to_contain_text("The badge stands in the published copy; this notebook is read-only.")
        expect(window.unsaved).to_have_count(0)
        assert (folder / NAME).read_bytes() == before
        local = repositories.repository("local", config=Config(data_dir=home / "zenodo"))
        (record,) = local.search("").records
        text = local.ask("GET", f"{local.file_path(record.id, NAME, draft=False)}/content").text
        copy = nbformat.reads(text, 4)
        assert sum(is_badge(cell) for cell in copy.cells) == 1
    finally:
        server.stop()
