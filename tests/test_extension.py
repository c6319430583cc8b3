"""The extension itself: its settings, what it costs at the start, and where it says that something is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.services.contents.manager import ContentsManager

import zenodo_jupyter

Call = Callable[..., Awaitable[tuple[int, Any]]]

START = """
import sys
import jupyter_server.serverapp, jupyter_server.base.handlers
before = set(sys.modules)
import zenodo_jupyter
assert not [m for m in sys.modules if m.startswith("zenodo_jupyter.")], "importing the package must stay cheap"
zenodo_jupyter._jupyter_server_extension_points()
print(*sorted({m.split(".")[0] for m in set(sys.modules) - before}))
"""


def test_the_start_of_the_server_loads_registration_only() -> None:
    """Beyond what the server has loaded anyway, its start loads our own few files and the lock's, and no client or renderer."""
    run = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True, cwd=_ROOT)
    assert set(run.stdout.split()) <= {"filelock", "jupyter_server", "secrets", "zenodo_jupyter"}


def test_the_oldest_jupyterlab_that_is_promised_loads_the_front_end() -> None:
    """Asks of every package that JupyterLab brings a version that 4.2 has; else JupyterLab leaves the extension out."""
    asked = json.loads((_ROOT / "labextension" / "package.json").read_text())["dependencies"]
    # Versions in JupyterLab 4.2.0, by the first part of the package's own: its application is 4.2, its services 7.2.
    there = {3: (3, 10), 4: (4, 2), 6: (6, 2), 7: (7, 2)}
    for name, wanted in asked.items():
        if name.startswith("@jupyterlab/"):
            least = tuple(int(part) for part in wanted.removeprefix("^").split(".")[:2])
            assert least <= there[least[0]], name


def test_jupyter_is_told_of_both_extensions() -> None:
    """The server part is one class, and the front end is where the build puts it."""
    (point,) = zenodo_jupyter._jupyter_server_extension_points()
    assert point["app"].name == "zenodo_jupyter"
    assert zenodo_jupyter._jupyter_labextension_paths() == [{"src": "_labextension", "dest": "zenodo-jupyter"}]
    enabled = json.loads((_ROOT / "jupyter-config" / "server-config" / "zenodo_jupyter.json").read_text())
    assert enabled == {"ServerApp": {"jpserver_extensions": {"zenodo_jupyter": True}}}


class TestSettings:
    """With settings of the server, of the user, and of the environment."""

    @pytest.fixture
    def jp_server_config(self, tmp_path: Path) -> dict[str, Any]:
        """Set what can be set."""
        ours = {
            "default_repository": "lab",
            "repositories": {"lab": {"url": "https://lab.example.org"}},
            "data_folder": str(tmp_path / "elsewhere"),
            "workers": 3,
        }
        return {"ServerApp": {"jpserver_extensions": {"zenodo_jupyter": True}}, "ZenodoJupyter": ours}

    async def test_the_servers_settings_hold(self, call: Call, jp_serverapp: Any, tmp_path: Path) -> None:
        """What an administrator sets for the server goes before what is set elsewhere."""
        status, found = await call("GET", "repositories")
        assert (status, found["default"]) == (200, "lab")
        assert "lab" in {row["name"] for row in found["repositories"]}
        assert jp_serverapp.web_app.settings["zenodo_jupyter"].place.data_dir == tmp_path / "elsewhere"


class TestSettingsOfTheUser:
    """With settings of the user, and none of the server."""

    @pytest.fixture(autouse=True)
    def settings(self, jp_config_dir: Path) -> None:
        """Write them."""
        known = {"repositories": {"lab": {"url": "https://lab.example.org"}}, "default_repository": "lab"}
        (jp_config_dir / "jupyter_zenodo_config.json").write_text(json.dumps({"Config": known}))

    async def test_the_users_settings_hold(self, call: Call) -> None:
        """What the server does not say is taken from the settings that the command line reads too."""
        status, found = await call("GET", "repositories")
        assert (status, found["default"]) == (200, "lab")
        assert "lab" in {row["name"] for row in found["repositories"]}


class TestMistake:
    """With a file of settings that cannot be read."""

    @pytest.fixture
    def jp_serverapp(
        self, own_home: Path, jp_environ: Any, jp_configurable_serverapp: Any, jp_server_config: Any
    ) -> Any:
        """Start with a broken file where Jupyter looks."""
        from jupyter_core.paths import jupyter_config_dir

        folder = Path(jupyter_config_dir())
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "jupyter_zenodo_config.json").write_text("{")
        return jp_configurable_serverapp(config=jp_server_config)

    async def test_every_route_names_the_file(self, call: Call) -> None:
        """Who asks is told which file is to be corrected; the server itself runs."""
        for method, path, body in [
            ("GET", "repositories", None),
            ("GET", "jobs", None),
            ("POST", "resolve", {"text": "7"}),
            ("POST", "repositories/lab/sign-in", {}),
        ]:
            status, error = await call(method, path, body)
            assert (status, error["error"]) == (400, "BadInput"), path
            assert "jupyter_zenodo_config.json" in error["message"]


class Elsewhere(ContentsManager):
    """Keeps files on no disk."""

    def get(self, path: str, **kwargs: Any) -> dict[str, Any]:
        """Have nothing."""
        raise NotImplementedError


class TestWithoutDisk:
    """On a server whose files are not on a disk."""

    @pytest.fixture
    def jp_server_config(self) -> dict[str, Any]:
        """Use another contents manager."""
        return {"ServerApp": {"jpserver_extensions": {"zenodo_jupyter": True}, "contents_manager_class": Elsewhere}}

    async def test_it_is_said_why_nothing_can_be_published(self, call: Call) -> None:
        """The answer says that the files are not on a disk, and what to do."""
        status, error = await call("POST", "collect", {"path": "rain.ipynb"})
        assert (status, error["error"]) == (400, "BadInput")
        assert "on a disk" in error["message"] and "Copy" in error["hint"]


async def test_acts_under_way_keep_the_server_awake(
    call: Call, jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch, jp_root_dir: Path
) -> None:
    """A server that ends itself for want of activity does not do so while something is published."""
    import threading

    extension = jp_serverapp.web_app.settings["zenodo_jupyter"]
    assert extension.current_activity() is None
    go_on = threading.Event()
    extension.jobs.kinds["get"] = lambda params, report: {"waited": go_on.wait(20)}
    _, job = await call("POST", "get", {"doi": "10.5072/zenodo.1", "folder": "x"})
    assert extension.current_activity() == {"jobs": 1}
    go_on.set()
    while job["state"] in ("queued", "running"):
        _, job = await call("GET", f"jobs/{job['id']}", after=job["seq"])
    assert extension.current_activity() is None


_ROOT = Path(zenodo_jupyter.__file__).parents[1]
