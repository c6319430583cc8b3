"""Requests on pages: read, talked about and decided by forms, by whom they concern and by nobody else."""

from __future__ import annotations

import re

import pytest
from visiting import HOSTILE, Browser, Person, Site


@pytest.fixture
def ada(site: Site) -> Person:
    """The owner of drafts."""
    return site.person("ada")


@pytest.fixture
def bob(site: Site) -> Person:
    """The owner of the community."""
    return site.person("bob")


@pytest.fixture
def draft(ada: Person) -> str:
    """A draft that is to go to the community."""
    return ada.draft(title=f"Gauges {HOSTILE}")


@pytest.fixture
def request_id(ada: Person, bob: Person, draft: str) -> str:
    """The request for that."""
    return ada.hand_in(draft, bob.community("tides"), "<p>Please <b>look</b>.</p>")


def buttons(page: str) -> list[str]:
    """Return what can be done on the page of a request."""
    return re.findall(r'<button name="action" value="(\w+)"', page)


def test_a_curator_reads_looks_and_accepts(site: Site, ada: Person, bob: Person, draft: str, request_id: str) -> None:
    """Should show what is asked and said, lead to the draft, publish it on one button, and keep what was said with it."""
    curator, path = site.browser(bob), f"/communities/tides/requests/{request_id}"
    page = curator.open(path)
    assert "Please <b>look</b>." in page and "Waits for a decision" in page and "By Ada" in page
    assert "Gauges &lt;script&gt;" in page and "<script" not in page
    assert buttons(page) == ["comment", "accept", "decline"] and "cannot be taken back" in page
    assert f'href="/records/{draft}?preview=1"' in page
    assert "This is a preview of a draft" in curator.open(f"/records/{draft}?preview=1")
    assert curator.send(path, action="accept", comment="Thank you.\nBob\n\nP.S.") == f"{path}#last"
    page = curator.open(path)
    assert "Accepted" in page and "accepted this" in page and "<p>Thank you.<br>Bob</p><p>P.S.</p>" in page
    assert buttons(page) == ["comment"]
    assert "Tides" in Browser(site).open(f"/records/{draft}")
    assert ada.ask("GET", f"/records/{draft}")["parent"]["communities"]["ids"]


def test_both_sides_talk_and_nothing_they_say_runs(site: Site, ada: Person, bob: Person, request_id: str) -> None:
    """Should show comments of both as they were typed, whether by a form or by the API, and none of it as markup that acts."""
    owner, curator, path = site.browser(ada), site.browser(bob), f"/me/requests/{request_id}"
    curator.send(path, action="comment", comment=f"Which datum? {HOSTILE}")
    owner.send(path, action="comment", comment="Chart datum, 1 < 2")
    said = {"payload": {"content": f"<p onclick='x()'>By <i>API</i></p>{HOSTILE}", "format": "html"}}
    ada.ask("POST", f"/requests/{request_id}/comments", said, 201)
    page = owner.open(path)
    for words in ("Which datum? &lt;script&gt;", "Chart datum, 1 &lt; 2", "By <i>API</i>", "<strong>Bob</strong>"):
        assert words in page, words
    assert "<script" not in page and "<img src=x" not in page and "onclick" not in page


def test_declined_and_cancelled(site: Site, ada: Person, bob: Person, draft: str, request_id: str) -> None:
    """Should let the curator decline and the owner cancel, not the other way round, and neither twice."""
    owner, curator, path = site.browser(ada), site.browser(bob), f"/me/requests/{request_id}"
    assert buttons(owner.open(path)) == ["comment", "cancel"]
    for action in ("accept", "decline"):
        assert "Permission denied" in owner.send(path, 403, action=action)
    curator.send(path, action="decline", comment="Not the sea.")
    assert "Declined" in owner.open(path) and "Not the sea." in owner.open(path)
    assert 'role="alert"' in curator.send(path, 400, action="accept")
    Browser(site).open(f"/records/{draft}", 404)
    again = ada.hand_in(draft, bob.ask("GET", "/communities/tides")["id"])
    owner.send(f"/me/requests/{again}", action="cancel")
    assert ada.ask("GET", f"/requests/{again}")["status"] == "cancelled"


def test_what_was_written_is_not_lost_when_it_is_refused(site: Site, ada: Person, request_id: str) -> None:
    """Should say why nothing was done, and still have the words in the form; an empty comment is none."""
    owner, path = site.browser(ada), f"/me/requests/{request_id}"
    page = owner.send(path, 403, action="accept", comment="My <own> words")
    assert 'role="alert"' in page and "My &lt;own&gt; words</textarea>" in page
    assert "The comment is empty" in owner.send(path, 400, action="comment", comment=" \n ")
    assert 'role="alert"' in owner.send(path, 400, action="explode")
    assert "Nothing yet" not in owner.open(path) and "own" not in owner.open(path).partition("What was said")[2]


def test_nobody_else_sees_or_answers_it(site: Site, request_id: str, bob: Person) -> None:
    """Should ask strangers to sign in, refuse others, and not have what is not there."""
    stranger, other = Browser(site), site.browser(site.person("carol"))
    for path in (f"/me/requests/{request_id}", f"/communities/tides/requests/{request_id}"):
        assert stranger.is_asked_to_sign_in(path)
        other.open(path, 403)
    page = other.open("/communities")
    guard = re.search(r'name="guard" value="([^"]+)"', page)
    assert guard
    sent = other.client.post(f"/me/requests/{request_id}", data={"guard": guard[1], "action": "accept"})
    assert sent.status_code == 403 and bob.ask("GET", f"/requests/{request_id}")["status"] == "submitted"
    other.open("/me/requests/00000000-0000-0000-0000-000000000000", 404)
    other.open("/me/requests/nonsense", 404)


def test_my_requests(site: Site, ada: Person, bob: Person, request_id: str) -> None:
    """Should list what one asked and is asked, open ones first of all, and nothing of others; also when a community is gone."""
    for who in (ada, bob):
        page = site.browser(who).open("/me/requests")
        assert f'href="/me/requests/{request_id}"' in page and "Submission to a community" in page
        assert request_id not in site.browser(who).open("/me/requests?is_open=false")
    assert "Nothing waits" in site.browser(site.person("carol")).open("/me/requests")
    bob.ask("POST", f"/requests/{request_id}/actions/decline", {})
    assert "Declined" in site.browser(ada).open("/me/requests?is_open=false")
    bob.ask("DELETE", "/communities/tides", status=204)
    assert request_id in site.browser(ada).open("/me/requests?is_open=all")
    assert request_id not in site.browser(bob).open("/me/requests?is_open=all")
    assert ada.ask("GET", "/requests/")["hits"]["total"] == 1


def test_an_invitation_is_accepted_on_its_page(site: Site, ada: Person, bob: Person) -> None:
    """Should let whoever is invited to a community join it by a button."""
    community = bob.community("levels")
    invited = {"members": [{"type": "user", "id": str(ada.user.id)}], "role": "curator"}
    bob.ask("POST", f"/communities/{community}/invitations", invited, 204)
    browser = site.browser(ada)
    found = re.search(r'href="(/me/requests/[^"]+)"', browser.open("/me/requests"))
    assert found and "as curator" in browser.open(found[1])
    browser.send(found[1], action="accept")
    assert "Ada" in site.browser(bob).open("/communities/levels/members")


def test_an_owner_shows_a_guest_restricted_files(site: Site, ada: Person) -> None:
    """Should tell the owner who asks and why, and once they accept a link to hand on that opens the files on their page."""
    id = ada.record({"README.md": b"# For the few\n"}, access={"record": "public", "files": "restricted"})
    ada.ask("PUT", f"/records/{id}/access", {"allow_guest_requests": True})
    question = {"email": "eve@example.org", "full_name": f"Eve {HOSTILE}", "message": f"<p>Please</p>{HOSTILE}"}
    question["consent_to_share_personal_data"] = "true"
    answer = Browser(site).client.post(f"/api/records/{id}/access/request", json=question)
    assert answer.status_code == 200
    owner = site.browser(ada)
    found = re.search(r'href="(/me/requests/[^"]+)"', owner.open("/me/requests"))
    assert found
    page = owner.open(found[1])
    assert "eve@example.org" in page and "Eve &lt;script&gt;" in page and "Please" in page and "<script" not in page
    owner.send(found[1], action="accept")
    link = re.search(rf'href="[^"]*(/records/{id}\?token=[^"]+)"', owner.open(found[1]))
    assert link and "README.md" in Browser(site).open(link[1])
