"""The whole circle: publish the quickstart with a rehearsal, and reproduce it by its DOI where nobody has seen it.

    python -m benchmarks.circle [NOTEBOOK …]

The record is served over HTTP; whoever reproduces has a HOME, a data folder and package caches of their own, all of them empty,
and only the package index in common; the environment is made from the record's lock, though what is here would do. What
was rehearsed must come back as R4 or R5; it ends with 1 otherwise.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from zenodo_jupyter.localrepo.server import Server

QUICKSTART = Path(__file__).parent.parent / "notebooks/quickstart/seattle-weather.ipynb"
_MAIN = "import sys; from zenodo_jupyter.cli import main; sys.exit(main(sys.argv[1:]))"


def command(home: Path, *words: str) -> dict[str, Any]:
    """Do one command of a person with a home of their own, and return what it says."""
    home.mkdir(exist_ok=True)
    own = {"HOME": home, "ZENODO_JUPYTER_DATA": home / "zenodo", "UV_CACHE_DIR": home / "uv", "PIP_CACHE_DIR": home / "pip",
           "XDG_CACHE_HOME": home / "cache", "XDG_DATA_HOME": home / "share"}  # fmt: skip
    environment = {**os.environ, **{name: str(path) for name, path in own.items()}}
    done = subprocess.run(
        [sys.executable, "-c", _MAIN, *words, "--json"], env=environment, capture_output=True, text=True, cwd=home
    )
    if done.returncode not in (0, 10, 11):
        sys.exit(f"{words[0]} ended with {done.returncode}: {done.stderr[-2000:]}{done.stdout[-500:]}")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def circle(notebook: Path, folder: Path) -> bool:
    """Take one notebook around; return whether it came back as R4 or R5."""
    author, stranger = folder / "author", folder / "stranger"
    work = folder / "work"
    subprocess.run(["cp", "-R", str(notebook.parent), str(work)], check=True)
    began = time.monotonic()
    published = command(author, "publish", str(work / notebook.name), "--rehearse")
    between = time.monotonic()
    with Server(author / "zenodo" / "repository", port=0) as served:
        told = command(
            stranger, "reproduce", published["doi"], "record", "--from", served.url, "--yes", "--environment", "lock"
        )
    level = told["level"]["rung"]
    print(f"{notebook.name}: {told['verdict']}")
    print(f"  published with a rehearsal in {between - began:.0f} s, reproduced in {time.monotonic() - between:.0f} s")
    print("  " + ", ".join(f"{name} {seconds:.0f} s" for name, seconds in told["timings"].items()))
    return bool(level >= 4)


def main(paths: list[Path]) -> None:
    """Take each around."""
    good = 0
    for path in paths:
        with tempfile.TemporaryDirectory() as folder:
            good += circle(path.resolve(), Path(folder))
    print(f"{good} of {len(paths)} came back as R4 or R5")
    sys.exit(good < len(paths))


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]] or [QUICKSTART])
