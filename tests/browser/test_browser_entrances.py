"""From where one gets there: launcher, palette, menus, other extensions; with any kernel; and what is left without us."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import echoing
import nbformat
import publishing
import pytest
from conftest import FAR, FAR_TITLE, furnish, lay_out, settle
from jupyter_process import TOKEN, JupyterProcess
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Error, Page, expect
from window import Window

from zenodo_jupyter import card, repositories
from zenodo_jupyter.badge import is_badge
from zenodo_jupyter.config import Config
from zenodo_jupyter.doi import DOI
from zenodo_jupyter.repository import Repository

#: Runs a command as another extension does, and returns what came of it.
RUN = (
    "async ([command, args]) => JSON.parse(JSON.stringify((await jupyterapp.commands.execute(command, args)) ?? null))"
)
DESCRIBED = """async () => Object.fromEntries(await Promise.all(
  jupyterapp.commands.listCommands().filter(command => command.startsWith('zenodo-jupyter:')).map(
    async command => [command, (await jupyterapp.commands.describedBy(command)).args])))"""


def test_launcher_palette_and_menu(page: Page, jupyter: JupyterProcess, notebook: Path) -> None:
    """A card of the launcher, each line of the palette and the File menu lead to the right page of the panel."""
    window = Window(page, jupyter)
    page.goto(f"{jupyter.url}lab?reset&token={TOKEN}")
    page.locator(".jp-LauncherCard", has_text="Search Repositories").click()
    expect(window.panel.get_by_label("DOI or words")).to_be_focused()
    window.open(notebook)
    palette = page.locator(".jp-ModalCommandPalette")
    while not palette.locator("input").is_visible():  # a notebook that just opened takes the focus, which closes it
        page.evaluate(RUN, ["apputils:activate-command-palette", {}])
        page.wait_for_function("document.activeElement !== document.body")
    palette.locator("input").fill("zenodo")
    offered = palette.locator(".lm-CommandPalette-item[data-command^='zenodo-jupyter:']")
    expect(offered.filter(has_text="My Records")).to_be_visible()
    expect(offered.filter(has_text="Requests to Communities")).to_be_visible()
    offered.and_(page.locator("[data-command='zenodo-jupyter:publish']")).click()
    expect(window.state).to_be_focused()
    expect(window.state).to_contain_text("Never published")
    window.menu("File", "Search Repositories …")
    expect(window.panel.get_by_label("DOI or words")).to_be_focused()
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.locator(".lm-Menu-item[data-command='zenodo-jupyter:publish']").click()
    expect(window.state).to_be_focused()


def test_other_extensions_call_commands(
    open_window: Callable[..., Window], notebook: Path, jupyter: JupyterProcess, local: Repository
) -> None:
    """Each command says what it takes, does its act without the panel, and fails with a sentence."""
    window = open_window(notebook)

    def run(command: str, **args: Any) -> Any:
        return window.page.evaluate(RUN, [f"zenodo-jupyter:{command}", args])

    described = window.page.evaluate(DESCRIBED)
    assert {"publish", "get", "search", "records", "check", "cite", "reproduce", "requests", "open"} <= {
        command.partition(":")[2] for command in described
    }
    for args in described.values():
        assert args["type"] == "object" and all(one["description"] for one in args["properties"].values())

    path = notebook.relative_to(jupyter.root).as_posix()
    assert "block" not in [finding["severity"] for finding in run("check", path=path)]
    with pytest.raises(Error, match=f"A token is missing for {FAR_TITLE}"):
        run("publish", to=FAR, yes=True)
    doi = run("publish", path=path, to="local", yes=True)["doi"]
    record = local.find_doi(DOI.parse(doi))
    assert record is not None
    window.saved()
    assert [doi in cell.source for cell in nbformat.read(notebook, 4).cells if is_badge(cell)] == [True]
    assert "Was Seattle warmer than normal in 2012–2015? (Version 1)" in run("cite", doi=doi)
    assert doi in [hit["doi"] for hit in run("search", q=f'doi:"{doi}"', quiet=True)]
    assert doi in [hit["doi"] for hit in run("records", q=f'doi:"{doi}"', quiet=True)]
    assert run("requests", quiet=True) == []
    folder = f"{notebook.parent.name}/again"
    run("get", doi=doi, folder=folder)
    assert {file.key for file in record.files} <= {
        file.relative_to(jupyter.root / folder).as_posix() for file in (jupyter.root / folder).rglob("*")
    }
    question = run("reproduce", doi=doi, folder=f"{notebook.parent.name}/rerun")
    assert question["state"] == "failed" and question["error"]["error"] == "NeedsConsent"
    expect(window.panel).to_have_count(0)
    window.page.evaluate(RUN, ["application:close", {}])
    expect(window.notebook).to_have_count(0)
    with pytest.raises(Error, match="No notebook is open"):
        run("publish", yes=True)


def test_any_kernel(
    open_window: Callable[..., Window], jupyter: JupyterProcess, local: Repository, request: pytest.FixtureRequest
) -> None:
    """A notebook of a language that nobody knows is run and published as any other."""
    echoing.put(jupyter.root.parent / "jupyter_data_dir")
    folder = jupyter.root / re.sub(r"\W+", "-", request.node.name)
    folder.mkdir()
    notebook = folder / "rain.ipynb"
    cells = [new_markdown_cell("# Rain\n\nIt rains."), new_code_cell("how much?")]
    kernel = {"name": "say", "display_name": "Echo", "language": "echo"}
    metadata = {"authors": [{"name": "Doe, Ada"}], "kernelspec": kernel}
    nbformat.write(new_notebook(cells=cells, metadata=metadata), notebook)
    window = open_window(notebook)
    expect(window.page.get_by_text("Echo | Idle")).to_be_visible()
    window.notebook.locator(".jp-CodeCell .cm-content").click()
    window.page.keyboard.press("Shift+Enter")
    expect(window.notebook.locator(".jp-OutputArea").first).to_contain_text("how much?")
    window.publish()
    expect(window.badges).to_have_count(1)
    window.saved()
    here = nbformat.read(notebook, 4)
    assert [is_badge(cell) for cell in here.cells][:3] == [False, True, False]
    record = local.find_doi(DOI.parse(window.finished()))
    assert record is not None
    text = local.ask("GET", f"{local.file_path(record.id, 'rain.ipynb', draft=False)}/content").text
    published = nbformat.reads(text, 4)
    assert (published.metadata.kernelspec.name, published.metadata.language_info.name) == ("say", "echo")
    assert published.cells[2].outputs[0].text == "how much?"


def test_without_the_extension(page: Page, tmp_path: Path) -> None:
    """Where the extension is missing, the badge is a picture with its DOI as its text, and a card is still a card."""
    furnish(tmp_path)
    settle(tmp_path, "labconfig/page_config.json", {"disabledExtensions": {"zenodo-jupyter": True}})
    config = Config(data_dir=tmp_path / "zenodo")
    notebook = lay_out(tmp_path / "root" / "quickstart")
    record = publishing.go(notebook, config).record
    shown = card.bundle(card.of(record, repositories.repository("local", config=config)))
    nb = nbformat.read(notebook, 4)
    nb.cells.insert(2, new_code_cell("RecordCard()", outputs=[new_output("display_data", shown)]))
    nbformat.write(nb, notebook)
    jupyter = JupyterProcess(tmp_path, app="jupyterlab.labapp")
    try:
        window = Window(page, jupyter)
        window.go(notebook)
        expect(window.badges).to_have_attribute("alt", f"DOI {record.doi} (local, not registered)")
        assert window.badges.evaluate("image => image.complete && image.naturalWidth") > 60
        output = window.notebook.locator(".jp-OutputArea").first
        expect(output).to_contain_text(record.title)
        expect(output).to_contain_text(f"DOI {record.doi} (local, not registered)")
        expect(window.button).to_have_count(0)
    finally:
        jupyter.stop()
