"""Other ways through the panel: by a DOI, by the keyboard, by ear."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from conftest import TESTS
from jupyter_process import JupyterProcess
from playwright.sync_api import expect
from window import Window

from zenodo_jupyter.doi import DOI
from zenodo_jupyter.repository import Repository

AXE = TESTS.parent / "labextension" / "node_modules" / "axe-core" / "axe.min.js"


def complaints(window: Window, where: str = ".zj-panel", rules: Sequence[str] | None = None) -> list[tuple[str, Any]]:
    """Return what axe finds wrong in the panel, or elsewhere, for people who do not see it, or see it badly."""
    if not window.page.evaluate("!!window.axe"):
        window.page.evaluate(AXE.read_text())
    found = window.page.evaluate("([where, rules]) => axe.run(where, rules ? {runOnly: rules} : {})", [where, rules])
    return [(v["id"], [node["html"][:150] for node in v["nodes"]]) for v in found["violations"]]


def test_open_by_doi(
    open_window: Callable[..., Window], notebook: Path, jupyter: JupyterProcess, published: str, local: Repository
) -> None:
    """A DOI in any spelling brings the record's files into a folder, each as it was published, and opens the notebook."""
    window = open_window(notebook)
    window.menu("File", "Open by DOI …")
    box = window.panel.get_by_label("DOI or words")
    expect(box).to_be_focused()
    box.fill(f" https://doi.org/{published.upper()} ")
    box.press("Enter")
    expect(window.panel.get_by_role("heading", name="Was Seattle warmer")).to_be_visible()
    expect(window.panel.get_by_role("checkbox", name="data/seattle-weather.csv")).to_be_checked()
    window.panel.get_by_role("button", name="change").click()
    folder = notebook.parent / "again"
    window.panel.get_by_label("Folder").fill(folder.relative_to(jupyter.root).as_posix())
    window.primary.click()
    expect(window.panel).to_contain_text("every checksum right")
    expect(window.page.get_by_role("tab", name=notebook.name)).to_have_count(2)
    expect(window.badges).to_have_attribute("alt", f"DOI {published} (local, not registered)")
    record = local.find_doi(DOI.parse(published))
    assert record is not None
    for file in record.files:
        assert hashlib.md5((folder / file.key).read_bytes()).hexdigest() == file.md5, file.key
    window.button.click()
    expect(window.state).to_contain_text("A copy of another record")


def test_by_keyboard_and_by_ear(open_window: Callable[..., Window], notebook: Path) -> None:
    """The whole way goes by the keyboard alone, Publish itself only by pressing it; axe has no complaint on any page."""
    window = open_window(notebook)
    keys = window.page.keyboard
    keys.press("Control+Alt+p")
    expect(window.state).to_be_focused()
    expect(window.group("About")).to_contain_text("ready")
    for name in ("Files", "About", "Checks", "Where"):
        tab_to(window, window.group(name))
        keys.press("Enter")
        expect(window.group(name)).to_have_attribute("aria-expanded", "true")
    assert complaints(window) == []
    keys.press("Control+Enter")
    expect(window.panel.get_by_role("heading", name="Publish on this computer")).to_be_focused()
    assert complaints(window) == []
    keys.press("Control+Enter")
    publish = window.panel.get_by_role("button", name="Publish", exact=True)
    expect(publish).to_be_focused()
    expect(window.state).to_contain_text("Never published")
    expect(publish).to_be_enabled()  # in its first moments it takes nothing, for another button stood there
    keys.press("Enter")
    window.finished()
    expect(window.badges).to_have_count(1)
    assert complaints(window) == []


def tab_to(window: Window, wanted: Any) -> None:
    """Press Tab until something has the focus."""
    for _ in range(80):
        window.page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not lead to {wanted}")
