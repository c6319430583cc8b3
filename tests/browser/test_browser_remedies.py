"""What is found can be put right by a button, in the open notebook and on the disk, and taken back."""

from __future__ import annotations

import re
from collections.abc import Callable

import nbformat
from jupyter_process import JupyterProcess
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import expect
from test_browser_ways import complaints
from window import Window

SECRET = "k7Qm29xWv4TzRb8LpYc3"


def test_fix_secret_output_and_path(open_window: Callable[..., Window], jupyter: JupyterProcess) -> None:
    """A secret is read from the environment, an output cleared, a path respelt: each by one click, said, and saved."""
    folder = jupyter.root / "remedies"
    folder.mkdir()
    (folder / "rain.csv").write_text("day,mm\n1,2\n")
    home = new_output("stream", text="reading /home/amara/rain.csv\n")
    codes = [
        new_code_cell(f'api_key = "{SECRET}"'),
        new_code_cell("print(here)", outputs=[home]),
        new_code_cell(f'text = open("{folder}/rain.csv").read()'),
    ]
    notebook = folder / "rain.ipynb"
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    metadata = {"authors": [{"name": "Doe, Ada"}], "kernelspec": kernel}
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Rain"), *codes], metadata=metadata), notebook)

    window = open_window(notebook)
    window.button.click()
    window.group("Checks").click()
    panel, told = window.panel, window.panel.locator("#zj-remedied")
    expect(panel.get_by_text("Must be fixed first.")).to_be_visible()
    assert complaints(window) == []
    panel.get_by_role("button", name=re.compile("^Show cell")).first.click()
    expect(window.notebook.locator(".jp-Cell.jp-mod-active")).to_contain_text("api_key")
    panel.get_by_role("button", name=re.compile("^Read it from an environment variable")).click()
    expect(told).to_contain_text("It is read from API_KEY now")
    expect(told).to_be_focused()
    expect(panel.get_by_text("Must be fixed first.")).to_have_count(0)
    panel.get_by_role("button", name=re.compile("^Clear this output")).click()
    expect(told).to_contain_text("The output is cleared.")
    panel.get_by_role("button", name=re.compile("^Write the path from the notebook")).click()
    expect(told).to_contain_text("The path is written from the notebook's folder.")
    expect(panel.get_by_role("button", name=re.compile("^Write the path"))).to_have_count(0)
    assert complaints(window) == []
    window.saved()

    def sources() -> list[str]:
        return [cell.source for cell in nbformat.read(notebook, 4).cells]

    nb = nbformat.read(notebook, 4)
    assert sources() == [
        "# Rain",
        'import os\n\napi_key = os.environ["API_KEY"]',
        "print(here)",
        'text = open("rain.csv").read()',
    ]
    assert nb.cells[2].outputs == [] and SECRET not in notebook.read_text()

    window.notebook.locator(".jp-CodeCell .cm-content").last.click()
    window.page.keyboard.press("Control+z")
    expect(window.notebook.locator(".jp-CodeCell .cm-content").last).to_contain_text(str(folder))
    window.page.keyboard.press("Control+s")
    window.saved()
    assert sources()[1:] == ['import os\n\napi_key = os.environ["API_KEY"]', "print(here)", codes[2].source]
