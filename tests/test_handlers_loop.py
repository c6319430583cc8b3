"""The server's loop is never held up: what it answers while something large is on its way."""

from __future__ import annotations

import asyncio
import statistics
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from zenodo_jupyter.job import Job, JobFolder
from zenodo_jupyter.jobs import Jobs

ABOUT = {"title": "Rain", "creators": [{"name": "Doe, Ada"}], "description": "It rains.", "rights": ["mit"]}
SIZE = 96 * 1024 * 1024


async def test_the_server_answers_while_a_large_file_is_published_and_read(
    call: Callable[..., Awaitable[Any]], jp_fetch: Callable[..., Awaitable[Any]], jp_root_dir: Path
) -> None:
    """While 96 MiB are hashed, sent, and read back through the pages, the loop is never away for a quarter of a second."""
    nbformat.write(new_notebook(cells=[new_code_cell("open('rain.nc', 'rb').read(4)")]), jp_root_dir / "rain.ipynb")
    (jp_root_dir / "rain.nc").write_bytes(bytes(range(256)) * (SIZE // 256))
    late: list[float] = []

    async def watch() -> None:
        while True:
            due = time.perf_counter() + 0.005
            await asyncio.sleep(0.005)
            late.append(time.perf_counter() - due)

    watching = asyncio.create_task(watch())
    _, job = await call("POST", "publish", {"path": "rain.ipynb", "metadata": ABOUT, "data": ["rain.nc"]})
    waits = []
    while job["state"] in ("queued", "running"):
        asked = time.perf_counter()
        await jp_fetch("api", "status")
        waits.append(time.perf_counter() - asked)
        _, job = await call("GET", f"jobs/{job['id']}", after=job["seq"])
    assert job["state"] == "done", job["error"]
    got = 0

    def count(block: bytes) -> None:
        nonlocal got
        got += len(block)

    path = f"zenodo-jupyter/repository/records/{job['result']['record']['id']}/files/rain.nc"
    await jp_fetch(path, streaming_callback=count, request_timeout=60)
    watching.cancel()
    assert got == SIZE
    assert statistics.median(waits) < 0.1
    assert max(late) < 0.25, f"the loop was away for {max(late):.2f} s"


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
