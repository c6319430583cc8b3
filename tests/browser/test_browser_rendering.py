"""The page of a notebook is read in a browser that has no network."""

from __future__ import annotations

from pathlib import Path

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser

from zenodo_jupyter.rendering import render_html

#: 1x1 PNG.
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def test_formulas_and_pictures_without_network(browser: Browser, tmp_path: Path) -> None:
    """Should draw formulas as formulas and show pictures, ask nobody for anything, and say nothing in the console."""
    cells = [
        new_markdown_cell("# Rain\n\nSo $\\frac{a}{b}$ and\n\n$$\\sum_{i=1}^n x_i^2$$"),
        new_code_cell("x", outputs=[new_output("display_data", {"image/png": PICTURE}),
                                    new_output("display_data", {"text/latex": "$\\sqrt{2}$"})]),
    ]  # fmt: skip
    (tmp_path / "rain.html").write_bytes(render_html(new_notebook(cells=cells), "Rain"))
    context = browser.new_context(offline=True)
    try:
        page = context.new_page()
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.goto((tmp_path / "rain.html").as_uri())
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == [] and said == []
        drawn = page.eval_on_selector_all("math", "all => all.map(math => getComputedStyle(math).display)")
        assert drawn == ["math", "block math", "block math"]
        boxes = page.eval_on_selector_all("mfrac > *", "all => all.map(part => part.getBoundingClientRect().top)")
        assert boxes[0] < boxes[1]  # one above the other
        assert page.eval_on_selector("img", "image => image.complete && image.naturalWidth") == 1
        assert "$" not in page.inner_text("main") and "\\frac" not in page.inner_text("main")
    finally:
        context.close()
