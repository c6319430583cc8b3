"""Who asks: users and their tokens. Of a token only its SHA-256 is kept; it is shown once."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from .database import Database, now

#: The person whose data folder it is; there without being made, and an administrator.
OWNER_EMAIL = "owner@localhost"


@dataclass(frozen=True)
class User:
    """Somebody with an account.

    Attributes
    ----------
    id : int
        Their number.
    email : str
        Their address, which they log in with.
    profile : dict
        ``full_name``, ``affiliations``.
    roles : frozenset of str
        ``admin`` may do everything.
    created, updated : str
        Time stamps.
    """

    id: int
    email: str
    profile: dict[str, str] = field(default_factory=dict)
    roles: frozenset[str] = frozenset()
    created: str = ""
    updated: str = ""

    @property
    def is_admin(self) -> bool:
        """Whether they may do everything."""
        return "admin" in self.roles


def _user(row: Any) -> User:
    data = json.loads(row["json"])
    return User(
        row["id"],
        row["email"],
        data.get("profile", {}),
        frozenset(data.get("roles", ())),
        row["created"],
        row["updated"],
    )


def add_user(
    db: Database, email: str, full_name: str = "", affiliations: str = "", roles: tuple[str, ...] = ()
) -> User:
    """Make an account; the one with this address is returned if there is one."""
    with db.writing() as connection:
        found = find_user(db, email=email)
        if found:
            return found
        data = {"profile": {"full_name": full_name, "affiliations": affiliations}, "roles": list(roles)}
        connection.execute(
            "INSERT INTO users (email, created, updated, json) VALUES (?, ?, ?, ?)",
            (email, now(), now(), json.dumps(data)),
        )
        made = find_user(db, email=email)
        assert made is not None
        return made


def find_user(db: Database, *, id: int | None = None, email: str | None = None) -> User | None:
    """Return an active account by its number or its address."""
    row = db.one("SELECT * FROM users WHERE (id = ? OR email = ?) AND active", id, email)
    return None if row is None else _user(row)


def search(db: Database, words: str) -> list[User]:
    """Return the accounts whose address or name has all of these words."""
    found = [_user(row) for row in db.all("SELECT * FROM users WHERE active ORDER BY id")]

    def fits(user: User) -> bool:
        text = f"{user.email} {user.profile.get('full_name', '')}".casefold()
        return all(word in text for word in words.casefold().split())

    return [user for user in found if fits(user)]


def add_token(
    db: Database,
    user: User,
    name: str,
    *,
    expires: str | None = None,
    session: str | None = None,
    scopes: tuple[str, ...] = (),
) -> str:
    """Make a token and return it; it cannot be read again.

    Parameters
    ----------
    db : Database
        Of the store.
    user : User
        Whose it is.
    name : str
        What it is for.
    expires : str, optional
        Time stamp after which it is worth nothing.
    session : str, optional
        The run of the server that it belongs to; see `revoke_session`.
    scopes : tuple of str
        What it is meant for.
    """
    token = secrets.token_urlsafe(45)
    with db.writing() as connection:
        connection.execute(
            "INSERT INTO tokens (user_id, hash, name, scopes, created, expires, session) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (user.id, fingerprint(token), name, json.dumps(scopes), now(), expires, session),
        )
    return token


def user_of_token(db: Database, token: str) -> User | None:
    """Return whose token this is; None for one that is wrong or expired."""
    return user_of_fingerprint(db, fingerprint(token))


def user_of_fingerprint(db: Database, fingerprint: str) -> User | None:
    """Return whose token has this fingerprint; None when there is none such, or it is expired."""
    row = db.one(
        "SELECT users.* FROM tokens JOIN users ON users.id = user_id WHERE hash = ? AND active AND coalesce(expires > ?, 1)",
        fingerprint,
        now(),
    )
    return None if row is None else _user(row)


def session_of_fingerprint(db: Database, fingerprint: str) -> str | None:
    """Return the run of the server that a token belongs to; None for one that belongs to none, or is not there."""
    row = db.one("SELECT session FROM tokens WHERE hash = ?", fingerprint)
    return row["session"] if row else None


def revoke_session(db: Database, session: str) -> None:
    """Make the tokens of one run of the server worthless."""
    with db.writing() as connection:
        connection.execute("DELETE FROM tokens WHERE session = ?", (session,))


def sessions(db: Database) -> list[str]:
    """Return the runs of the server that have tokens."""
    return [row["session"] for row in db.all("SELECT DISTINCT session FROM tokens WHERE session IS NOT NULL")]


def fingerprint(token: str) -> str:
    """Return what is kept of a token: it can be recognised by it, and not be made of it."""
    # 45 random bytes cannot be guessed, so a plain hash is as good as a slow one.
    return hashlib.sha256(token.encode()).hexdigest()
