"""The doors through which the contract is tested: in process, over HTTP, and a real InvenioRDM if one is named.

``ZENODO_JUPYTER_RDM_URL`` and ``ZENODO_JUPYTER_RDM_TOKEN`` name it; ``make conformance`` sets them. Without them its tests
do not exist, rather than being skipped.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from zenodo_jupyter.localrepo.adapter import BASE_URL, PREFIX, LocalAdapter
from zenodo_jupyter.localrepo.app import create_app
from zenodo_jupyter.localrepo.server import Server

NATIVE = "application/vnd.inveniordm.v1+json, application/json;q=0.9"
BYTES = {"Content-Type": "application/octet-stream"}
_DOORS: list[Any] = ["local-zenodo", "local-rdm", "http-zenodo", "http-rdm"]
if os.environ.get("ZENODO_JUPYTER_RDM_URL") and os.environ.get("ZENODO_JUPYTER_RDM_TOKEN"):
    _DOORS.append(pytest.param("real", marks=pytest.mark.rdm))


def metadata(**changed: Any) -> dict[str, Any]:
    """Return metadata that can be published."""
    return {
        "title": "Notebook: fitting decay curves",
        "publication_date": "2024-05-17",
        "publisher": "Zenodo",
        "resource_type": {"id": "software-computationalnotebook"},
        "creators": [{"person_or_org": {"type": "personal", "family_name": "Lovelace", "given_name": "Ada"}}],
        "rights": [{"id": "cc-by-4.0"}],
        **changed,
    }


@dataclass
class Door:
    """One way to one repository."""

    url: str
    session: requests.Session
    flavour: str
    drafts: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request; ``path`` may be a whole address."""
        address = path if "://" in path else f"{self.url}/api{path}"
        headers = {"Accept": NATIVE, **options.pop("headers", {})}
        self.session.cookies.clear()
        return self.session.request(method, address, headers=headers, timeout=60, **options)

    def stranger(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request without being known; an empty scheme of authorization is none."""
        return self.ask(method, path, auth=_no_token, **options)

    def draft(self, **changed: Any) -> str:
        """Make a draft that can be published but for its files, and return its id."""
        answer = self.ask("POST", "/records", json={"metadata": metadata(**changed)})
        assert answer.status_code == 201, answer.text
        self.drafts.append(answer.json()["id"])
        return self.drafts[-1]

    def upload(self, id: str, key: str, data: bytes) -> dict[str, Any]:
        """Send one file of a draft and return what the repository says of it."""
        assert self.ask("POST", f"/records/{id}/draft/files", json=[{"key": key}]).status_code == 201
        sent = self.ask("PUT", f"/records/{id}/draft/files/{key}/content", data=data, headers=BYTES)
        assert sent.status_code == 200, sent.text
        done = self.ask("POST", f"/records/{id}/draft/files/{key}/commit")
        assert done.status_code == 200, done.text
        entry: dict[str, Any] = done.json()
        return entry

    def publish(self, id: str) -> dict[str, Any]:
        """Publish a draft and return the record."""
        answer = self.ask("POST", f"/records/{id}/draft/actions/publish")
        assert answer.status_code == 202, answer.text
        record: dict[str, Any] = answer.json()
        return record

    def record(self, **changed: Any) -> str:
        """Publish a record with one file, ``data.csv``, and return its id."""
        id = self.draft(**changed)
        self.upload(id, "data.csv", b"t,y\n0,1\n")
        return str(self.publish(id)["id"])


def _no_token(request: requests.PreparedRequest) -> requests.PreparedRequest:
    request.headers["Authorization"] = "None"
    return request


@pytest.fixture(params=_DOORS, scope="session")
def open_door(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One door after the other; all tests share what is behind it, and each makes records of its own."""
    kind, _, flavour = request.param.partition("-")
    folder: Path = tmp_path_factory.mktemp(kind)
    with requests.Session() as session:
        session.trust_env = False
        if kind == "local":
            session.mount(PREFIX, LocalAdapter(create_app(folder, flavour)))
            yield Door(BASE_URL, session, flavour)
        elif kind == "http":
            with Server(folder, port=0, flavour=flavour) as server:
                session.headers["Authorization"] = f"Bearer {server.token}"
                yield Door(server.url, session, flavour)
                session.close()
        else:
            session.headers["Authorization"] = f"Bearer {os.environ['ZENODO_JUPYTER_RDM_TOKEN']}"
            yield Door(os.environ["ZENODO_JUPYTER_RDM_URL"].rstrip("/"), session, "rdm")


@pytest.fixture
def door(open_door: Door) -> Iterator[Door]:
    """A door, and no drafts left behind it; what was published stays."""
    yield open_door
    while open_door.drafts:
        open_door.ask("DELETE", f"/records/{open_door.drafts.pop()}/draft")


@pytest.fixture
def word() -> str:
    """A word that no other test uses, to search for."""
    return f"w{uuid.uuid4().hex[:12]}"
