"""Signing in by OAuth 2: the embedded repository and a real InvenioRDM are told apart by nothing but what is noted here.

On a real one, Bob registers an application on the site's own pages, and lets it in.
"""

from __future__ import annotations

import os
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from consenting import Visitor, brought, hidden, register
from faults import embedded

from zenodo_jupyter import oauth, repositories
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import AccessDenied
from zenodo_jupyter.localrepo import users
from zenodo_jupyter.rows import RepositoryRow, configured
from zenodo_jupyter.signing_in import SignIn, SignIns
from zenodo_jupyter.tokens import TokenStore

BACK = "http://127.0.0.1:8888/zenodo-jupyter/sign-in"
_PLACES: list[Any] = ["embedded"]
if os.environ.get("ZENODO_JUPYTER_RDM_URL"):
    _PLACES.append(pytest.param("real", marks=pytest.mark.rdm))


class Embedded:
    """An embedded repository behind HTTP, with Bob."""

    def __init__(self, folder: Path) -> None:
        self.server, _ = embedded(folder)
        self.url = self.server.url
        db = self.server.app.extensions["zenodo_jupyter.localrepo"].store.db
        self.token = users.add_token(db, users.add_user(db, "bob@example.org", "Bob Example"), "test")

    def bob(self) -> Visitor:
        """Bob, with a fresh browser."""
        return Visitor(token=self.token)

    def register(self, confidential: bool) -> dict[str, Any]:
        """Register an application."""
        store = self.server.app.extensions["zenodo_jupyter.localrepo"].store
        with store.db.writing() as connection:
            connection.execute("DELETE FROM clients")
        return register(self.server.app, BACK, confidential=confidential)

    def close(self) -> None:
        """End it."""
        self.server.close()


class Real:
    """A real InvenioRDM as `tests/invenio/start-rdm.sh` makes it, with Bob."""

    #: One browser for all tests: who signs in too often is asked to wait.
    _bob = Visitor(email="bob@example.org", password="correct-horse-9")

    def __init__(self) -> None:
        self.url = os.environ["ZENODO_JUPYTER_RDM_URL"].rstrip("/")

    def bob(self) -> Visitor:
        """Bob, with a browser."""
        return self._bob

    def register(self, confidential: bool) -> dict[str, Any]:
        """Register an application."""
        session, new = (
            self.bob().signed_in(f"{self.url}/login/"),
            f"{self.url}/account/settings/applications/clients/new/",
        )
        described = {
            **hidden(session.get(new, timeout=60).text),
            "name": f"Jupyter {uuid.uuid4().hex[:8]}", "description": "", "website": "https://example.org/",
            "redirect_uris": BACK, "is_confidential": str(confidential),
        }  # fmt: skip
        page = session.post(new, data=described, timeout=60)
        secret = re.search(r"\b[A-Za-z0-9]{60}\b", page.text)
        assert page.url != new and secret, page.status_code
        return {"client_id": page.url.rstrip("/").rpartition("/")[2]} | (
            {"client_secret": secret[0]} if confidential else {}
        )

    def close(self) -> None:
        """Leave it as it is."""


@pytest.fixture(params=_PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Embedded | Real]:
    """One after the other."""
    made = Real() if request.param == "real" else Embedded(tmp_path / "lab")
    yield made
    made.close()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """The settings of somebody who has nothing yet."""
    return Config(data_dir=tmp_path / "user")


def settled(config: Config, place: Embedded | Real, *, confidential: bool = True, **client: Any) -> RepositoryRow:
    """Register this software, and write it into the settings."""
    known = {**place.register(confidential), **client}
    config.repositories = {"lab": {"url": place.url, "title": "Our lab", "oauth": known}}
    return configured(config)["lab"]


def sign_in(config: Config, place: Embedded | Real, row: RepositoryRow) -> SignIn:
    """Go there and back."""
    signs = SignIns(config)
    return signs.come_back(brought(place.bob().answer(signs.begin(row, BACK).address)))


def end_soon(config: Config, row: RepositoryRow) -> oauth.Grant:
    """Let the hour be over, as far as this machine knows, and return what was kept."""
    kept = TokenStore(config).grant(row)
    assert kept is not None and kept.expires is not None
    assert 3300 < kept.expires - time.time() <= 3600, "both give an hour"
    TokenStore(config).set(row, replace(kept, expires=time.time() - 1))
    return kept


def test_a_confidential_client_signs_in_and_renews(place: Embedded | Real, config: Config) -> None:
    """Should tell the account; after the hour go on with new tokens, the old ones being worthless."""
    row = settled(config, place)
    one = sign_in(config, place, row)
    assert one.done and "bob" in one.done["account"].lower()
    before = end_soon(config, row)
    client = repositories.repository("lab", config=config)
    assert "bob" in client.test_token().lower()
    after = TokenStore(config).grant(row)
    assert after and after.access_token != before.access_token and after.refresh_token != before.refresh_token
    with pytest.raises(AccessDenied):
        repositories.repository("lab", token=before.access_token, config=config).test_token()
    assert row.oauth
    with pytest.raises(AccessDenied, match="does not take this sign-in"):
        oauth.renew(row.oauth, row.title, before)


def test_a_public_client_signs_in_for_an_hour(place: Embedded | Real, config: Config) -> None:
    """Should tell the account, and after the hour that one is signed out: its refresh token is not taken."""
    row = settled(config, place, confidential=False)
    assert sign_in(config, place, row).done
    end_soon(config, row)
    with pytest.raises(AccessDenied, match="signed out at Our lab"):
        repositories.repository("lab", config=config).test_token()
    assert TokenStore(config).get(row) is None


def test_signing_in_again_ends_the_one_before(place: Embedded | Real, config: Config) -> None:
    """Should leave only the newer token good."""
    row = settled(config, place)
    sign_in(config, place, row)
    first = TokenStore(config).grant(row)
    sign_in(config, place, row)
    assert repositories.repository("lab", config=config).test_token()
    assert first
    with pytest.raises(AccessDenied):
        repositories.repository("lab", token=first.access_token, config=config).test_token()


def test_a_no_and_what_is_configured_wrongly_are_told(place: Embedded | Real, config: Config) -> None:
    """Should say whose doing it is, whether it is the person's or the administrator's."""
    row = settled(config, place)
    signs = SignIns(config)
    with pytest.raises(AccessDenied, match="You did not let Jupyter in"):
        signs.come_back(brought(place.bob().answer(signs.begin(row, BACK).address, "no")))
    unknown = settled(config, place, scopes=["everything"])
    with pytest.raises(AccessDenied, match="does not know the scopes"):
        signs.come_back(brought(place.bob().answer(signs.begin(unknown, BACK).address)))
    for wrong in ({"client_secret": "wrong"}, {"client_id": "nobody"}):
        row = settled(config, place)
        one = signs.begin(row, BACK)
        sent = brought(place.bob().answer(one.address))
        assert row.oauth
        one.row = replace(row, oauth=replace(row.oauth, **wrong))
        with pytest.raises(AccessDenied, match="does not know this Jupyter"):
            signs.come_back(sent)
