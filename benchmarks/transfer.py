"""Publish and get, with our client and with curl, which sends the same requests to the same embedded repository over HTTP.

Our client computes and compares the md5 of every file on its way; curl does not. So the md5 alone, of bytes that are in memory,
is measured too: a file cannot be had and checked faster than that. Both have four connections. Every measure is
taken several times, ours and curl's in turns, and the medians are compared.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from zenodo_jupyter import repositories
from zenodo_jupyter.config import Config
from zenodo_jupyter.records import Record
from zenodo_jupyter.repository import Repository
from zenodo_jupyter.transfer import SENDERS, Upload, download_files, upload_files

MIB = 1 << 20
METADATA = {
    "title": "A benchmark",
    "publisher": "A benchmark",
    "publication_date": "2026-01-01",
    "resource_type": {"id": "dataset"},
    "creators": [{"person_or_org": {"type": "organizational", "name": "The zenodo_jupyter developers"}}],
}


@dataclass
class Place:
    """A served repository, and where files are.

    Attributes
    ----------
    repository : Repository
        Our client.
    token : str
        For curl.
    folder : Path
        A scratch folder.
    """

    repository: Repository
    token: str
    folder: Path


@contextmanager
def served(folder: Path, *options: str) -> Iterator[Place]:
    """Serve an embedded repository on a free port, with further options of ``serve``."""
    command = [
        sys.executable,
        "-m",
        "zenodo_jupyter.cli",
        "serve",
        "--port",
        "0",
        "--json",
        "--data",
        str(folder / "store"),
        *options,
    ]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        said = json.loads(server.stdout.readline())
        os.environ["ZENODO_JUPYTER_DATA"] = str(folder / "data")
        place = repositories.repository(said["url"], token=said["token"], config=Config.load())
        yield Place(place, said["token"], folder)
    finally:
        server.terminate()
        server.wait(timeout=120)


def draft(place: Place) -> str:
    """Make a draft and return its id; this is not measured."""
    body = {"metadata": METADATA, "access": {"record": "public", "files": "public"}, "files": {"enabled": True}}
    return place.repository.create_draft(body).id


def publish_with_ours(place: Place, files: list[Path]) -> Record:
    """Send the files and publish."""
    draft_id = draft(place)
    uploads = [Upload(f.name, partial(open, f, "rb", 0), f.stat().st_size) for f in files]
    upload_files(place.repository, draft_id, uploads)
    return place.repository.publish(draft_id)


def publish_with_curl(place: Place, files: list[Path]) -> None:
    """Send the files, four at a time, and publish."""
    base = f"{place.repository.row.api}/records/{draft(place)}/draft"
    keys = json.dumps([{"key": f.name} for f in files])
    curl(place, [f'url = "{base}/files"\nrequest = POST\njson = {json.dumps(keys)}\n'])
    requests = [
        f'url = "{base}/files/{f.name}/content"\nupload-file = "{f}"\nheader = "Content-Type: application/octet-stream"\n'
        f'next\n{common(place)}url = "{base}/files/{f.name}/commit"\nrequest = POST\n'
        for f in files
    ]
    curl(place, requests)
    curl(place, [f'url = "{base}/actions/publish"\nrequest = POST\n'])


def get_with_ours(place: Place, record: Record, target: Path) -> None:
    """Bring all files of a record."""
    download_files(place.repository, record, target)


def get_with_curl(place: Place, record: Record, target: Path) -> None:
    """Bring all files of a record, four at a time."""
    target.mkdir()
    base = f"{place.repository.row.api}/records/{record.id}/files"
    curl(place, [f'url = "{base}/{e.key}/content"\noutput = "{target / e.key}"\n' for e in record.files])


def common(place: Place) -> str:
    """Return what every request of curl has."""
    return f'header = "Authorization: Bearer {place.token}"\nheader = "Expect:"\nfail\nsilent\nshow-error\n'


def curl(place: Place, requests: list[str]) -> None:
    """Let curl do the requests in as many processes as our client has connections, each keeping its connection."""
    shares = [share for n in range(SENDERS) if (share := requests[n::SENDERS])]
    running = []
    for n, share in enumerate(shares):
        order = place.folder / f"curl-{n}.txt"
        order.write_text("next\n".join(common(place) + request for request in share), "utf-8")
        running.append(subprocess.Popen(["curl", "--config", str(order)], stdout=subprocess.DEVNULL))
    if any([process.wait() for process in running]):
        sys.exit("curl was refused; nothing can be compared.")


def timed(act: Callable[[], object]) -> float:
    """Return how long an act takes, in seconds."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def measure(place: Place, files: list[Path], rounds: int) -> dict[str, tuple[float, float]]:
    """Return the medians of ours and of curl's times, in seconds, for publish and get."""
    times: dict[tuple[str, str], list[float]] = {}
    record = publish_with_ours(place, files)  # warms up, and is what is fetched
    for _ in range(rounds):
        times.setdefault(("publish", "ours"), []).append(timed(lambda: publish_with_ours(place, files)))
        times.setdefault(("publish", "curl"), []).append(timed(lambda: publish_with_curl(place, files)))
        times.setdefault(("md5 alone", "ours"), []).append(timed(lambda: md5_alone(files)))
        for name, get in (("ours", get_with_ours), ("curl", get_with_curl)):
            target = place.folder / f"got-{name}"
            times.setdefault(("get", name), []).append(timed(lambda get=get, target=target: get(place, record, target)))
            assert sum(f.stat().st_size for f in target.iterdir()) == record.total_bytes, "not all of it came"
            shutil.rmtree(target)
    medians = {key: statistics.median(values) for key, values in times.items()}
    # hashed in one thread, as a large file has to be
    medians["md5 alone", "curl"] = medians["get", "curl"]
    return {act: (medians[act, "ours"], medians[act, "curl"]) for act in ("publish", "get", "md5 alone")}


def md5_alone(files: list[Path]) -> None:
    """Hash as many bytes as the files have, without reading them."""
    block = bytes(MIB)
    digest = hashlib.md5(usedforsecurity=False)
    for _ in range(sum(f.stat().st_size for f in files) // MIB):
        digest.update(block)


def memory() -> float:
    """Return the most memory that this process ever had, in MiB; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / MIB if sys.platform == "darwin" else peak / 1024


def table(results: dict[str, dict[str, tuple[float, float]]], sizes: dict[str, int]) -> str:
    """Return the results as Markdown."""
    lines = [
        "| what | ours, s | curl, s | ours, MB/s | curl, MB/s | ours of curl's rate |",
        "|---|---|---|---|---|---|",
    ]
    for name, acts in results.items():
        for act, (ours, other) in acts.items():
            rates = f"{sizes[name] / ours / 1e6:.0f} | {sizes[name] / other / 1e6:.0f}"
            lines.append(f"| {act} {name} | {ours:.2f} | {other:.2f} | {rates} | {other / ours:.0%} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured (default 3)")
    parser.add_argument(
        "--large", type=int, default=1024, metavar="MIB", help="size of the one large file (default 1024)"
    )
    parser.add_argument("--small", type=int, default=100, metavar="N", help="how many files of 1 MiB (default 100)")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the table into this file, too")
    args = parser.parse_args()
    if shutil.which("curl") is None:
        sys.exit("curl is needed to compare with; install it (Debian: apt-get install curl).")
    results, sizes = {}, {}
    idle = memory()
    with tempfile.TemporaryDirectory(prefix="zenodo-jupyter-bench-") as scratch, served(Path(scratch)) as place:
        for name, count, mib in ((f"1 × {args.large} MiB", 1, args.large), (f"{args.small} × 1 MiB", args.small, 1)):
            source = Path(scratch, f"source-{count}")
            source.mkdir()
            files = [source / f"{n:04}.bin" for n in range(count)]
            for file in files:
                with open(file, "wb") as target:
                    for _ in range(mib):
                        target.write(os.urandom(MIB))
            sizes[name] = count * mib * MIB
            results[name] = measure(place, files, args.rounds)
            shutil.rmtree(source)
    machine = (
        f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}, medians of {args.rounds}"
    )
    peak = f"The most memory of our client: {memory() - idle:.0f} MiB more than before.\n"
    text = f"{machine}\n\n{table(results, sizes)}\n\n{peak}"
    print(text)
    if args.write:
        args.write.write_text(f"# Publish and get beside curl\n\n{text}", "utf-8")


if __name__ == "__main__":
    main()
