"""Clients that nobody here wrote, unchanged: what they publish arrives, and what they get is what was published."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from .conftest import DATA, Zenodo, files, md5


def test_zenodo_client_publishes_and_makes_a_version(zenodo: Zenodo) -> None:
    """Should create a record, publish its next version with a changed file, and read both back."""
    (zenodo.folder / "data.bin").write_bytes(DATA)
    (zenodo.folder / "more.txt").write_text("more")
    said = zenodo.python(f"""
import json, os
from zenodo_client import Creator, Metadata, Zenodo
zenodo = Zenodo(access_token=os.environ["TOKEN"])
about = Metadata(title="A test", upload_type="dataset", description="About a test.", version="{date.today()}",
                 creators=[Creator(name="Doe, Ada", affiliation="CERN", orcid="0000-0002-1825-0097")])
first = zenodo.ensure("key", about, ["data.bin", "more.txt"]).json()
open("data.bin", "ab").write(b"changed")
second = zenodo.ensure("key", about, ["data.bin"]).json()
third = zenodo.update(str(second["id"]), ["more.txt"]).json()
old = zenodo.download(first["id"], "data.bin").read_bytes()
all = {{path.name: len(path.read_bytes()) for path in zenodo.download_all(second["id"], force=True)}}
print(json.dumps([first, second, third, len(old), all]))
""")
    first, second, third, old, everything = json.loads(said.splitlines()[-1])
    assert files(first) == {"data.bin": md5(DATA), "more.txt": md5(b"more")}
    assert files(second) == {"data.bin": md5(DATA + b"changed"), "more.txt": md5(b"more")}
    assert len({first["id"], second["id"], third["id"]}) == 3 and first["conceptdoi"] == third["conceptdoi"]
    assert second["metadata"]["version"] == f"{date.today()}-1"
    assert second["metadata"]["creators"][0]["orcid"] == "0000-0002-1825-0097"
    assert old == len(DATA) and everything == {"data.bin": len(DATA) + 7, "more.txt": 4}


def test_zupload_fills_drafts(zenodo: Zenodo) -> None:
    """Should make a draft for one file, and send another into the draft of the next version."""
    (zenodo.folder / "data.bin").write_bytes(DATA)
    said = zenodo.run("zupload", "--file", "data.bin", "--retries", "1", ZENODO_API_KEY=zenodo.server.token)
    first = zenodo.publish(said.split("Draft created: ")[1].split()[0])
    assert files(first) == {"data.bin": md5(DATA)}
    draft = zenodo.ask("POST", f"/deposit/depositions/{first['id']}/actions/newversion").json()
    (zenodo.folder / "folder").mkdir()
    (zenodo.folder / "folder" / "a.txt").write_text("a")
    zenodo.run("zupload", "--file", "folder", "--record-id", str(draft["id"]), ZENODO_API_KEY=zenodo.server.token)
    second = zenodo.publish(draft["id"], version="2")
    assert set(files(second)) == {"data.bin", "folder.zip"} and second["conceptdoi"] == first["conceptdoi"]


def test_rocrate_inveniordm_publishes(zenodo: Zenodo) -> None:
    """Should turn a research object crate into a record, by the native API."""
    crate = zenodo.folder / "crate"
    crate.mkdir()
    (crate / "data.bin").write_bytes(DATA)
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": "A crate of tides",
        "description": "Tides, in a crate.",
        "datePublished": "2026-11-22",
        "license": {"@id": "https://creativecommons.org/licenses/by/4.0/"},
        "author": {"@id": "https://orcid.org/0000-0002-1825-0097"},
        "hasPart": [{"@id": "data.bin"}],
    }
    graph = [
        {
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        },
        root,
        {"@id": "data.bin", "@type": "File"},
        {"@id": "https://orcid.org/0000-0002-1825-0097", "@type": "Person", "name": "Josiah Carberry"},
    ]
    context = "https://w3id.org/ro/crate/1.1/context"
    (crate / "ro-crate-metadata.json").write_text(json.dumps({"@context": context, "@graph": graph}))
    said = zenodo.run(
        "rocrate_inveniordm",
        "-p",
        "crate",
        INVENIORDM_API_KEY=zenodo.server.token,
        INVENIORDM_BASE_URL="https://zenodo.org",
    )
    id = said.split("Successfully created record ")[1].split()[0]
    record = zenodo.ask("GET", f"/records/{id}").json()
    assert record["title"] == "A crate of tides" and record["status"] == "published"
    found = {file["key"]: file["checksum"] for file in record["files"]}
    assert found["data.bin"] == f"md5:{md5(DATA)}" and "ro-crate-metadata.json" in found


@pytest.mark.parametrize("which", ["version", "concept", "old", "number"])
def test_zenodo_get_downloads(zenodo: Zenodo, record: dict[str, Any], which: str) -> None:
    """Should get all files by the DOI of a version, of all versions, and by number, and agree about their checksums."""
    asked = {
        "version": record["doi"],
        "concept": record["conceptdoi"],
        "old": record["first"]["doi"],
        "number": str(record["id"]),
    }[which]
    zenodo.run("zenodo_get", "-R", "0", "-o", "got", asked)
    got = zenodo.folder / "got"
    assert (got / "data.bin").read_bytes() == (b"old" if which == "old" else DATA)
    assert (got / "notes and more.txt").read_bytes() == b"notes"
    zenodo.run("zenodo_get", "-m", "-o", "sums", asked)
    assert md5(b"notes") in (zenodo.folder / "sums" / "md5sums.txt").read_text()


def test_zenodo_get_goes_on_where_it_stopped(zenodo: Zenodo, record: dict[str, Any]) -> None:
    """Should get only what is missing of a file that is half there."""
    got = zenodo.folder / "got"
    got.mkdir()
    (got / "data.bin").write_bytes(DATA[:1000])
    zenodo.run("zenodo_get", "-R", "0", "-o", "got", str(record["doi"]))
    assert (got / "data.bin").read_bytes() == DATA


@pytest.mark.parametrize("which", ["doi", "conceptdoi"])
def test_pooch_fetches(zenodo: Zenodo, record: dict[str, Any], which: str) -> None:
    """Should resolve a DOI, read the registry of files, and fetch them with matching checksums."""
    said = zenodo.python(f"""
import pooch
data = pooch.create(path="cache", base_url="doi:{record[which]}", registry=None)
data.load_registry_from_doi()
print(sorted(data.registry.items()))
print(data.fetch("data.bin"))
""")
    assert f"('data.bin', 'md5:{md5(DATA)}')" in said
    assert Path(said.splitlines()[-1]).read_bytes() == DATA


def test_archivefs_reads(zenodo: Zenodo, record: dict[str, Any]) -> None:
    """Should list files and versions, and copy one file out."""
    address = f"zenodo://{record['id']}"
    assert "data.bin" in zenodo.run("archivefs", "ls", address)
    assert str(record["first"]["id"]) in zenodo.run("archivefs", "versions", address)
    zenodo.run("archivefs", "get", f"{address}/data.bin", "got.bin")
    assert (zenodo.folder / "got.bin").read_bytes() == DATA


def test_zenodo_downloader_gets_all(zenodo: Zenodo, record: dict[str, Any]) -> None:
    """Should get every file of a record with a token."""
    zenodo.run("zenodo-download", "-t", zenodo.server.token, "-d", "got", str(record["id"]))
    assert (zenodo.folder / "got" / "data.bin").read_bytes() == DATA
    assert (zenodo.folder / "got" / "notes and more.txt").read_bytes() == b"notes"


@pytest.mark.parametrize("which", ["doi", "conceptdoi"])
def test_rclone_copies(zenodo: Zenodo, record: dict[str, Any], which: str) -> None:
    """Should find a record by its DOI, list it, copy what it holds with checksums, and find nothing to copy the second time."""
    options = ["--config", "/dev/null", "--doi-doi", str(record[which])]
    options += ["--doi-doi-resolver-api-url", f"{zenodo.server.url}/api"]
    assert "1280000 data.bin" in zenodo.run("rclone", "ls", ":doi:", *options)
    zenodo.run("rclone", "copy", ":doi:", "got", *options)
    got = zenodo.folder / "got"
    assert {path.name: path.read_bytes() for path in got.iterdir()} == {
        "data.bin": DATA,
        "notes and more.txt": b"notes",
    }
    zenodo.run("rclone", "check", ":doi:", "got", "--checksum", *options)
