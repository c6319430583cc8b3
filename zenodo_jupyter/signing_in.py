"""Signing in: a person goes to the repository in a browser, comes back with a code, and the tokens for it are kept."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from . import oauth, repositories
from .errors import AccessDenied, BadInput, ZenodoJupyterError
from .tokens import TokenStore

if TYPE_CHECKING:
    from .config import Config
    from .rows import RepositoryRow

#: Seconds in which somebody has to come back.
LASTS = 600.0
#: How many may be under way at a time; of further ones the oldest are forgotten.
_MOST = 64


@dataclass
class SignIn:
    """One that is under way, or was a moment ago.

    Attributes
    ----------
    row : RepositoryRow
        Where to.
    who : str
        Who began it; nobody else may come back.
    id : str
        Its name for whoever watches; with it nobody can come back.
    address : str
        Where to send the person's browser.
    done : dict or None
        ``account``, and ``kept_in`` where the tokens are; None while it is under way.
    error : ZenodoJupyterError or None
        Why it failed.
    """

    row: RepositoryRow
    redirect_uri: str
    who: str
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    state: str = field(default_factory=secrets.token_urlsafe, repr=False)
    verifier: str = field(default_factory=oauth.new_verifier, repr=False)
    until: float = field(default_factory=lambda: time.monotonic() + LASTS)
    done: dict[str, str] | None = None
    error: ZenodoJupyterError | None = None

    @property
    def address(self) -> str:
        """Where to send the person's browser."""
        assert self.row.oauth is not None
        return oauth.address(self.row.oauth, self.redirect_uri, self.state, self.verifier)

    def to_json(self) -> dict[str, Any]:
        """Return ``state`` (waiting, done or failed), what is known of the account, and what went wrong."""
        if self.error is None and self.done is None and time.monotonic() > self.until:
            self.error = _too_old()
        state = "failed" if self.error else "done" if self.done else "waiting"
        return {"state": state, **(self.done or {}), "error": self.error.to_json() if self.error else None}


class SignIns:
    """Those that are under way in this process: nothing of them is written down.

    Parameters
    ----------
    config : Config
        Where tokens are kept.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._all: dict[str, SignIn] = {}
        self._lock = threading.Lock()

    def begin(self, row: RepositoryRow, redirect_uri: str, who: str = "") -> SignIn:
        """Begin one.

        Parameters
        ----------
        row : RepositoryRow
            Where to.
        redirect_uri : str
            Where the browser is to come back to.
        who : str
            Who begins it.

        Raises
        ------
        BadInput
            When this software is not registered there.
        """
        if row.oauth is None:
            raise BadInput(
                f"Nobody has registered this Jupyter with {row.title}, so that one cannot sign in.",
                "Paste a token, or ask who administers it for `oauth` in the configuration.",
            )
        one = SignIn(row, redirect_uri, who)
        with self._lock:
            now = time.monotonic()
            kept = [o for o in self._all.values() if o.until > now][1 - _MOST :]
            self._all = {o.id: o for o in (*kept, one)}
        return one

    def get(self, id: str, who: str = "") -> SignIn:
        """Return one that this person began.

        Raises
        ------
        BadInput
            When there is none such.
        """
        one = self._all.get(id)
        if one is None or one.who != who:
            raise _too_old()
        return one

    def drop(self, id: str, who: str = "") -> None:
        """Forget one: whoever comes back from it is not taken in."""
        self.get(id, who)
        with self._lock:
            self._all.pop(id, None)

    def come_back(self, sent: Mapping[str, str], who: str = "") -> SignIn:
        """Take in a person who comes back, exchange the code, try the token and keep it.

        Parameters
        ----------
        sent : mapping
            The parameters of the address with which the browser came back.
        who : str
            Who it is.

        Returns
        -------
        SignIn
            With its account.

        Raises
        ------
        BadInput
            When nobody was sent away like this, it is too long ago, or they came back already.
        AccessDenied, CouldNotAsk
            When it did not work; whoever watches is told as well.
        """
        one = self._take(sent.get("state", ""), who)
        try:
            one.done = self._finish(one, sent)
        except ZenodoJupyterError as e:
            one.error = e
            raise
        return one

    def _take(self, state: str, who: str) -> SignIn:
        with self._lock:
            one = next(
                (o for o in self._all.values() if secrets.compare_digest(o.state.encode(), state.encode())), None
            )
            if one is None or one.who != who or time.monotonic() > one.until:
                raise _too_old()
            one.state = secrets.token_urlsafe()  # good once
            return one

    def _finish(self, one: SignIn, sent: Mapping[str, str]) -> dict[str, str]:
        row, client = one.row, one.row.oauth
        assert client is not None
        if not sent.get("code"):
            raise oauth.denial(sent.get("error", ""), row.title, client)
        grant = oauth.exchange(client, row.title, sent["code"], one.verifier, one.redirect_uri)
        try:
            account = repositories.repository(row.name, token=grant.access_token, config=self._config).test_token()
        except AccessDenied:
            raise AccessDenied(
                f"{row.title} let you sign in, but does not take the token that it gave.",
                "Whoever administers this Jupyter can ask for other scopes; a token can be pasted meanwhile.",
            ) from None
        return {"account": account, "kept_in": TokenStore(self._config).set(row, grant)}


def _too_old() -> BadInput:
    return BadInput("This sign-in is not known here: it is too old, or was used already.", "Begin again.")


def page(one: SignIn | None, error: ZenodoJupyterError | None, nonce: str) -> str:
    """Return the page that a person comes back to: it says what happened, and closes itself when all went well.

    Parameters
    ----------
    one : SignIn or None
        The sign-in; None when it is not known.
    error : ZenodoJupyterError or None
        Why it failed.
    nonce : str
        By which the page's policy lets its style and script in.
    """
    if error is None and one is not None and one.done is not None:
        heading, words = f"Signed in to {one.row.title}", f"As {one.done['account']}. You can close this page."
        script = f'<script nonce="{nonce}">window.close();</script>'
    else:
        heading, script = "Not signed in", ""
        words = f"{error or ''} You can close this page and go back to where you began."
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(heading)}</title>
<style nonce="{nonce}">
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 32em; margin: 15vh auto; padding: 0 1em }}
</style>
</head>
<body>
<main>
<h1>{escape(heading)}</h1>
<p role="{"status" if script else "alert"}">{escape(words)}</p>
</main>
{script}
</body>
</html>
"""


def policy(nonce: str) -> str:
    """Return what a browser may do with that page: nothing that it does not bring along."""
    return (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
