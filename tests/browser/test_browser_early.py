"""What is pressed before all is there: nothing of it is lost, and what fails at first is tried again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from jupyter_process import TOKEN, JupyterProcess
from playwright.sync_api import Page, Route, expect
from window import Window

CODE = re.compile(r"/extensions/zenodo-jupyter/static/")
SERVER = re.compile(r"/zenodo-jupyter/(?!static)")


@contextmanager
def held(page: Page, addresses: re.Pattern[str]) -> Iterator[None]:
    """Hold back the answers from some addresses for as long as the block goes on."""
    routes: list[Route] = []
    page.route(addresses, lambda route: routes.append(route))
    yield
    for route in routes:
        route.continue_()
    page.unroute(addresses)


@pytest.fixture
def window(page: Page, jupyter: JupyterProcess, notebook: Path) -> Window:
    """JupyterLab in the notebook's folder, with none of our code there but what registers."""
    page.goto(f"{jupyter.url}lab/tree/{notebook.parent.name}?reset&token={TOKEN}")
    page.locator(".jp-DirListing-item", has_text=notebook.name).wait_for()
    return Window(page, jupyter)


def open_and_press(window: Window, notebook: Path) -> None:
    """Open the notebook from the file browser, and press Publish in its toolbar as soon as that is there."""
    window.page.locator(".jp-DirListing-item", has_text=notebook.name).dblclick()
    window.button.click()


def test_late_answers(window: Window, notebook: Path) -> None:
    """What was pressed before code or server answered is done when they do, and the panel says that it waits for them."""
    with held(window.page, SERVER):
        with held(window.page, CODE):
            open_and_press(window, notebook)
            expect(window.waiting).to_contain_text("Loading")
        expect(window.state).to_be_focused()
        expect(window.waiting).to_have_count(0)
        expect(window.panel.get_by_role("status", name="Looking at the notebook")).to_be_visible()
    expect(window.state).to_contain_text("Never published")
    expect(window.group("About")).to_contain_text("ready")
    expect(window.state).to_be_focused()


def test_failed_answers(window: Window, notebook: Path) -> None:
    """Where a proxy has no answer at first, the panel says so, and Publish, pressed once more, tries again."""
    window.page.route(CODE, lambda route: route.fulfill(status=503))
    open_and_press(window, notebook)
    expect(window.waiting).to_contain_text("Press Publish once more")
    window.page.route(SERVER, lambda route: route.fulfill(status=503))
    window.page.unroute(CODE)
    window.button.click()
    expect(window.panel.get_by_role("button", name="Look again")).to_be_visible()
    window.page.unroute(SERVER)
    window.button.click()
    expect(window.state).to_contain_text("Never published")
    expect(window.group("About")).to_contain_text("ready")
