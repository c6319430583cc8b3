"""Packing many small files and hashing a large one, beside ``zip -0``, ``zip -6`` and ``sha256sum`` in the same run.

Run ``python -m benchmarks.bundling [--files N] [--large MIB] [--rounds N]``. Ours makes both checksums of every file, and
the zip's length and md5; nothing is written to the disk. What counts is the ratios of the medians.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from zenodo_jupyter.bundle import Bundle, BundleFile, Limits, pack

MIB = 1 << 20


def timed(act: Callable[[], object]) -> float:
    """Return how long an act takes, in seconds."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def run(*command: str, cwd: Path) -> None:
    """Run a program; what it says is thrown away."""
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL)


def zipped(folder: Path, level: int) -> None:
    """Let ``zip`` pack a folder."""
    target = folder.with_suffix(".zip")
    target.unlink(missing_ok=True)
    run("zip", "-q", "-r", f"-{level}", str(target), ".", cwd=folder)


def packed(folder: Path) -> None:
    """Pack a folder as a publication does."""
    files = [BundleFile(f.name, "data", "", path=f) for f in folder.iterdir()]  # it sorts them
    bundle = Bundle(folder, (BundleFile("n.ipynb", "notebook", "", content=b"{}"), *files))
    pack(bundle, replace(Limits(), max_bytes=None))


def hashed(file: Path) -> None:
    """Hash a file as it is hashed to be compared with the version before."""
    BundleFile(file.name, "data", "", path=file).hash()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=2000, help="how many small files (default 2000; in full 10000)")
    parser.add_argument(
        "--large", type=int, default=256, metavar="MIB", help="the large one (default 256; in full 10240)"
    )
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured (default 5)")
    args = parser.parse_args()
    if not (shutil.which("zip") and shutil.which("sha256sum")):
        sys.exit("zip and sha256sum are needed to compare with (Debian: apt-get install zip).")
    with tempfile.TemporaryDirectory(prefix="zenodo-jupyter-bundling-") as scratch:
        folder, large = Path(scratch, "small"), Path(scratch, "large.bin")
        folder.mkdir()
        for n in range(args.files):  # half of it shrinks, half does not
            text = b"".join(b"%d,%d\n" % (n, k * n) for k in range(400))
            (folder / f"{n:05}.csv").write_bytes(text if n % 2 else os.urandom(len(text)))
        with open(large, "wb") as file:
            for _ in range(args.large):
                file.write(os.urandom(MIB))
        acts: dict[str, Callable[[], object]] = {
            f"pack {args.files} files": lambda: packed(folder),
            "zip -0": lambda: zipped(folder, 0),
            "zip -6": lambda: zipped(folder, 6),
            f"md5 and sha256 of {args.large} MiB": lambda: hashed(large),
            "sha256sum": lambda: run("sha256sum", str(large), cwd=Path(scratch)),
            "md5sum": lambda: run("md5sum", str(large), cwd=Path(scratch)),
        }
        times: dict[str, list[float]] = {name: [] for name in acts}
        for _ in range(args.rounds):
            for name, act in acts.items():
                times[name].append(timed(act))
    medians = {name: statistics.median(seconds) for name, seconds in times.items()}
    print(f"{'':<28} {'median':>8}  ours of its time; {args.rounds} rounds each, in turns")
    ours = 0.0
    for name, median in medians.items():
        is_ours = name.startswith(("pack", "md5 and"))
        ours = median if is_ours else ours
        print(f"{name:<28} {median:>6.2f} s  {'' if is_ours else f'{ours / median:.0%}'}")


if __name__ == "__main__":
    main()
