"""An embedded repository with something in it, for tests of how it is found, cited, harvested and kept."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from zenodo_jupyter.localrepo.adapter import BASE_URL, PREFIX, LocalAdapter
from zenodo_jupyter.localrepo.app import create_app

API = f"{BASE_URL}/api"
#: Says something of every kind that exports have words for.
METADATA: dict[str, Any] = {
    "title": "Tide & <time>: 100 % of {it}",
    "resource_type": {"id": "software-computationalnotebook"},
    "publication_date": "2026-11-22",
    "publisher": "Zenodo",
    "version": "v1.2",
    "description": "<p>Heights of <b>tides</b> &amp; more.</p>",
    "creators": [
        {
            "person_or_org": {
                "type": "personal",
                "given_name": "Ada B.",
                "family_name": "Döe",
                "identifiers": [{"scheme": "orcid", "identifier": "0000-0002-1825-0097"}],
            },
            "affiliations": [{"id": "01ggx4157"}, {"name": "Institute of Rain"}],
        },
        {"person_or_org": {"type": "organizational", "name": "The Tide Group"}},
    ],
    "contributors": [
        {
            "person_or_org": {"type": "personal", "given_name": "Eve", "family_name": "Roe"},
            "role": {"id": "projectleader"},
        }
    ],
    "subjects": [{"subject": "tides"}, {"subject": "gauges"}],
    "rights": [{"id": "cc-by-4.0"}],
    "languages": [{"id": "eng"}],
    "dates": [{"date": "2020/2021", "type": {"id": "collected"}, "description": "at sea"}],
    "identifiers": [{"identifier": "https://example.org/tides", "scheme": "url"}],
    "related_identifiers": [
        {
            "identifier": "10.1234/rain",
            "scheme": "doi",
            "relation_type": {"id": "cites"},
            "resource_type": {"id": "publication-article"},
        },
        {"identifier": "https://example.org/code", "scheme": "url", "relation_type": {"id": "issupplementto"}},
    ],
    "funding": [{"funder": {"name": "Example Fund"}, "award": {"title": {"en": "Grant A"}, "number": "123"}}],
    "additional_titles": [{"title": "A subtitle", "type": {"id": "subtitle"}, "lang": {"id": "eng"}}],
    "additional_descriptions": [{"description": "Run with Python 3.11", "type": {"id": "technical-info"}}],
    "references": [{"reference": "Roe, E. (2020). Rain."}],
}


def door(folder: Path, flavour: str = "zenodo") -> requests.Session:
    """Return a session to the repository in a folder, which is made if need be."""
    session = requests.Session()
    session.mount(PREFIX, LocalAdapter(create_app(folder, flavour)))
    session.headers["Accept"] = "application/vnd.inveniordm.v1+json, application/json;q=0.9"
    return session


def answered(answer: requests.Response) -> Any:
    """Return what was answered, and fail if it was a refusal."""
    assert answer.ok, answer.text
    return answer.json() if answer.content else None


def draft(session: requests.Session, files: dict[str, bytes], base: str = API, **metadata: Any) -> dict[str, Any]:
    """Make a draft with files and return its JSON."""
    said = {**copy.deepcopy(METADATA), **metadata}
    made = answered(session.post(f"{base}/records", json={"metadata": said}))
    assert not made.get("errors"), made["errors"]
    send(session, f"{base}/records/{made['id']}/draft", files)
    return made


def send(session: requests.Session, address: str, files: dict[str, bytes]) -> None:
    """Put files into a draft."""
    answered(session.post(f"{address}/files", json=[{"key": key} for key in files]))
    for key, data in files.items():
        own = f"{address}/files/{quote(key)}"
        answered(session.put(f"{own}/content", data=data, headers={"Content-Type": "application/octet-stream"}))
        answered(session.post(f"{own}/commit"))


def publish(
    session: requests.Session, files: dict[str, bytes] | None = None, base: str = API, **metadata: Any
) -> dict[str, Any]:
    """Publish a record and return its JSON."""
    made = draft(session, files or {"a.txt": b"hello"}, base, **metadata)
    return answered(session.post(f"{base}/records/{made['id']}/draft/actions/publish"))


def next_version(session: requests.Session, id: str, files: dict[str, bytes], **metadata: Any) -> dict[str, Any]:
    """Publish the next version of a record and return its JSON."""
    made = answered(session.post(f"{API}/records/{id}/versions"))
    said = {**made["metadata"], "publication_date": "2026-11-23", **metadata}
    answered(session.put(f"{API}/records/{made['id']}/draft", json={**made, "metadata": said}))
    send(session, f"{API}/records/{made['id']}/draft", files)
    return answered(session.post(f"{API}/records/{made['id']}/draft/actions/publish"))


def join(session: requests.Session, id: str, slug: str) -> None:
    """Bring a record into a community of one's own."""
    said = {"communities": [{"id": slug}]}
    (asked,) = answered(session.post(f"{API}/records/{id}/communities", json=said))["processed"]
    answered(session.post(f"{API}/requests/{asked['request_id']}/actions/accept", json={}))


def community(session: requests.Session, slug: str) -> dict[str, Any]:
    """Found a community that everybody may see."""
    said = {"slug": slug, "metadata": {"title": f"About {slug}"}, "access": {"visibility": "public"}}
    return answered(session.post(f"{API}/communities", json=said))
