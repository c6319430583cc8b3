"""Communities on pages: found, looked at, searched; and what strangers, members and curators see of them."""

from __future__ import annotations

import pytest
from visiting import HOSTILE, Browser, Person, Site


@pytest.fixture
def bob(site: Site) -> Person:
    """The owner of communities."""
    return site.person("bob")


def take_in(owner: Person, curator: Person, record: str, community: str) -> None:
    """Put a published record into a community."""
    offer = {"communities": [{"id": community, "require_review": True}]}
    made = owner.ask("POST", f"/records/{record}/communities", offer)["processed"][0]["request_id"]
    curator.ask("POST", f"/requests/{made}/actions/accept", {})


def test_communities_are_listed_and_found(site: Site, bob: Person) -> None:
    """Should list the public ones, those for members to members only, and find them by their words."""
    bob.community("tides", description="Levels of the sea")
    bob.community("rain", description="From above")
    bob.community("secret", "restricted")
    stranger, member = Browser(site), site.browser(bob)
    page = stranger.open("/communities")
    assert "2 communities" in page and "/communities/tides/records" in page and "secret" not in page
    assert "Secret" in member.open("/communities") and "Mine" in member.open("/communities")
    found = stranger.open("/communities?q=SEA+levels")
    assert "1 community<" in found and "Rain" not in found
    nothing = stranger.open(f"/communities?q={HOSTILE}")
    assert "Nothing found" in nothing and "<script" not in nothing


def test_a_community_shows_its_records(site: Site, bob: Person) -> None:
    """Should lead to its records, search and narrow those only, and be named on each record's page."""
    ada, community = site.person("ada"), bob.community("tides")
    brest, cuxhaven = ada.record(title="Tides at Brest"), ada.record({"b.txt": b"2"}, title="Tides at Cuxhaven")
    ada.record(title="Tides elsewhere")
    for record in (brest, cuxhaven):
        take_in(ada, bob, record, community)
    stranger = Browser(site)
    assert stranger.client.get("/communities/tides/").headers["Location"] == "/communities/tides/records"
    assert stranger.client.get("/communities/tides").headers["Location"].endswith("/communities/tides/")
    page = stranger.open("/communities/tides/records")
    assert "2 records" in page and "elsewhere" not in page
    assert "1 record<" in stranger.open("/communities/tides/records?q=brest")
    narrowed = stranger.open("/communities/tides/records?file_type=txt")
    assert "Tides at Cuxhaven" in narrowed and "Tides at Brest" not in narrowed
    assert 'href="/communities/tides/records"' in stranger.open(f"/records/{brest}")


def test_it_says_of_itself_what_it_wants_and_harms_nobody(site: Site, bob: Person) -> None:
    """Should show its page and its policy with their structure, run nothing of them, and say where to harvest it."""
    prose = f"<p>Units in <b>every</b> column.</p>{HOSTILE}<a href='javascript:alert(1)'>x</a>"
    bob.community("tides", title=f"Tides {HOSTILE}", description=HOSTILE, page=prose, curation_policy=prose)
    stranger = Browser(site)
    for path in ("records", "about", "curation-policy", "members"):
        page = stranger.open(f"/communities/tides/{path}")
        assert "Tides &lt;script&gt;" in page, path
        assert "<script" not in page and "<img src=x" not in page and 'href="javascript' not in page, path
    assert "Units in <b>every</b> column." in stranger.open("/communities/tides/curation-policy")
    about = stranger.open("/communities/tides/about")
    assert "Units in <b>every</b> column." in about
    assert 'href="/oai2d?verb=ListRecords&amp;metadataPrefix=oai_dc&amp;set=user-tides"' in about
    harvested = stranger.client.get("/oai2d?verb=ListSets").text
    assert "<setSpec>user-tides</setSpec>" in harvested


def test_members_see_who_the_others_are(site: Site, bob: Person) -> None:
    """Should show all members to members, to strangers those who want to be seen, and nobody's mail address to anybody."""
    site.person("carol")
    community = bob.community("tides")
    stranger, member = Browser(site), site.browser(bob)
    assert "Bob" in member.open("/communities/tides/members") and "(you)" in member.open("/communities/tides/members")
    hidden = stranger.open("/communities/tides/members")
    assert "Bob" not in hidden.partition("<main")[2] and "Nobody wants to be seen" in hidden
    me = {"members": [{"type": "user", "id": str(bob.user.id)}], "visible": True}
    bob.ask("PUT", f"/communities/{community}/members", me, 204)
    shown = stranger.open("/communities/tides/members")
    assert "Bob" in shown and "example.org" not in shown


def test_a_community_for_members_is_closed_to_others(site: Site, bob: Person) -> None:
    """Should ask strangers to sign in, refuse others, and say of what is not there that it is not, each as InvenioRDM does."""
    bob.community("secret", "restricted", page="<p>Hush.</p>")
    stranger, other, member = Browser(site), site.browser(site.person("carol")), site.browser(bob)
    for path in ("", "records", "about", "curation-policy", "members"):
        assert stranger.is_asked_to_sign_in(f"/communities/secret/{path}"), path
        other.open(f"/communities/secret/{path}", 403)
    assert "Hush." in member.open("/communities/secret/about")
    assert "/oai2d?verb=ListRecords" not in member.open("/communities/secret/about")
    stranger.open("/communities/none-such/", 404)
    stranger.open("/communities/none-such/records", 404)


def test_curators_see_what_waits(site: Site, bob: Person) -> None:
    """Should list requests to who decides there, and to nobody else."""
    ada, community = site.person("ada"), bob.community("tides")
    request = ada.hand_in(ada.draft(title="Gauges compared"), community)
    page = site.browser(bob).open("/communities/tides/requests")
    assert "Gauges compared" in page and f'href="/communities/tides/requests/{request}"' in page
    assert Browser(site).is_asked_to_sign_in("/communities/tides/requests")
    outsider = site.browser(ada)
    outsider.open("/communities/tides/requests", 403)
    assert "/communities/tides/requests" not in outsider.open("/communities/tides/records")


def test_long_lists_come_in_parts(site: Site, bob: Person) -> None:
    """Should show twenty communities or requests at a time, with ways to the others that keep what was looked for."""
    for i in range(21):
        bob.community(f"tides-{i}")
    stranger = Browser(site)
    first = stranger.open("/communities?q=tides")
    assert "21 communities, page 1 of 2" in first and first.count("<h2>") == 20
    assert 'rel="next" href="/communities?q=tides&amp;page=2"' in first and 'rel="prev"' not in first
    assert stranger.open("/communities?q=tides&page=2").count("<h2>") == 1
    assert "<h2>" not in stranger.open("/communities?q=tides&page=999")
    ada, community = site.person("ada"), bob.ask("GET", "/communities/tides-0")["id"]
    for _ in range(21):
        ada.hand_in(ada.draft(), community)
    page = site.browser(bob).open("/communities/tides-0/requests")
    assert page.count("<h3>") == 20 and 'href="/communities/tides-0/requests?page=2"' in page
    assert site.browser(bob).open("/me/requests?is_open=true&page=2").count("<h2>") == 1
