"""How a large repository starts, is copied, read again and harvested: ``python -m benchmarks.sizes``.

With ``--records 1000 10000`` it is measured for each of these numbers. The records are those of `benchmarks.searches`; ten
thousand of them at most have a small file of their own, the others share these. With ``--gigabytes 10`` another store has ten
files of 10^9 bytes. Each act runs in a process of its own, whose largest memory is told, and beside it what the system's own
tools need for the same bytes. Harvesters that other people wrote, and our own, then harvest all records over HTTP while
others are published, and each record has to come exactly once.

Sparse files are not used: a store names bytes by their SHA-256, so that empty terabytes are one blob, and whoever gives each
hole a stamp of its own has to read all of it to know its name. What depends on bytes alone, `backup` and `fixity`, reads blocks
of a fixed size in order; its time at a terabyte is that of ten gigabytes a hundred times.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import requests

from zenodo_jupyter.config import Config
from zenodo_jupyter.localrepo.adapter import BASE_URL, PREFIX, LocalAdapter
from zenodo_jupyter.localrepo.app import create_app
from zenodo_jupyter.localrepo.holdings import Holdings
from zenodo_jupyter.localrepo.store import Store

from .searches import Words, fill, publish_one

#: At most so many small files that differ; each waits for the disk when it comes.
_DIFFERENT = 10_000
_SLUG = "everything"


class Noise:
    """A stream of bytes that no other stream has, without the cost of making them."""

    def __init__(self, size: int) -> None:
        self._left, self._block, self._first = size, os.urandom(1 << 20), os.urandom(32)

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes, none at the end."""
        block = (self._first + self._block)[: min(size, self._left, 1 << 20)]
        self._first = b""
        self._left -= len(block)
        return block


def memory(pid: int | str = "self") -> float:
    """Return the largest memory of a process so far, in MiB; 0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
    except OSError:
        return 0.0


def _timed(act: Callable[..., Any], *arguments: Any) -> tuple[Any, float, float]:
    before, began = memory(), time.perf_counter()
    done = act(*arguments)
    return done, time.perf_counter() - began, memory() - before


def alone(act: Callable[..., Any], *arguments: Any) -> tuple[Any, float, float]:
    """Do it in a process of its own; return what it did, its seconds, and by how many MiB its memory grew."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_timed, act, *arguments).result()


def told(what: str, seconds: float, memory: float | None = None, note: str = "") -> None:
    """Print a line of the table."""
    print(f"| {what} | {seconds:.1f} | {'' if memory is None else f'{memory:.0f}'} | {note} |", flush=True)


def _quiet(done: int, total: int) -> None:
    """Tell nobody how far it is."""


def fixity(folder: Path) -> int:
    """Read a store again, and return how many blobs it has."""
    checked, damaged = Holdings(folder).fixity(_quiet)
    assert not damaged
    return checked


def backup(folder: Path, to: Path) -> int:
    """Copy a store, and return how many blobs were copied."""
    return Holdings(folder).backup(to, _quiet)[0]


def restore(folder: Path, backup_: Path) -> int:
    """Make a store of a backup, and return how many records it has."""
    return Holdings(folder).restore(backup_, _quiet)


def keeping(folder: Path, scratch: Path) -> None:
    """Measure what whoever keeps a store does, beside what the system's tools need for the same bytes."""
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    began = time.perf_counter()
    subprocess.run(["cp", "-a", str(folder), str(scratch / "cp")], check=True)
    subprocess.run(["sync", "-f", str(scratch / "cp")], check=True)
    copied = time.perf_counter() - began
    shutil.rmtree(scratch / "cp")
    told("`cp -a` and `sync`", copied, note=f"{size / 1e6:.0f} MB")
    began = time.perf_counter()
    list_ = "find blobs -type f -print0 | xargs -0 sha256sum > /dev/null"
    subprocess.run(["sh", "-c", list_], cwd=folder, check=True)
    summed = time.perf_counter() - began
    told("`sha256sum` of its files", summed)
    number, seconds, grown = alone(backup, folder, scratch / "backup")
    told("`backup`", seconds, grown, f"{number} files; {seconds / copied:.1f} × `cp`")
    number, seconds, grown = alone(backup, folder, scratch / "backup")
    told("`backup` again", seconds, grown, f"{number} files")
    number, seconds, grown = alone(restore, scratch / "restored", scratch / "backup")
    told("`restore`", seconds, grown, f"{number} records; {seconds / copied:.1f} × `cp`")
    shutil.rmtree(scratch / "backup")
    shutil.rmtree(scratch / "restored")
    number, seconds, grown = alone(fixity, folder)
    told("`fixity`", seconds, grown, f"{number} files; {seconds / summed:.1f} × `sha256sum`")


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, str, int, float]]:
    """Serve a store in a process of its own; yield its address, a token, its process, and the seconds to its first answer."""
    command = [sys.executable, "-m", "zenodo_jupyter.cli", "serve", "--data", str(folder), "--port", "0", "--json"]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            requests.get(f"{ready['url']}/api/records", params={"size": 1}, timeout=600).raise_for_status()
            yield ready["url"], ready["token"], process.pid, time.perf_counter() - began
        finally:
            process.send_signal(signal.SIGINT)


def together(folder: Path) -> None:
    """Put all records into a community."""
    with requests.Session() as session:
        session.mount(PREFIX, LocalAdapter(create_app(folder)))
        said = {"slug": _SLUG, "metadata": {"title": "Everything"}, "access": {"visibility": "public"}}
        id = session.post(f"{BASE_URL}/api/communities", json=said).json()["id"]
    with Store(folder).db.writing() as connection:
        rows = "SELECT ?, id, NULL, '2026-01-01T00:00:00.000000' FROM parents"
        connection.execute(
            f"INSERT INTO community_records (community_id, parent_id, request_id, created) {rows}", (id,)
        )


def with_sickle(url: str) -> list[str]:
    """Harvest with sickle, and return the identifiers."""
    from sickle import Sickle

    return [r.header.identifier for r in Sickle(f"{url}/oai2d").ListRecords(metadataPrefix="datacite")]


def with_scythe(url: str) -> list[str]:
    """Harvest with oaipmh-scythe, and return the identifiers."""
    from oaipmh_scythe import Scythe

    with Scythe(f"{url}/oai2d") as scythe:
        return [r.header.identifier for r in scythe.list_records(metadata_prefix="datacite")]


def with_ours(url: str, folder: Path, data: Path) -> list[str]:
    """Harvest with our own, and return the identifiers in the index; the second time as if the first had been hours ago."""
    from zenodo_jupyter import oai
    from zenodo_jupyter.harvest import harvest

    state = folder / "harvest.json"
    if state.exists():
        state.write_text(json.dumps({**json.loads(state.read_text()), "since": oai.stamp(datetime.now(timezone.utc))}))
    harvest(_SLUG, folder, from_=url, config=Config(data_dir=data))
    return [json.loads(line)["identifier"] for line in (folder / "index.jsonl").open(encoding="utf-8")]


@contextmanager
def publishing(url: str, token: str) -> Iterator[Counter[str]]:
    """Publish records all the time, and count them."""
    done, stop = Counter[str](), threading.Event()

    def work() -> None:
        metadata = {
            "title": "Meanwhile", "publication_date": "2026-11-22", "publisher": "Zenodo", "resource_type": {"id": "dataset"},
            "creators": [{"person_or_org": {"type": "personal", "family_name": "Doe", "given_name": "Ada"}}],
        }  # fmt: skip
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {token}"
            while not stop.wait(0.2):
                _, published = publish_one(session, url, {"metadata": metadata, "files": {"enabled": True}})
                done["published" if published else "refused"] += 1

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield done
    finally:
        stop.set()
        thread.join()


def harvesting(folder: Path, scratch: Path) -> None:
    """Measure harvests of everything while records are published, and look whether each record came exactly once."""
    together(folder)
    still = {row["value"] for row in Store(folder).db.all("SELECT value FROM pids WHERE scheme = 'oai'")}
    with served(folder) as (url, token, pid, _), publishing(url, token) as meanwhile:
        for name, act, more in (
            ("sickle", with_sickle, ()),
            ("oaipmh-scythe", with_scythe, ()),
            ("our `harvest`", with_ours, (scratch / "harvest", scratch / "user")),
            ("our `harvest`, nothing new", with_ours, (scratch / "harvest", scratch / "user")),
        ):
            before = meanwhile["published"]
            found, seconds, grown = alone(act, url, *more)
            counts = Counter(found)
            once = sum(counts[identifier] == 1 for identifier in still)
            others = meanwhile["published"] - before
            note = f"{once} of {len(still)} exactly once; {others} published meanwhile"
            told(f"harvest with {name}", seconds, grown, note)
            assert once == len(still), f"{name} did not get each record exactly once"
        told("the server, at its largest", 0, memory(pid))
        assert not meanwhile["refused"]


def main(arguments: list[str] | None = None) -> None:
    """Fill, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, nargs="*", default=[1000])
    parser.add_argument("--gigabytes", type=int, default=0)
    parser.add_argument("--scratch", type=Path, help="a folder on the disk that is meant")
    args = parser.parse_args(arguments)
    for count, large in [(count, 0) for count in args.records] + [(args.gigabytes, 10**9)] * bool(args.gigabytes):
        with tempfile.TemporaryDirectory(prefix="zenodo-jupyter-sizes-", dir=args.scratch) as name:
            scratch, folder = Path(name), Path(name) / "store"
            store = create_app(folder).extensions["zenodo_jupyter.localrepo"].store
            with served(folder) as (_, _, _, empty):
                pass
            contents: list[Any] = [Noise(large) for _ in range(count)] if large else []
            contents = contents or [io.BytesIO(f"t,y\n0,{n}\n".encode()) for n in range(min(count, _DIFFERENT))]
            began = time.perf_counter()
            fill(store, count, Words(count), contents)
            store.db.close()
            print(f"\n{count} records{f' of {large / 1e9:.0f} GB' if large else ''}\n")
            print("| what | seconds | memory, MiB more | |\n|---|---|---|---|")
            told("filled", time.perf_counter() - began)
            with served(folder) as (_, _, pid, seconds):
                told(
                    "`serve` to its first answer",
                    seconds,
                    memory(pid),
                    f"{empty:.1f} s where it is empty; all its memory",
                )
            keeping(folder, scratch)
            if not large:
                harvesting(folder, scratch)


if __name__ == "__main__":
    sys.exit(main())
