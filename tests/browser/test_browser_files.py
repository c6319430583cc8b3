"""What goes into a record, chosen in the panel: dragged, ticked, packed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect
from test_browser_ways import complaints
from window import Window

from zenodo_jupyter.repository import Repository


def drag(window: Window, item: Locator, to: Locator) -> None:
    """Drag something within JupyterLab as a hand does: it needs a few moves to be taken for a drag."""
    mouse, start, end = window.page.mouse, item.bounding_box(), to.bounding_box()
    assert start is not None and end is not None
    mouse.move(start["x"] + 20, start["y"] + start["height"] / 2)
    mouse.down()
    mouse.move(start["x"] + 60, start["y"] + 40, steps=5)
    mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=10)
    expect(window.panel.locator(".is-target")).to_have_count(1)
    mouse.up()


def test_dragged_from_the_file_browser(open_window: Callable[..., Window], notebook: Path, local: Repository) -> None:
    """A file, and a folder with a notebook in it, are dragged onto Files, survive a reload, and are published."""
    (notebook.parent / "notes.txt").write_text("Rain gauge moved in May.\n")
    (notebook.parent / "more").mkdir()
    (notebook.parent / "more" / "second.ipynb").write_bytes(notebook.read_bytes())
    window = open_window(notebook)
    window.button.click()
    expect(window.group("Files")).to_contain_text("ready")
    listed = window.page.locator(".jp-DirListing-item")
    drag(window, listed.filter(has_text="notes.txt"), window.group("Files"))
    dropped = window.panel.get_by_role("checkbox", name="notes.txt")
    expect(dropped).to_be_checked()
    expect(dropped).to_have_accessible_description("named by you")
    drag(window, listed.filter(has_text="more"), window.panel.get_by_role("button", name="Add files"))
    expect(window.panel.get_by_role("checkbox", name="second.ipynb")).to_be_checked()
    expect(window.panel.locator(".is-target")).to_have_count(0)
    assert complaints(window) == []
    window.group("About").click()
    window.panel.get_by_label("Title").fill("Rain, with notes")

    window.page.reload()  # at once: what was chosen and typed is there again
    window.button.click()
    expect(window.group("About")).to_contain_text("Rain, with notes")
    expect(window.group("Files")).to_contain_text("5 files")
    window.panel.get_by_role("button", name="Review and publish").click()
    window.primary.click()
    window.finished()
    (record,) = local.search('"Rain, with notes"').records
    assert {"notes.txt", "more/second.ipynb"} <= {file.key for file in local.get(record.id).files}
