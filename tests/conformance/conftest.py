"""What the conformance tests need: a server that takes itself for zenodo.org, and clients that other people wrote.

``ZENODO_JUPYTER_CLIENTS`` names the Python of the environment they are installed in; ``make conformance`` sets it. Without
it their tests do not exist, rather than being skipped.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from zenodo_jupyter.localrepo.server import Server

CLIENTS = os.environ.get("ZENODO_JUPYTER_CLIENTS", "")
collect_ignore = [] if CLIENTS else ["test_binder.py", "test_clients.py", "test_libraries.py", "test_uploaders.py"]
DATA = bytes(range(256)) * 5000


def files(record: dict[str, Any]) -> dict[str, str]:
    """Return name and checksum of a deposition's files."""
    return {file["filename"]: file["checksum"] for file in record["files"]}


def md5(data: bytes) -> str:
    """Return the checksum that Zenodo shows."""
    return hashlib.md5(data).hexdigest()


class Zenodo:
    """The embedded repository under the name of zenodo.org."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {server.token}"

    def ask(self, method: str, path: str, **options: object) -> requests.Response:
        """Ask the server directly, as its owner."""
        answer = self.session.request(method, f"{self.server.url}/api{path}", timeout=60, **options)  # type: ignore[arg-type]
        assert answer.status_code < 400, answer.text
        return answer

    def publish(self, id: str | int, **metadata: object) -> dict[str, object]:
        """Describe and publish a deposition that a client filled."""
        about = {
            "title": "From a client",
            "upload_type": "dataset",
            "creators": [{"name": "Doe, Ada"}],
            "description": "What a client sent.",
            "version": "1",
            **metadata,
        }
        self.ask("PUT", f"/deposit/depositions/{id}", json={"metadata": about})
        done: dict[str, object] = self.ask("POST", f"/deposit/depositions/{id}/actions/publish").json()
        return done

    def run(self, *command: str, **environment: str) -> str:
        """Run a program of the clients' environment, redirected to this server, and return what it said."""
        binaries = Path(CLIENTS).parent
        own = {
            "PATH": f"{binaries}:/usr/bin:/bin",
            "HOME": str(self.folder),
            "PYSTOW_HOME": str(self.folder / "pystow"),
            "PYTHONPATH": str(Path(__file__).with_name("redirect")),
            "ZENODO_JUPYTER_REDIRECT": self.server.url.removeprefix("http://"),
            "TOKEN": self.server.token,
            **environment,
        }
        program = [str(binaries / command[0]), *command[1:]]
        done = subprocess.run(program, env=own, cwd=self.folder, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def python(self, code: str) -> str:
        """Run code with the clients' libraries."""
        return self.run("python", "-c", code)


@pytest.fixture
def zenodo(tmp_path: Path) -> Iterator[Zenodo]:
    """A server that answers under any name, on this machine only."""
    work = tmp_path / "work"
    work.mkdir()
    with Server(tmp_path / "data", port=0, allow_remote=True) as server:
        yield Zenodo(server, work)


@pytest.fixture
def record(zenodo: Zenodo) -> dict[str, Any]:
    """Two versions of one record; the second is returned, with the first's id under ``first``."""
    draft = zenodo.ask("POST", "/deposit/depositions", json={}).json()
    bucket = draft["links"]["bucket"]
    for name, data in (("data.bin", b"old"), ("notes and more.txt", b"notes")):
        zenodo.session.put(f"{bucket}/{name}", data=data, timeout=60).raise_for_status()
    first = zenodo.publish(draft["id"])
    draft = zenodo.ask("POST", f"/deposit/depositions/{first['id']}/actions/newversion").json()
    zenodo.session.put(f"{draft['links']['bucket']}/data.bin", data=DATA, timeout=60).raise_for_status()
    second: dict[str, Any] = zenodo.publish(draft["id"], version="2")
    return {**second, "first": first}
