"""Forms in a cell, as a person uses them: seen, typed into, published from, and what stays of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from conftest import furnish
from jupyter_process import JupyterProcess
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import BrowserContext, Locator, expect
from test_browser_ways import complaints
from window import PATIENCE, Window

from zenodo_jupyter import badge

FORM = "from zenodo_jupyter.widgets import PublishForm\nPublishForm()"
#: A row of the field table that nothing else knows of.
ROW = """from zenodo_jupyter.metadata import fields
row = fields.Field("weather_station", "Weather station", group="Instruments", path="custom_fields.station")
fields.FIELDS = (*fields.FIELDS, row)
"""


def rain(jupyter: JupyterProcess, name: str, code: str = FORM) -> Path:
    """Write a small notebook with its author in it, below a server's folder."""
    folder = jupyter.root / re.sub(r"\W+", "-", name).strip("-")
    folder.mkdir()
    cells = [new_markdown_cell("# Rain\n\nIt rains."), new_code_cell("1 + 1"), new_code_cell(code)]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    metadata = {"authors": [{"name": "Doe, Ada"}], "kernelspec": kernel, "language_info": {"name": "python"}}
    nbformat.write(new_notebook(cells=cells, metadata=metadata), folder / "rain.ipynb")
    return folder / "rain.ipynb"


def run_form(window: Window) -> Locator:
    """Run the last cell, and return the form when it has looked at the notebook."""
    cell = window.notebook.locator(".jp-CodeCell").last
    prompt = cell.locator(".jp-InputPrompt")
    # A cell that is run before there is a kernel is not run, and nothing says so: a person presses again, but not too soon, or
    # it is run twice.
    for _ in range(PATIENCE // 10_000):
        cell.locator(".cm-content").click()
        window.page.keyboard.press("Control+Enter")
        try:
            expect(prompt).not_to_have_text("[ ]:", timeout=10_000)
            break
        except AssertionError:
            continue
    form = window.notebook.locator(".zw")
    # on a busy machine: libraries are imported for the first time
    expect(form.get_by_role("button", name=re.compile("Files: "))).to_be_visible(timeout=120_000)
    return form


def unfold(form: Locator, name: str) -> None:
    """Open a part of a form."""
    form.get_by_role("button", name=re.compile(rf"^▸ {name}\b")).click()


@pytest.mark.parametrize("app", ["lab", "nb7"])
def test_form_publishes(
    app: str, open_window: Callable[..., Window], jupyter: JupyterProcess, request: pytest.FixtureRequest
) -> None:
    """Pressed by the keyboard, it puts one badge into document and file, and leaves a card that needs no kernel."""
    notebook = rain(jupyter, request.node.name)
    before = [cell.source for cell in nbformat.read(notebook, 4).cells]
    window = open_window(notebook, app)
    form = run_form(window)
    for name in ("Files", "About", "Checks", "Where"):
        unfold(form, name)
    expect(form.get_by_label("Repository")).to_be_visible()
    assert complaints(window, ".zw") == []
    form.get_by_role("button", name="Publish", exact=True).press("Enter")
    window.to_the_top()
    expect(window.badges).to_have_count(1)
    expect(form).to_have_count(0)
    shown = window.notebook.locator(".jp-OutputArea").last
    expect(shown).to_contain_text("10.5072/zenodo.")
    window.saved()
    window.until(lambda: "widget-view" not in notebook.read_text())  # Notebook 7 has no mark of what is unsaved
    expect(window.page.locator(".jp-Dialog")).to_have_count(0)

    nb = nbformat.read(notebook, 4)
    assert [badge.is_badge(cell) for cell in nb.cells] == [False, True, False, False]
    assert [cell.source for cell in nb.cells if not badge.is_badge(cell)] == before
    assert "widget-view" not in notebook.read_text() and not nb.metadata.get("widgets")
    page, _ = HTMLExporter().from_notebook_node(nb)
    assert "zenodo-jupyter-card" in page

    fresh = open_window(notebook, app)
    expect(fresh.notebook.locator(".jp-OutputArea").last).to_contain_text("10.5072/zenodo.")


def test_what_is_typed_survives_a_restart(
    open_window: Callable[..., Window], jupyter: JupyterProcess, request: pytest.FixtureRequest
) -> None:
    """Half a description is there again when the kernel was restarted, and stands in no file that gets published."""
    notebook = rain(jupyter, request.node.name)
    window = open_window(notebook)
    form = run_form(window)
    unfold(form, "About")
    form.get_by_label("Title (required)").fill("x")
    form.get_by_label("Title (required)").press("Tab")
    wrong = form.get_by_label("Title (required) ✖ Shorter than minimum length 3.")
    expect(wrong).to_have_value("x")
    wrong.fill("Half a title")
    wrong.press("Tab")
    expect(form.get_by_role("button", name="Start over")).to_be_visible()
    bar = window.notebook.get_by_role("toolbar").first
    bar.get_by_role("button", name=re.compile("^Save")).click()
    window.saved()
    assert "Half a title" not in notebook.read_text()
    bar.get_by_role("button", name=re.compile("^Restart the kernel(?! and)")).click()
    window.page.locator(".jp-Dialog .jp-mod-accept").click()
    expect(window.page.locator(".jp-Dialog")).to_have_count(0)
    again = run_form(window)
    expect(again).to_contain_text("What you typed on")
    expect(again.get_by_role("button", name=re.compile("About: Half a title"))).to_be_visible()


def test_new_row_of_the_table_is_in_form_and_panel(context: BrowserContext, tmp_path: Path, python: str) -> None:
    """A field that is added to the table, and nowhere else, can be filled in in both."""
    furnish(tmp_path)
    jupyter = JupyterProcess(tmp_path, ROW, app="jupyterlab.labapp", python=python)
    try:
        window = Window(context.new_page(), jupyter)
        window.open(rain(jupyter, "row", ROW + FORM))
        form = run_form(window)
        unfold(form, "About")
        unfold(form, "Instruments")
        form.get_by_label("Weather station").fill("Seattle")
        window.button.click()
        window.group("About").click()
        window.panel.get_by_role("button", name=re.compile("^Instruments")).click()
        window.panel.get_by_label("Weather station").fill("Tacoma")
    finally:
        jupyter.stop()
