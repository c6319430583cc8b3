"""Libraries that nobody here wrote, by which programs talk to Zenodo and InvenioRDM: unchanged, from draft to download."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .conftest import DATA, Zenodo, files, md5


def test_inveniordm_py_publishes_and_finds(zenodo: Zenodo) -> None:
    """Should publish by the native API, find the record, bring its file, and begin a version and an edit."""
    (zenodo.folder / "data.bin").write_bytes(DATA)
    said = zenodo.python("""
import json, os
from inveniordm_py import InvenioAPI
from inveniordm_py.files.metadata import FilesListMetadata, OutgoingStream
from inveniordm_py.records.metadata import DraftMetadata
there = InvenioAPI("https://zenodo.org/api", os.environ["TOKEN"])
about = {"title": "Tides of a library", "publication_date": "2026-11-22", "resource_type": {"id": "dataset"},
         "publisher": "Zenodo", "creators": [{"person_or_org": {"type": "organizational", "name": "CERN"}}]}
draft = there.records.create(DraftMetadata(
    metadata=about, access={"record": "public", "files": "public"}, files={"enabled": True}))
draft.files.create(FilesListMetadata([{"key": "data.bin"}]))
file = draft.files("data.bin")
stream = OutgoingStream()
stream._data = open("data.bin", "rb")  # what its constructor is given goes out as a form
file.set_contents(stream)
file.commit()
record = draft.publish()
new = record.new_version()
edited = record.edit()
edited.delete()
print(json.dumps([
    record.data["id"], new.data["id"], [hit.data["id"] for hit in there.records.search(q="tides library")],
    record.versions.latest().data["id"], len(record.files("data.bin").download().content)]))
""")
    id, new, found, latest, brought = json.loads(said.splitlines()[-1])
    assert found == [str(id)] and latest == id != int(new) and brought == len(DATA)
    record = zenodo.ask("GET", f"/records/{id}").json()
    assert {file["key"]: file["checksum"] for file in record["files"]} == {"data.bin": f"md5:{md5(DATA)}"}


def test_pyzenodo3_deposits_and_finds(zenodo: Zenodo, record: dict[str, Any]) -> None:
    """Should fill a deposition at an address with a slash too many, and find records by words and by DOI."""
    (zenodo.folder / "data.bin").write_bytes(DATA)
    about = {
        "title": "A thing",
        "upload_type": "dataset",
        "description": "A thing.",
        "creators": [{"name": "Doe, Ada"}],
    }
    (zenodo.folder / "about.json").write_text(json.dumps({"metadata": about}))
    said = zenodo.python(f"""
import json, os
from pathlib import Path
import pyzenodo3
from pyzenodo3.upload import upload
upload(Path("about.json"), Path("data.bin"), os.environ["TOKEN"])
there = pyzenodo3.Zenodo(api_key=os.environ["TOKEN"])
print(json.dumps([[hit.data["id"] for hit in there.search("client")], there.find_record_by_doi("{record["doi"]}").data["id"],
                  there.get_record("{record["id"]}").data["doi"]]))
""")
    assert json.loads(said.splitlines()[-1]) == [[record["id"]], record["id"], record["doi"]]
    draft = zenodo.ask("GET", "/deposit/depositions").json()[0]
    assert files(draft) == {"data.bin": md5(DATA)}


def test_fairly_uploads_and_stores(zenodo: Zenodo, record: dict[str, Any]) -> None:
    """Should send a folder as a dataset, list what an account has, and store a record with its files."""
    data = zenodo.folder / "dataset"
    data.mkdir()
    (data / "data.bin").write_bytes(DATA)
    said = zenodo.python(f"""
import json, os
import fairly
there = fairly.client("zenodo", token=os.environ["TOKEN"])
local = fairly.init_dataset("dataset")
local.set_metadata(title="From a toolbox", authors=["Doe, Ada"], description="A thing.", type="dataset")
local.includes.append("data.bin")
local.save_files()
sent = local.upload(there)
there.get_dataset("{record["id"]}").store("stored")
again = fairly.client("zenodo", token=os.environ["TOKEN"])  # the first one remembers what it had
print(json.dumps([sent.id["id"], [each.title for each in again.get_account_datasets()]]))
""")
    id, titles = json.loads(said.splitlines()[-1])
    assert "From a toolbox" in titles and "From a client" in titles
    draft = zenodo.ask("GET", f"/records/{id}/draft", headers={"Accept": "application/vnd.inveniordm.v1+json"}).json()
    assert draft["metadata"]["title"] == "From a toolbox"
    assert (zenodo.folder / "stored" / "data.bin").read_bytes() == DATA


def test_datahugger_downloads(zenodo: Zenodo, record: dict[str, Any]) -> None:
    """Should find out by a DOI that Zenodo has the files, and get them."""
    zenodo.python(f"import datahugger; datahugger.get('{record['doi']}', 'got')")
    got = {path.name: path.read_bytes() for path in Path(zenodo.folder, "got").iterdir()}
    assert got == {"data.bin": DATA, "notes and more.txt": b"notes"}
