"""Tokens that end: whoever signed in has one for an hour, say, and it is renewed as long as the repository lets us."""

from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING

from filelock import FileLock

from . import oauth
from .errors import AccessDenied
from .keeping import in_words
from .tokens import Token

if TYPE_CHECKING:
    from .oauth import Grant
    from .rows import RepositoryRow
    from .tokens import TokenStore


class GrantedToken(Token):
    """A token from signing in, that sees to it that it is good; several threads may share it.

    Parameters
    ----------
    grant : Grant
        What the repository gave.
    row : RepositoryRow
        The repository.
    store : TokenStore
        Where the grant is kept, and new ones are put.
    """

    __slots__ = ("_grant", "_lock", "_row", "_store")

    def __init__(self, grant: Grant, row: RepositoryRow, store: TokenStore) -> None:
        super().__init__(grant.access_token, row.url)
        self._grant, self._row, self._store = grant, row, store
        self._lock = threading.Lock()

    def freshen(self) -> None:
        """Renew the token if it ends.

        Raises
        ------
        AccessDenied
            When it cannot be renewed any more.
        CouldNotAsk
            When the repository could not be asked.
        """
        with self._lock:
            if self._grant.is_ending:
                self._grant = renewed(self._grant, self._row, self._store)
                self._value = self._grant.access_token

    def was_replaced(self, refused: str) -> bool:
        """Tell whether there is another one by now: another thread or process renewed it, or the person signed in again."""
        with self._lock:
            kept = self._store.grant(self._row) if self._value == refused else None
            if kept is not None and kept.access_token != refused:
                self._grant, self._value = kept, kept.access_token
            return self._value != refused


def renewed(grant: Grant, row: RepositoryRow, store: TokenStore) -> Grant:
    """Return a grant in place of one that ends: one that another process got meanwhile, or a new one, which is kept.

    A refresh token is good once, so only one process at a time asks.
    """
    named = hashlib.sha256(row.url.encode()).hexdigest()[:16]
    lock = store.path.with_name(f"renewing-{named}.lock")
    with in_words(lock):
        lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = FileLock(lock, mode=0o600)
        held.acquire()
    try:
        kept = store.grant(row)
        if kept is not None and kept != grant and not kept.is_ending:
            return kept
        if kept is None or row.oauth is None or not kept.refresh_token:
            raise _over(row)
        try:
            new = oauth.renew(row.oauth, row.title, kept)
        except AccessDenied:
            store.forget(row)  # worth nothing any more: whoever looks next is asked to sign in
            raise _over(row) from None
        store.set(row, new)
        return new
    finally:
        held.release()


def end(row: RepositoryRow, store: TokenStore) -> None:
    """Sign out: give tokens back where the repository takes them, and forget them whether or not."""
    grant = store.grant(row)
    store.forget(row)
    if grant is not None and row.oauth is not None:
        oauth.revoke(row.oauth, row.title, grant)


def _over(row: RepositoryRow) -> AccessDenied:
    return AccessDenied(
        f"You are signed out at {row.title}: such a sign-in ends after a while, or when you sign in on another computer.",
        "Sign in again; what was done so far is kept. "
        f"On the command line that is `jupyter zenodo token login {row.name}`.",
    )
