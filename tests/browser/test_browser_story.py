"""The main job with a mouse: open, press, look, press; the badge stands everywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import story
from jupyter_process import JupyterProcess
from playwright.sync_api import expect
from window import Window

from zenodo_jupyter.repository import Repository


@pytest.mark.parametrize("app", ["lab", "nb7"])
def test_from_click_to_badge(
    app: str, open_window: Callable[..., Window], notebook: Path, local: Repository, tmp_path: Path
) -> None:
    """Three clicks put the DOI into the open notebook, the file and the published copy; then version 2 is offered."""
    window = open_window(notebook, app)
    record = story.publish(window, notebook, local)
    expect(window.badges).to_have_js_property("complete", True)
    assert window.badges.evaluate("image => image.naturalWidth") > 60, "the badge is to be seen"
    # its page, behind Jupyter's login
    story.look_at_the_record(window, notebook, record, tmp_path)
    story.publish_version(window, notebook, record, local)


def test_nothing_but_registration_at_start(
    open_window: Callable[..., Window], jupyter: JupyterProcess, notebook: Path
) -> None:
    """At JupyterLab's start only the entry is loaded, and nothing is asked; the panel's code comes when it is first shown."""
    window = open_window(notebook)
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.url))
    window.page.goto(f"{jupyter.url}lab?reset")
    window.page.locator(".jp-LauncherCard", has_text="Python 3").first.wait_for()
    ours = [url for url in asked if "zenodo-jupyter" in url]
    static = [url for url in ours if "/static/" in url]
    assert ours == static, "the server extension is not asked"
    before = set(static)
    window.page.get_by_role("tab", name="Publish").click()
    expect(window.panel).to_contain_text("No notebook is open")
    more = {url for url in asked if "zenodo-jupyter" in url and "/static/" in url} - before
    assert more, "the panel came only now"
