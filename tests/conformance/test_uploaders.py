"""More programs that upload, unchanged: by the old depositions and buckets, and by the native API."""

from __future__ import annotations

import json
from typing import Any

from .conftest import DATA, Zenodo, files, md5


def depositions(zenodo: Zenodo) -> list[dict[str, Any]]:
    """Return what there is, newest first."""
    found: list[dict[str, Any]] = zenodo.ask("GET", "/deposit/depositions").json()
    return found


def test_openscm_zenodo_makes_a_version(zenodo: Zenodo, record: dict[str, Any]) -> None:
    """Should take the description of the last version, send files in several threads, publish, and cite the result."""
    (zenodo.folder / "new.bin").write_bytes(DATA[:99])
    token, quiet = zenodo.server.token, ("openscm-zenodo", "--no-logging")
    said = zenodo.run(*quiet, "retrieve-metadata", str(record["id"]), "--user-controlled-only", ZENODO_TOKEN=token)
    about = json.loads(said)
    about["metadata"]["version"] = "3"
    (zenodo.folder / "about.json").write_text(json.dumps(about))
    first = str(record["first"]["id"])
    options = ("--metadata-file", "about.json", "--publish")
    said = zenodo.run(*quiet, "create-new-version", first, "new.bin", *options, ZENODO_TOKEN=token)
    made = zenodo.ask("GET", f"/deposit/depositions/{said.split()[-1]}").json()
    assert (made["state"], made["metadata"]["version"], made["conceptdoi"]) == ("done", "3", record["conceptdoi"])
    assert files(made) == {"new.bin": md5(DATA[:99]), "data.bin": md5(DATA), "notes and more.txt": md5(b"notes")}
    assert "From a client" in zenodo.run(*quiet, "retrieve-bibtex", str(made["id"]))


def test_zenodo_uploader_fills_changes_and_publishes(zenodo: Zenodo) -> None:
    """Should upload with a description, add a file and change the title, and publish another at once."""
    (zenodo.folder / "data.bin").write_bytes(DATA)
    (zenodo.folder / "more.txt").write_text("more")
    upload = (
        "zenodo-upload",
        "upload",
        "--token",
        zenodo.server.token,
        "--author",
        "Doe, Ada",
        "--description",
        "Tides.",
    )
    zenodo.run(*upload, "--file-paths", "data.bin", "--title", "Tides at Brest", "--keywords", "tide", "--version", "1")
    (draft,) = depositions(zenodo)
    assert files(draft) == {"data.bin": md5(DATA)} and draft["metadata"]["keywords"] == ["tide"]
    update = ("zenodo-upload", "update", "--token", zenodo.server.token, str(draft["id"]))
    zenodo.run(*update, "--add-file", "more.txt", "--title", "Tides at Calais")
    (draft,) = depositions(zenodo)
    assert set(files(draft)) == {"data.bin", "more.txt"} and draft["title"] == "Tides at Calais"
    zenodo.run(*upload, "--file-paths", "more.txt", "--title", "Published tides", "--publish")
    assert sorted(d["state"] for d in depositions(zenodo)) == ["done", "unsubmitted"]


def test_bigzenodo_publishes_and_makes_a_version(zenodo: Zenodo) -> None:
    """Should publish, and replace the files in a version that it makes from the id of all versions."""
    (zenodo.folder / "data.bin").write_bytes(DATA)
    (zenodo.folder / "about.md").write_text("*Tides*.")
    (zenodo.folder / "token").write_text(zenodo.server.token)
    (zenodo.folder / "token").chmod(0o600)
    about = {"file_list": ["data.bin"], "title": "Tides", "author": "Doe, Ada", "author_affiliation": "CERN"}
    about["description_file"] = "about.md"
    run = ("bigzenodo", "--submission", "about.json", "--accessTokenFile", "token", "--publish")
    (zenodo.folder / "about.json").write_text(json.dumps(about))
    zenodo.run(*run)
    (first,) = depositions(zenodo)
    assert (first["state"], files(first)) == ("done", {"data.bin": md5(DATA)})
    (zenodo.folder / "data.bin").write_bytes(b"new")
    (zenodo.folder / "about.json").write_text(json.dumps({**about, "existing_zenodo_id": first["conceptrecid"]}))
    zenodo.run(*run)
    second = depositions(zenodo)[0]
    assert second["conceptdoi"] == first["conceptdoi"] and files(second) == {"data.bin": md5(b"new")}


def test_gitlab2zenodo_publishes_and_makes_a_version(zenodo: Zenodo) -> None:
    """Should do both by the native API, from a description in the old words."""
    (zenodo.folder / "code.zip").write_bytes(DATA)
    about = {
        "title": "A tide model",
        "upload_type": "software",
        "description": "Tides.",
        "creators": [{"name": "Doe, Ada"}],
    }
    (zenodo.folder / ".zenodo.json").write_text(json.dumps(about))
    send = ("g2z-send", "-t", zenodo.server.token, "-m", ".zenodo.json", "-p")
    zenodo.run(*send, "-v", "1", "code.zip")
    (first,) = depositions(zenodo)
    assert files(first) == {"code.zip": md5(DATA)} and first["metadata"]["upload_type"] == "software"
    (zenodo.folder / "code.zip").write_bytes(b"new")
    zenodo.run(*send, "-v", "2", "-i", str(first["id"]), "code.zip")
    second = depositions(zenodo)[0]
    assert (second["state"], second["metadata"]["version"]) == ("done", "2")
    assert second["conceptdoi"] == first["conceptdoi"] and files(second) == {"code.zip": md5(b"new")}


def test_zenodopy_fills_a_project(zenodo: Zenodo) -> None:
    """Should make a draft, send a file into it and list it."""
    (zenodo.folder / "data.bin").write_bytes(DATA)
    said = zenodo.python("""
import os, zenodopy
zenodo = zenodopy.Client(token=os.environ["TOKEN"])
zenodo.create_project(title="Tides at Brest", upload_type="dataset", description="Tides.")
zenodo.upload_file("data.bin")
zenodo.list_projects
""")
    (draft,) = depositions(zenodo)
    assert files(draft) == {"data.bin": md5(DATA)} and draft["title"] == "Tides at Brest" and "Tides at Brest" in said
