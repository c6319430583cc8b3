"""Who one is on the pages: signing in with a token, signing out, and forms that other sites cannot send."""

from __future__ import annotations

import pytest
from visiting import Browser, Site

from zenodo_jupyter.localrepo import users


def test_a_token_signs_in_and_the_way_goes_on_where_it_led(site: Site) -> None:
    """Should ask a stranger who they are, go where they wanted to, and know them until they sign out."""
    ada, browser = site.person("ada"), Browser(site)
    answer = browser.client.get("/me/uploads?q=brest")
    assert answer.status_code == 302
    login = answer.headers["Location"]
    assert login == "/login/?next=/me/uploads?q%3Dbrest"
    assert browser.send("/login/", token=ada.token, next="/me/uploads?q=brest") == "/me/uploads?q=brest"
    page = browser.open("/me/uploads")
    assert "Ada" in page and "Sign out" in page
    assert browser.send("/me/uploads", to="/logout/") == "/"
    assert browser.is_asked_to_sign_in("/me/uploads")


def test_the_cookie_is_for_pages_only(site: Site) -> None:
    """Should hide the cookie from scripts and from forms of other sites, keep the token out of it, and not open the API."""
    ada = site.person("ada")
    id = ada.draft()
    browser = Browser(site)
    browser.send("/login/", token=ada.token)
    cookie = browser.client.get_cookie("zenodo_jupyter")
    assert cookie is not None and cookie.http_only and cookie.same_site == "Lax" and ada.token not in cookie.value
    assert browser.client.get(f"/records/{id}?preview=1").status_code == 200
    assert browser.client.get(f"/api/records/{id}/draft").status_code == 403
    assert browser.client.post("/api/records", json={"metadata": {}}).status_code == 403


def test_a_token_that_is_worth_nothing_any_more_signs_out(site: Site) -> None:
    """Should know nobody any more once the run of the server that gave them their token is over."""
    ada = site.person("ada")
    token = users.add_token(site.store.db, ada.user, "serve", session="run")
    browser = Browser(site)
    browser.send("/login/", token=token)
    browser.open("/me/uploads")
    users.revoke_session(site.store.db, "run")
    assert browser.is_asked_to_sign_in("/me/uploads")


@pytest.mark.parametrize("token", ["", "mistaken", "' OR 1=1 --", "\xe9"])
def test_a_wrong_token_is_refused_in_words(site: Site, token: str) -> None:
    """Should say that the token is not known, and not show it."""
    page = Browser(site).send("/login/", 403, token=token)
    assert "not known here" in page and 'role="alert"' in page
    assert not token or token not in page.partition("<main")[2]


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_elsewhere(site: Site, address: str) -> None:
    """Should take whoever came by a doctored link to the front page."""
    assert Browser(site).send("/login/", token=site.person("ada").token, next=address) == "/"


def test_forms_of_other_sites_are_refused(site: Site) -> None:
    """Should do nothing that a form asks for that did not come from here: not sign in, not out, not decide."""
    ada, bob = site.person("ada"), site.person("bob")
    stranger = Browser(site)
    assert "did not come from here" in stranger.send("/login/", 403, honest=False, token=ada.token)
    assert stranger.is_asked_to_sign_in("/me/uploads")
    assert stranger.client.post("/login/", data={"token": ada.token, "guard": ""}).status_code == 403
    request = ada.hand_in(ada.draft(), bob.community("tides"))
    curator = site.browser(bob)
    path = f"/me/requests/{request}"
    for fields in ({}, {"guard": "guessed"}):
        curator.send(path, 403, honest=False, action="accept", **fields)
    assert curator.client.post("/logout/").status_code == 403
    assert bob.ask("GET", f"/requests/{request}")["status"] == "submitted"
    assert "Sign out" in curator.open("/me/uploads")


def test_each_page_is_its_readers_own(site: Site) -> None:
    """Should let nothing between keep a page for the next one who asks, once it depends on who asks."""
    ada = site.person("ada")
    assert "private" in site.browser(ada).client.get("/me/uploads").headers["Cache-Control"]
    assert "Cookie" in Browser(site).client.get("/communities").headers.get("Vary", "")
