"""Restricted files, and the ways around: secret links, grants; an embargo that ends; and deletion, with what is left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import requests
from visiting import META

from zenodo_jupyter.localrepo import access, users, versions
from zenodo_jupyter.localrepo.adapter import BASE_URL, PREFIX, LocalAdapter
from zenodo_jupyter.localrepo.app import create_app

API = f"{BASE_URL}/api"


class World:
    """A repository with an administrator (its owner), Alice, Bob, and nobody."""

    def __init__(self, folder: Path, flavour: str) -> None:
        app = create_app(folder, flavour)
        self.store = app.extensions["zenodo_jupyter.localrepo"].store
        self.session = requests.Session()
        self.session.mount(PREFIX, LocalAdapter(app))
        self.ids = {n: users.add_user(self.store.db, f"{n}@example.org", n.capitalize()) for n in ("alice", "bob")}
        self.tokens = {n: users.add_token(self.store.db, u, "t") for n, u in self.ids.items()} | {"nobody": "none"}

    def ask(self, who: str, method: str, path: str, body: Any = None, status: int = 200) -> requests.Response:
        """Send a request that has to be answered with this status."""
        headers = {"Accept": "application/vnd.inveniordm.v1+json, application/json;q=0.9"}
        if who != "admin":
            headers["Authorization"] = f"Bearer {self.tokens[who]}"
        answer = self.session.request(method, API + path, json=body, headers=headers)
        assert answer.status_code == status, f"{who} {method} {path}: {answer.status_code} {answer.text}"
        return answer

    def record(self, access: dict[str, Any] | None = None, **metadata: Any) -> str:
        """Publish a record of Alice's with one file."""
        body = {"metadata": {**META, **metadata}, "access": access or {"record": "public", "files": "public"}}
        id: str = self.ask("alice", "POST", "/records", body, 201).json()["id"]
        self.fill(id)
        return id

    def fill(self, id: str) -> None:
        """Send a file and publish."""
        self.ask("alice", "POST", f"/records/{id}/draft/files", [{"key": "a"}], 201)
        octets = {"Content-Type": "application/octet-stream", "Authorization": f"Bearer {self.tokens['alice']}"}
        self.session.put(f"{API}/records/{id}/draft/files/a/content", data=b"1", headers=octets).raise_for_status()
        self.ask("alice", "POST", f"/records/{id}/draft/files/a/commit")
        self.ask("alice", "POST", f"/records/{id}/draft/actions/publish", status=202)


@pytest.fixture(params=["zenodo", "rdm"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """One of each flavour."""
    made = World(tmp_path, request.param)
    yield made
    made.session.close()


SECRET = {"record": "public", "files": "restricted"}


def test_a_secret_link_opens_the_files(world: World) -> None:
    """Should show restricted files to whoever has the link, until it is taken back or over."""
    id = world.record(SECRET)
    content = f"/records/{id}/files/a/content"
    assert world.ask("nobody", "GET", f"/records/{id}").json()["access"]["status"] == "restricted"
    world.ask("nobody", "GET", content, status=403)
    world.ask("bob", "POST", f"/records/{id}/access/links", {"permission": "view"}, 403)
    made = world.ask("alice", "POST", f"/records/{id}/access/links", {"permission": "view"}, 201).json()
    assert world.ask("alice", "GET", f"/records/{id}/access/links").json()["hits"]["hits"] == [made]
    assert world.ask("nobody", "GET", f"{content}?token={made['token']}").content == b"1"
    world.ask("nobody", "GET", f"{content}?token={made['token']}x", status=403)
    world.ask("nobody", "GET", f"/records/{world.record(SECRET)}/files/a/content?token={made['token']}", status=403)
    world.ask("alice", "PATCH", f"/records/{id}/access/links/{made['id']}", {"expires_at": "2020-01-01"})
    world.ask("nobody", "GET", f"{content}?token={made['token']}", status=403)
    world.ask("alice", "DELETE", f"/records/{id}/access/links/{made['id']}", status=204)
    world.ask("alice", "GET", f"/records/{id}/access/links/{made['id']}", status=404)
    row = world.store.db.one("SELECT count(*) AS n FROM access_links")
    assert row is not None and row["n"] == 0


def test_a_link_may_open_a_draft(world: World) -> None:
    """Should show a draft to those who come by a link for that, and let them edit with the right one."""
    id = world.ask("alice", "POST", "/records", {"metadata": META}, 201).json()["id"]
    tokens = {
        level: world.ask("alice", "POST", f"/records/{id}/access/links", {"permission": level}, 201).json()["token"]
        for level in ("view", "preview", "edit")
    }
    world.ask("bob", "GET", f"/records/{id}/draft?token={tokens['view']}", status=403)
    world.ask("nobody", "GET", f"/records/{id}/draft?token={tokens['preview']}")
    world.ask("bob", "PUT", f"/records/{id}/draft?token={tokens['preview']}", {"metadata": META}, 403)
    world.ask("bob", "PUT", f"/records/{id}/draft?token={tokens['edit']}", {"metadata": META})
    world.ask("alice", "POST", f"/records/{id}/access/links", {"permission": "own"}, 400)
    world.ask("alice", "POST", f"/records/{id}/access/links", {}, 400)


def test_a_grant_opens_it_for_one_person(world: World) -> None:
    """Should let them in as far as it says, and no further."""
    id, bob = world.record(SECRET), str(world.ids["bob"].id)
    item = {"subject": {"type": "user", "id": bob}, "permission": "view"}
    world.ask("bob", "POST", f"/records/{id}/access/grants", {"grants": [item]}, 403)
    (made,) = world.ask("alice", "POST", f"/records/{id}/access/grants", {"grants": [item]}, 201).json()["hits"]["hits"]
    assert made == {**item, "origin": f"api:{world.ids['alice'].id}", "id": 0}
    world.ask("bob", "GET", f"/records/{id}/files/a/content")
    world.ask("bob", "POST", f"/records/{id}/draft", status=403)
    world.ask("alice", "PATCH", f"/records/{id}/access/users/{bob}", {"permission": "edit"})
    world.ask("bob", "POST", f"/records/{id}/draft", status=201)
    world.ask("bob", "GET", f"/records/{id}/access/grants", status=403)
    world.ask("alice", "DELETE", f"/records/{id}/access/users/{bob}", status=204)
    world.ask("bob", "GET", f"/records/{id}/files/a/content", status=403)
    unknown = {"grants": [{**item, "subject": {"type": "user", "id": "999"}}]}
    refused = world.ask("alice", "POST", f"/records/{id}/access/grants", unknown, 400).json()
    assert refused["errors"] == [{"field": "subject.id", "messages": ["Could not find the specified subject."]}]


def test_an_administrator_deletes(world: World) -> None:
    """Should leave a tombstone in place of the record and its files, lead to the version before, and take it back."""
    first = world.record(title="First tide")
    second = world.ask("alice", "POST", f"/records/{first}/versions", status=201).json()["id"]
    world.fill(second)
    reason = {"removal_reason": {"id": "test-record"}, "note": "a test"}
    world.ask("alice", "DELETE", f"/records/{second}/delete", reason, 403)
    world.ask("admin", "DELETE", f"/records/{second}/delete", reason, 204)
    for path in ("", "/files", "/files/a/content"):
        gone = world.ask("nobody", "GET", f"/records/{second}{path}", status=410).json()
        assert (gone["status"], gone["message"]) == (410, "Record deleted")
    tombstone = gone["tombstone"]
    assert tombstone["removal_reason"] == {"id": "test-record"} and tombstone["note"] == "a test"
    assert "First tide" in tombstone["citation_text"]
    world.ask("alice", "POST", f"/records/{second}/draft", status=410)
    (hit,) = world.ask("nobody", "GET", "/records").json()["hits"]["hits"]
    assert hit["id"] == first and hit["versions"]["is_latest"]
    world.ask("admin", "POST", f"/records/{second}/restore")
    assert world.ask("nobody", "GET", f"/records/{first}/versions").json()["hits"]["total"] == 2


def test_who_may_delete_their_own(world: World) -> None:
    """Should let the owner on Zenodo for a month, with a reason; on InvenioRDM as it comes, nobody."""
    id = world.record()
    body = {"reason": "test-record", "comment": "This was only a test of ours."}
    path = f"/records/{id}/request-deletion"
    world.ask("bob", "POST", path, body, 403)
    if world.ask("nobody", "GET", f"/records/{id}").json()["id"] != id or "-" in id:
        world.ask("alice", "POST", path, body, 403)
        return
    world.ask("alice", "POST", path, {}, 400)
    world.ask("alice", "POST", path, {**body, "comment": "short"}, 400)
    old = world.record()
    world.store.db.connection.execute(
        "UPDATE records SET created = '2020-01-01T00:00:00+00:00' WHERE id = ?", (int(old),)
    )
    world.ask("alice", "POST", f"/records/{old}/request-deletion", body, 403)
    world.ask("alice", "POST", path, body)
    gone = world.ask("nobody", "GET", f"/records/{id}", status=410).json()["tombstone"]
    assert gone["deletion_policy"] == {"id": "grace-period-v1"} and gone["removed_by"]["user"] == str(
        world.ids["alice"].id
    )
    page = world.session.get(f"{BASE_URL}/records/{id}")
    assert page.status_code == 410


def test_asking_for_restricted_files(world: World) -> None:
    """Should put the question before the owner, and show the files to who asked once it is accepted."""
    id = world.record(SECRET)
    question = {"email": "bob@example.org", "full_name": "Bob", "message": "please"}
    made = world.ask("bob", "POST", f"/records/{id}/access/request", question).json()
    assert (made["type"], made["status"], made["topic"]) == ("user-access-request", "submitted", {"record": id})
    again = world.ask("bob", "POST", f"/records/{id}/access/request", question, 400).json()
    assert again["message"] == f"Identical access requests already exist: {made['id']}"
    waiting = world.ask("alice", "GET", "/requests/").json()["hits"]["hits"]
    assert [r["id"] for r in waiting] == [made["id"]] and set(waiting[0]["links"]["actions"]) == {"accept", "decline"}
    world.ask("bob", "POST", f"/requests/{made['id']}/actions/accept", {}, 403)
    world.ask("bob", "GET", f"/records/{id}/files/a/content", status=403)
    world.ask("alice", "POST", f"/requests/{made['id']}/actions/accept", {})
    assert world.ask("bob", "GET", f"/records/{id}/files/a/content").content == b"1"
    world.ask("bob", "POST", f"/records/{id}/access/request", question, 403)
    other = world.record(SECRET)
    asked = world.ask("bob", "POST", f"/records/{other}/access/request", question).json()["id"]
    world.ask("alice", "POST", f"/requests/{asked}/actions/decline", {})
    world.ask("bob", "GET", f"/records/{other}/files/a/content", status=403)


def test_a_guest_who_asks_gets_a_link(world: World) -> None:
    """Should tell the owner a secret link to hand on, which ends when the owner said."""
    id = world.record(SECRET)
    world.ask("alice", "PUT", f"/records/{id}/access", {"allow_guest_requests": True, "secret_link_expiration": 7})
    question = {"email": "guest@example.org", "full_name": "Guest", "message": "please"}
    world.ask("nobody", "POST", f"/records/{id}/access/request", question, 400)
    question["consent_to_share_personal_data"] = "true"
    for _ in range(2):
        world.ask("nobody", "POST", f"/records/{id}/access/request", question)
    (asked,) = world.ask("alice", "GET", f"/records/{id}/requests").json()["hits"]["hits"]
    assert asked["created_by"] == {"email": "guest@example.org"} and asked["payload"]["message"] == "please"
    assert world.ask("bob", "GET", f"/records/{id}/requests").json()["hits"]["total"] == 0
    world.ask("alice", "POST", f"/requests/{asked['id']}/actions/accept", {})
    said = world.ask("alice", "GET", f"/requests/{asked['id']}/timeline").json()["hits"]["hits"]
    link = re.search(r'token=([^"]+)"', " ".join(event["payload"].get("content", "") for event in said))
    assert link and world.ask("nobody", "GET", f"/records/{id}/files/a/content?token={link[1]}").content == b"1"
    (made,) = world.ask("alice", "GET", f"/records/{id}/access/links").json()["hits"]["hits"]
    assert made["expires_at"] == (datetime.now(timezone.utc) + timedelta(days=7)).date().isoformat()
    assert made["description"] == "Requested by guest: Guest (guest@example.org)"


def test_grants_by_their_number(world: World) -> None:
    """Should read, change and take back what stands at a place of the list."""
    id, bob = world.record(SECRET), str(world.ids["bob"].id)
    item = {"subject": {"type": "user", "id": bob}, "permission": "view"}
    world.ask("alice", "POST", f"/records/{id}/access/grants", {"grants": [item]}, 201)
    path = f"/records/{id}/access/grants/0"
    world.ask("bob", "GET", path, status=403)
    assert world.ask("alice", "PATCH", path, {"permission": "preview"}).json()["permission"] == "preview"
    assert world.ask("alice", "PUT", path, {**item, "permission": "edit"}).json()["permission"] == "edit"
    assert world.ask("alice", "PATCH", path, {}).json()["permission"] == "edit"
    alice = {"type": "user", "id": str(world.ids["alice"].id)}
    world.ask("alice", "PUT", path, {"subject": alice, "permission": "edit"}, 400)
    world.ask("bob", "POST", f"/records/{id}/draft", status=201)
    world.ask("alice", "DELETE", path, status=204)
    world.ask("bob", "POST", f"/records/{id}/draft", status=403)
    world.ask("alice", "GET", path, status=404)


def test_a_grant_of_an_unknown_kind_opens_nothing(world: World) -> None:
    """Should be taken, as InvenioRDM takes any word, and let nobody in."""
    id, bob = world.record(SECRET), str(world.ids["bob"].id)
    item = {"subject": {"type": "user", "id": bob}, "permission": "dance"}
    (made,) = world.ask("alice", "POST", f"/records/{id}/access/grants", {"grants": [item]}, 201).json()["hits"]["hits"]
    assert made["permission"] == "dance"
    world.ask("bob", "GET", f"/records/{id}/files/a/content", status=403)
    shared = "/user/records?shared_with_me=true"
    assert world.ask("bob", "GET", shared).json()["hits"]["total"] == 0
    assert world.ask("alice", "PATCH", f"/records/{id}/access/grants/0", {"permission": "sing"}).json() == {
        "permission": "sing", "subject": item["subject"], "origin": made["origin"],
    }  # fmt: skip
    world.ask("alice", "PATCH", f"/records/{id}/access/grants/0", {"permission": 5}, 400)
    world.ask("alice", "PATCH", f"/records/{id}/access/users/{bob}", {"permission": "edit"})
    world.ask("bob", "GET", f"/records/{id}/files/a/content")
    assert world.ask("bob", "GET", shared).json()["hits"]["total"] == 1


def test_an_administrator_erases(world: World) -> None:
    """Should leave nothing to see of a record, not even a tombstone."""
    id = world.record()
    world.ask("alice", "DELETE", f"/records/{id}", status=403)
    world.ask("admin", "DELETE", f"/records/{id}", status=204)
    for path in ("", "/files", "/files/a/content"):
        gone = world.ask("alice", "GET", f"/records/{id}{path}", status=410).json()
        assert gone == {"status": 410, "message": "The record has been deleted."}
    world.ask("alice", "POST", f"/records/{id}/draft", status=410)
    assert world.ask("alice", "GET", "/user/records").json()["hits"]["total"] == 0


def test_an_embargo_lifts_by_itself(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should keep the files closed until the day, then hand them out and find the record as open, without anybody acting."""
    until = (datetime.now(timezone.utc) + timedelta(days=1)).date().isoformat()
    id = world.record({**SECRET, "embargo": {"active": True, "until": until, "reason": "an article"}})
    closed = world.ask("nobody", "GET", f"/records/{id}").json()["access"]
    assert closed["status"] == "embargoed" and closed["embargo"]["until"] == until
    world.ask("nobody", "GET", f"/records/{id}/files/a/content", status=403)
    query = "/records?q=access.status:"
    assert world.ask("nobody", "GET", f"{query}embargoed").json()["hits"]["total"] == 1
    monkeypatch.setattr(access, "today", lambda: until)
    monkeypatch.setattr(versions, "now", lambda: f"{until}T00:00:01.000000+00:00")
    assert world.ask("nobody", "GET", f"/records/{id}/files/a/content").content == b"1"
    assert world.ask("nobody", "GET", f"{query}embargoed").json()["hits"]["total"] == 0
    (found,) = world.ask("nobody", "GET", f"{query}open").json()["hits"]["hits"]
    assert found["access"] == {
        "record": "public", "files": "public", "embargo": {"active": False, "until": until, "reason": "an article"},
        "status": "open",
    }  # fmt: skip
