"""What Zenodo lets owners do by themselves: exchange files within a month, and take more room. InvenioRDM does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from zenodo_jupyter.localrepo.adapter import BASE_URL, PREFIX, LocalAdapter
from zenodo_jupyter.localrepo.app import create_app
from zenodo_jupyter.localrepo.flavours import FLAVOURS
from zenodo_jupyter.localrepo.store import Store

OCTETS = {"Content-Type": "application/octet-stream"}
META = {
    "title": "Tides at Brest", "publication_date": "2024-05-17", "publisher": "Zenodo", "resource_type": {"id": "dataset"},
    "creators": [{"person_or_org": {"type": "organizational", "name": "Harbour"}}],
}  # fmt: skip


class World:
    """A repository, asked as its owner in the native dialect."""

    def __init__(self, folder: Path, flavour: str) -> None:
        app = create_app(folder, flavour)
        self.store: Store = app.extensions["zenodo_jupyter.localrepo"].store
        self.session = requests.Session()
        self.session.mount(PREFIX, LocalAdapter(app))
        self.session.headers["Accept"] = "application/vnd.inveniordm.v1+json, application/json;q=0.9"

    def ask(self, method: str, path: str, status: int = 200, **options: Any) -> requests.Response:
        """Send a request that has to be answered with this status."""
        answer = self.session.request(method, f"{BASE_URL}/api{path}", **options)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def send(self, id: str, key: str, data: bytes, status: int = 200) -> None:
        """Send a file."""
        self.ask("POST", f"/records/{id}/draft/files", 201, json=[{"key": key}])
        self.ask("PUT", f"/records/{id}/draft/files/{key}/content", status, data=data, headers=OCTETS)
        if status == 200:
            self.ask("POST", f"/records/{id}/draft/files/{key}/commit")

    def record(self) -> str:
        """Publish a record with one file."""
        id: str = self.ask("POST", "/records", 201, json={"metadata": META}).json()["id"]
        self.send(id, "a", b"first")
        self.ask("POST", f"/records/{id}/draft/actions/publish", 202)
        return id

    def age(self, id: str, created: str) -> None:
        """Let a record be as old as that."""
        with self.store.db.writing() as connection:
            connection.execute("UPDATE records SET created = ? WHERE id = ?", (created, int(id)))


@pytest.fixture
def zenodo(tmp_path: Path) -> Iterator[World]:
    """One of Zenodo's flavour."""
    world = World(tmp_path, "zenodo")
    yield world
    world.session.close()


def test_files_are_exchanged_within_a_month(zenodo: World) -> None:
    """Should keep id and DOI, serve the new bytes, and have the files locked again."""
    id = zenodo.record()
    zenodo.ask("POST", f"/records/{id}/file-modification", 404, json={})
    draft = zenodo.ask("POST", f"/records/{id}/draft", 201).json()
    zenodo.ask("DELETE", f"/records/{id}/draft/files/a", 403)
    asked = zenodo.ask(
        "POST", f"/records/{id}/file-modification", json={"comment": "A column was wrong in this table."}
    ).json()
    assert (asked["type"], asked["status"], asked["is_closed"]) == ("file-modification", "accepted", True)
    zenodo.ask("DELETE", f"/records/{id}/draft/files/a", 204)
    zenodo.send(id, "b", b"second")
    assert zenodo.ask("GET", f"/records/{id}/files/a/content").content == b"first"
    record = zenodo.ask("POST", f"/records/{id}/draft/actions/publish", 202).json()
    assert (record["id"], record["pids"]["doi"]) == (id, draft["pids"]["doi"]) and set(record["files"]["entries"]) == {
        "b"
    }
    assert zenodo.ask("GET", f"/records/{id}/files/b/content").content == b"second"
    zenodo.ask("GET", f"/records/{id}/files/a/content", 404)
    zenodo.ask("POST", f"/records/{id}/draft", 201)
    zenodo.ask("DELETE", f"/records/{id}/draft/files/b", 403)


def test_an_edit_without_that_leaves_the_files(zenodo: World) -> None:
    """Should publish changed words and the same bytes."""
    id = zenodo.record()
    zenodo.ask("POST", f"/records/{id}/draft", 201)
    zenodo.ask("PUT", f"/records/{id}/draft", json={"metadata": {**META, "title": "Other tides"}})
    record = zenodo.ask("POST", f"/records/{id}/draft/actions/publish", 202).json()
    assert record["metadata"]["title"] == "Other tides" and set(record["files"]["entries"]) == {"a"}
    assert zenodo.ask("GET", f"/records/{id}/files/a/content").content == b"first"


def test_an_exchange_comes_too_late(zenodo: World) -> None:
    """Should not let an exchange end 45 days after the publication, and let the draft be discarded then."""
    id = zenodo.record()
    zenodo.ask("POST", f"/records/{id}/draft", 201)
    zenodo.ask("POST", f"/records/{id}/file-modification", json={})
    zenodo.send(id, "b", b"second")
    zenodo.age(id, "2020-01-01T00:00:00.000000+00:00")
    zenodo.ask("POST", f"/records/{id}/draft/actions/publish", 403)
    zenodo.ask("DELETE", f"/records/{id}/draft", 204)
    assert set(zenodo.ask("GET", f"/records/{id}").json()["files"]["entries"]) == {"a"}


def test_more_room(zenodo: World) -> None:
    """Should take more bytes than usual into one draft, and no more than one person may have besides."""
    small = replace(FLAVOURS["zenodo"], max_bytes=10)
    rules = zenodo.session.get_adapter(PREFIX).app.extensions  # type: ignore[attr-defined]
    rules["zenodo_jupyter.localrepo"] = replace(rules["zenodo_jupyter.localrepo"], flavour=small)
    id = zenodo.ask("POST", "/records", 201, json={"metadata": META}).json()["id"]
    zenodo.send(id, "a", b"more than ten bytes", 400)
    zenodo.ask("POST", f"/records/{id}/quota-increase", 403, json={"quota_size": 151})
    zenodo.ask("POST", f"/records/{id}/quota-increase", 400, json={"quota_size": "much"})
    asked = zenodo.ask("POST", f"/records/{id}/quota-increase", json={"quota_size": 100}).json()
    assert (asked["type"], asked["status"]) == ("quota-increase", "accepted")
    zenodo.ask("PUT", f"/records/{id}/draft/files/a/content", data=b"more than ten bytes", headers=OCTETS)
    other = zenodo.ask("POST", "/records", 201, json={"metadata": META}).json()["id"]
    zenodo.send(other, "a", b"more than ten bytes", 400)
    zenodo.ask("POST", f"/records/{other}/quota-increase", 403, json={"quota_size": 100})
    zenodo.ask("POST", f"/records/{other}/quota-increase", json={"quota_size": 50})


def test_invenio_as_it_comes_allows_neither(tmp_path: Path) -> None:
    """Should refuse both, as a real one does."""
    world = World(tmp_path, "rdm")
    id = world.record()
    world.ask("POST", f"/records/{id}/draft", 201)
    world.ask("POST", f"/records/{id}/file-modification", 403, json={})
    world.ask("POST", f"/records/{id}/quota-increase", 403, json={"quota_size": 20})
    world.session.close()
