"""Signing in to a repository without making a token: begun, allowed in a browser, kept, renewed and ended."""

from __future__ import annotations

import logging
import threading
import time
import webbrowser
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from consenting import Visitor, brought, register
from faults import Fault, embedded

from zenodo_jupyter import grammar, grants, loopback, oauth, repositories, signing_in, verbs
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import (
    AccessDenied,
    BadInput,
    Busy,
    CouldNotAsk,
    NeedsConsent,
    UnknownRepository,
    ZenodoJupyterError,
)
from zenodo_jupyter.oauth import Grant
from zenodo_jupyter.rows import RepositoryRow, configured
from zenodo_jupyter.signing_in import SignIns
from zenodo_jupyter.tokens import TokenStore

BACK = "http://127.0.0.1:8888/zenodo-jupyter/sign-in"


class Lab:
    """A repository with which this software is registered, and a person who has an account there.

    Parameters
    ----------
    folder : Path
        For the repository.
    """

    def __init__(self, folder: Path) -> None:
        self.server, self.token = embedded(folder / "lab")
        self.config = Config(data_dir=folder / "user")
        self.store = TokenStore(self.config, {})
        self.configure(register(self.server.app, BACK, confidential=True))

    def configure(self, client: dict[str, Any] | None) -> None:
        """Write the configuration."""
        described = {"url": self.server.url, "title": "Our lab"}
        self.config.repositories = {"lab": {**described, **({"oauth": client} if client else {})}}

    @property
    def row(self) -> RepositoryRow:
        """What is configured."""
        return configured(self.config)["lab"]

    @property
    def visitor(self) -> Visitor:
        """The person, with a fresh browser."""
        return Visitor(token=self.token)

    def sign_in(self) -> signing_in.SignIn:
        """Go there and back."""
        signs = SignIns(self.config)
        return signs.come_back(brought(self.visitor.answer(signs.begin(self.row, BACK).address)))

    def count(self) -> int:
        """Return how often tokens were asked for."""
        return self.server.count("POST", "/oauth/token")


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """It, with a confidential client."""
    made = Lab(tmp_path)
    yield made
    made.server.close()


def end_soon(lab: Lab) -> Grant:
    """Let the hour be over, as far as this machine knows, and return what is kept then."""
    kept = lab.store.grant(lab.row)
    assert kept is not None
    ended = replace(kept, expires=time.time() - 1)
    lab.store.set(lab.row, ended)
    return ended


def test_who_comes_back_is_signed_in(lab: Lab) -> None:
    """Should tell the account, and have a token that works, from the store, as one that was pasted."""
    one = lab.sign_in()
    assert one.done and one.done["account"] and one.done["kept_in"] == str(lab.store.path)
    place = repositories.repository("lab", config=lab.config)
    assert place.test_token() == one.done["account"]
    assert [name for name, _ in lab.store.list()] == ["lab"]


def test_nothing_of_it_is_told(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    """Should write no code, verifier, token or secret into a log of all details, a repr or a text, and keep them privately."""
    caplog.set_level(logging.DEBUG)
    signs = SignIns(lab.config)
    begun = signs.begin(lab.row, BACK)
    sent = brought(lab.visitor.answer(begun.address))
    state = begun.state
    done = signs.come_back(sent)
    kept = lab.store.grant(lab.row)
    assert kept is not None and lab.row.oauth is not None
    told = f"{done!r} {kept!r} {lab.row!r} {lab.store.get(lab.row)!r} {done.to_json()} {done.address}"
    # The person's own browser is played here by requests, whose connections are logged with their addresses.
    ours = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("urllib3"))
    for secret in (sent["code"], state, done.verifier, kept.access_token, kept.refresh_token, lab.row.oauth.secret()):
        assert len(secret) > 20 and secret not in told and secret not in ours
    assert lab.store.path.stat().st_mode & 0o077 == 0
    assert set(lab.store.values()) >= {kept.access_token, kept.refresh_token}, "looked for in what is published"


def test_one_comes_back_once(lab: Lab) -> None:
    """Should refuse the same address a second time, and leave what was kept."""
    signs = SignIns(lab.config)
    sent = brought(lab.visitor.answer(signs.begin(lab.row, BACK).address))
    signs.come_back(sent)
    with pytest.raises(BadInput, match="used already"):
        signs.come_back(sent)
    assert lab.count() == 1 and lab.store.get(lab.row)


@pytest.mark.parametrize("state", ["", "somebody-elses", None])
def test_nobody_is_taken_in_who_was_not_sent(lab: Lab, state: str | None) -> None:
    """Should refuse another state, and what another person began, without asking the repository."""
    signs = SignIns(lab.config)
    sent = brought(lab.visitor.answer(signs.begin(lab.row, BACK, "ada").address))
    sent, who = ({**sent, "state": state}, "ada") if state is not None else (sent, "bob")
    with pytest.raises(BadInput, match="not known here"):
        signs.come_back(sent, who)
    assert not lab.count() and lab.store.get(lab.row) is None


def test_who_comes_too_late_begins_again(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should refuse them, and tell whoever watches."""
    monkeypatch.setattr(signing_in, "LASTS", -1.0)
    signs = SignIns(lab.config)
    one = signs.begin(lab.row, BACK)
    with pytest.raises(BadInput, match="too old"):
        signs.come_back({"state": one.state, "code": "x"})
    assert one.to_json()["state"] == "failed" and "Begin again" in one.to_json()["error"]["hint"]


def test_what_is_dropped_is_not_taken_in(lab: Lab) -> None:
    """Should refuse who comes back from a sign-in that was cancelled."""
    signs = SignIns(lab.config)
    one = signs.begin(lab.row, BACK)
    signs.drop(one.id)
    with pytest.raises(BadInput):
        signs.come_back({"state": one.state, "code": "x"})


def failure(lab: Lab, answer: str = "yes", **client: Any) -> ZenodoJupyterError:
    """Return why it fails, with a client that is configured otherwise."""
    lab.configure({**lab.config.repositories["lab"]["oauth"], **client})
    signs = SignIns(lab.config)
    one = signs.begin(lab.row, BACK)
    back = lab.visitor.answer(one.address, answer)
    with pytest.raises(ZenodoJupyterError) as caught:
        signs.come_back(brought(back))
    assert one.to_json()["error"] == caught.value.to_json(), "whoever watches is told the same"
    assert lab.store.get(lab.row) is None
    return caught.value


def test_a_no_changes_nothing(lab: Lab) -> None:
    """Should say that it was the person's own no."""
    error = failure(lab, "no")
    assert isinstance(error, AccessDenied) and "You did not let Jupyter in at Our lab" in error.message


def test_wrong_settings_are_for_the_administrator(lab: Lab) -> None:
    """Should tell a wrong secret and unknown scopes, and what can be done meanwhile."""
    for error in (failure(lab, client_secret="wrong"), failure(lab, scopes=["everything"])):
        assert isinstance(error, AccessDenied) and "administers" in error.hint and "pasted" in error.hint


def test_a_secret_that_is_not_there_is_told_without_asking(lab: Lab, tmp_path: Path) -> None:
    """Should name the file, or the variable."""
    assert "nowhere.txt" in failure(lab, secret_file=str(tmp_path / "nowhere.txt")).message
    assert "NO_SUCH_SECRET" in failure(lab, secret_file="", secret_env="NO_SUCH_SECRET").message


def test_the_secret_may_be_in_a_file_or_a_variable(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should sign in with either."""
    client = lab.config.repositories["lab"]["oauth"]
    (tmp_path / "secret").write_text(client["client_secret"] + "\n")
    monkeypatch.setenv("LAB_SECRET", client["client_secret"])
    for where in ({"secret_file": str(tmp_path / "secret")}, {"secret_env": "LAB_SECRET"}):
        lab.configure({"client_id": client["client_id"], **where})
        assert lab.sign_in().done


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("POST", "/oauth/token", status=500), ZenodoJupyterError),
        (Fault("POST", "/oauth/token", status=200), CouldNotAsk),
        (Fault("POST", "/oauth/token", status=404), AccessDenied),
        (Fault("POST", "/oauth/token", when="hang up after"), CouldNotAsk),
    ],
    ids=["broken", "another page", "client unknown", "cut"],
)
def test_a_repository_that_fails_is_told(lab: Lab, fault: Fault, kind: type) -> None:
    """Should say so in words, ask a code once only, and keep nothing."""
    lab.server.fail(fault)
    error = failure(lab)
    assert isinstance(error, kind) and ("Our lab" in error.message or lab.server.url in error.message)
    assert lab.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {}, {"client_id": ""}, {"client_id": "x", "colour": "red"}, {"client_id": "x", "token_url": "http://far.example/token"},
        {"client_id": "x", "redirect_uri": "hub"}, "x",
    ],
)  # fmt: skip
def test_a_client_that_is_described_wrongly_is_refused(lab: Lab, wrong: Any) -> None:
    """Should say where to look, and never send a secret unencrypted."""
    lab.config.repositories = {"lab": {"url": lab.server.url, "oauth": wrong}}
    with pytest.raises(UnknownRepository, match="OAuth client"):
        configured(lab.config)


def test_zenodo_needs_only_the_client(lab: Lab) -> None:
    """Should know the rest of a repository that is built in."""
    lab.config.repositories = {"zenodo": {"oauth": {"client_id": "our-hub"}}}
    row = configured(lab.config)["zenodo"]
    assert (row.title, row.publisher, row.max_bytes) == ("Zenodo", "Zenodo", 50 * 10**9)
    assert row.oauth and row.oauth.token_url == "https://zenodo.org/oauth/token"
    assert row.oauth.scopes == ("deposit:write", "deposit:actions")
    address = oauth.address(row.oauth, BACK, "s", "v" * 43)
    assert address.startswith("https://zenodo.org/oauth/authorize?")
    assert brought(address)["code_challenge_method"] == "S256" and "vvv" not in address


# -- what ends


def test_a_token_that_ends_is_renewed_on_the_way(lab: Lab) -> None:
    """Should renew it in the middle of an act, with the next request, and keep the new one."""
    lab.sign_in()
    ended = end_soon(lab)
    place = repositories.repository("lab", config=lab.config)
    assert place.test_token()
    kept = lab.store.grant(lab.row)
    assert kept and kept.access_token != ended.access_token and kept.refresh_token != ended.refresh_token
    assert place.test_token() and lab.count() == 2


def test_of_many_only_one_renews(lab: Lab) -> None:
    """Should ask once, however many threads and processes find that the token has ended, and have all go on."""
    lab.sign_in()
    end_soon(lab)
    places = [repositories.repository("lab", config=lab.config) for _ in range(4)]
    told: list[str] = []
    threads = [threading.Thread(target=lambda p=place: told.append(p.test_token())) for place in places * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 8 and lab.count() == 2


def test_who_signs_in_again_disturbs_nothing(lab: Lab) -> None:
    """Should go on with the new token where the one before, which the repository then refuses, is still in use."""
    lab.sign_in()
    place = repositories.repository("lab", config=lab.config)
    assert place.test_token()
    lab.sign_in()
    lab.server.seen.clear()
    assert place.test_token()
    assert lab.server.count("GET", "/api/user/records") == 2, "refused once, and asked once more"
    stranger = repositories.repository("lab", token="x" * 40, config=lab.config)
    lab.server.seen.clear()
    with pytest.raises(AccessDenied):
        stranger.test_token()
    assert lab.server.count("GET", "/api/user/records") == 1, "what is simply wrong is not tried again"


def test_a_public_client_asks_to_sign_in_again(lab: Lab) -> None:
    """Should say that the sign-in has ended, as its refresh token is refused, and be signed out from then on."""
    client = lab.config.repositories["lab"]["oauth"]
    store = lab.server.app.extensions["zenodo_jupyter.localrepo"].store
    with store.db.writing() as connection:
        connection.execute("UPDATE clients SET secret_hash = NULL")
    lab.configure({"client_id": client["client_id"]})
    lab.sign_in()
    end_soon(lab)
    with pytest.raises(AccessDenied, match="signed out at Our lab") as caught:
        repositories.repository("lab", config=lab.config).test_token()
    assert "token login lab" in caught.value.hint
    assert lab.store.get(lab.row) is None and lab.store.list() == []


def test_a_repository_that_is_away_does_not_sign_out(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should keep what there is when a token cannot be renewed just now, and go on later."""
    lab.sign_in()
    ended = end_soon(lab)
    lab.server.fail(Fault("POST", "/oauth/token", when="hang up before"))
    with pytest.raises(CouldNotAsk):
        repositories.repository("lab", config=lab.config).test_token()
    assert lab.store.grant(lab.row) == ended
    assert repositories.repository("lab", config=lab.config).test_token()


def test_who_signs_out_is_forgotten_there_too(lab: Lab) -> None:
    """Should give the token back where that is possible, and forget it here in any case."""
    for revoke_url, status in (("", 200), (f"{lab.server.url}/oauth/revoke", 403)):
        lab.configure({**lab.config.repositories["lab"]["oauth"], "revoke_url": revoke_url})
        lab.sign_in()
        kept = lab.store.grant(lab.row)
        assert kept is not None
        grants.end(lab.row, lab.store)
        assert lab.store.get(lab.row) is None
        header = {"Authorization": f"Bearer {kept.access_token}"}
        assert requests.get(f"{lab.server.url}/api/user/records", headers=header, timeout=30).status_code == status


def test_signing_out_works_without_the_repository(lab: Lab) -> None:
    """Should forget the token also when the repository fails."""
    lab.configure({**lab.config.repositories["lab"]["oauth"], "revoke_url": f"{lab.server.url}/oauth/revoke"})
    lab.sign_in()
    lab.server.fail(Fault("POST", "/oauth/revoke", status=500))
    grants.end(lab.row, lab.store)
    assert lab.store.get(lab.row) is None


# -- from the command line


class Browsing:
    """What opens a browser: a person in a thread of their own, who goes to an address, answers, and comes back to a page."""

    def __init__(self, lab: Lab, port: int, word: str = "yes") -> None:
        self._lab, self._port, self._word = lab, port, word
        self._pages: list[requests.Response] = []

    def __call__(self, address: str) -> None:
        self._thread = threading.Thread(target=self._go, args=(address,), daemon=True)
        self._thread.start()

    def _go(self, address: str) -> None:
        visitor = self._lab.visitor
        back = visitor.answer(address, self._word)
        assert visitor.session.get(f"http://127.0.0.1:{self._port}/favicon.ico", timeout=30).status_code == 404
        self._pages.append(visitor.session.get(back, timeout=30))

    @property
    def page(self) -> requests.Response:
        """The page that they came back to."""
        self._thread.join()
        (page,) = self._pages
        return page


@pytest.fixture
def port(lab: Lab, free_port: int) -> int:
    """A port that is registered with the repository, and configured."""
    client = register(lab.server.app, f"http://127.0.0.1:{free_port}/", confidential=True)
    lab.configure({**lab.config.repositories["lab"]["oauth"], **client, "port": free_port})
    return free_port


def test_a_browser_comes_back_to_the_command_line(lab: Lab, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should show the address, wait on the configured port of this machine, answer the browser in words, and be signed in."""
    shown: list[str] = []
    browsing = Browsing(lab, port)
    monkeypatch.setattr(webbrowser, "open", browsing)
    door = verbs.Door(lab.config, lambda progress: shown.append(progress.message), ask=lambda question: True)
    told = verbs.run(grammar.parser().parse_args(["token", "login", "lab"]), door)
    assert told.data["account"] in told.text and lab.store.get(lab.row)
    assert lab.server.url in shown[0]
    page = browsing.page
    assert page.status_code == 200 and "Signed in to Our lab" in page.text and told.data["account"] in page.text
    assert "script-src 'nonce-" in page.headers["Content-Security-Policy"]
    assert lab.store.grant(lab.row).access_token not in page.text  # type: ignore[union-attr]


def test_the_command_is_for_persons(lab: Lab) -> None:
    """Should not wait where nobody is who could open a browser."""
    with pytest.raises(NeedsConsent, match="person with a browser"):
        verbs.run(grammar.parser().parse_args(["token", "login", "lab"]), verbs.Door(lab.config))


def test_a_no_ends_the_command(lab: Lab, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should tell the person in the browser and at the command line alike."""
    browsing = Browsing(lab, port, "no")
    monkeypatch.setattr(webbrowser, "open", browsing)
    with pytest.raises(AccessDenied, match="did not let Jupyter in"):
        loopback.sign_in(lab.row, config=lab.config, show=lambda words: None)
    assert browsing.page.status_code == 403 and "did not let Jupyter in" in browsing.page.text


def test_a_port_that_is_taken_is_told(lab: Lab) -> None:
    """Should name it."""
    port = int(lab.server.url.rsplit(":", 1)[1])
    lab.configure({**lab.config.repositories["lab"]["oauth"], "port": port})
    with pytest.raises(Busy, match=str(port)):
        loopback.sign_in(lab.row, config=lab.config, show=lambda words: None)
