"""The server's loop is never held up: what it answers while something large is on its way."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

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
