"""In other places than the newest JupyterLab on one's own machine: the same story, and what is special there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
import story
from conftest import FAR_TITLE, Far, furnish, know, lay_out, sign_in
from environments import python_of
from hub import Hub
from jupyter_process import JupyterProcess
from playwright.sync_api import BrowserContext, Page, expect
from proxy import Proxy
from window import Window

from zenodo_jupyter import repositories
from zenodo_jupyter.badge import is_badge
from zenodo_jupyter.config import Config
from zenodo_jupyter.doi import DOI
from zenodo_jupyter.repository import Repository


def repository_of(home: Path) -> Repository:
    """Return the embedded repository of a server."""
    return repositories.repository("local", config=Config(data_dir=home / "zenodo"))


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], JupyterProcess]]:
    """Start JupyterLab in one of the environments."""
    started = []

    def start_one(environment: str) -> JupyterProcess:
        furnish(tmp_path)
        started.append(JupyterProcess(tmp_path, app="jupyterlab.labapp", python=python_of(environment)))
        return started[-1]

    yield start_one
    for server in started:
        server.stop()


@pytest.mark.parametrize("app", ["lab", "nb7"])
def test_oldest_versions(app: str, page: Page, start: Callable[[str], JupyterProcess], tmp_path: Path) -> None:
    """JupyterLab 4.2 and Notebook 7.2 do what the newest do."""
    jupyter = start("oldest")
    notebook = lay_out(jupyter.root / "quickstart")
    window = Window(page, jupyter, app)
    window.open(notebook)
    record = story.publish(window, notebook, repository_of(tmp_path))
    story.look_at_the_record(window, notebook, record, tmp_path)
    story.publish_version(window, notebook, record, repository_of(tmp_path))


def test_on_a_hub(page: Page, tmp_path: Path) -> None:
    """Behind a hub's login and its proxy, below a folder of the host, nothing is different, the record's page included."""
    furnish(tmp_path)
    hub = Hub(tmp_path)
    try:
        notebook = lay_out(hub.root / "quickstart")
        window = Window(page, hub)
        hub.sign_in(page)
        window.open(notebook)
        record = story.publish(window, notebook, repository_of(tmp_path))
        story.look_at_the_record(window, notebook, record, tmp_path)
        story.publish_version(window, notebook, record, repository_of(tmp_path))
    finally:
        hub.stop()


def test_behind_a_proxy(page: Page, tmp_path: Path) -> None:
    """Below a folder of a host, behind nginx as it comes, nothing is different, the record's page included."""
    furnish(tmp_path)
    jupyter = JupyterProcess(tmp_path, app="jupyterlab.labapp", base_url="/apps/lab/")
    proxy = Proxy(jupyter.url, tmp_path / "nginx")
    try:
        notebook = lay_out(jupyter.root / "quickstart")
        jupyter.url = proxy.url
        window = Window(page, jupyter)
        window.open(notebook)
        record = story.publish(window, notebook, repository_of(tmp_path))
        story.look_at_the_record(window, notebook, record, tmp_path)
    finally:
        proxy.stop()
        jupyter.stop()


def test_two_browsers_on_one_notebook(
    new_context: Callable[..., BrowserContext], start: Callable[[str], JupyterProcess], far: Far, tmp_path: Path
) -> None:
    """Two people on one shared notebook who press Publish in the same moment make one record and one badge, and no conflict."""
    know(tmp_path, far)
    jupyter = start("shared")
    sign_in(jupyter, far)
    notebook = lay_out(jupyter.root / "quickstart")
    windows = [Window(new_context().new_page(), jupyter) for _ in range(2)]
    for window in windows:
        window.open(notebook)
    for window in windows:
        window.review_for(FAR_TITLE)
    for window in windows:
        window.primary.evaluate("button => setTimeout(() => button.click(), 1000 - Date.now() % 1000)")
    (doi,) = {window.finished() for window in windows}
    for window in windows:
        expect(window.badges).to_have_count(1)
        expect(window.page.get_by_role("dialog")).to_have_count(0)
        window.saved()
    assert far.client.find_doi(DOI.parse(doi))
    assert far.count(r"POST .*/api/records$") == far.count(r"POST .*/actions/publish") == 1
    window.until(lambda: doi in notebook.read_text())  # the server saves a shared notebook, a moment later
    (badge,) = [cell for cell in nbformat.read(notebook, 4).cells if is_badge(cell)]
    assert doi in badge.source
