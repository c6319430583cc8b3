"""Applications that people let in: OAuth 2 as InvenioRDM has it, with PKCE and revoking besides."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from oauthlib.oauth2 import WebApplicationClient
from visiting import Browser, Person, Site

from zenodo_jupyter.errors import BadInput
from zenodo_jupyter.localrepo import oauth, users
from zenodo_jupyter.localrepo.server import Server

BACK = "https://hub.example.org/back"


class Application:
    """An application that people may let in.

    Parameters
    ----------
    site : Site
        The repository.
    confidential : bool
        Whether it has a secret.
    """

    def __init__(self, site: Site, confidential: bool = False) -> None:
        self.site = site
        client, secret = oauth.register(site.store.db, "Our hub", BACK, confidential=confidential)
        self.id = client.id
        self.known = {"client_id": client.id, **({"client_secret": secret} if secret else {})}
        self.made = WebApplicationClient(client.id)
        self.verifier = self.made.create_code_verifier(64)

    def asking(self, **other: str | None) -> str:
        """Return the address that a person is sent to, with some of it otherwise, or (None) left out."""
        query = {
            "response_type": "code", "client_id": self.id, "redirect_uri": BACK, "scope": "user:email", "state": "s-1",
            "code_challenge": self.made.create_code_challenge(self.verifier, "S256"), "code_challenge_method": "S256",
            **other,
        }  # fmt: skip
        return f"/oauth/authorize?{urlencode({k: v for k, v in query.items() if v is not None})}"

    def code(self, browser: Browser, **other: str | None) -> str:
        """Have a person let it in, and return the code."""
        return confirmed(browser, self.asking(**other))["code"]

    def token(self, status: int = 200, /, **sent: str) -> dict[str, Any]:
        """Ask for tokens."""
        answer = self.site.app.test_client().post("/oauth/token", data={**self.known, **sent})
        assert answer.status_code == status, answer.text
        return answer.get_json()

    def exchange(self, code: str, status: int = 200, /, **other: str) -> dict[str, Any]:
        """Ask for tokens with a code."""
        sent = {"code": code, "redirect_uri": BACK, "code_verifier": self.verifier, **other}
        return self.token(status, grant_type="authorization_code", **sent)


def confirmed(browser: Browser, address: str, answer: str = "yes") -> dict[str, str]:
    """Answer the question on the page, and return what the browser is sent back with."""
    page = browser.open(address)
    guard = page.split('name="guard" value="')[1].split('"')[0]
    sent = browser.client.post(address, data={"guard": guard, "confirm": answer})
    assert sent.status_code == 302 and sent.headers["Location"].startswith(BACK), sent.text
    return dict(parse_qsl(urlsplit(sent.headers["Location"]).query))


@pytest.fixture
def ada(site: Site) -> Person:
    """Somebody with an account."""
    return site.person("ada")


@pytest.fixture
def hers(site: Site, ada: Person) -> Browser:
    """A browser in which she has signed in."""
    return site.browser(ada)


def who(site: Site, token: str) -> str | None:
    """Return whose token it is."""
    user = users.user_of_token(site.store.db, token)
    return user.email if user else None


def test_an_application_is_let_in(site: Site, hers: Browser) -> None:
    """Should name application and account, send back the state, and give a token of that account for an hour."""
    hub = Application(site)
    page = hers.open(hub.asking())
    assert "Let Our hub in?" in page and "hub.example.org" in page and "Ada" in page
    sent = confirmed(hers, hub.asking())
    assert sent["state"] == "s-1"
    given = hub.exchange(sent["code"])
    assert who(site, given["access_token"]) == "ada@example.org"
    assert (given["expires_in"], given["token_type"], given["scope"]) == (3600, "Bearer", "user:email")
    kept = "\n".join(site.store.db.connection.iterdump())
    assert given["access_token"] not in kept and given["refresh_token"] not in kept and sent["code"] not in kept


def test_a_stranger_signs_in_first(site: Site, ada: Person) -> None:
    """Should ask who it is, and then go on where the application led to."""
    hub, stranger = Application(site), Browser(site)
    asked = stranger.client.get(hub.asking()).headers["Location"]
    assert asked.startswith("/login/?next=")
    next_page = parse_qs(urlsplit(asked).query)["next"][0]
    assert stranger.send("/login/", token=ada.token, next=next_page) == next_page
    assert who(site, hub.exchange(confirmed(stranger, next_page)["code"])["access_token"]) == "ada@example.org"


def test_browsers_may_follow_the_form_to_the_application_and_nowhere_else(site: Site, hers: Browser) -> None:
    """Should name the application's site, and no other, in the page's policy for forms."""
    policy = hers.client.get(Application(site).asking()).headers["Content-Security-Policy"]
    assert "form-action 'self' https://hub.example.org;" in policy


def test_a_no_is_told(site: Site, hers: Browser) -> None:
    """Should send the browser back without a code."""
    assert confirmed(hers, Application(site).asking(), "no") == {"error": "access_denied", "state": "s-1"}


@pytest.mark.parametrize(
    ("other", "error"),
    [
        ({"scope": "everything"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
    ],
)
def test_what_is_asked_wrongly_is_told_to_the_application(
    other: dict[str, str | None], error: str, site: Site, hers: Browser
) -> None:
    """Should send the browser back with the protocol's word for it."""
    sent = hers.client.get(Application(site).asking(**other))
    told = dict(parse_qsl(urlsplit(sent.headers["Location"]).query))
    assert sent.headers["Location"].startswith(BACK) and told["error"] == error


@pytest.mark.parametrize("other", [{"client_id": "nobody"}, {"redirect_uri": "https://evil.example/back"}])
def test_nobody_is_sent_to_an_address_that_is_not_registered(other: dict[str, str], site: Site, hers: Browser) -> None:
    """Should say so on a page of its own, also when the form is sent."""
    address = Application(site).asking(**other)
    assert "must be registered" in hers.open(address, 400)
    guard = hers.open(Application(site).asking()).split('name="guard" value="')[1].split('"')[0]
    assert hers.client.post(address, data={"guard": guard, "confirm": "yes"}).status_code == 400


def test_another_site_cannot_answer_for_a_person(site: Site, hers: Browser) -> None:
    """Should refuse a yes that does not come from the page."""
    assert hers.client.post(Application(site).asking(), data={"confirm": "yes"}).status_code == 403


def test_a_code_is_good_once_and_for_who_began(site: Site, hers: Browser) -> None:
    """Should refuse a code with another verifier, none, another address or another application's name, and a second time."""
    hub = Application(site)
    code = hub.code(hers)
    assert hub.exchange(code, 400, code_verifier="x" * 64)["error"] == "invalid_grant"
    assert hub.token(400, grant_type="authorization_code", code=code, redirect_uri=BACK)["error"] == "invalid_request"
    assert hub.exchange(code, 400, redirect_uri="https://evil.example/")["error"] == "invalid_request"
    other, _ = oauth.register(site.store.db, "Another", BACK)
    assert hub.exchange(code, 400, client_id=other.id)["error"] == "invalid_grant"
    hub.exchange(code)
    assert hub.exchange(code, 400)["error"] == "invalid_grant"


def test_a_confidential_application_shows_its_secret_and_renews(site: Site, hers: Browser) -> None:
    """Should want the secret, take a refresh token once, and make the token before worthless."""
    hub = Application(site, confidential=True)
    code = hub.code(hers)
    assert hub.exchange(code, 401, client_secret="wrong")["error"] == "invalid_client"
    first = hub.exchange(code)
    second = hub.token(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert who(site, first["access_token"]) is None and who(site, second["access_token"]) == "ada@example.org"
    assert second["scope"] == "user:email"
    assert hub.token(400, grant_type="refresh_token", refresh_token=first["refresh_token"])["error"] == "invalid_grant"


def test_a_public_application_cannot_renew(site: Site, hers: Browser) -> None:
    """Should refuse its refresh token, as InvenioRDM does."""
    hub = Application(site)
    given = hub.exchange(hub.code(hers))
    assert hub.token(400, grant_type="refresh_token", refresh_token=given["refresh_token"])["error"] == "invalid_grant"


def test_who_is_let_in_again_has_one_token(site: Site, hers: Browser) -> None:
    """Should make the token before worthless, as InvenioRDM does."""
    hub = Application(site)
    first = hub.exchange(hub.code(hers))
    second = hub.exchange(hub.code(hers))
    assert who(site, first["access_token"]) is None and who(site, second["access_token"]) == "ada@example.org"


def test_tokens_are_given_back(site: Site, hers: Browser) -> None:
    """Should make a token worthless that is revoked by who got it, and by nobody else."""
    hub = Application(site)
    given = hub.exchange(hub.code(hers))
    other, _ = oauth.register(site.store.db, "Another", BACK)
    for id, left in ((other.id, "ada@example.org"), (hub.id, None)):
        sent = {"client_id": id, "token": given["refresh_token"]}
        assert site.app.test_client().post("/oauth/revoke", data=sent).status_code == 200
        assert who(site, given["access_token"]) == left


def test_it_ends_with_the_sign_in_that_it_came_from(site: Site, ada: Person) -> None:
    """Should make tokens worthless together with those of the run of the server by which somebody had signed in."""
    hub, browser = Application(site), Browser(site)
    run = users.add_token(site.store.db, ada.user, "serve", session="a-run")
    browser.send("/login/", token=run)
    given = hub.exchange(hub.code(browser))
    users.revoke_session(site.store.db, "a-run")
    assert who(site, given["access_token"]) is None


def test_a_client_that_is_not_known_gets_no_token(site: Site) -> None:
    """Should answer 404, as InvenioRDM does."""
    sent = {"client_id": "nobody", "grant_type": "authorization_code", "code": "x"}
    assert site.app.test_client().post("/oauth/token", data=sent).status_code == 404


def test_an_administrator_registers_by_a_command(tmp_path: Path) -> None:
    """Should tell the client's id, which stays the same from run to run."""
    command = [sys.executable, "-m", "zenodo_jupyter.cli", "serve", "--json", "--port", "0", "--data", str(tmp_path)]
    with subprocess.Popen([*command, "--client", "Our hub", BACK], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            told = json.loads(process.stdout.readline())["clients"]
        finally:
            process.terminate()
    with Server(tmp_path, port=0) as server:
        assert told == {"Our hub": server.register("Our hub", BACK)[0]}
    with pytest.raises(BadInput, match="no address"):
        oauth.register(server.app.extensions["zenodo_jupyter.localrepo"].store.db, "Another", "hub.example.org")
