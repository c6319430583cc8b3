"""Drafts on pages: seen by their owners and by a secret link, by nobody else, and listed with what one has published."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from visiting import HOSTILE, Browser, Person, Site

NOTES = {"README.md": b"# Notes\n\nNobody but reviewers read this.\n", "data/a.csv": b"x,y\n1,2\n"}


@pytest.fixture
def ada(site: Site) -> Person:
    """The owner of drafts."""
    return site.person("ada")


def test_nobody_else_sees_a_draft(site: Site, ada: Person) -> None:
    """Should ask strangers to sign in, refuse those who have, and not have it where records are, each as InvenioRDM does."""
    id = ada.draft(NOTES)
    stranger, bob = Browser(site), site.browser(site.person("bob"))
    for path in (f"/records/{id}?preview=1", f"/records/{id}/preview/README.md?preview=1"):
        assert stranger.is_asked_to_sign_in(path)
        assert "Nobody but reviewers" not in bob.open(path, 403)
    file = f"/records/{id}/files/README.md?preview=1"
    assert stranger.client.get(file).status_code == bob.client.get(file).status_code == 403
    for path in (f"/records/{id}", f"/records/{id}/preview/README.md", f"/records/{id}/files/README.md"):
        assert stranger.client.get(path).status_code == 404, path
    stranger.open("/records/nope?preview=1", 404)


def test_its_owner_sees_what_it_will_be(site: Site, ada: Person) -> None:
    """Should show the draft as a page that says what it is, with its files, and tells search engines and managers nothing."""
    id = ada.draft(NOTES, title=f"Waves {HOSTILE}")
    doi = ada.ask("POST", f"/records/{id}/draft/pids/doi", status=201)["pids"]["doi"]["identifier"]
    page = site.browser(ada).open(f"/records/{id}?preview=1")
    assert "This is a preview of a draft" in page and "Waves &lt;script&gt;" in page and "<script" not in page
    assert doi in page and "DOI: reserved" in page
    assert 'content="noindex"' in page and "citation_title" not in page and "Cite this version" not in page
    assert f'href="/records/{id}/files/README.md?download=1&amp;preview=1"' in page


def test_a_draft_of_nothing_is_a_page_too(site: Site, ada: Person) -> None:
    """Should show a draft that has neither title nor files nor anything else."""
    id = ada.ask("POST", "/records", {"metadata": {}}, 201)["id"]
    assert "<h1>Untitled</h1>" in site.browser(ada).open(f"/records/{id}?preview=1")
    assert "Untitled" in site.browser(ada).open("/me/uploads")


def test_a_secret_link_shows_the_draft_and_gives_its_files(
    site: Site, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    """Should let reviewers see page, previews and files by nothing but the link, not name the owner, and log no link."""
    caplog.set_level(logging.DEBUG)
    id = ada.draft(NOTES)
    token = ada.link(id, "preview")
    reviewer = Browser(site)
    page = reviewer.open(f"/records/{id}?preview=1&token={token}")
    assert "This is a preview of a draft" in page and "ada" not in page.lower().partition("<main")[2]
    frame = re.search(r'<iframe src="([^"]+)"', page)
    assert frame and "Nobody but reviewers" in reviewer.open(frame[1].replace("&amp;", "&"))
    files = [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)" download', page)]
    assert sorted(reviewer.client.get(link).data for link in files) == sorted(NOTES.values())
    chosen = re.findall(r'href="([^"]+preview_file[^"]+)"', page)
    assert chosen and all("This is a preview" in reviewer.open(link.replace("&amp;", "&")) for link in chosen)
    assert reviewer.client.get(f"/records/{id}?preview=1&token={token}").headers["Referrer-Policy"] == "same-origin"
    reviewer.is_asked_to_sign_in(f"/records/{id}?preview=1&token={token}x")
    assert token not in caplog.text


def test_a_wrong_link_opens_nothing(site: Site, ada: Person) -> None:
    """Should ask who comes by a mistaken, a foreign, a too weak or a revoked link to sign in, and not repeat the link."""
    id, other = ada.draft(NOTES), ada.draft(NOTES)
    weak, good = ada.link(id, "view"), ada.link(id, "preview")
    reviewer = Browser(site)
    for token in ("mistaken", good + "x", ada.link(other, "preview"), weak):
        assert reviewer.is_asked_to_sign_in(f"/records/{id}?preview=1&token={token}")
        answer = reviewer.client.get(f"/records/{id}?preview=1&token={token}")
        assert answer.headers["Location"] == f"/login/?next=/records/{id}?preview%3D1"
        assert reviewer.client.get(f"/records/{id}/files/README.md?preview=1&token={token}").status_code == 403
    reviewer.open(f"/records/{id}?token={good}", 404)
    link = ada.ask("GET", f"/records/{id}/access/links")["hits"]["hits"][1]["id"]
    ada.ask("DELETE", f"/records/{id}/access/links/{link}", status=204)
    assert reviewer.is_asked_to_sign_in(f"/records/{id}?preview=1&token={good}")


def test_what_is_restricted_is_previewed_to_nobody_else(site: Site, ada: Person) -> None:
    """Should neither name nor show restricted files to strangers, and both to the owner and by a secret link."""
    id = ada.record(NOTES, access={"record": "public", "files": "restricted"})
    stranger = Browser(site)
    page = stranger.open(f"/records/{id}")
    assert "not open to everyone" in page and "README.md" not in page
    assert "README.md" not in stranger.open(f"/records/{id}?preview_file=README.md&preview=1")
    assert stranger.is_asked_to_sign_in(f"/records/{id}/preview/README.md")
    assert stranger.client.get(f"/records/{id}/files/README.md").status_code == 403
    assert "Nobody but reviewers" in site.browser(ada).open(f"/records/{id}/preview/README.md")
    token = ada.link(id, "view")
    page = stranger.open(f"/records/{id}?token={token}")
    files = [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)" download', page)]
    assert sorted(stranger.client.get(link).data for link in files) == sorted(NOTES.values())


def test_a_published_record_that_is_edited_is_shown_both_ways(site: Site, ada: Person) -> None:
    """Should show strangers the record as it was published, and the owner what it is about to become."""
    id = ada.record(NOTES)
    draft: dict[str, Any] = ada.ask("POST", f"/records/{id}/draft", status=201)
    draft["metadata"]["title"] = "Tides at Roscoff"
    ada.ask("PUT", f"/records/{id}/draft", {"metadata": draft["metadata"]})
    assert "<h1>Tides at Brest</h1>" in Browser(site).open(f"/records/{id}")
    page = site.browser(ada).open(f"/records/{id}?preview=1")
    assert "<h1>Tides at Roscoff</h1>" in page and "To the published record" in page
    assert "being edited" in site.browser(ada).open("/me/uploads")


def test_uploads_are_listed_searched_and_told_apart(site: Site, ada: Person) -> None:
    """Should list one's own drafts and records with their state, find them by words and by state, and nobody else's."""
    ada.record(title="Tides at Brest")
    ada.draft(title=f"Levels {HOSTILE}")
    waits = ada.draft(title="Gauges compared")
    request = ada.hand_in(waits, site.person("bob").community("tides"))
    site.person("bob").draft(title="Bob's own")
    browser = site.browser(ada)
    page = browser.open("/me/uploads")
    assert "3 uploads" in page and "Bob&#39;s own" not in page and "<script" not in page
    states = re.findall(r'class="chip state [a-z_]*">([^<]+)<.*?<h2><a [^>]+>([^<&]+)', page, re.DOTALL)
    assert sorted(states) == [("Draft", "Levels "), ("In review", "Gauges compared"), ("Published", "Tides at Brest")]
    assert f'href="/me/requests/{request}"' in page and f'href="/records/{waits}?preview=1"' in page
    found = browser.open("/me/uploads?q=gauges")
    assert "1 upload<" in found and "Gauges compared" in found and "Tides at Brest" not in found
    drafts = browser.open("/me/uploads?is_published=false")
    assert "2 uploads" in drafts and "Tides at Brest" not in drafts
    assert Browser(site).is_asked_to_sign_in("/me/uploads")
    assert browser.client.get(f"/uploads/{waits}").headers["Location"] == f"/records/{waits}?preview=1"
