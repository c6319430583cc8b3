"""Drafts: what is kept, what is complained of, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Door, metadata


def errors(answer: Any) -> dict[str, list[str]]:
    """Return the field errors of an answer."""
    return {e["field"]: e["messages"] for e in answer.json().get("errors", ())}


def test_an_empty_draft_is_allowed(door: Door) -> None:
    """Should make a draft of nothing, and say what its DOI will need."""
    answer = door.ask("POST", "/records", json={})
    body = answer.json()
    door.drafts.append(body["id"])
    assert answer.status_code == 201
    assert body["is_draft"] and not body["is_published"] and body["status"] == "draft" and body["pids"] == {}
    assert errors(answer) == {"metadata.publisher": ["Missing publisher field required for DOI registration."]}
    assert body["links"]["self"] == f"{door.url}/api/records/{body['id']}/draft"
    assert body["parent"]["id"] != body["id"] and body["versions"]["index"] == 1


def test_what_is_valid_is_kept_and_the_rest_complained_of(door: Door) -> None:
    """Should keep valid fields, drop others, and name each wrong one by its path."""
    wrong_orcid = {"identifier": "0000-0000-0000-0000", "scheme": "orcid"}
    people = [
        {"person_or_org": {"type": "personal", "given_name": "NoFamily"}},
        {"person_or_org": {"type": "personal", "family_name": "F", "identifiers": [wrong_orcid]}},
    ]
    fields = {"title": "x", "publication_date": "yesterday", "creators": people, "nonsense": 1, "version": "1"}
    body = {"metadata": fields}
    answer = door.ask("POST", "/records", json=body)
    door.drafts.append(answer.json()["id"])
    assert answer.status_code == 201
    assert errors(answer) == {
        "metadata.resource_type": ["Missing data for required field."],
        "metadata.creators.0.person_or_org.family_name": ["Family name cannot be blank."],
        "metadata.creators.1.person_or_org.identifiers.0.identifier": ["Invalid ORCID identifier."],
        "metadata.title": ["Shorter than minimum length 3."],
        "metadata.publication_date": ["Please provide a valid date or interval."],
        "metadata.nonsense": ["Unknown field."],
        "metadata.publisher": ["Missing publisher field required for DOI registration."],
    }
    kept = answer.json()["metadata"]
    assert kept["version"] == "1" and "title" not in kept and len(kept["creators"]) == 2
    again = door.ask("GET", f"/records/{answer.json()['id']}/draft")
    assert again.json()["metadata"] == kept and "errors" not in again.json()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("resource_type", {"id": "no-such-type"}),
        ("rights", [{"id": "CC-BY-4.0"}]),
        ("languages", [{"id": "en"}]),
        ("related_identifiers", [{"identifier": "10.1234/abc", "relation_type": {"id": "isCitedBy"}}]),
        ("creators", [{"person_or_org": {"type": "personal", "family_name": "X"}, "role": {"id": "nope"}}]),
        (
            "creators",
            [{"person_or_org": {"type": "personal", "family_name": "X"}, "affiliations": [{"id": "no-such"}]}],
        ),
    ],
)
def test_unknown_terms_are_refused(door: Door, field: str, value: Any) -> None:
    """Should refuse an unknown vocabulary id at once, naming the id alone."""
    answer = door.ask("POST", "/records", json={"metadata": metadata(**{field: value})})
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("Invalid value ") and "errors" not in answer.json()


def test_names_identifiers_and_html_are_normalised(door: Door) -> None:
    """Should compute names, guess schemes, shorten identifiers and clean HTML."""
    person = {"type": "personal", "family_name": "Lovelace", "given_name": "Ada", "name": "Something else"}
    person["identifiers"] = [{"identifier": "https://orcid.org/0000-0002-1825-0097"}]  # type: ignore[assignment]
    related = [{"identifier": "https://doi.org/10.1234/abc", "relation_type": {"id": "cites"}}]
    html = "<p onclick='x()'>a<script>b()</script></p>"
    id = door.draft(creators=[{"person_or_org": person}], related_identifiers=related, description=html)
    kept = door.ask("GET", f"/records/{id}/draft").json()["metadata"]
    assert kept["creators"][0]["person_or_org"]["name"] == "Lovelace, Ada"
    assert kept["creators"][0]["person_or_org"]["identifiers"] == [
        {"identifier": "0000-0002-1825-0097", "scheme": "orcid"}
    ]
    assert kept["related_identifiers"][0]["identifier"] == "10.1234/abc"
    assert kept["related_identifiers"][0]["relation_type"]["title"]["en"] == "Cites"
    assert kept["description"] == "<p>ab()</p>"


def test_put_replaces_everything(door: Door) -> None:
    """Should empty what a PUT leaves out, and say that files are missing."""
    id = door.draft(version="1.0")
    answer = door.ask("PUT", f"/records/{id}/draft", json={"metadata": {"title": "Only a title"}})
    assert answer.status_code == 200
    assert answer.json()["metadata"] == {"title": "Only a title"}
    assert errors(answer)["files.enabled"][0].startswith("Missing uploaded files.")


def test_an_old_revision_is_refused(door: Door) -> None:
    """Should take a bare number for If-Match, and refuse a stale one with 412 and a quoted one with 400."""
    id = door.draft()
    revision = door.ask("GET", f"/records/{id}/draft").json()["revision_id"]
    body = {"metadata": metadata(title="Changed")}
    quoted = door.ask("PUT", f"/records/{id}/draft", json=body, headers={"If-Match": f'"{revision}"'})
    assert quoted.status_code == 400 and errors(quoted) == {"if_match": ["Not a valid integer."]}
    assert door.ask("PUT", f"/records/{id}/draft", json=body, headers={"If-Match": str(revision)}).status_code == 200
    stale = door.ask("PUT", f"/records/{id}/draft", json=body, headers={"If-Match": str(revision)})
    assert stale.status_code == 412 and "doesn't match record's one" in stale.json()["message"]


def test_broken_bodies_are_refused(door: Door) -> None:
    """Should tell broken JSON from a wrong content type."""
    broken = door.ask("POST", "/records", data="{", headers={"Content-Type": "application/json"})
    assert broken.status_code == 400 and broken.json()["message"] == "Unable to decode JSON data in request body."
    charset = door.ask("POST", "/records", data="{}", headers={"Content-Type": "application/json; charset=utf-8"})
    assert charset.status_code == 415
    assert charset.json()["message"].startswith("Invalid 'Content-Type' header. Expected one of: application/json")


def test_strangers_get_403_and_never_401(door: Door) -> None:
    """Should refuse who has no token, or a wrong one, with 403."""
    id = door.draft()
    draft = f"/records/{id}/draft"
    for method, path in (("POST", "/records"), ("GET", "/user/records"), ("GET", draft), ("DELETE", draft)):
        assert door.stranger(method, path).status_code == 403
    wrong = door.ask("GET", "/user/records", headers={"Authorization": "Bearer wrong"})
    assert wrong.status_code == 403 and wrong.json() == {"status": 403, "message": "Permission denied."}


def test_what_is_not_there(door: Door) -> None:
    """Should tell an unknown id from a draft that is not published yet, and from a route that does not exist."""
    id = door.draft()
    assert door.ask("GET", "/records/zzzzz-zzz99").json()["message"] == "The persistent identifier does not exist."
    unpublished = door.ask("GET", f"/records/{id}")
    assert unpublished.status_code == 404
    assert unpublished.json()["message"] == "The persistent identifier is not registered."
    assert door.ask("GET", "/no-such-thing").status_code == 404
    assert door.ask("PATCH", "/records", json={}).status_code == 405


def test_discard(door: Door) -> None:
    """Should leave nothing of a draft that was never published."""
    id = door.draft()
    assert door.ask("DELETE", f"/records/{id}/draft").status_code == 204
    assert door.ask("GET", f"/records/{id}/draft").status_code == 404
    assert door.ask("DELETE", f"/records/{id}/draft").status_code == 404


@pytest.mark.parametrize(
    ("accept", "status", "shape"),
    [
        ("*/*", 201, "application/json"),
        ("application/json", 201, "application/json"),
        ("application/vnd.inveniordm.v1+json", 201, "application/vnd.inveniordm.v1+json"),
        ("application/json;q=0.5, application/vnd.inveniordm.v1+json", 201, "application/vnd.inveniordm.v1+json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", 201, "application/json"),
        ("application/*", 406, "application/json"),
        ("text/html", 406, "application/json"),
    ],
)
def test_the_accept_header_decides(door: Door, accept: str, status: int, shape: str) -> None:
    """Should compare names letter by letter and take the best that is offered."""
    answer = door.ask("POST", "/records", json={}, headers={"Accept": accept})
    if status == 201:
        door.drafts.append(answer.json()["id"])
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, shape)
