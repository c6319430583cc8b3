"""OAuth 2 with PKCE (RFC 6749, 7636): what a repository is asked so that a person need not make a token, and its answers.

What an InvenioRDM 14 was seen to do: an access token is good for an hour; a confidential client, one with a secret, renews it
with a refresh token that is good once, and a public client's is refused; PKCE is passed over, which does no harm; whoever
signs in again with the same client, from whatever machine, ends the sign-in before; addresses to come back to are compared
letter by letter, also the port of one on this machine; nothing can be revoked.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from .errors import AccessDenied, BadInput, CouldNotAsk, UnknownRepository, WasRefused, ZenodoJupyterError

if TYPE_CHECKING:
    from oauthlib.oauth2 import WebApplicationClient

#: Seconds before its end from which on a token is renewed: longer than a request is on its way.
MARGIN = 60.0
#: Seconds that are waited in all for a repository to give or renew a token.
_BUDGET = 20.0
#: Letters of a verifier; RFC 7636 (4.1) wants 43 to 128.
_VERIFIER = 64
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True)
class Client:
    """What this software is to a repository, as an administrator has registered it there.

    Attributes
    ----------
    client_id : str
        Its name for the repository.
    authorize_url, token_url : str
        Where a person is sent, and where tokens are given; those of an InvenioRDM by default.
    revoke_url : str
        Where a token is given back (RFC 7009); empty where it cannot be, as on InvenioRDM.
    scopes : tuple of str
        What is asked for.
    redirect_uri : str
        Where a Jupyter server is reached after signing in, if not at the address that the browser uses.
    port : int
        On which port of this machine the command line waits after signing in; 0 takes any.
    client_secret, secret_env, secret_file : str
        The secret of a confidential client: itself, the environment variable, or the file that has it.
    """

    client_id: str
    authorize_url: str
    token_url: str
    revoke_url: str = ""
    scopes: tuple[str, ...] = ()
    redirect_uri: str = ""
    port: int = 0
    client_secret: str = field(default="", repr=False)
    secret_env: str = ""
    secret_file: str = ""

    @classmethod
    def configured(cls, described: Mapping[str, Any], url: str, scopes: tuple[str, ...]) -> Client:
        """Make one of what a configuration says of the repository at an address.

        Parameters
        ----------
        described : mapping
            ``client_id``, and whatever other attribute.
        url : str
            The repository's.
        scopes : tuple of str
            What is asked for unless the configuration says otherwise.

        Raises
        ------
        UnknownRepository
            When it is not understood; the text shows no values, one of which may be a secret.
        """
        known = {f.name for f in fields(cls)}
        given: dict[str, Any] = {
            "authorize_url": f"{url}/oauth/authorize",
            "token_url": f"{url}/oauth/token",
            "scopes": scopes,
        }
        given |= dict(described) if isinstance(described, Mapping) else {}
        wrong = [name for name in given if name not in known]
        wrong += [n for n in ("client_id", "client_secret") if not isinstance(given.get(n, ""), str)]
        wrong += [n for n in ("authorize_url", "token_url", "revoke_url", "redirect_uri") if not _is_safe(given.get(n))]
        if wrong or not given.get("client_id"):
            raise UnknownRepository(
                f"The OAuth client of the repository at {url} is not understood: look at {', '.join(wrong) or 'client_id'}.",
                f"It takes {', '.join(known)}; addresses begin with https:// (on this machine http://).",
            )
        given["scopes"] = tuple(given["scopes"])
        return cls(**given)

    def secret(self) -> str:
        """Return the secret, empty for a public client.

        Raises
        ------
        BadInput
            When it is not where the configuration says.
        """
        try:
            if self.secret_file:
                return Path(self.secret_file).expanduser().read_text("utf-8").strip()
            return os.environ[self.secret_env].strip() if self.secret_env else self.client_secret
        except (OSError, UnicodeError, KeyError) as e:
            where = self.secret_file or f"the environment variable {self.secret_env}"
            raise BadInput(
                f"The secret of the OAuth client cannot be read from {where} ({type(e).__name__}).",
                "Whoever administers this Jupyter can mend that; a token can be pasted meanwhile.",
            ) from None


def _is_safe(url: Any) -> bool:
    """Tell whether codes and tokens may go to an address: as those of repositories."""
    if not url:
        return url is None or url == ""
    parts = urlsplit(str(url))
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )


@dataclass(frozen=True)
class Grant:
    """What a repository gave to who signed in.

    Attributes
    ----------
    access_token : str
        What goes with requests.
    refresh_token : str
        What a further one is given for; may be empty.
    expires : float or None
        When the access token ends, in seconds since the epoch by this machine's clock; None where it does not say.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires: float | None = None

    @property
    def is_ending(self) -> bool:
        """Whether the access token has ended, or does so in a moment."""
        return self.expires is not None and time.time() > self.expires - MARGIN

    def to_text(self) -> str:
        """Return it as it is kept."""
        return json.dumps({f.name: getattr(self, f.name) for f in fields(self)})

    @classmethod
    def from_text(cls, text: str) -> Grant | None:
        """Read what was kept; None for a token that somebody pasted."""
        if not text.startswith('{"access_token"'):
            return None
        return cls(**json.loads(text))


def address(client: Client, redirect_uri: str, state: str, verifier: str) -> str:
    """Return the address at which a repository asks a person whether to let this software in."""
    made = _made(client)
    # oauthlib insists on https; where http is all right, `Client.configured` has seen to that.
    scheme, _, rest = client.authorize_url.partition("://")
    url: str = made.prepare_request_uri(
        f"https://{rest}", redirect_uri=redirect_uri, scope=list(client.scopes) or None, state=state,
        code_challenge=made.create_code_challenge(verifier, "S256"), code_challenge_method="S256",
    )  # fmt: skip
    return scheme + url.removeprefix("https")


def new_verifier() -> str:
    """Return a secret that proves later who began."""
    return str(_made(None).create_code_verifier(_VERIFIER))


def exchange(client: Client, title: str, code: str, verifier: str, redirect_uri: str) -> Grant:
    """Exchange a code for tokens.

    Parameters
    ----------
    client : Client
        Who asks.
    title : str
        What the repository is called, for errors.
    code, verifier, redirect_uri : str
        What the person's browser came back with, and what it was sent away with.

    Raises
    ------
    AccessDenied
        When the repository does not take the code, or does not know the client.
    CouldNotAsk
        When it could not be asked. A code is good once, so the person has to begin again.
    """
    body = _made(client).prepare_request_body(code, redirect_uri, code_verifier=verifier, **_shown(client))
    return _granted(client, title, body)


def renew(client: Client, title: str, grant: Grant) -> Grant:
    """Exchange a refresh token for new tokens; the old ones are worthless then. Raises what `exchange` raises."""
    shown = {"client_id": client.client_id, **_shown(client)}
    body = _made(client).prepare_refresh_body(refresh_token=grant.refresh_token, **shown)
    new = _granted(client, title, body)
    # Where none comes, the old one stays good (RFC 6749, section 6).
    return new if new.refresh_token else Grant(new.access_token, grant.refresh_token, new.expires)


def revoke(client: Client, title: str, grant: Grant) -> None:
    """Make tokens worthless, where the repository can; where it cannot or does not, they end by themselves."""
    if not client.revoke_url:
        return
    sent = {"token": grant.refresh_token or grant.access_token, "client_id": client.client_id}
    try:
        _ask(client.revoke_url, title, urlencode({**sent, **_shown(client)}))
    except (CouldNotAsk, WasRefused, BadInput):
        return


def denial(error: str, title: str, client: Client) -> ZenodoJupyterError:
    """Say in words why a person came back without a code; `error` is the protocol's name for it (RFC 6749, 4.1.2.1)."""
    if error == "access_denied":
        return AccessDenied(
            f"You did not let Jupyter in at {title}; nothing was changed.", "Sign in again if you want to."
        )
    if error == "invalid_scope":
        return AccessDenied(
            f"{title} does not know the scopes that are asked for: {' '.join(client.scopes) or 'none'}.",
            "Whoever administers this Jupyter can name others (`scopes`); a token can be pasted meanwhile.",
        )
    return _refusal(error, title)


def _refusal(error: str, title: str) -> AccessDenied:
    if error in ("invalid_client", "unauthorized_client"):
        return AccessDenied(
            f"{title} does not know this Jupyter as an application: client id or secret are not those registered there.",
            "Whoever administers this Jupyter can mend that; a token can be pasted meanwhile.",
        )
    if error == "invalid_grant":
        return AccessDenied(
            f"{title} does not take this sign-in: it is too old, or was used or ended.", "Sign in again."
        )
    named = error if re.fullmatch(r"\w{1,40}", error) else "something unforeseen"
    return AccessDenied(f"{title} did not sign you in and says {named}.", "Sign in again, or paste a token.")


def _made(client: Client | None) -> WebApplicationClient:
    from oauthlib.oauth2 import WebApplicationClient

    return WebApplicationClient(client.client_id if client else "")


def _shown(client: Client) -> dict[str, str]:
    """Return what a confidential client proves itself with; in the body, where InvenioRDM looks for it."""
    secret = client.secret()
    return {"client_secret": secret} if secret else {}


def _granted(client: Client, title: str, body: str) -> Grant:
    """Ask for tokens, and read the answer; the errors of oauthlib would quote it."""
    from oauthlib.oauth2 import MissingTokenError, OAuth2Error

    status, text = _ask(client.token_url, title, body)
    if status == 404:  # InvenioRDM's answer to a client that it does not know
        raise _refusal("invalid_client", title)
    try:
        given = _made(client).parse_request_body_response(json.dumps(dict(json.loads(text))))
    except (ValueError, TypeError, MissingTokenError):
        raise CouldNotAsk(
            f"{title} gave no tokens, but something else (status {status}).", "Try again later."
        ) from None
    except OAuth2Error as e:
        raise _refusal(e.error or "", title) from None
    lasts = given.get("expires_in")
    return Grant(given["access_token"], given.get("refresh_token", ""), time.time() + float(lasts) if lasts else None)


def _ask(url: str, title: str, body: str) -> tuple[int, str]:
    from .http import new_session, request

    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    with new_session(base_url=url, title=title) as session:
        answer = request(
            session, "POST", url, data=body.encode(), headers=headers, budget_seconds=_BUDGET, also=(400, 401, 403, 404),
            what="the sign-in",
        )  # fmt: skip
        return answer.status_code, answer.text
