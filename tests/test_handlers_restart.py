"""A server that ends in the middle of a publication, and the next one that goes on with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_process import JupyterProcess
from nbformat.v4 import new_code_cell, new_notebook

from zenodo_jupyter import repositories
from zenodo_jupyter.config import Config

ABOUT = {"title": "Rain", "creators": [{"name": "Doe, Ada"}], "description": "It rains.", "rights": ["mit"]}

#: Makes a process stand still for ever at one line of its publication, and leave a sign that it is there.
HOLD = """
import os, pathlib, time
from zenodo_jupyter import {module}
real = {module}.{name}
def held(*args, **kwargs):
    if {after}: real(*args, **kwargs)
    pathlib.Path(os.environ["HOME"], "held").touch()
    while True:
        time.sleep(0.05)
        if {reports}: kwargs["report"](Progress("upload", "Sending"))
from zenodo_jupyter.report import Progress
{module}.{name} = held
"""
MOMENTS = {
    "before the files are sent": ("transfer", "upload_files", False),
    "published, but the answer lost": ("repository", "Repository.publish", True),
    "behind the act's last line, before the job's": ("repository", "Repository.export", False),
}


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Callable[..., JupyterProcess]]:
    """Start servers on one home."""
    started: list[JupyterProcess] = []

    def start(before: str = "") -> JupyterProcess:
        started.append(JupyterProcess(tmp_path, before))
        return started[-1]

    yield start
    for server in started:
        server.kill()


def begin(server: JupyterProcess, tmp_path: Path, **given: Any) -> dict[str, Any]:
    """Publish a notebook, and wait until the server stands still."""
    nb = new_notebook(cells=[new_code_cell("print(open('rain.csv').read())")])
    nb.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nb, server.root / "rain.ipynb")
    (server.root / "rain.csv").write_text("day,mm\n1,3\n")
    job = server.ask("POST", "zenodo-jupyter/publish", {"path": "rain.ipynb", "metadata": ABOUT, **given})
    until = time.monotonic() + 60
    while not (tmp_path / "held").exists():
        assert time.monotonic() < until, server.ask("GET", f"zenodo-jupyter/jobs/{job['id']}")
        time.sleep(0.02)
    return job


def records(tmp_path: Path) -> Any:
    """Return what is published in the repository of this home."""
    return repositories.repository("local", config=Config(data_dir=tmp_path / "zenodo")).search("")


def hold(module: str, name: str, after: bool, reports: bool = False) -> str:
    """Return the code that makes a server stand still."""
    return HOLD.format(module=module, name=name, after=after, reports=reports)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_publish_goes_on_once(servers: Callable[..., JupyterProcess], tmp_path: Path, moment: str) -> None:
    """Wherever a server is killed, the next one ends its publication by itself, under the same id, with one record."""
    first = servers(hold(*MOMENTS[moment]))
    job = begin(first, tmp_path, new=True)  # to do this twice would make two records
    first.kill()
    second = servers()
    done = second.follow(second.ask("GET", f"zenodo-jupyter/jobs/{job['id']}"))
    assert done["state"] == "done", done["error"]
    found = records(tmp_path)
    assert found.total == 1
    assert done["result"]["doi"] == str(found.records[0].doi)
    waiting = second.ask("GET", "zenodo-jupyter/status", path="rain.ipynb")["stamp"]
    assert waiting == done["result"]["stamp"], "the badge waits for who opens the notebook next"
    assert done["result"]["doi"] not in (second.root / "rain.ipynb").read_text()


def test_of_two_servers_one_goes_on(servers: Callable[..., JupyterProcess], tmp_path: Path) -> None:
    """Two servers that start on the folder of a killed one make one record between them."""
    first = servers(hold("transfer", "upload_files", True))
    job = begin(first, tmp_path)
    first.kill()
    both = [servers(), servers()]
    known = [s for s in both if s.ask("GET", f"zenodo-jupyter/jobs/{job['id']}").get("id")]
    owners = [s for s in known if s.follow(s.ask("GET", f"zenodo-jupyter/jobs/{job['id']}"))["state"] == "done"]
    assert owners
    assert records(tmp_path).total == 1


def test_an_orderly_end_is_quick_and_goes_on_later(servers: Callable[..., JupyterProcess], tmp_path: Path) -> None:
    """A server that is told to end in the middle of an upload ends within seconds; the next one goes on."""
    first = servers(hold("transfer", "upload_files", False, reports=True))
    job = begin(first, tmp_path)
    asked = time.monotonic()
    first.stop()
    assert first.process.returncode is not None and time.monotonic() - asked < 15
    second = servers()
    done = second.follow(second.ask("GET", f"zenodo-jupyter/jobs/{job['id']}"))
    assert done["state"] == "done", done["error"]
    assert records(tmp_path).total == 1
