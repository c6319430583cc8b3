"""OAuth 2: applications that people let act for them, with oauthlib's server, as InvenioRDM has it.

As there, an access token is good for an hour; whoever lets the same application in again gets new tokens in place of the old
ones; a refresh token is good once, and of use to confidential clients only; an address to come back to must be one of the
registered ones, letter by letter. Unlike there, a public client must use PKCE (RFC 7636), and a token can be given back (RFC
7009).
"""

from __future__ import annotations

import hmac
import json
import logging
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from oauthlib.oauth2 import RequestValidator, WebApplicationServer

from ..errors import BadInput
from . import users
from .database import Database, now, now_and

#: What may be asked for, and what a person is told about it: InvenioRDM's scope, and those of Zenodo's old API.
SCOPES = {
    "user:email": "know your name and mail address",
    "deposit:write": "make and change uploads",
    "deposit:actions": "publish uploads",
}
#: For how long a code can be used; RFC 6749 (4.1.2) wants at most ten minutes, oauthlib's own store has a hundred seconds.
_CODE_LASTS = timedelta(minutes=5)
#: How long an access token is good: InvenioRDM's default.
TOKEN_SECONDS = 3600

# It would write codes and tokens into a log of all details.
logging.getLogger("oauthlib").setLevel(logging.INFO)


@dataclass(frozen=True)
class Client:
    """An application that people may let in.

    Attributes
    ----------
    id : str
        Its public name for machines.
    name : str
        Its name for people.
    redirect_uris : tuple of str
        Addresses that a browser may be sent back to.
    secret_hash : str or None
        Of its secret; None for an application that could not keep one (a public client).
    """

    id: str
    name: str
    redirect_uris: tuple[str, ...]
    secret_hash: str | None

    @property
    def client_id(self) -> str:
        """The same as ``id``; oauthlib reads it under this name."""
        return self.id


def register(db: Database, name: str, redirect_uri: str, *, confidential: bool = False) -> tuple[Client, str | None]:
    """Register an application, or a further address of one that is registered under this name.

    Returns
    -------
    tuple
        The application, and its secret if it got one just now; it cannot be read again.

    Raises
    ------
    BadInput
        When nothing can be sent to the address.
    """
    if not redirect_uri.startswith(("https://", "http://")) or "#" in redirect_uri:
        raise BadInput(f"{redirect_uri!r} is no address to come back to.", "It begins with https:// and has no #.")
    secret = None
    with db.writing() as connection:
        row = db.one("SELECT * FROM clients WHERE name = ?", name)
        if row is None:
            secret = secrets.token_urlsafe(45) if confidential else None
            hashed = users.fingerprint(secret) if secret else None
            values = (secrets.token_urlsafe(30), name, json.dumps([redirect_uri]), hashed, now())
            connection.execute("INSERT INTO clients VALUES (?, ?, ?, ?, ?)", values)
        else:
            known = dict.fromkeys([*json.loads(row["redirect_uris"]), redirect_uri])
            connection.execute("UPDATE clients SET redirect_uris = ? WHERE name = ?", (json.dumps([*known]), name))
    made = db.one("SELECT * FROM clients WHERE name = ?", name)
    assert made is not None
    return _client(made), secret


def find_client(db: Database, id: str | None) -> Client | None:
    """Return an application that is registered here."""
    row = db.one("SELECT * FROM clients WHERE id = ?", id)
    return None if row is None else _client(row)


def _client(row: Any) -> Client:
    return Client(row["id"], row["name"], tuple(json.loads(row["redirect_uris"])), row["secret_hash"])


def server(db: Database) -> WebApplicationServer:
    """Return oauthlib's server over this store."""
    return WebApplicationServer(Validator(db), lambda request: secrets.token_urlsafe(45), TOKEN_SECONDS)


class Validator(RequestValidator):
    """What oauthlib asks about applications, codes and tokens; see `oauthlib.oauth2.RequestValidator`."""

    def __init__(self, db: Database) -> None:
        super().__init__()
        self._db = db

    # -- the application

    def validate_client_id(self, client_id: str, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Tell whether it is registered."""
        request.client = find_client(self._db, client_id)
        return request.client is not None

    def client_authentication_required(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Tell whether it has a secret to show."""
        client = find_client(self._db, request.client_id)
        return client is not None and client.secret_hash is not None

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Compare its secret."""
        client = find_client(self._db, request.client_id)
        if client is None or client.secret_hash is None:
            return False
        request.client = client
        return hmac.compare_digest(client.secret_hash, users.fingerprint(request.client_secret or ""))

    def authenticate_client_id(self, client_id: str, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Take a public one by its name."""
        return self.validate_client_id(client_id, request) and request.client.secret_hash is None

    def validate_redirect_uri(self, client_id: str, redirect_uri: str, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Compare an address letter by letter with those that are registered."""
        client = find_client(self._db, client_id)
        return client is not None and redirect_uri in client.redirect_uris

    def get_default_redirect_uri(self, client_id: str, request: Any, *args: Any, **kwargs: Any) -> str | None:
        """Return the address that is meant where none is named."""
        client = find_client(self._db, client_id)
        return client.redirect_uris[0] if client else None

    def validate_response_type(self, client_id: str, response_type: str, *args: Any, **kwargs: Any) -> bool:
        """Give codes only."""
        return response_type == "code"

    def validate_grant_type(self, client_id: str, grant_type: str, *args: Any, **kwargs: Any) -> bool:
        """Take codes and refresh tokens."""
        return grant_type in ("authorization_code", "refresh_token")

    def validate_scopes(self, client_id: str, scopes: list[str], *args: Any, **kwargs: Any) -> bool:
        """Know those in `SCOPES`."""
        return set(scopes) <= SCOPES.keys()

    def get_default_scopes(self, client_id: str, request: Any, *args: Any, **kwargs: Any) -> list[str]:
        """Give none where none is asked for."""
        return []

    # -- the code

    def is_pkce_required(self, client_id: str, request: Any) -> bool:
        """Ask those for it that have no secret."""
        client = find_client(self._db, client_id)
        return client is None or client.secret_hash is None

    def save_authorization_code(self, client_id: str, code: Any, request: Any, *args: Any, **kwargs: Any) -> None:
        """Keep a code until it is used."""
        values = (
            users.fingerprint(code["code"]), client_id, request.user.id, request.redirect_uri, " ".join(request.scopes),
            request.code_challenge, request.code_challenge_method, now_and(_CODE_LASTS), request.session,
        )  # fmt: skip
        with self._db.writing() as connection:
            connection.execute("DELETE FROM codes WHERE expires < ?", (now(),))
            connection.execute("INSERT INTO codes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)

    def _code(self, client_id: str, code: str) -> Any:
        found = "SELECT * FROM codes WHERE hash = ? AND client_id = ? AND expires > ?"
        return self._db.one(found, users.fingerprint(code), client_id, now())

    def validate_code(self, client_id: str, code: str, client: Any, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Find a code that was not used."""
        row = self._code(client_id, code)
        if row is None:
            return False
        request.user = users.find_user(self._db, id=row["user_id"])
        request.scopes, request.session = row["scopes"].split(), row["session"]
        return request.user is not None

    def get_code_challenge(self, code: str, request: Any) -> str | None:
        """Return what the verifier is compared with."""
        challenge: str | None = self._code(request.client_id, code)["challenge"]
        return challenge

    def get_code_challenge_method(self, code: str, request: Any) -> str | None:
        """Return how."""
        method: str | None = self._code(request.client_id, code)["method"]
        return method

    def confirm_redirect_uri(
        self, client_id: str, code: str, redirect_uri: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Compare with the address that the code was sent to."""
        return bool(self._code(client_id, code)["redirect_uri"] == redirect_uri)

    def invalidate_authorization_code(self, client_id: str, code: str, *args: Any, **kwargs: Any) -> None:
        """Forget a code that was used."""
        with self._db.writing() as connection:
            connection.execute("DELETE FROM codes WHERE hash = ?", (users.fingerprint(code),))

    # -- tokens

    def save_bearer_token(self, token: Any, request: Any, *args: Any, **kwargs: Any) -> None:
        """Keep new tokens in place of the old ones of the same application and person."""
        token["user"] = {"id": str(request.user.id), "email": request.user.email, "email_verified": True}
        values = (
            request.user.id, users.fingerprint(token["access_token"]), request.client.name,
            json.dumps(token.get("scope", "").split()), now(), now_and(timedelta(seconds=token["expires_in"])),
            request.session, request.client.id, users.fingerprint(token["refresh_token"]),
        )  # fmt: skip
        with self._db.writing() as connection:
            whose = (request.user.id, request.client.id)
            connection.execute("DELETE FROM tokens WHERE user_id = ? AND client_id = ?", whose)
            connection.execute(
                "INSERT INTO tokens (user_id, hash, name, scopes, created, expires, session, client_id, refresh_hash) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )

    def _refreshed_by(self, refresh_token: str) -> Any:
        return self._db.one("SELECT * FROM tokens WHERE refresh_hash = ?", users.fingerprint(refresh_token))

    def validate_refresh_token(
        self, refresh_token: str, client: Client, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Take those of confidential clients."""
        row = self._refreshed_by(refresh_token)
        if row is None or row["client_id"] != client.id or client.secret_hash is None:
            return False
        request.user = users.find_user(self._db, id=row["user_id"])
        request.session = row["session"]
        return request.user is not None

    def get_original_scopes(self, refresh_token: str, request: Any, *args: Any, **kwargs: Any) -> list[str]:
        """Return what was granted at first."""
        scopes: list[str] = json.loads(self._refreshed_by(refresh_token)["scopes"])
        return scopes

    def revoke_token(self, token: str, token_type_hint: str, request: Any, *args: Any, **kwargs: Any) -> None:
        """Forget an access token with its refresh token, whichever of the two is named."""
        named = users.fingerprint(token)
        with self._db.writing() as connection:
            connection.execute(
                "DELETE FROM tokens WHERE client_id = ? AND ? IN (hash, refresh_hash)", (request.client_id, named)
            )
