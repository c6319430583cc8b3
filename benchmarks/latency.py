"""How long a Jupyter server takes to answer while a large file is published by it, and while that file is read from it.

Run ``python -m benchmarks.latency [GiB]``. A real server, in a process of its own, publishes to the embedded repository, while
another process asks ``/api/status`` all the time. What counts is the ratio to the idle server on the same machine.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from jupyter_process import TOKEN, JupyterProcess

ABOUT = {"title": "Rain", "creators": [{"name": "Doe, Ada"}], "description": "It rains.", "rights": ["mit"]}
MIB = 1024 * 1024


@contextmanager
def watched(server: JupyterProcess, name: str, results: dict[str, list[float]]) -> Iterator[None]:
    """Ask for the status every 20 ms, and note how long each answer took, in milliseconds."""
    import requests

    over = threading.Event()

    def ask() -> None:
        session = requests.Session()
        session.trust_env = False
        while not over.wait(0.02):
            begun = time.perf_counter()
            session.get(f"{server.url}api/status", headers={"Authorization": f"token {TOKEN}"}, timeout=60)
            results[name].append((time.perf_counter() - begun) * 1000)

    results[name] = []
    thread = threading.Thread(target=ask)
    thread.start()
    yield
    over.set()
    thread.join()


def memory(pid: int) -> int:
    """Return the most memory that a process ever had, in MiB; 0 where the system does not tell (it is Linux that does)."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) // 1024


def publish(server: JupyterProcess, size: int) -> dict[str, Any]:
    """Publish a notebook with a file of that many bytes."""
    nbformat.write(new_notebook(cells=[new_code_cell("open('rain.nc', 'rb').read(4)")]), server.root / "rain.ipynb")
    block = os.urandom(MIB)
    with (server.root / "rain.nc").open("wb") as f:
        for _ in range(size // MIB):
            f.write(block)
    job = server.ask("POST", "zenodo-jupyter/publish", {"path": "rain.ipynb", "metadata": ABOUT, "data": ["rain.nc"]})
    done = server.follow(job)
    assert done["state"] == "done", done["error"]
    return done["result"]


def read(server: JupyterProcess, record: str) -> int:
    """Read the file back through the server, and return how many bytes came."""
    url = f"{server.url}zenodo-jupyter/repository/records/{record}/files/rain.nc"
    with server.session.get(url, stream=True, timeout=60) as answer:
        answer.raise_for_status()
        return sum(len(block) for block in answer.iter_content(MIB))


def main(gib: float = 1.0) -> None:
    """Measure, and print a table."""
    size = int(gib * 1024) * MIB
    results: dict[str, list[float]] = {}
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="latency-") as folder:
        server = JupyterProcess(Path(folder))
        try:
            with watched(server, "idle", results):
                time.sleep(5)
            before = memory(server.process.pid)
            begun = time.perf_counter()
            with watched(server, f"publishing {gib:g} GiB", results):
                done = publish(server, size)
            seconds[f"publishing {gib:g} GiB"] = time.perf_counter() - begun
            begun = time.perf_counter()
            with watched(server, f"reading {gib:g} GiB", results):
                assert read(server, done["record"]["id"]) == size
            seconds[f"reading {gib:g} GiB"] = time.perf_counter() - begun
            after = memory(server.process.pid)
        finally:
            server.stop()
    idle = statistics.median(results["idle"])
    print(
        f"{'/api/status while':<22} {'answers':>8} {'median':>9} {'p99':>9} {'most':>9}   {'ratio to idle':>13}  {'took':>7}"
    )
    for name, times in results.items():
        median, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
        took = f"{seconds[name]:.1f} s" if name in seconds else ""
        print(
            f"{name:<22} {len(times):>8} {median:>6.1f} ms {p99:>6.1f} ms {max(times):>6.1f} ms   {median / idle:>12.1f}x"
            f"  {took:>7}"
        )
    if after:
        print(f"The most memory of the server: {before} MiB idle, {after} MiB afterwards.")


if __name__ == "__main__":
    main(*(float(a) for a in sys.argv[1:2]))
