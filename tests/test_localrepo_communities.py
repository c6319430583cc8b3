"""Communities, and what three people do in them: an owner of records, a curator, and a stranger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from visiting import META

from zenodo_jupyter.localrepo import users
from zenodo_jupyter.localrepo.adapter import BASE_URL, PREFIX, LocalAdapter
from zenodo_jupyter.localrepo.app import create_app

API = f"{BASE_URL}/api"
SPEAK = {"content": "Please take it", "format": "html"}


class Person(requests.Session):
    """Somebody with a token."""

    def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """Send a request that has to be answered with this status, and return the JSON."""
        answer = self.request(method, API + path, json=body)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def draft(self, **metadata: Any) -> str:
        """Make a draft with one file."""
        id: str = self.ask("POST", "/records", {"metadata": {**META, **metadata}}, 201)["id"]
        self.ask("POST", f"/records/{id}/draft/files", [{"key": "a.csv"}], 201)
        octets = {"Content-Type": "application/octet-stream"}
        self.put(f"{API}/records/{id}/draft/files/a.csv/content", data=b"1", headers=octets).raise_for_status()
        self.ask("POST", f"/records/{id}/draft/files/a.csv/commit")
        return id

    def record(self, **metadata: Any) -> str:
        """Publish a record with one file."""
        id = self.draft(**metadata)
        self.ask("POST", f"/records/{id}/draft/actions/publish", status=202)
        return id

    def hand_in(self, id: str, community: str, **body: Any) -> dict[str, Any]:
        """Hand a draft in to a community, and return the request."""
        target = {"receiver": {"community": community}, "type": "community-submission"}
        self.ask("PUT", f"/records/{id}/draft/review", target)
        made: dict[str, Any] = self.ask("POST", f"/records/{id}/draft/actions/submit-review", body, 202)
        return made


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Callable[[str], Person]]:
    """Make somebody with an account of their own."""
    app = create_app(tmp_path)
    store = app.extensions["zenodo_jupyter.localrepo"].store
    made = []

    def make(name: str) -> Person:
        user = users.add_user(store.db, f"{name}@example.org", name.capitalize())
        session = Person()
        session.mount(PREFIX, LocalAdapter(app))
        token = users.add_token(store.db, user, "test") if name != "nobody" else "none"
        session.headers.update({"Authorization": f"Bearer {token}", "Accept": "application/vnd.inveniordm.v1+json"})
        made.append(session)
        return session

    yield make
    for session in made:
        session.close()


@pytest.fixture
def alice(person: Callable[[str], Person]) -> Person:
    """The owner of records."""
    return person("alice")


@pytest.fixture
def bob(person: Callable[[str], Person]) -> Person:
    """The owner of communities."""
    return person("bob")


@pytest.fixture
def nobody(person: Callable[[str], Person]) -> Person:
    """A stranger without an account."""
    return person("nobody")


def found(person: Person, slug: str, **access: str) -> str:
    """Found a community and return its id."""
    body = {"slug": slug, "metadata": {"title": slug.title()}, "access": {"visibility": "public", **access}}
    id: str = person.ask("POST", "/communities", body, 201)["id"]
    return id


def test_a_review_is_accepted(alice: Person, bob: Person, nobody: Person) -> None:
    """Should keep the draft from being published alone, show it to the curator, and publish it with their yes."""
    lab = found(bob, "tide-lab")
    id = alice.draft()
    asked = alice.hand_in(id, lab, payload=SPEAK)
    assert (asked["status"], asked["is_open"], asked["title"]) == ("submitted", True, META["title"])
    assert alice.ask("GET", f"/records/{id}/draft")["status"] == "in_review"
    refused = alice.ask("POST", f"/records/{id}/draft/actions/publish", status=400)
    assert refused["message"].startswith("You cannot publish a draft with an open review request.")
    alice.ask("DELETE", f"/records/{id}/draft", status=400)
    assert bob.ask("GET", f"/records/{id}/draft")["parent"]["review"]["id"] == asked["id"]
    nobody.ask("GET", f"/requests/{asked['id']}", status=403)
    bob.ask("POST", f"/requests/{asked['id']}/comments", {"payload": {"content": "Nice"}}, 201)
    alice.ask("POST", f"/requests/{asked['id']}/actions/accept", {}, 403)
    done = bob.ask("POST", f"/requests/{asked['id']}/actions/accept", {"payload": SPEAK})
    assert (done["status"], done["links"]["actions"]) == ("accepted", {})
    record = nobody.ask("GET", f"/records/{id}")
    assert record["parent"]["communities"]["ids"] == [lab] and record["is_published"]
    assert record["parent"]["communities"]["entries"][0]["slug"] == "tide-lab"
    said = alice.ask("GET", f"/requests/{asked['id']}/timeline")["hits"]["hits"]
    assert [(e["type"], e["payload"].get("content", e["payload"].get("event"))) for e in said] == [
        ("C", "Please take it"),
        ("C", "Nice"),
        ("L", "accepted"),
        ("C", "Please take it"),
    ]
    bob.ask("POST", f"/requests/{asked['id']}/actions/decline", {}, 400)


def test_declined_and_cancelled(alice: Person, bob: Person) -> None:
    """Should give the draft back in both cases, to be published without the community."""
    lab = found(bob, "lab")
    for who, action, status in ((bob, "decline", "declined"), (alice, "cancel", "draft")):
        id = alice.draft()
        asked = alice.hand_in(id, lab)
        who.ask("POST", f"/requests/{asked['id']}/actions/{action}", {})
        assert alice.ask("GET", f"/records/{id}/draft")["status"] == status
        if action == "decline":
            alice.ask("DELETE", f"/records/{id}/draft/review", status=204)
        alice.ask("GET", f"/records/{id}/draft/review", status=404)
        alice.ask("POST", f"/records/{id}/draft/actions/publish", status=202)
    assert bob.ask("GET", f"/communities/{lab}/records")["hits"]["total"] == 0


def test_who_needs_no_review(alice: Person, bob: Person) -> None:
    """Should publish at once what curators hand in where the policy says so, and members where it says that."""
    own = found(alice, "own", review_policy="open")
    id = alice.draft()
    assert alice.hand_in(id, own)["status"] == "accepted"
    assert alice.ask("GET", f"/records/{id}")["parent"]["communities"]["default"] == own
    asked = alice.hand_in(alice.draft(), own, require_review=True)
    assert asked["status"] == "submitted"
    members = found(bob, "members", review_policy="members")
    assert alice.hand_in(alice.draft(), members)["status"] == "submitted"
    assert bob.hand_in(bob.draft(), members)["status"] == "accepted"


def test_closed_to_strangers(alice: Person, bob: Person) -> None:
    """Should take records of members only where the community says so, until somebody is invited and accepts."""
    closed = found(bob, "closed", record_submission_policy="closed")
    id = alice.draft()
    target = {"receiver": {"community": closed}, "type": "community-submission"}
    alice.ask("PUT", f"/records/{id}/draft/review", target)
    alice.ask("POST", f"/records/{id}/draft/actions/submit-review", {}, 403)
    user = alice.ask("GET", "/users/me")["id"]
    invitation = {"members": [{"type": "user", "id": user}], "role": "reader"}
    alice.ask("POST", f"/communities/{closed}/invitations", invitation, 403)
    bob.ask("POST", f"/communities/{closed}/invitations", invitation, 204)
    bob.ask("POST", f"/communities/{closed}/invitations", invitation, 400)
    (asked,) = alice.ask("GET", "/user/requests")["hits"]["hits"]
    assert (asked["type"], set(asked["links"]["actions"])) == ("community-invitation", {"accept", "decline"})
    alice.ask("GET", f"/communities/{closed}/members", status=403)
    alice.ask("POST", f"/requests/{asked['id']}/actions/accept", {})
    roles = {m["member"]["name"]: m["role"] for m in alice.ask("GET", f"/communities/{closed}/members")["hits"]["hits"]}
    assert roles == {"Bob": "owner", "Alice": "reader"}
    assert alice.ask("POST", f"/records/{id}/draft/actions/submit-review", {}, 202)["status"] == "submitted"
    bob.ask("PUT", f"/communities/{closed}/members", {**invitation, "role": "curator"}, 204)
    bob.ask("PUT", f"/communities/{closed}/members", {"members": [{"type": "user", "id": "1"}], "role": "owner"}, 400)
    alice.ask("DELETE", f"/communities/{closed}/members", {"members": invitation["members"]}, 204)
    alice.ask("GET", f"/communities/{closed}/members", status=403)


def test_a_published_record_in_two_communities(alice: Person, bob: Person, nobody: Person) -> None:
    """Should offer it, put it in with each yes, find it in both, and take it out again."""
    first, second = found(bob, "first"), found(bob, "second")
    id = alice.record()
    items = [{"id": first, "comment": {"payload": SPEAK}}, {"id": "second"}, {"id": "nope"}]
    answer = alice.ask("POST", f"/records/{id}/communities", {"communities": items})
    assert answer["errors"] == [{"community_id": "nope", "message": "Community not found."}]
    again = alice.ask("POST", f"/records/{id}/communities", {"communities": items[:1]}, 400)
    assert again["errors"][0]["message"] == "There is already an open inclusion request for this community."
    assert bob.ask("GET", f"/communities/{first}/requests")["hits"]["total"] == 1
    for processed in answer["processed"]:
        assert processed["request"]["type"] == "community-inclusion"
        bob.ask("POST", f"/requests/{processed['request_id']}/actions/accept", {})
    alice.record(title="Another")
    for community in ("first", second):
        hits = nobody.ask("GET", f"/communities/{community}/records")["hits"]
        assert [hit["id"] for hit in hits["hits"]] == [id]
        assert nobody.ask("GET", f"/communities/{community}/records?q=nothing")["hits"]["total"] == 0
    assert nobody.ask("GET", "/records?q=communities:second")["hits"]["total"] == 1
    assert alice.ask("PUT", f"/records/{id}/communities", {"default": second})["communities"]["default"] == second
    draft = alice.ask("POST", f"/records/{id}/versions", status=201)["id"]
    alice.ask("POST", f"/records/{draft}/draft/actions/files-import", status=201)
    alice.ask("POST", f"/records/{draft}/draft/actions/publish", status=202)
    assert [hit["id"] for hit in nobody.ask("GET", f"/communities/{first}/records")["hits"]["hits"]] == [draft]
    bob.ask("DELETE", f"/records/{id}/communities", {"communities": [{"id": first}]})
    assert nobody.ask("GET", f"/records/{id}/communities")["hits"]["total"] == 1
    assert nobody.ask("GET", f"/communities/{first}/records")["hits"]["total"] == 0


def test_founding_and_finding(alice: Person, bob: Person, nobody: Person) -> None:
    """Should refuse names that are taken or wrong, find communities, and leave a dissolved one's records."""
    lab = found(bob, "Wave-Lab")
    assert nobody.ask("GET", "/communities/wave-lab")["id"] == lab
    assert nobody.ask("GET", "/communities?q=wave")["hits"]["total"] == 1
    assert alice.ask("GET", "/user/communities")["hits"]["total"] == 0
    body = {"slug": "wave-lab", "metadata": {"title": "Again"}, "access": {"visibility": "public"}}
    taken = alice.ask("POST", "/communities", body, 400)["errors"]
    assert taken == [{"field": "slug", "messages": ["A community with this identifier already exists."]}]
    wrong = alice.ask(
        "POST", "/communities", {"slug": "bad slug!", "metadata": {}, "access": {"visibility": "public"}}, 400
    )
    assert wrong["errors"] == [
        {"field": "slug", "messages": ["The identifier should contain only letters, numbers, or dashes."]},
        {"field": "metadata.title", "messages": ["Missing data for required field."]},
    ]
    nobody.ask("POST", "/communities", body, 403)
    alice.ask("PUT", "/communities/wave-lab", body, 403)
    assert bob.ask("PUT", "/communities/wave-lab", body)["metadata"] == {"title": "Again"}
    secret = found(bob, "secret", visibility="restricted")
    alice.ask("GET", f"/communities/{secret}", status=403)
    id = bob.draft()
    asked = bob.hand_in(id, lab)
    bob.ask("POST", f"/requests/{asked['id']}/actions/accept", {})
    bob.ask("DELETE", "/communities/wave-lab", status=204)
    nobody.ask("GET", "/communities/wave-lab", status=410)
    assert nobody.ask("GET", f"/records/{id}")["parent"]["communities"] == {}


def test_a_deposition_names_its_communities(alice: Person, bob: Person, nobody: Person) -> None:
    """Should offer the record to those that exist once it is published, through the old API."""
    lab, own = found(bob, "lab"), found(alice, "own", review_policy="open")
    alice.headers["Accept"] = "*/*"
    named = [{"identifier": "lab"}, {"identifier": "own"}, {"identifier": "nope"}]
    about = {"title": "Old way", "upload_type": "dataset", "creators": [{"name": "A, B"}], "communities": named}
    made = alice.ask("POST", "/deposit/depositions", {"metadata": about}, 201)
    assert [c["identifier"] for c in made["metadata"]["communities"]] == ["lab", "nope", "own"]
    alice.put(f"{made['links']['bucket']}/a", data=b"x").raise_for_status()
    done = alice.ask("POST", f"/deposit/depositions/{made['id']}/actions/publish", status=202)
    assert done["metadata"]["communities"] == [{"identifier": "own"}]
    assert bob.ask("GET", f"/communities/{lab}/requests")["hits"]["total"] == 1
    assert nobody.ask("GET", f"/communities/{own}/records")["hits"]["total"] == 1
