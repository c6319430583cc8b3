"""Running a record again from the panel: the question, the verdict, the report, and the differences in the notebooks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from jupyter_process import JupyterProcess
from playwright.sync_api import Page, expect
from window import Window

from zenodo_jupyter import publish
from zenodo_jupyter.config import Config
from zenodo_jupyter.metadata import Metadata

AXE = Path(__file__).parents[2] / "labextension" / "node_modules" / "axe-core" / "axe.min.js"


def test_run_a_record_again(
    open_window: Callable[..., Window], notebook: Path, jupyter: JupyterProcess, tmp_path: Path
) -> None:
    """Nothing runs before a yes; then the verdict stands in the panel, and what differs is marked in both notebooks."""
    doi = spoiled(notebook, tmp_path, jupyter)
    window = open_window(notebook)
    window.menu("File", "Open by DOI …")
    box = window.panel.get_by_label("DOI or words")
    box.fill(doi)
    box.press("Enter")
    window.panel.get_by_role("button", name="Run it again").click()
    expect(window.panel).to_contain_text("Its code would run on this computer as you")
    window.panel.get_by_role("button", name="Run it", exact=True).click()
    verdict = window.panel.locator("#zj-verdict")
    expect(verdict).to_contain_text("1 of 2 outputs reproduced")
    expect(verdict.get_by_role("img", name="output 2: different")).to_be_visible()
    window.panel.get_by_role("button", name="Compare side by side").click()
    expect(window.page.locator(".jp-Cell[data-zj-verdict=differs]")).to_have_count(2)
    window.panel.get_by_role("button", name="Open the report").click()
    frame = window.page.frame_locator(".jp-HTMLViewer iframe")
    expect(frame.get_by_role("heading", name="Sums, one of them wrong")).to_be_visible()
    assert wrong_with(window.page.context.new_page(), next(notebook.parent.glob("*/reproduction-report.html"))) == []


def wrong_with(page: Page, report: Path) -> list[str]:
    """Return what axe finds wrong in the report as others open it, light and dark, and what it asks for elsewhere."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": 390, "height": 800})
    found: list[str] = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(report.as_uri())
        page.evaluate(AXE.read_text())
        found += [f"{scheme}: {v['id']}" for v in page.evaluate("axe.run()")["violations"]]
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    return found + [url for url in asked if not url.startswith(("file:", "data:"))]


def spoiled(notebook: Path, tmp_path: Path, jupyter: JupyterProcess) -> str:
    """Publish a notebook of which one output is not what its code gives."""
    folder = tmp_path / "sums"
    folder.mkdir()
    cells = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {}, "execution_count": 1, "source": code,
         "outputs": [{"output_type": "execute_result", "data": {"text/plain": out}, "metadata": {}, "execution_count": 1}]}
        for i, (code, out) in enumerate((("1 + 1", "2"), ("2 + 2", "5")))
    ]  # fmt: skip
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nb = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": spec}, "cells": cells}
    (folder / "sums.ipynb").write_text(json.dumps(nb))
    about = Metadata.from_dict({"title": "Sums, one of them wrong", "creators": ["Doe, Ada"], "rights": ["mit"]})
    return str(
        publish.publish(
            folder / "sums.ipynb", metadata=about, config=Config(data_dir=jupyter.root.parent / "zenodo")
        ).record.doi
    )
