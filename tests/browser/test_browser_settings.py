"""The page of settings: what is set there is seen at once, and stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import FAR, FAR_TITLE
from jupyter_process import JupyterProcess
from playwright.sync_api import expect
from window import Window


@pytest.fixture
def unset(jupyter: JupyterProcess) -> Iterator[None]:
    """Have settings be as they were, for the tests to come."""
    yield
    file = jupyter.root.parent / "jupyter_config_dir/lab/user-settings/zenodo-jupyter/plugin.jupyterlab-settings"
    file.unlink(missing_ok=True)


@pytest.mark.usefixtures("unset")
def test_settings(open_window: Callable[..., Window], notebook: Path, published: str) -> None:
    """Marks, status and button go when they are not wanted, and a new notebook goes to the repository that is preferred."""
    new = notebook.with_name("new.ipynb")
    new.write_bytes(notebook.read_bytes())
    window = open_window(new)
    marks, status = window.page.locator(".zj-listed"), window.page.locator(".zj-status")
    expect(marks).to_have_attribute("title", f"Published, version 1, unchanged\n{published}\nThis computer")
    expect(status).to_have_text("Never published")

    window.page.keyboard.press("Control+,")
    window.page.get_by_role("tab", name="Publish to Zenodo").click()
    settings = window.page.get_by_role("group", name="Publish to Zenodo")
    for name in ("Button in the toolbar", "Status bar", "Marks in the file browser"):
        settings.get_by_label(name).click()
    preferred = settings.get_by_role("textbox")
    expect(preferred).to_have_value("")
    with window.page.expect_response(lambda answer: answer.request.method == "PUT" and "settings" in answer.url):
        preferred.fill(FAR)
    expect(marks).to_have_count(0)
    expect(status).to_be_hidden()

    window.page.reload()
    window.page.get_by_role("tab", name=new.name).click()
    window.title.wait_for()
    window.page.keyboard.press("Control+Alt+p")
    expect(window.group("Where")).to_contain_text(FAR_TITLE)
    expect(window.button).to_have_count(0)
    expect(marks).to_have_count(0)
    expect(status).to_be_hidden()
