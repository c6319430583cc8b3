"""Fixtures for all tests: nobody's home, data or tokens are touched, and a Jupyter server with this extension."""

from __future__ import annotations

import json
import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from zenodo_jupyter.config import Config

pytest_plugins = ["pytest_jupyter.jupyter_server"]

#: What could lead to the person who runs the tests, or change what is tested.
PRIVATE = (
    "ZENODO_TOKEN", "ZENODO_SANDBOX_TOKEN", "ZENODO_JUPYTER_TOKEN", "ZENODO_JUPYTER_URL", "ZENODO_JUPYTER_RERUN",
    "ZENODO_JUPYTER_DATACITE_PASSWORD",
    "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
)  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let more be done where there is time."""
    parser.addoption("--stories", type=int, default=3, help="how many made-up sequences of faults are survived")


def settle_in(home: Path, patch: pytest.MonkeyPatch) -> None:
    """Make a folder the home, with a Jupyter and a data folder in it, and no tokens, no keyring, no proxies."""
    patch.setenv("HOME", str(home))
    patch.setenv("USERPROFILE", str(home))
    for name in ("CONFIG", "DATA", "RUNTIME"):
        patch.setenv(f"JUPYTER_{name}_DIR", str(home / f"jupyter-{name.lower()}"))
    patch.setenv("IPYTHONDIR", str(home / "ipython"))
    patch.setenv("ZENODO_JUPYTER_DATA", str(home / "zenodo"))
    patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    # Nothing is asked of a package index, and nothing is found in the person's own cache.
    for name in ("UV_OFFLINE", "PIP_NO_INDEX"):
        patch.setenv(name, "1")
    patch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple/")
    patch.setenv("UV_CACHE_DIR", str(home / "uv"))
    patch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
    for name in PRIVATE:
        patch.delenv(name, raising=False)


@pytest.fixture(autouse=True, scope="session")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A home for what several tests share; before anything asks for a keyring, which is remembered."""
    with pytest.MonkeyPatch.context() as patch:
        settle_in(tmp_path_factory.mktemp("shared-home"), patch)
        yield


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of each test's own."""
    home = tmp_path_factory.mktemp("home")
    settle_in(home, monkeypatch)
    return home


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    """Load this extension."""
    return {"ServerApp": {"jpserver_extensions": {"zenodo_jupyter": True}}}


@pytest.fixture
def call(jp_fetch: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[tuple[int, Any]]]:
    """Ask one of our routes as the panel does: ``call("POST", "publish", {…})`` returns status and JSON."""

    async def ask(method: str, path: str, body: Any = None, /, **params: Any) -> tuple[int, Any]:
        sent = None if method in ("GET", "DELETE") else json.dumps(body if body is not None else {})
        response = await jp_fetch(
            "zenodo-jupyter", *path.split("/"), method=method, body=sent, params=params, raise_error=False
        )
        is_json = response.headers.get("Content-Type", "").startswith("application/json") and response.body
        return response.code, json.loads(response.body) if is_json else response.body

    return ask


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Any]:
    """An embedded repository behind HTTP, with its ``url`` and a ``token``."""
    from zenodo_jupyter.localrepo.server import Server

    with Server(tmp_path / "served", port=0) as server:
        yield server


@pytest.fixture
def datacite() -> Iterator[Any]:
    """DataCite, as far as registering DOIs goes."""
    from registering import DataCite

    place = DataCite().start()
    yield place
    place.stop()


@pytest.fixture
def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Any]:
    """Another repository on the network, and a token for it."""
    from faults import embedded

    server, token = embedded(tmp_path / "lab")
    yield server, token
    server.close()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """The settings of a user who has nothing yet."""
    return Config(data_dir=tmp_path / "user")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A notebook."""
    target = tmp_path / "rain.ipynb"
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Rain")]), target)
    return target


@pytest.fixture
def site(tmp_path: Path) -> Any:
    """An embedded repository, and whoever comes to its pages."""
    from visiting import Site

    return Site(tmp_path)


@pytest.fixture
def shelf() -> Any:
    """A catalogue of one record in three shapes, behind `visitor`."""
    from shelf import Shelf

    return Shelf()


@pytest.fixture
def visitor(shelf: Any, tmp_path: Path) -> Any:
    """A client of an application whose pages show the shelf."""
    from shelf import visit

    return visit(shelf, tmp_path)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A package index on this machine, the only one that is asked."""
    from small_record import served

    yield from served(tmp_path / "wheels", monkeypatch)


@pytest.fixture
def record(tmp_path: Path) -> Any:
    """What writes a record of one small notebook."""
    from small_record import Small

    return Small(tmp_path / "record")
