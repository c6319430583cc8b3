"""Zenodo's old dialect: its JSON by default, depositions, buckets, and DOIs that are resolved here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from zenodo_jupyter.localrepo import users
from zenodo_jupyter.localrepo.adapter import BASE_URL, PREFIX, LocalAdapter
from zenodo_jupyter.localrepo.app import create_app

API = f"{BASE_URL}/api"
DEPOSITIONS = f"{API}/deposit/depositions"
NATIVE = {"Accept": "application/vnd.inveniordm.v1+json"}
TALK = {
    "title": "Test title",
    "upload_type": "presentation",
    "creators": [{"name": "Doe, John", "affiliation": "Atlantis"}, {"name": "Smith, Jane"}],
    "description": "Test description",
    "publication_date": "2013-05-08",
    "version": "1.0",
}


@pytest.fixture
def zenodo(tmp_path: Path) -> Iterator[requests.Session]:
    """The embedded repository in process, as its owner sees it."""
    with requests.Session() as session:
        session.mount(PREFIX, LocalAdapter(create_app(tmp_path)))
        session.headers["Accept"] = "*/*"
        yield session


def deposit(session: requests.Session, **metadata: Any) -> dict[str, Any]:
    """Make a deposition that needs only a file."""
    answer = session.post(DEPOSITIONS, json={"metadata": {**TALK, **metadata}})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def published(session: requests.Session, data: bytes = b"1, 2, 3", **metadata: Any) -> dict[str, Any]:
    """Publish a deposition with one file."""
    made = deposit(session, **metadata)
    assert session.put(f"{made['links']['bucket']}/a.csv", data=data).status_code == 201
    answer = session.post(made["links"]["publish"])
    assert answer.status_code == 202, answer.text
    done: dict[str, Any] = answer.json()
    return done


def test_an_empty_deposition_says_where_everything_goes(zenodo: requests.Session) -> None:
    """Should answer a POST without body and Content-Type with all the links that clients use."""
    answer = zenodo.post(DEPOSITIONS)
    assert answer.status_code == 201
    made = answer.json()
    assert isinstance(made["id"], int) and made["id"] == made["record_id"] and isinstance(made["owner"], int)
    assert isinstance(made["conceptrecid"], str)
    assert (made["state"], made["submitted"], made["title"], made["files"]) == ("unsubmitted", False, "", [])
    assert made["metadata"]["prereserve_doi"] == {"doi": f"10.5072/zenodo.{made['id']}", "recid": made["id"]}
    wanted = {"bucket", "latest_draft", "latest_draft_html", "html", "self", "files"}
    assert wanted | {"publish", "newversion", "edit", "discard"} <= set(made["links"])
    assert not {"doi", "conceptdoi", "doi_url"} & set(made)


def test_the_whole_way_of_a_script(zenodo: requests.Session) -> None:
    """Should create, fill, describe and publish, with Zenodo's codes for what comes too late."""
    made = zenodo.post(DEPOSITIONS, json={}).json()
    links = made["links"]
    data = b"t,y\n0,1\n"
    sent = zenodo.put(f"{links['bucket']}/my data.csv", data=data)
    assert sent.status_code == 201
    md5 = hashlib.md5(data).hexdigest()
    assert (sent.json()["key"], sent.json()["size"], sent.json()["checksum"]) == ("my data.csv", 8, f"md5:{md5}")
    assert sent.json()["is_head"] is True
    described = zenodo.put(links["self"], json={"metadata": TALK})
    assert described.status_code == 200 and described.json()["metadata"]["upload_type"] == "presentation"
    (file,) = zenodo.get(links["files"]).json()
    assert (file["filename"], file["filesize"], file["checksum"]) == ("my data.csv", 8, md5)
    assert zenodo.get(file["links"]["download"]).content == data
    done = zenodo.post(links["publish"])
    assert done.status_code == 202
    record = done.json()
    assert (record["id"], record["state"], record["submitted"]) == (made["id"], "done", True)
    assert record["doi"] == f"10.5072/zenodo.{made['id']}" and record["conceptdoi"] != record["doi"]
    assert zenodo.post(links["publish"]).status_code == 404
    assert zenodo.put(links["self"], json={"metadata": TALK}).status_code == 404
    assert zenodo.delete(links["self"]).status_code == 404
    assert zenodo.put(links["files"], json=[]).status_code == 405
    assert zenodo.post(links["files"], files={"file": b"x"}, data={"name": "b.txt"}).status_code == 404
    assert zenodo.delete(file["links"]["self"]).status_code == 403
    assert zenodo.put(f"{links['bucket']}/b.txt", data=b"x").status_code == 403
    assert zenodo.get(f"{links['bucket']}/my data.csv").content == data


def test_an_address_that_was_glued_together(zenodo: requests.Session) -> None:
    """Should answer where a client put one slash too many after the API's address, as InvenioRDM does."""
    assert zenodo.get(f"{API}//deposit/depositions").json() == []
    assert zenodo.get(f"{API}/deposit//depositions").status_code == 404


def test_a_file_as_a_browser_sends_it(zenodo: requests.Session) -> None:
    """Should take a form, and make its name harmless as Zenodo does."""
    made = deposit(zenodo)
    sent = zenodo.post(made["links"]["files"], files={"file": ("x", b"hello")}, data={"name": "../a b/ü.txt"})
    assert sent.status_code == 201
    assert sent.json()["filename"] == "a_b_u.txt" and sent.json()["filesize"] == 5
    again = zenodo.post(made["links"]["files"], files={"file": ("a_b_u.txt", b"hello")})
    assert again.status_code == 400
    assert zenodo.get(sent.json()["links"]["self"]).json() == sent.json()
    assert zenodo.delete(sent.json()["links"]["self"]).status_code == 204
    assert zenodo.get(made["links"]["files"]).json() == []


def test_a_bucket_replaces_and_refuses(zenodo: requests.Session) -> None:
    """Should take a second file of the same name, no empty one, no other content type, and no POST."""
    bucket = deposit(zenodo)["links"]["bucket"]
    assert zenodo.put(f"{bucket}/a.txt", data=b"one").status_code == 201
    assert zenodo.put(f"{bucket}/a.txt", data=b"two").json()["checksum"] == f"md5:{hashlib.md5(b'two').hexdigest()}"
    assert zenodo.get(f"{bucket}/a.txt").content == b"two"
    empty = zenodo.put(f"{bucket}/empty", data=b"")
    assert (empty.status_code, empty.json()["message"]) == (400, "Empty files are not accepted.")
    assert zenodo.get(f"{bucket}/empty").status_code == 404
    zipped = zenodo.put(f"{bucket}/a.zip", data=b"PK", headers={"Content-Type": "application/zip"})
    assert (zipped.status_code, zipped.json()["message"]) == (
        415,
        "Invalid 'Content-Type' header. Expected one of: application/octet-stream",
    )
    assert zenodo.post(f"{bucket}/a.txt", data=b"x").status_code == 405
    assert zenodo.delete(f"{bucket}/a.txt").status_code == 204
    assert zenodo.delete(f"{bucket}/a.txt").status_code == 404


def test_a_hundred_files_and_no_more(zenodo: requests.Session) -> None:
    """Should refuse the 101st file, and go on replacing one of the hundred."""
    bucket = deposit(zenodo)["links"]["bucket"]
    for n in range(100):
        assert zenodo.put(f"{bucket}/{n}", data=b"x").status_code == 201
    full = zenodo.put(f"{bucket}/100", data=b"x")
    assert (full.status_code, full.json()["message"]) == (
        400,
        "Uploading selected files will result in exceeding the max amount per record.",
    )
    assert zenodo.put(f"{bucket}/99", data=b"y").status_code == 201


def test_a_new_version_is_answered_with_its_draft(zenodo: requests.Session) -> None:
    """Should come with the files, today's date and no version; a second call is refused while they are there."""
    first = published(zenodo)
    answer = zenodo.post(first["links"]["newversion"])
    assert answer.status_code == 201
    draft = answer.json()
    assert draft["id"] != first["id"] and draft["conceptrecid"] == first["conceptrecid"]
    assert draft["links"]["latest_draft"].endswith(f"/{draft['id']}")
    assert [f["filename"] for f in draft["files"]] == ["a.csv"]
    assert "version" not in draft["metadata"] and draft["metadata"]["publication_date"] > "2026"
    again = zenodo.post(first["links"]["newversion"])
    assert again.status_code == 400
    assert again.json()["errors"] == [{"field": "files.enabled", "messages": ["Please remove all files first."]}]
    assert zenodo.delete(draft["files"][0]["links"]["self"]).status_code == 204
    assert zenodo.put(f"{draft['links']['bucket']}/b.csv", data=b"new").status_code == 201
    second = zenodo.post(draft["links"]["publish"]).json()
    assert second["conceptdoi"] == first["conceptdoi"] and [f["filename"] for f in second["files"]] == ["b.csv"]
    assert zenodo.post(f"{DEPOSITIONS}/{first['conceptrecid']}/actions/newversion").status_code == 404


def test_edit_and_discard(zenodo: requests.Session) -> None:
    """Should open a record, throw the changes away with an empty 204, and publish others under the same DOI."""
    record = published(zenodo)
    opened = zenodo.post(record["links"]["edit"])
    assert (opened.status_code, opened.json()["state"]) == (201, "inprogress")
    thrown = zenodo.post(record["links"]["discard"])
    assert (thrown.status_code, thrown.content) == (204, b"")
    edited = zenodo.post(record["links"]["edit"]).json()
    echoed = {**edited["metadata"], "title": "Corrected", "relations": {}, "license": {"id": "cc-by-4.0"}}
    assert zenodo.put(f"{DEPOSITIONS}/{record['id']}", json={"metadata": echoed}).status_code == 200
    again = zenodo.post(record["links"]["publish"]).json()
    assert (again["title"], again["doi"]) == ("Corrected", record["doi"])


def test_what_is_missing_is_said_at_publication(zenodo: requests.Session) -> None:
    """Should save anything, and name the fields when it is to be published."""
    made = zenodo.post(DEPOSITIONS, json={"metadata": {"upload_type": "dataset"}})
    assert made.status_code == 201 and "errors" not in made.json()
    assert made.json()["metadata"]["license"] == "cc-zero"
    zenodo.put(f"{made.json()['links']['bucket']}/a", data=b"x")
    refused = zenodo.post(made.json()["links"]["publish"])
    assert refused.status_code == 400
    assert {e["field"] for e in refused.json()["errors"]} == {"metadata.title", "metadata.creators"}


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"title": "no"}, "title", "Unknown field."),
        ({"metadata": {"title": "t", "license": "nope"}}, "metadata.license", "Invalid license provided: nope"),
        ({"metadata": {"title": "t", "access_right": "embargoed"}}, "_schema", "Unknown access type."),
        (
            {"metadata": {"title": "t", "communities": ["a"]}},
            "communities",
            "Communities must be an array of objects with an 'identifier' key.",
        ),
        (
            {"metadata": {"title": "t", "related_identifiers": {"a": 1}}},
            "metadata.related_identifiers",
            "related_identifiers must be a list",
        ),
        ({"metadata": {"title": "t", "dates": [{"type": "Valid"}]}}, "metadata.dates", "Invalid date provided."),
        (
            {"metadata": {"title": "t", "language": "english"}},
            "metadata.language",
            "Language must be either ISO-639-1 or 639-2 compatible.",
        ),
    ],
)
def test_what_is_refused_at_once(zenodo: requests.Session, body: Any, field: str, message: str) -> None:
    """Should say which field it is, in Zenodo's words."""
    answer = zenodo.post(DEPOSITIONS, json=body)
    assert answer.status_code == 400
    assert answer.json()["message"] == "A validation error occurred."
    assert answer.json()["errors"] == [{"field": field, "messages": [message]}]


def test_strangers_are_refused(zenodo: requests.Session, tmp_path: Path) -> None:
    """Should answer 403 to nobody and to somebody else, and take the token from the address."""
    made = deposit(zenodo)
    nobody = {"Authorization": "Bearer wrong"}
    assert zenodo.get(DEPOSITIONS, headers=nobody).status_code == 403
    assert zenodo.post(DEPOSITIONS, json={}, headers=nobody).status_code == 403
    store = create_app(tmp_path).extensions["zenodo_jupyter.localrepo"].store
    token = users.add_token(store.db, users.add_user(store.db, "bob@example.org"), "test")
    for address in (made["links"]["self"], made["links"]["files"], made["links"]["bucket"]):
        assert zenodo.get(address, headers=nobody).status_code == 403
        assert zenodo.get(address, params={"access_token": token}).status_code == 403
    assert zenodo.get(DEPOSITIONS, params={"access_token": token}).json() == []
    assert zenodo.get(DEPOSITIONS).json()[0]["id"] == made["id"]


def test_addresses_are_exact(zenodo: requests.Session) -> None:
    """Should know no trailing slash, no charset, and nothing of this in the other flavour."""
    assert zenodo.post(f"{DEPOSITIONS}/", json={}).status_code == 404
    charset = {"Content-Type": "application/json; charset=utf-8"}
    assert zenodo.post(DEPOSITIONS, data="{}", headers=charset).status_code == 415
    assert zenodo.get(f"{DEPOSITIONS}/1").status_code == 404


def test_plain_json_is_zenodos(zenodo: requests.Session) -> None:
    """Should answer records, searches and drafts in Zenodo's JSON unless the native one is asked for."""
    done = published(zenodo, keywords=["tides"], license="mit", notes="Note")
    answer = zenodo.get(f"{API}/records/{done['id']}")
    assert answer.headers["Content-Type"] == "application/json" and "linkset" in answer.headers["Link"]
    record = answer.json()
    assert (record["id"], record["recid"], record["conceptrecid"]) == (
        done["id"],
        str(done["id"]),
        done["conceptrecid"],
    )
    assert record["metadata"]["creators"][0] == {"name": "Doe, John", "affiliation": "Atlantis"}
    assert record["metadata"]["creators"][1] == {"name": "Smith, Jane", "affiliation": None}
    assert record["metadata"]["resource_type"] == {"title": "Presentation", "type": "presentation"}
    assert record["metadata"]["license"] == {"id": "mit-license"}
    assert (record["metadata"]["keywords"], record["metadata"]["notes"]) == (["tides"], "Note")
    assert record["metadata"]["relations"]["version"][0]["index"] == 0
    (file,) = record["files"]
    assert (file["key"], file["checksum"]) == ("a.csv", f"md5:{hashlib.md5(b'1, 2, 3').hexdigest()}")
    assert zenodo.get(file["links"]["self"]).content == b"1, 2, 3"
    named = zenodo.get(f"{API}/records/{done['id']}", headers={"Accept": "application/vnd.zenodo.v1+json"})
    assert named.headers["Content-Type"] == "application/vnd.zenodo.v1+json" and named.json() == record
    found = zenodo.get(f"{API}/records").json()
    assert found["hits"]["total"] == 1 and found["hits"]["hits"][0]["conceptdoi"] == done["conceptdoi"]
    assert "sortBy" not in found and "next" not in found["links"]
    assert zenodo.get(f"{API}/user/records").json()["hits"]["hits"][0]["recid"] == str(done["id"])
    native = zenodo.get(f"{API}/records/{done['id']}", headers=NATIVE).json()
    assert native["id"] == str(done["id"]) and native["metadata"]["rights"][0]["id"] == "mit"


def test_the_other_flavour_has_none_of_it(tmp_path: Path) -> None:
    """Should answer natively, refuse the old media type, and not know depositions."""
    with requests.Session() as rdm:
        rdm.mount(PREFIX, LocalAdapter(create_app(tmp_path, "rdm")))
        assert "is_draft" in rdm.post(f"{API}/records", json={}).json()
        assert rdm.get(f"{API}/records", headers={"Accept": "application/vnd.zenodo.v1+json"}).status_code == 406
        assert rdm.post(DEPOSITIONS, json={}).status_code == 404


def test_a_body_where_none_is_expected(zenodo: requests.Session) -> None:
    """Should not be confused by clients that send JSON with GET and DELETE."""
    made = deposit(zenodo)
    assert zenodo.get(made["links"]["self"], json={}).status_code == 200
    assert zenodo.delete(made["links"]["self"], json={}).status_code == 204


def test_dois_are_resolved_here(zenodo: requests.Session) -> None:
    """Should answer as doi.org does, for a version and for all versions, and say of others that they are unknown."""
    first = published(zenodo)
    draft = zenodo.post(first["links"]["newversion"]).json()
    second = zenodo.post(draft["links"]["publish"]).json()
    for doi, record in ((first["doi"], first), (second["doi"], second), (first["conceptdoi"], second)):
        known = zenodo.get(f"{API}/handles/{doi}").json()
        assert (known["responseCode"], known["handle"]) == (1, doi)
        (value,) = known["values"]
        assert value["type"] == "URL" and value["data"]["value"].endswith(f"/records/{record['id']}")
        moved = zenodo.get(f"{BASE_URL}/doi/{doi}", allow_redirects=False)
        assert moved.status_code == 302 and moved.headers["Location"].endswith(f"/records/{record['id']}")
    unknown = zenodo.get(f"{API}/handles/10.5281/zenodo.1")
    assert unknown.status_code == 404 and unknown.json()["responseCode"] == 100
    concept = zenodo.get(f"{API}/records/{first['conceptrecid']}", allow_redirects=False)
    assert concept.status_code == 302 and concept.headers["Location"].endswith(f"/{second['id']}")


@pytest.mark.parametrize(
    ("old", "new"),
    [("/records/", "/records"), ("/licenses", "/vocabularies/licenses"), ("/licenses/", "/vocabularies/licenses")],
)
def test_old_addresses_lead_to_new_ones(zenodo: requests.Session, old: str, new: str) -> None:
    """Should send clients with old addresses on, with what they ask."""
    moved = zenodo.get(f"{API}{old}?q=mit&size=2", allow_redirects=False)
    assert moved.status_code == 301 and moved.headers["Location"].endswith(f"/api{new}?q=mit&size=2")
    assert zenodo.get(f"{API}{old}?q=mit&size=2").status_code == 200
