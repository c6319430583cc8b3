"""The server's loop is never held up: what it answers while something large is on its way."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from zenodo_jupyter.bundlefile import BundleFile
from zenodo_jupyter.job import Job, JobFolder
from zenodo_jupyter.jobs import Jobs
from zenodo_jupyter.localrepo.file_wrapper import FileWrapper

ABOUT = {"title": "Rain", "creators": [{"name": "Doe, Ada"}], "description": "It rains.", "rights": ["mit"]}
SIZE = 4 << 20


class Gate:
    """Holds whoever comes through, until it is opened; whoever waits there in the loop would wait for ever."""

    def __init__(self) -> None:
        self.reached, self._open = threading.Event(), threading.Event()

    def before(self, do: Callable[..., Any]) -> Callable[..., Any]:
        """Return the same function behind the gate."""

        def held(*args: Any, **kwargs: Any) -> Any:
            self.reached.set()
            assert self._open.wait(60), "the loop itself stands here"
            return do(*args, **kwargs)

        return held

    def open(self) -> None:
        """Let all through."""
        self._open.set()


async def test_the_server_answers_while_a_file_is_published_and_read(
    call: Callable[..., Awaitable[Any]],
    jp_fetch: Callable[..., Awaitable[Any]],
    jp_root_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While the file is read to be sent, and while it is read to be shown by the pages, the loop does other things."""
    nbformat.write(new_notebook(cells=[new_code_cell("open('rain.nc', 'rb').read(4)")]), jp_root_dir / "rain.ipynb")
    (jp_root_dir / "rain.nc").write_bytes(bytes(range(256)) * (SIZE // 256))
    sent, shown = Gate(), Gate()
    monkeypatch.setattr(BundleFile, "open", sent.before(BundleFile.open))
    _, job = await call("POST", "publish", {"path": "rain.ipynb", "metadata": ABOUT, "data": ["rain.nc"]})
    assert await asyncio.to_thread(sent.reached.wait, 60)
    assert (await jp_fetch("api", "status")).code == 200
    assert (await call("GET", f"jobs/{job['id']}"))[1]["state"] == "running"
    sent.open()
    while job["state"] in ("queued", "running"):
        _, job = await call("GET", f"jobs/{job['id']}", after=job["seq"])
    assert job["state"] == "done", job["error"]

    monkeypatch.setattr(FileWrapper, "__next__", shown.before(FileWrapper.__next__))
    path = f"zenodo-jupyter/repository/records/{job['result']['record']['id']}/files/rain.nc"
    reading = asyncio.ensure_future(jp_fetch(path, request_timeout=60))
    assert await asyncio.to_thread(shown.reached.wait, 60)
    assert (await jp_fetch("api", "status")).code == 200
    shown.open()
    assert len((await reading).body) == SIZE


@pytest.fixture
def left(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Job, threading.Event]:
    """A job of a server that is gone, which the next one takes up only when it is allowed to."""
    allowed, resume = threading.Event(), Jobs.resume
    job = Job("reproduce", {}, "", owner="gone")
    folder = JobFolder(own_home / "zenodo" / "jobs")
    folder.write(job)
    folder.leave()
    monkeypatch.setattr(Jobs, "resume", lambda self: allowed.wait(30) and resume(self))
    return job, allowed


async def test_a_job_of_the_server_before_is_known_from_the_first_request_on(
    left: tuple[Job, threading.Event], call: Callable[..., Awaitable[Any]]
) -> None:
    """Whoever asks before all is taken up is told what became of it, and not that it is unknown."""
    job, allowed = left
    asyncio.get_running_loop().call_later(0.2, allowed.set)
    status, told = await call("GET", f"jobs/{job.id}")
    assert (status, told["state"]) == (200, "interrupted")
    assert [one["id"] for one in (await call("GET", "jobs"))[1]["jobs"]] == [job.id]
