"""How long a search takes among 1,000 and 10,000 records: ``python -m benchmarks.searches [--records 1000 10000 100000]``.

The records are honest ones, with metadata, a file, DOIs and their place in the index, but written many to a transaction and
without drafts before them. Words are as frequent as in a language (Zipf). Each search is a whole answer of the API, in process:
25 records, their facets, JSON; nothing is asked twice, so nothing can be remembered. What counts is the time at which 95 of 100
answers were there.
"""

from __future__ import annotations

import argparse
import io
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import requests

from zenodo_jupyter.localrepo import dois, entries, indexing, versions
from zenodo_jupyter.localrepo.adapter import BASE_URL, PREFIX, LocalAdapter
from zenodo_jupyter.localrepo.app import create_app
from zenodo_jupyter.localrepo.blobs import Readable
from zenodo_jupyter.localrepo.database import now
from zenodo_jupyter.localrepo.entries import Entry
from zenodo_jupyter.localrepo.flavours import flavour
from zenodo_jupyter.localrepo.store import Store
from zenodo_jupyter.localrepo.versions import Parent, Version

_BATCH = 1000
_TYPES = ["dataset", "software", "publication-article", "publication-report", "poster", "presentation", "image-figure"]
_SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]


class Words:
    """Invented words, the n-th of them n times as rare as the first."""

    def __init__(self, seed: int, size: int = 30_000) -> None:
        self.random = random.Random(seed)
        self.words = ["".join(self.random.choices(_SYLLABLES, k=self.random.randrange(2, 5))) for _ in range(size)]
        self.weights = [1 / (n + 1) for n in range(size)]

    def some(self, n: int) -> list[str]:
        """Return so many words as they come in a text."""
        return self.random.choices(self.words, self.weights, k=n)


def fill(store: Store, count: int, words: Words, contents: Sequence[Readable] = ()) -> None:
    """Publish so many records, each with a file of these contents, in turns."""
    dice, rules, owner = words.random, flavour("zenodo"), store.owner.id
    people = [" ".join(words.some(1)).title() for _ in range(5000)]
    blobs = [store.receive(content) for content in contents or [io.BytesIO(b"t,y\n0,1\n")]]
    with store.db.writing() as connection:
        for blob in blobs:
            store.blobs.adopt(connection, blob)
    for start in range(0, count, _BATCH):
        with store.db.writing():
            for number in range(start, min(start + _BATCH, count)):
                blob = blobs[number % len(blobs)]
                parent = Parent(store.next_id(), owner, document={"access": {"settings": {}}, "communities": {}})
                versions.save_parent(store.db, parent)
                bucket = entries.new_bucket(store.db)
                document = {
                    "metadata": _metadata(words, people),
                    "custom_fields": {},
                    "access": {"record": "public", "files": "public", "embargo": {"active": False}},
                    "pids": {},
                    "files": {"enabled": True},
                    "media_files": {"enabled": False},
                }
                record = Version(store.next_id(), parent, 1, bucket, document, False, created=now(), updated=now())
                entry = Entry(bucket, f"{dice.choice(words.words)}.csv", "completed", blob.sha256, blob.size)
                entry.checksum, entry.mimetype, entry.file_id, entry.version_id = (
                    f"md5:{blob.md5}",
                    "text/csv",
                    "f",
                    "v",
                )
                entry.details = {"metadata": {}, "access": {"hidden": False}, "transfer": {"type": "L"}}
                entries.insert(store.db, entry, 1)
                parent.latest, parent.last_index = record.number, 1
                dois.publish(store.db, record, rules, {})
                versions.save_parent(store.db, parent)
                versions.save_record(store.db, record, owner)
                indexing.index(store.db, record, rules)


def _metadata(words: Words, people: list[str]) -> dict[str, object]:
    dice = words.random
    names = [(dice.choice(people), dice.choice(people)) for _ in range(dice.randrange(1, 5))]
    return {
        "title": " ".join(words.some(8)),
        "description": f"<p>{' '.join(words.some(80))}</p>",
        "publication_date": f"{dice.randrange(1995, 2027)}-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}",
        "publisher": "Zenodo",
        "resource_type": {"id": dice.choice(_TYPES)},
        "subjects": [{"subject": word} for word in words.some(3)],
        "rights": [{"id": "cc-by-4.0"}],
        "creators": [
            {"person_or_org": {"type": "personal", "family_name": f, "given_name": g, "name": f"{f}, {g}"}}
            for f, g in names
        ],
    }


def questions(words: Words) -> dict[str, Callable[[], dict[str, str]]]:
    """Return what is asked, each time another thing."""
    dice = words.random
    common, rare = words.words[:300], words.words[300:]

    def q(text: str) -> dict[str, str]:
        return {"q": text}

    return {
        "a common word": lambda: q(dice.choice(common)),
        "a rare word": lambda: q(dice.choice(rare)),
        "two words": lambda: q(f"{dice.choice(common)} {dice.choice(rare)}"),
        "both of two words": lambda: q(f"{dice.choice(common)} AND {dice.choice(common)}"),
        "a phrase": lambda: q(f'"{dice.choice(common)} {dice.choice(common)}"'),
        "a word of a title": lambda: q(f"title:{dice.choice(common)}"),
        "a name": lambda: q(f'creators.name:"{dice.choice(rare)}"'),
        "a beginning": lambda: q(f"{dice.choice(rare)[:5]}*"),
        "a DOI": lambda: q(f'doi:"10.5072/zenodo.{dice.randrange(10**9)}"'),
        "a type and a word": lambda: {"q": dice.choice(rare), "resource_type": dice.choice(_TYPES).split("-")[0]},
        "years and a word": lambda: q(
            f"{dice.choice(common)} AND publication_date:[{dice.randrange(1995, 2026)} TO 2026]"
        ),
        "the newest, a page": lambda: {"page": str(dice.randrange(1, 40))},
    }


def measure(folder: Path, words: Words, rounds: int) -> dict[str, list[float]]:
    """Return how long each answer took, in milliseconds."""
    times: dict[str, list[float]] = {}
    with requests.Session() as session:
        session.mount(PREFIX, LocalAdapter(create_app(folder)))
        asked = questions(words)
        for turn in range(rounds + 1):
            for name, question in asked.items():
                began = time.perf_counter()
                answer = session.get(f"{BASE_URL}/api/records", params={"size": "25", **question()})
                took = (time.perf_counter() - began) * 1000
                answer.raise_for_status()
                if turn:  # the first one warms up
                    times.setdefault(name, []).append(took)
    return times


def publish_one(session: requests.Session, url: str, body: object) -> tuple[str, bool]:
    """Publish a record with one file by the API, and return its id, and whether it was taken."""
    id = str(session.post(f"{url}/api/records", json=body, timeout=300).json()["id"])
    draft = f"{url}/api/records/{id}/draft"
    session.post(f"{draft}/files", json=[{"key": "a.csv"}], timeout=300)
    kind = {"Content-Type": "application/octet-stream"}
    session.put(f"{draft}/files/a.csv/content", data=b"t,y\n", headers=kind, timeout=300)
    session.post(f"{draft}/files/a.csv/commit", timeout=300)
    return id, session.post(f"{draft}/actions/publish", timeout=300).status_code == 202


def publish_at_once(folder: Path, clients: int, each: int) -> str:
    """Publish from many clients at once, over HTTP, and return what came of it."""
    from zenodo_jupyter.localrepo.server import Server

    wrong: list[str] = []
    ids: list[str] = []
    body = {"metadata": _metadata(Words(1, 500), ["Doe"]), "files": {"enabled": True}}
    with Server(folder, port=0) as server:

        def work() -> None:
            with requests.Session() as session:
                session.trust_env = False
                session.headers["Authorization"] = f"Bearer {server.token}"
                for _ in range(each):
                    id, published = publish_one(session, server.url, body)
                    (ids if published else wrong).append(id)

        began = time.perf_counter()
        threads = [threading.Thread(target=work) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - began
        there = sum(requests.get(f"{server.url}/api/records/{id}", timeout=60).ok for id in ids)
    return (
        f"{clients} clients at once published {len(ids)} of {clients * each} records in {took:.1f} s "
        f"({len(ids) / took:.0f}/s); {len(wrong)} were refused, {len(ids) - there} lost."
    )


def main(arguments: list[str] | None = None) -> None:
    """Fill, search, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--rounds", type=int, default=20)
    args = parser.parse_args(arguments)
    for count in args.records:
        with tempfile.TemporaryDirectory(prefix="zenodo-jupyter-searches-") as scratch:
            folder, words = Path(scratch), Words(count)
            app = create_app(folder)
            began = time.perf_counter()
            fill(app.extensions["zenodo_jupyter.localrepo"].store, count, words)
            size = sum(f.stat().st_size for f in folder.glob("repository.sqlite*")) / 2**20
            print(
                f"\n{count} records, filled in {time.perf_counter() - began:.0f} s, {size:.0f} MiB of rows and index\n"
            )
            print("| search | median, ms | p95, ms |\n|---|---|---|")
            times = measure(folder, words, args.rounds)
            for name, each in {**times, "**all**": [t for some in times.values() for t in some]}.items():
                print(
                    f"| {name} | {statistics.median(each):.0f} | {statistics.quantiles(each, n=20)[18]:.0f} |",
                    flush=True,
                )
    with tempfile.TemporaryDirectory(prefix="zenodo-jupyter-searches-") as scratch:
        print("\n" + publish_at_once(Path(scratch), 32, 5))


if __name__ == "__main__":
    sys.exit(main())
