"""Publish and get with our client, with other people's and with curl, in turns, against one served repository.

Run ``python -m benchmarks.clients [--full] [--rounds N]``. Each client works in a process of its own, timed from after its
imports; its peak memory is told beside: on top of what it had then, and of curl's processes the sum. The others are unchanged:
below the libraries that they use, the connection to zenodo.org goes to this machine (as in ``tests/conformance``, in whose
environment they live; ``make conformance`` makes it). On the slow link each connection gets 10 MB/s and answers 50 ms late. A
nginx stands in front of the repository and gives the files' content as static files. A
record holds 100 files, so that many tiny ones go in one zip: ours makes and unpacks it on the way, zupload makes it on the
disk, for curl ``zip`` does; the other uploaders cannot send them, and the others that download leave the zip as it is. rclone
asks our resolver of DOIs in place of doi.org's, by an option of its own. Ours compares the md5 of what came and curl does not:
"and md5sum" is what it takes to promise the same.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import requests

from zenodo_jupyter.transfer import download_files

from .nginx import PROGRAM, nginx
from .slowlink import slow
from .transfer import MIB, Place, common, draft, served

REPOSITORY = Path(__file__).parent.parent
CLIENTS = Path(os.environ.get("ZENODO_JUPYTER_CLIENTS") or REPOSITORY / ".conformance" / "bin" / "python")
RCLONE = CLIENTS.with_name("rclone")
#: Around what a client does: its libraries are imported before the clock starts.
_FRAME = """
import contextlib, io, json, os, re, sys, time
from pathlib import Path
{before}
def memory():
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1])
idle, began = memory(), time.perf_counter()
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
{act}
print(json.dumps([time.perf_counter() - began, (memory() - idle) / 1024]))
"""
_OURS = """
from functools import partial
from zenodo_jupyter import repositories, unpacking
from zenodo_jupyter.bundle import Bundle, BundleFile, Limits, pack
from zenodo_jupyter.config import Config
from zenodo_jupyter.packing import is_packed
from zenodo_jupyter.transfer import Upload, download_files, upload_files
there = repositories.repository(os.environ["URL"], token=os.environ["TOKEN"], config=Config.load())
there.session.is_near = os.environ["LINK"] != "slow link"
"""
_ABOUT = """
from zenodo_client import Creator, Metadata, Zenodo
about = Metadata(title="A benchmark", upload_type="dataset", description="A benchmark.", version="1",
                 creators=[Creator(name="Doe, Ada", affiliation="CERN", orcid="0000-0002-1825-0097")])
"""
#: Name to (what is imported, what is done); ``work`` is the folder of the files, ``got`` that for what comes.
UP = {
    "ours": (
        _OURS,
        """
files = [BundleFile(f.name, "data", "", path=f) for f in sorted(Path("work").iterdir())]
files = pack(Bundle(Path("work"), (BundleFile("n.ipynb", "notebook", "", content=b"{}"), *files)), Limits(max_files=102)).files
ups = [Upload(f.key, partial(f.open), f.size, f.known_md5, in_parts=f.stream is None) for f in files if f.role != "notebook"]
upload_files(there, os.environ["ID"], ups)
there.publish(os.environ["ID"])
""",
    ),
    "zenodo-client": (
        _ABOUT,
        """
Zenodo(access_token=os.environ["TOKEN"]).create(about, sorted(Path("work").iterdir()))
""",
    ),
    "openscm-zenodo": (
        "from openscm_zenodo.zenodo import ZenodoDomain, ZenodoInteractor",
        """
there = ZenodoInteractor(token=os.environ["TOKEN"])
there.upload_files(os.environ["ID"], to_upload=sorted(Path("work").iterdir()))
there.publish(os.environ["ID"])
""",
    ),
    "zupload": (
        "from zupload.cli import main",
        """
sys.argv = ["zupload", "--file", os.environ["WHAT"], "--retries", "1"]
main()
""",
    ),
}
DOWN = {
    "ours": (
        _OURS,
        """
for path in download_files(there, there.get(os.environ["ID"]), Path("got")):
    if is_packed(path):
        unpacking.unpack(path, Path("got"))
""",
    ),
    "zenodo-client": (
        "from zenodo_client import Zenodo",
        """
Zenodo(access_token=os.environ["TOKEN"]).download_all(os.environ["ID"], force=True)
""",
    ),
    "pooch": (
        "import pooch",
        """
all = pooch.create(path="got", base_url="doi:" + os.environ["DOI"])
all.load_registry_from_doi()
for name in all.registry:
    all.fetch(name)
""",
    ),
    "zenodo_get": (
        "from zenodo_get.zget import cli",
        """
sys.argv = ["zenodo_get", "-R", "0", "-o", "got", os.environ["DOI"]]
cli()
""",
    ),
}


#: Whether one process has eight requests under way, or each of four has one.
CURLS = {"curl × 4": False, "curl -Z 8": True}


@dataclass
class Run:
    """One way through a shape: seconds, and MiB on top of the idle process."""

    seconds: float
    mib: float


def python(place: Place, url: str, name: str, code: tuple[str, str], **about: str) -> Run:
    """Let one client do one thing in a process of its own."""
    before, act = code
    source = _FRAME.format(before=before, act="".join(f"    {line}\n" for line in act.strip().splitlines()))
    own = {
        "PATH": os.environ["PATH"], "HOME": str(place.folder / "home"), "PYSTOW_HOME": str(place.folder / "home" / "pystow"),
        "TOKEN": place.token, "ZENODO_TOKEN": place.token, "ZENODO_API_KEY": place.token,
        "URL": url, "LINK": "loopback", "ZENODO_JUPYTER_DATA": str(place.folder / "data"), **about,
    }  # fmt: skip
    if name == "ours":
        own["PYTHONPATH"] = str(REPOSITORY)
    else:
        own["PYTHONPATH"] = str(REPOSITORY / "tests" / "conformance" / "redirect")
        own["ZENODO_JUPYTER_REDIRECT"] = url.removeprefix("http://")
    program = sys.executable if name == "ours" else str(CLIENTS)
    done = subprocess.run([program, "-c", source], env=own, cwd=place.folder, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return Run(*json.loads(done.stdout.splitlines()[-1]))


def memory(pid: int) -> float:
    """Return the most memory that a process had so far, in MiB; 0 where it has ended."""
    try:
        said = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0.0
    return int(said[1]) / 1024 if said else 0.0


def curl(place: Place, parts: list[list[str]], parallel: bool, before: Callable[[], object] = lambda: None) -> Run:
    """Let curl do the requests, part after part: four processes, or one with ``-Z --parallel-max 8``."""
    began, peak = time.perf_counter(), 0.0
    before()
    for part in parts:
        shares = [part] if parallel else [share for n in range(4) if (share := part[n::4])]
        commands = []
        for n, share in enumerate(shares):
            order = place.folder / f"curl-{n}.txt"
            order.write_text("next\n".join(common(place) + request for request in share), "utf-8")
            options = ["-Z", "--parallel-max", "8"] if parallel else []
            commands.append(["curl", *options, "--config", str(order)])
        peak = max(peak, side_by_side(commands, os.environ))
    return Run(time.perf_counter() - began, peak)


def side_by_side(commands: list[list[str]], environment: Mapping[str, str]) -> float:
    """Run programs at once, and return the sum of the most memory that each had, in MiB."""
    # curl's progress meter of parallel requests cannot be silenced otherwise.
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = [subprocess.Popen(command, env=environment, **quiet) for command in commands]  # type: ignore[call-overload]
    told: dict[int, float] = {}
    while any(process.poll() is None for process in running):
        told |= {process.pid: most for process in running if (most := memory(process.pid))}
        time.sleep(0.005)
    if any(process.returncode for process in running):
        raise RuntimeError(f"{commands[0][0]} was refused")
    return sum(told.values())


def down_with_rclone(place: Place, url: str, doi: str, got: Path) -> Run:
    """Bring all files of a record by its DOI."""
    # In one stream: it takes ranges for granted, which the API does not give, here as on Zenodo, and fails on large files.
    options = ["--config", os.devnull, "--multi-thread-streams", "0"]
    options += ["--doi-doi", doi, "--doi-doi-resolver-api-url", f"{url}/api"]
    began = time.perf_counter()
    peak = side_by_side([[str(RCLONE), "copy", ":doi:", str(got), *options]], {"HOME": str(place.folder / "home")})
    return Run(time.perf_counter() - began, peak)


def up_with_curl(place: Place, id: str, work: Path, parallel: bool) -> Run:
    """Send all files of a folder, or the zip of many, and publish: the same requests as ours."""
    files = sorted(work.iterdir())
    zipped = place.folder / "data.zip"
    zipped.unlink(missing_ok=True)
    many = len(files) > 100
    sent = [zipped] if many else files
    base = f"{place.repository.row.api}/records/{id}/draft"
    keys = json.dumps([{"key": f.name} for f in sent])
    begin = f'url = "{base}/files"\nrequest = POST\njson = {json.dumps(keys)}\n'
    put = 'url = "{0}/content"\nupload-file = "{1}"\nheader = "Content-Type: application/octet-stream"\n'
    contents = [put.format(f"{base}/files/{f.name}", f) for f in sent]
    commits = [f'url = "{base}/files/{f.name}/commit"\nrequest = POST\n' for f in sent]
    parts = [[begin], contents, commits, [f'url = "{base}/actions/publish"\nrequest = POST\n']]
    pack = partial(subprocess.run, ["zip", "-q", "-r", "-6", str(zipped), "."], cwd=work, check=True)
    return curl(place, parts, parallel, pack if many else lambda: None)


def down_with_curl(place: Place, url: str, id: str, got: Path, parallel: bool) -> Run:
    """Bring all files of a record; a zip is not unpacked."""
    entries = place.repository.get(id).files
    order = 'url = "{0}/api/records/{1}/files/{2}/content"\noutput = "{3}"\n'
    return curl(place, [[order.format(url, id, e.key, got / e.key) for e in entries]], parallel)


def and_md5sum(bring: Callable[[], Run], got: Path) -> Run:
    """Let md5sum read what curl brought."""
    run = bring()
    began = time.perf_counter()
    subprocess.run(["md5sum", *map(str, got.iterdir())], check=True, stdout=subprocess.DEVNULL)
    return Run(run.seconds + time.perf_counter() - began, run.mib)


def legacy_draft(place: Place) -> str:
    """Make a described draft by the old API, for those who fill one; this is not measured."""
    about = {
        "title": "A benchmark",
        "upload_type": "dataset",
        "description": "A benchmark.",
        "creators": [{"name": "Doe, Ada"}],
    }
    answer = requests.post(
        f"{place.repository.row.api}/deposit/depositions", json={"metadata": about}, timeout=60,
        headers={"Authorization": f"Bearer {place.token}"},
    )  # fmt: skip
    answer.raise_for_status()
    return str(answer.json()["id"])


def measure(place: Place, rounds: int, links: Mapping[str, str], others: bool) -> dict[str, dict[str, list[Run]]]:
    """Measure all ways through the files in ``work``, in turns; the first turn warms up and does not count.

    Parameters
    ----------
    place : Place
        The repository.
    rounds : int
        How many turns count.
    links : mapping of str to str
        Name to the address by which the repository is reached for downloads; uploads go straight to it if one is "loopback".
    others : bool
        Whether the other clients are measured, too.
    """
    work, got = place.folder / "work", place.folder / "got"
    what = "work" if len(list(work.iterdir())) > 1 else str(next(work.iterdir()))
    first = draft(place)
    python(place, place.repository.url, "ours", UP["ours"], ID=first)
    record = place.repository.get(first)
    if "nginx" in links:
        download_files(place.repository, record, place.folder / "nginx" / "root")
    found: dict[str, dict[str, list[Run]]] = {}
    failed: set[tuple[str, str]] = set()

    def note(way: str, name: str, act: Callable[[], Run], counts: bool) -> None:
        if (way, name) in failed:
            return
        shutil.rmtree(got, ignore_errors=True)
        got.mkdir()
        shutil.rmtree(place.folder / "home", ignore_errors=True)
        (place.folder / "home").mkdir()
        try:
            run = act()
        except RuntimeError as e:
            failed.add((way, name))
            print(f"{way}: {name} could not: {e}", file=sys.stderr)
            return
        if counts:
            found.setdefault(way, {}).setdefault(name, []).append(run)

    def ups(name: str, code: tuple[str, str]) -> Run:
        id = draft(place) if name == "ours" else legacy_draft(place) if name == "openscm-zenodo" else ""
        return python(place, place.repository.url, name, code, ID=id, WHAT=what)

    many = len(list(work.iterdir())) > 100
    sends = ["ours", *(["zupload"] if many else [name for name in UP if name != "ours"] if others else [])]
    brings = list(DOWN) if others else ["ours"]
    for turn in range(rounds + 1):
        for name in sends if "loopback" in links else ():
            note("up", name, partial(ups, name, UP[name]), turn > 0)
        for name, at_once in CURLS.items() if "loopback" in links else ():
            note("up", name, partial(up_with_curl, place, draft(place), work, at_once), turn > 0)
        for link, url in links.items():
            way = f"down, {link}"
            for name in brings:
                act = partial(python, place, url, name, DOWN[name], ID=record.id, DOI=str(record.doi), LINK=link)
                note(way, name, act, turn > 0)
            if others:
                note(way, "rclone", partial(down_with_rclone, place, url, str(record.doi), got), turn > 0)
            for name, at_once in CURLS.items():
                note(way, name, partial(down_with_curl, place, url, record.id, got, at_once), turn > 0)
            with_curl = partial(down_with_curl, place, url, record.id, got, False)
            note(way, "curl × 4 and md5sum", partial(and_md5sum, with_curl, got), turn > 0)
    return found


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--full", action="store_true", help="1 GiB, 100 × 1 MiB and 2000 × 4 KiB, instead of a fraction"
    )
    parser.add_argument("--only", type=int, choices=(0, 1, 2), help="one of these three, by number")
    parser.add_argument("--link", choices=("loopback", "nginx", "slow link"), help="this one alone; all by default")
    parser.add_argument("--own", action="store_true", help="ours and curl only")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured (default 5)")
    args = parser.parse_args(arguments)
    if not all(map(shutil.which, ("curl", "zip", PROGRAM))):
        sys.exit("curl, zip and nginx are needed to compare with (Debian: apt-get install curl zip nginx-light).")
    others = CLIENTS.exists() and RCLONE.exists() and not args.own
    if not others and not args.own:
        print("The other clients are not installed (make conformance): ours is compared with curl alone.")
    shapes = [(1, 1024 * MIB), (100, MIB), (2000, 4096)] if args.full else [(1, 32 * MIB), (10, MIB), (200, 4096)]
    print("| what | client | median, s | of the best curl's rate | memory, MiB |\n|---|---|---|---|---|")
    for count, size in shapes if args.only is None else shapes[args.only : args.only + 1]:
        scratch = tempfile.TemporaryDirectory(prefix="zenodo-jupyter-clients-")
        with (
            scratch as folder,
            served(Path(folder), "--allow-remote") as place,
            nginx(Path(folder, "nginx"), place.repository.url) as front,
        ):
            Path(folder).chmod(0o755)  # nginx's workers are someone else
            (place.folder / "work").mkdir()
            for n in range(count):
                with open(place.folder / "work" / f"{n:04}.bin", "wb") as file:
                    for _ in range(max(1, size // MIB)):
                        file.write(os.urandom(min(size, MIB)))
            links = {"loopback": place.repository.url, "nginx": front}
            links["slow link"] = f"http://127.0.0.1:{slow(int(place.repository.url.rsplit(':', 1)[1]))}"
            links = {args.link: links[args.link]} if args.link else links
            for way, runs in measure(place, args.rounds, links, others).items():
                medians = {name: statistics.median(run.seconds for run in each) for name, each in runs.items()}
                best = min((took for name, took in medians.items() if name in CURLS), default=float("nan"))
                for name, took in medians.items():
                    memory = max(run.mib for run in runs[name])
                    shape = f"{count} × {size // 1024} KiB"
                    print(f"| {way}, {shape} | {name} | {took:.2f} | {best / took:.0%} | {memory:.0f} |", flush=True)


if __name__ == "__main__":
    main()
