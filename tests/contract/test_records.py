"""Records: DOIs, publication, edits, versions, who may see what, search."""

from __future__ import annotations

import re
import time

from .conftest import BYTES, Door, metadata


def test_a_doi_is_reserved_once(door: Door) -> None:
    """Should reserve a DOI, keep it through a PUT that leaves it out, and drop it when asked to."""
    id = door.draft()
    reserved = door.ask("POST", f"/records/{id}/draft/pids/doi")
    doi = reserved.json()["pids"]["doi"]["identifier"]
    assert reserved.status_code == 201 and doi.startswith("10.5072/") and doi.endswith(id)
    again = door.ask("POST", f"/records/{id}/draft/pids/doi")
    assert again.status_code == 400
    assert again.json()["errors"] == [{"field": "pids.doi", "messages": ["A PID already exists for type doi"]}]
    put = door.ask("PUT", f"/records/{id}/draft", json={"metadata": metadata()})
    assert put.json()["pids"]["doi"]["identifier"] == doi
    assert door.ask("DELETE", f"/records/{id}/draft/pids/doi").json()["pids"] == {}
    assert door.ask("DELETE", f"/records/{id}/draft/pids/doi").status_code == 404


def test_foreign_dois(door: Door) -> None:
    """Should take a DOI from elsewhere, and complain of nonsense and of its own prefix."""
    for identifier, message in (
        ("10.1234/mine", None),
        ("nonsense", "Invalid DOI"),
        ("10.5072/stolen", "The prefix '10.5072' is managed by "),
    ):
        pids = {"doi": {"identifier": identifier, "provider": "external"}}
        answer = door.ask("POST", "/records", json={"metadata": metadata(), "pids": pids})
        door.drafts.append(answer.json()["id"])
        found = [m for e in answer.json().get("errors", ()) if e["field"] == "pids.doi" for m in e["messages"]]
        assert found == [] if message is None else found[0].startswith(message)


def test_publishing_needs_fields_and_files(door: Door) -> None:
    """Should refuse to publish what is incomplete, first for its fields, then for its files."""
    empty = door.ask("POST", "/records", json={}).json()["id"]
    door.drafts.append(empty)
    refused = door.ask("POST", f"/records/{empty}/draft/actions/publish")
    assert refused.status_code == 400 and refused.json()["message"] == "A validation error occurred."
    assert [e["field"] for e in refused.json()["errors"]] == [
        "metadata.resource_type", "metadata.creators", "metadata.title", "metadata.publication_date",
    ]  # fmt: skip
    id = door.draft()
    no_files = door.ask("POST", f"/records/{id}/draft/actions/publish").json()["errors"]
    assert no_files[0]["field"] == "files.enabled" and no_files[0]["messages"][0].startswith("Missing uploaded files.")
    door.ask("POST", f"/records/{id}/draft/files", json=[{"key": "later.txt"}])
    pending = door.ask("POST", f"/records/{id}/draft/actions/publish").json()["errors"]
    message = "One or more files have not completed their transfer, please wait."
    assert pending == [{"field": "files", "messages": [message]}]


def test_publish(door: Door) -> None:
    """Should turn a draft into a record once, under the reserved DOI, for everybody to see."""
    id = door.draft()
    doi = door.ask("POST", f"/records/{id}/draft/pids/doi").json()["pids"]["doi"]["identifier"]
    door.upload(id, "data.csv", b"t,y\n0,1\n")
    record = door.publish(id)
    assert record["id"] == id and record["is_published"] and not record["is_draft"] and record["status"] == "published"
    assert record["pids"]["doi"]["identifier"] == doi
    assert record["parent"]["pids"]["doi"]["identifier"].endswith(record["parent"]["id"])
    assert record["versions"]["is_latest"] and record["versions"]["index"] == 1
    assert record["access"]["status"] == "open"
    assert door.ask("POST", f"/records/{id}/draft/actions/publish").status_code == 404
    assert door.ask("GET", f"/records/{id}/draft").status_code == 404
    seen = door.stranger("GET", f"/records/{id}")
    assert seen.status_code == 200 and 'rel="linkset"' in seen.headers["Link"]
    assert seen.json()["files"]["entries"]["data.csv"]["size"] == 8
    assert "grants" not in seen.json()["parent"]["access"]
    content = seen.json()["files"]["entries"]["data.csv"]["links"]["content"]
    assert door.stranger("GET", content).content == b"t,y\n0,1\n"


def test_the_list_of_published_files_has_one_shape(door: Door) -> None:
    """Should answer 406 to the native type alone on this one route, and take it with a second choice."""
    id = door.record()
    alone = door.stranger("GET", f"/records/{id}/files", headers={"Accept": "application/vnd.inveniordm.v1+json"})
    assert alone.status_code == 406 and alone.json()["message"].endswith("Expected one of: application/json")
    both = door.stranger("GET", f"/records/{id}/files")
    assert both.status_code == 200 and [e["key"] for e in both.json()["entries"]] == ["data.csv"]


def test_an_edit_changes_fields_and_not_files(door: Door) -> None:
    """Should republish the same record with new fields, and lock its files meanwhile."""
    id = door.record()
    started = door.ask("POST", f"/records/{id}/draft")
    assert started.status_code == 201 and started.json()["id"] == id
    assert door.ask("POST", f"/records/{id}/draft").status_code == 201
    locked = door.ask("PUT", f"/records/{id}/draft/files/data.csv/content", data=b"x", headers=BYTES)
    assert locked.status_code == 403 and locked.json()["message"] == "Bucket is locked for modifications."
    assert door.ask("DELETE", f"/records/{id}/draft/files/data.csv").status_code == 403
    door.ask("PUT", f"/records/{id}/draft", json={"metadata": metadata(title="Edited")})
    assert door.ask("GET", f"/records/{id}").json()["metadata"]["title"] != "Edited"
    doi = door.ask("GET", f"/records/{id}").json()["pids"]["doi"]
    after = door.publish(id)
    assert after["metadata"]["title"] == "Edited" and after["pids"]["doi"] == doi and after["versions"]["index"] == 1
    assert door.ask("GET", f"/records/{id}/files/data.csv/content").content == b"t,y\n0,1\n"


def test_a_discarded_edit_leaves_the_record(door: Door) -> None:
    """Should forget the edit and nothing else."""
    id = door.record()
    door.ask("POST", f"/records/{id}/draft")
    door.ask("PUT", f"/records/{id}/draft", json={"metadata": metadata(title="Edited")})
    assert door.ask("DELETE", f"/records/{id}/draft").status_code == 204
    assert door.ask("GET", f"/records/{id}").json()["metadata"]["title"] == metadata()["title"]
    assert door.ask("GET", f"/records/{id}/files/data.csv/content").status_code == 200


def test_a_new_version(door: Door) -> None:
    """Should begin with the old fields, no files, and today's date; import files; and become the newest."""
    old = door.record(version="1.0")
    made = door.ask("POST", f"/records/{old}/versions")
    new = made.json()["id"]
    door.drafts.append(new)
    assert made.status_code == 201 and new != old and made.json()["versions"]["index"] == 2
    assert made.json()["pids"] == {} and made.json()["files"]["count"] == 0
    assert "version" not in made.json()["metadata"]
    assert made.json()["metadata"]["publication_date"] == time.strftime("%Y-%m-%d", time.gmtime())
    assert door.ask("POST", f"/records/{old}/versions").json()["id"] == new
    imported = door.ask("POST", f"/records/{new}/draft/actions/files-import")
    assert imported.status_code == 201 and imported.json()["entries"][0]["key"] == "data.csv"
    again = door.ask("POST", f"/records/{new}/draft/actions/files-import")
    assert again.json()["errors"] == [{"field": "files.enabled", "messages": ["Please remove all files first."]}]
    door.ask("DELETE", f"/records/{new}/draft/files/data.csv")
    door.upload(new, "data.csv", b"t,y\n1,2\n")
    record = door.publish(new)
    concept = record["parent"]["id"]
    assert record["versions"]["is_latest"] and record["pids"]["doi"]["identifier"].endswith(new)
    assert not door.ask("GET", f"/records/{old}").json()["versions"]["is_latest"]
    assert door.ask("GET", f"/records/{old}/files/data.csv/content").content == b"t,y\n0,1\n"
    assert door.ask("GET", f"/records/{new}/files/data.csv/content").content == b"t,y\n1,2\n"

    latest = door.ask("GET", f"/records/{old}/versions/latest", allow_redirects=False)
    assert (latest.status_code, latest.headers["Location"]) == (301, f"{door.url}/api/records/{new}")
    assert door.ask("GET", f"/records/{concept}", allow_redirects=False).status_code == 302
    assert door.ask("GET", f"/records/{concept}").json()["id"] == new
    assert door.ask("POST", f"/records/{concept}/versions").status_code == 404
    hits = _eventually(door, f"/records/{old}/versions", 2)["hits"]["hits"]
    assert [h["id"] for h in hits] == [new, old]


def test_the_file_that_is_shown_first_is_forgotten_when_it_is_replaced(door: Door) -> None:
    """Should take only a file that is there, copy the choice with the files, and lose it with the file."""

    def shown(id: str, choice: str | None = None) -> str | None:
        body = {"metadata": metadata(), "files": {"enabled": True, "default_preview": choice}}
        answer = (
            door.ask("PUT", f"/records/{id}/draft", json=body) if choice else door.ask("GET", f"/records/{id}/draft")
        )
        preview: str | None = answer.json()["files"].get("default_preview")
        return preview

    old = door.draft()
    assert shown(old, "data.csv") is None
    door.upload(old, "data.csv", b"t,y\n0,1\n")
    assert shown(old) is None and shown(old, "data.csv") == "data.csv"
    assert door.publish(old)["files"]["default_preview"] == "data.csv"
    new = door.ask("POST", f"/records/{old}/versions").json()["id"]
    door.drafts.append(new)
    assert shown(new) is None
    door.ask("POST", f"/records/{new}/draft/actions/files-import")
    assert shown(new) == shown(new, "data.csv") == "data.csv"
    door.ask("DELETE", f"/records/{new}/draft/files/data.csv")
    door.upload(new, "data.csv", b"t,y\n1,2\n")
    assert shown(new) is None and shown(new, "data.csv") == "data.csv"
    assert door.publish(new)["files"]["default_preview"] == "data.csv"


def test_discarding_a_new_version_leaves_the_old_one(door: Door) -> None:
    """Should give the next draft another id and the same number."""
    old = door.record()
    first = door.ask("POST", f"/records/{old}/versions").json()["id"]
    assert door.ask("DELETE", f"/records/{first}/draft").status_code == 204
    second = door.ask("POST", f"/records/{old}/versions").json()
    door.drafts.append(second["id"])
    assert second["id"] != first and second["versions"]["index"] == 2
    assert door.ask("GET", f"/records/{old}").json()["versions"]["is_latest"]


def test_files_under_embargo(door: Door) -> None:
    """Should show such a record to everybody, and its files to its owner."""
    id = door.draft()
    embargo = {"active": True, "until": "2090-01-01", "reason": "paper"}
    body = {"metadata": metadata(), "access": {"record": "public", "files": "restricted", "embargo": embargo}}
    door.upload(id, "secret.csv", b"s\n")
    assert door.ask("PUT", f"/records/{id}/draft", json=body).json()["access"]["status"] == "embargoed"
    door.publish(id)
    seen = door.stranger("GET", f"/records/{id}")
    assert seen.status_code == 200 and seen.json()["files"] == {"enabled": True}
    assert door.stranger("GET", f"/records/{id}/files").status_code == 403
    assert door.stranger("GET", f"/records/{id}/files/secret.csv/content").status_code == 403
    assert door.ask("GET", f"/records/{id}/files/secret.csv/content").content == b"s\n"


def test_search(door: Door, word: str) -> None:
    """Should find words, phrases and fields among the newest versions, in pages."""
    old = door.record(title=f"Notebook {word} curves")
    new = door.ask("POST", f"/records/{old}/versions").json()["id"]
    door.ask("POST", f"/records/{new}/draft/actions/files-import")
    doi = door.publish(new)["pids"]["doi"]["identifier"]
    other = door.record(title=f"Another {word} text")
    _eventually(door, f"/records?q={word}", 2)
    assert _found(door, f'"notebook {word}"') == [new]
    assert _found(door, f'metadata.title:"{word} text"') == [other]
    assert _found(door, f'pids.doi.identifier:"{doi}"') == [new]
    assert _found(door, f"{word} AND NOT curves") == [other]
    assert _found(door, f"{word} AND is_published:true", size=1, sort="newest", page=2) == [new]
    assert set(_found(door, word, allversions="true")) == {old, new, other}
    assert _found(door, f"{word}nothing") == []
    page = door.stranger("GET", "/records", params={"q": word, "size": 1, "sort": "newest"}).json()
    assert page["hits"]["total"] == 2 and "page=2" in page["links"]["next"] and page["sortBy"] == "newest"
    for wrong in ({"size": 0}, {"sort": "nope"}, {"page": "x"}):
        assert door.stranger("GET", "/records", params=wrong).status_code == 400


def test_my_records(door: Door, word: str) -> None:
    """Should list own drafts and records together, and tell them apart."""
    draft = door.draft(title=f"Draft {word}")
    record = door.record(title=f"Record {word}")
    _eventually(door, f"/user/records?q={word}", 2)
    mine = door.ask("GET", "/user/records", params={"q": word, "sort": "newest"}).json()["hits"]["hits"]
    assert {h["id"]: h["is_published"] for h in mine} == {draft: False, record: True}
    drafts = door.ask("GET", "/user/records", params={"q": f"{word} AND is_published:false"}).json()["hits"]["hits"]
    assert [h["id"] for h in drafts] == [draft]
    assert door.stranger("GET", f"/records?q={word}").json()["hits"]["total"] == 1


def test_vocabularies(door: Door) -> None:
    """Should offer the terms that metadata take."""
    kinds = door.stranger("GET", "/vocabularies/resourcetypes", params={"size": 25}).json()
    assert kinds["hits"]["total"] > 40
    licence = door.stranger("GET", "/vocabularies/licenses/cc-by-4.0")
    assert licence.json()["props"]["scheme"] == "spdx"
    suggested = door.stranger("GET", "/vocabularies/licenses", params={"suggest": "MIT", "size": 3}).json()
    assert suggested["hits"]["hits"][0]["id"] == "mit"
    assert door.stranger("GET", "/vocabularies/licenses/nope").status_code == 404
    assert door.stranger("GET", "/names").status_code == 403


def _found(door: Door, q: str, **more: object) -> list[str]:
    answer = door.stranger("GET", "/records", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return [h["id"] for h in answer.json()["hits"]["hits"]]


def _eventually(door: Door, path: str, total: int) -> dict:  # type: ignore[type-arg]
    """Wait for a search index that lags behind, as the real one's does."""
    for _ in range(50):
        found = door.ask("GET", path).json()
        if found["hits"]["total"] >= total:
            return found  # type: ignore[no-any-return]
        time.sleep(0.2)
    raise AssertionError(f"{path} never found {total}")


def test_the_links_of_a_record_are_where_its_header_says(door: Door) -> None:
    """Should answer the set of links that the Link header names: the page, the files, and the record in its shapes."""
    id = door.record()
    read = door.ask("GET", f"/records/{id}")
    address, kind = re.fullmatch(r'<([^>]+)> ; rel="linkset" ; type="([^"]+)"', read.headers["Link"]).groups()  # type: ignore[union-attr]
    answer = door.ask("GET", address, headers={"Accept": kind})
    assert answer.status_code == 200 and answer.headers["Content-Type"] == kind == "application/linkset+json"
    about, file, record = answer.json()["linkset"]
    page = read.json()["links"]["self_html"]
    assert about["anchor"] == page and about["type"] == [{"href": "https://schema.org/AboutPage"}]
    assert [(item["href"], item["type"]) for item in about["item"]] == [(f"{page}/files/data.csv", "text/csv")]
    assert file == {"anchor": f"{page}/files/data.csv", "collection": [{"href": page, "type": "text/html"}]}
    assert record == {"anchor": f"{address}", "describes": [{"href": page, "type": "text/html"}]}
    for shape in about["describedby"]:
        if (
            shape["type"] in ("application/json", "application/ld+json", "application/x-bibtex")
            and "profile" not in shape
        ):
            got = door.ask("GET", shape["href"], headers={"Accept": shape["type"]})
            assert got.status_code == 200 and got.headers["Content-Type"].startswith(shape["type"])


def test_a_record_for_search_engines(door: Door) -> None:
    """Should say in schema.org's words what it is, by whom, and where."""
    id = door.record()
    answer = door.ask("GET", f"/records/{id}", headers={"Accept": "application/ld+json"})
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/ld+json"
    said = answer.json()
    assert said["name"] == "Notebook: fitting decay curves" and said["datePublished"] == "2024-05-17"
    assert said["url"] == door.ask("GET", f"/records/{id}").json()["links"]["self_html"]
    assert said["author"][0]["familyName"] == "Lovelace" and said["publisher"]["name"] == "Zenodo"
