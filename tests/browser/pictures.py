"""Take the pictures of the README: ``python tests/browser/pictures.py FOLDER`` (``make screenshots``)."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS))
from jupyter_process import JupyterProcess  # noqa: E402
from window import Window  # noqa: E402

QUICKSTART = TESTS.parent / "notebooks" / "quickstart"
NAME = "seattle-weather.ipynb"
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}


def settle(home: Path, plugin: str, settings: dict[str, object]) -> None:
    """Write the settings of one of JupyterLab's plugins."""
    file = home / "jupyter_config_dir" / "lab" / "user-settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(settings))


def take(browser: Browser, home: Path, theme: str, folder: Path) -> None:
    """Go the main way in one theme, and take a picture at each stop."""
    settle(home, "apputils-extension/notification", {"fetchNews": "false", "checkForUpdates": False})
    settle(home, "apputils-extension/themes", {"theme": THEMES[theme]})
    jupyter = JupyterProcess(home, app="jupyterlab.labapp")
    try:
        shutil.copytree(QUICKSTART, jupyter.root, dirs_exist_ok=True)
        context = browser.new_context(viewport={"width": 1280, "height": 800}, device_scale_factor=1.5, locale="en-US")
        window = Window(context.new_page(), jupyter)
        window.open(jupyter.root / NAME)
        window.page.keyboard.press("Control+b")  # without the file browser: what counts is the notebook and the panel
        window.button.click()
        for group in ("Files", "About", "Checks", "Where"):
            expect(window.group(group)).to_contain_text("ready")

        def shoot(name: str) -> None:
            taken = Image.open(BytesIO(window.page.screenshot(animations="disabled")))
            # A palette that covers all colours is enough for an interface, and a third of the bytes; each of its colours has to
            # be the mean of those that it stands for, or grey gets a tint.
            few = taken.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=4, dither=Image.Dither.NONE)
            few.save(folder / f"{name}-{theme}.png", optimize=True)

        shoot("1-panel")
        window.panel.get_by_role("button", name="Review and publish").click()
        expect(window.panel.get_by_role("heading", name="Publish on this computer")).to_be_focused()
        shoot("2-review")
        window.primary.click()
        window.finished()
        expect(window.badges).to_be_visible()
        shoot("3-published")
        context.close()
    finally:
        jupyter.stop()


def main(folder: Path) -> None:
    """Take all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for theme in THEMES:
            with tempfile.TemporaryDirectory(prefix="pictures-") as home:
                take(browser, Path(home), theme, folder)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
