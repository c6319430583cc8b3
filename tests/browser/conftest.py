"""A browser on JupyterLab and Notebook 7, with an embedded repository and a far one that can be made to fail."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS))
from environments import python_of  # noqa: E402
from faults import FaultyServer, embedded, forward  # noqa: E402
from jupyter_process import JupyterProcess  # noqa: E402
from window import PATIENCE, Window  # noqa: E402

from zenodo_jupyter import repositories  # noqa: E402
from zenodo_jupyter.config import Config  # noqa: E402
from zenodo_jupyter.repository import Repository  # noqa: E402

QUICKSTART = TESTS.parent / "notebooks" / "quickstart"
NAME = "seattle-weather.ipynb"
#: The far repository's name for the settings, and its title for people.
FAR, FAR_TITLE = "lab", "Our lab"
SECONDS = PATIENCE / 1000


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let all tests be run in another environment (``make everywhere``)."""
    parser.addoption("--environment", help="one that environments.py makes, whose JupyterLab and Notebook 7 are used")


@pytest.fixture(scope="session")
def python(request: pytest.FixtureRequest) -> str:
    """The interpreter that runs Jupyter."""
    name = request.config.getoption("--environment")
    return python_of(name) if name else sys.executable


@pytest.fixture
def saved_by_hand(request: pytest.FixtureRequest) -> None:
    """Leave a test out where the server saves shared notebooks by itself, so that nothing is ever unsaved."""
    if request.config.getoption("--environment") == "shared":
        pytest.skip("Shared notebooks are never unsaved.")


@pytest.fixture(autouse=True)
def jp_asyncio_loop() -> None:
    """Run no loop of asyncio: Playwright runs one of its own in this thread."""


@pytest.fixture(autouse=True)
def jp_server_cleanup() -> None:
    """Clean up after no server in this process: there is none."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Take the system's Chromium, and let it talk to nobody else."""
    arguments = "no-sandbox disable-gpu disable-dev-shm-usage disable-quic no-first-run disable-background-networking"
    return {
        **browser_type_launch_args,
        "executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        "args": [f"--{argument}" for argument in (*arguments.split(), "disable-component-update", "disable-sync")],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Open windows of one size and one language."""
    return {**browser_context_args, "viewport": {"width": 1280, "height": 900}, "locale": "en-US"}


class Gate:
    """Stands before an application, and can be closed to some of its requests, which then wait."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app
        self._reached = threading.Event()
        self._done: list[str] = []
        self._news = threading.Condition()
        self._open = threading.Event()
        self._pattern = ""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Let a request through, or have it wait."""
        request = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        if self._pattern and re.search(self._pattern, request):
            self._reached.set()
            self._open.wait(SECONDS)
        answer = self.app(environ, start_response)
        with self._news:
            self._done.append(request)
            self._news.notify_all()
        return answer

    def wait_for(self, pattern: str) -> None:
        """Wait until a request was answered whose method and path fit a regular expression."""
        with self._news:
            assert self._news.wait_for(lambda: any(re.search(pattern, request) for request in self._done), SECONDS)

    def wait_until_reached(self) -> None:
        """Wait until a request stands before the closed gate."""
        assert self._reached.wait(SECONDS)

    def forget(self) -> None:
        """Forget which requests were answered."""
        with self._news:
            self._done.clear()

    def close(self, pattern: str) -> None:
        """Have requests wait whose method and path fit a regular expression."""
        self._reached.clear()
        self._open.clear()
        self._pattern = pattern

    def open(self) -> None:
        """Let all through."""
        self._pattern = ""
        self._open.set()


@dataclass
class Far:
    """A repository elsewhere: its server, which can be told what to do wrong, a gate before it, and its owner's token."""

    server: FaultyServer
    gate: Gate
    token: str

    @property
    def client(self) -> Repository:
        """A client of it, to look at what is there."""
        return repositories.repository(self.server.url, token=self.token)

    def count(self, what: str) -> int:
        """Count the requests to it by a regular expression for their method and path."""
        return sum(re.search(what, f"{method} {path}") is not None for method, path in self.server.seen)


@pytest.fixture(scope="session")
def far_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Far]:
    """Serve it: another embedded repository, or the real one that the environment names, behind a server that can fail."""
    url = os.environ.get("ZENODO_JUPYTER_RDM_URL")
    if url:
        server, token = FaultyServer(forward(url)), os.environ["ZENODO_JUPYTER_RDM_TOKEN_OTHER"]
    else:
        server, token = embedded(tmp_path_factory.mktemp("far"))
    gate = Gate(server.app)
    server.app = gate
    yield Far(server, gate, token)
    gate.open()
    server.close()


@pytest.fixture
def far(far_server: Far) -> Iterator[Far]:
    """The far repository, as it should be: open, without faults, and with nothing asked of it yet."""
    far_server.server.seen.clear()
    far_server.gate.forget()
    yield far_server
    far_server.gate.open()
    far_server.server.faults.clear()


def settle(home: Path, name: str, content: Any) -> None:
    """Write a file of Jupyter's configuration."""
    file = home / "jupyter_config_dir" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content))


def know(home: Path, far: Far) -> None:
    """Tell a server of the far repository, which counts as a real one."""
    known = {FAR: {"url": far.server.url, "title": FAR_TITLE, "practice": False}}
    settle(home, "jupyter_zenodo_config.json", {"Config": {"repositories": known}})


def sign_in(jupyter: JupyterProcess, far: Far) -> None:
    """Have a server keep the token for the far repository."""
    jupyter.ask("PUT", f"zenodo-jupyter/repositories/{FAR}/token", {"token": far.token})


def furnish(home: Path) -> None:
    """Leave out JupyterLab's first question, which would lie over the panel's foot; keep there what several browsers wrote."""
    news = {"fetchNews": "false", "checkForUpdates": False}
    settle(home, "lab/user-settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings", news)
    settle(home, "jupyter_server_config.json", {"SQLiteYStore": {"db_path": str(home / "shared.db")}})


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory: pytest.TempPathFactory, far_server: Far, python: str) -> Iterator[JupyterProcess]:
    """JupyterLab and Notebook 7 on one server, behind a base URL as on a hub, which knows the far repository."""
    home = tmp_path_factory.mktemp("jupyter")
    know(home, far_server)
    settle(home, "labconfig/page_config.json", {"exposeAppInBrowser": True})  # so that tests can change the theme
    furnish(home)
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith("ZENODO_") or name.lower().endswith("_proxy"):
                patch.delenv(name)
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
        patch.setenv("IPYTHONDIR", str(home / "ipython"))
        patch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
        server = JupyterProcess(home, app="jupyterlab.labapp", base_url="/user/ada/", python=python)
    yield server
    server.stop()


@pytest.fixture
def signed_out(jupyter: JupyterProcess, far: Far) -> Iterator[Far]:
    """The far repository, before and after the test without a token."""
    yield far
    jupyter.session.delete(f"{jupyter.url}zenodo-jupyter/repositories/{FAR}/token", timeout=SECONDS).raise_for_status()


@pytest.fixture
def signed_in(jupyter: JupyterProcess, signed_out: Far) -> Far:
    """The far repository, with its token kept during the test."""
    sign_in(jupyter, signed_out)
    return signed_out


@pytest.fixture
def local(jupyter: JupyterProcess) -> Repository:
    """The embedded repository of that server, to look at what is there."""
    return repositories.repository("local", config=Config(data_dir=jupyter.root.parent / "zenodo"))


def lay_out(folder: Path) -> Path:
    """Copy the quickstart into a new folder, and return its notebook.

    It was run with the Python that runs it here: JupyterLab writes another one into it as soon as the kernel has answered.
    """
    shutil.copytree(QUICKSTART, folder)
    text = (folder / NAME).read_text("utf-8")
    here = f'"version": "{platform.python_version()}"'
    (folder / NAME).write_text(re.sub(r'"version": "3\.[\d.]+"', here, text), "utf-8")
    return folder / NAME


@pytest.fixture
def notebook(jupyter: JupyterProcess, request: pytest.FixtureRequest) -> Path:
    """A copy of the quickstart in a folder of the test's own, below the server's."""
    return lay_out(jupyter.root / re.sub(r"\W+", "-", request.node.name).strip("-"))


@pytest.fixture
def published(jupyter: JupyterProcess, notebook: Path) -> str:
    """The DOI of the quickstart, published without the browser."""
    path = notebook.relative_to(jupyter.root).as_posix()
    done = jupyter.follow(jupyter.ask("POST", "zenodo-jupyter/publish", {"path": path, "yes": True}))
    assert done["state"] == "done", done["error"]
    return done["result"]["doi"]


@pytest.fixture
def open_window(context: BrowserContext, jupyter: JupyterProcess) -> Iterator[Callable[..., Window]]:
    """Open a notebook in a window: ``open_window(notebook, app="nb7")``; its kernel ends with the test."""

    def open_one(notebook: Path, app: str = "lab") -> Window:
        window = Window(context.new_page(), jupyter, app)
        window.open(notebook)
        return window

    yield open_one
    context.close()
    for session in jupyter.ask("GET", "api/sessions"):
        jupyter.session.delete(f"{jupyter.url}api/sessions/{session['id']}", timeout=SECONDS)
