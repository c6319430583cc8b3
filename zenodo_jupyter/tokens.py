"""Tokens: each belongs to one repository, is sent to no other host, and shows itself nowhere.

They come, in this order, from the environment, from the system's keyring where there is a usable one, and from a file that
only its owner can read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote, urlsplit

from filelock import FileLock

from .errors import BadInput, ZenodoJupyterError
from .keeping import in_words, keep
from .oauth import Grant

if TYPE_CHECKING:
    from .config import Config
    from .rows import RepositoryRow

#: Which address a variable's token is for. A variable never follows a name that a configuration gives to another address.
BOUND = {"ZENODO_TOKEN": "https://zenodo.org", "ZENODO_SANDBOX_TOKEN": "https://sandbox.zenodo.org"}
#: The variable for the repository whose address stands in ``ZENODO_JUPYTER_URL``.
OWN_TOKEN, OWN_URL = "ZENODO_JUPYTER_TOKEN", "ZENODO_JUPYTER_URL"
#: The variable for the password of an account at DataCite.
DATACITE_PASSWORD = "ZENODO_JUPYTER_DATACITE_PASSWORD"
#: The name under which the keyring keeps our tokens.
SERVICE = "zenodo_jupyter"

_PORTS = {"http": 80, "https": 443}


def origin(url: str) -> str:
    """Return scheme, host and port of an address, which is what a token is bound to.

    Raises
    ------
    ValueError
        When the port is not a number.

    Examples
    --------
    >>> origin("https://Zenodo.org:443/api/records?q=x")
    'https://zenodo.org'
    >>> origin("http://127.0.0.1:5000/api")
    'http://127.0.0.1:5000'
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


class Token:
    """A credential of one repository.

    Parameters
    ----------
    value : str
        The secret. White space around it is dropped, for it comes with copying.
    repository_url : str
        Any address of the repository; the token is sent to this scheme, host and port only.

    Raises
    ------
    BadInput
        When it is empty or has characters that cannot stand in a header. The text does not show it.
    """

    __slots__ = ("_value", "origin")

    def __init__(self, value: str, repository_url: str) -> None:
        value = value.strip()
        if not value or not all("!" <= c <= "~" for c in value):
            raise BadInput(
                f"What was given as the token for {origin(repository_url)} is not one: it is empty, or has spaces or "
                "unusual characters in it.",
                "Copy it again from the repository's page of personal access tokens.",
            )
        self._value = value
        self.origin = origin(repository_url)

    @property
    def value(self) -> str:
        """The secret itself; for the Authorization header and the token store, nothing else."""
        return self._value

    @property
    def repository_url(self) -> str:
        """The address that it is bound to."""
        return self.origin

    def freshen(self) -> None:
        """See that it is good when it is sent; one that somebody pasted is as good as it is."""

    def was_replaced(self, refused: str) -> bool:
        """Tell whether there is another one by now than that with which a request was refused; never for a pasted one."""
        return False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Token) and (self._value, self.origin) == (other._value, other.origin)

    def __hash__(self) -> int:
        return hash((self._value, self.origin))

    def __repr__(self) -> str:
        return f"<Token for {self.origin}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A token is not pickled: it would be written down in plain text.")


def mask(text: str, tokens: Iterable[Token | str | None]) -> str:
    """Replace every token in a text that somebody else wrote, such as a server's error message.

    >>> mask("wrong token abc123def", ["abc123def"])
    'wrong token ***'
    """
    for token in tokens:
        value = token.value if isinstance(token, Token) else token
        for spelling in {value, quote(value, safe="")} if value else ():
            text = text.replace(spelling, "***")
    return text


class TokenStore:
    """Where tokens are kept.

    Parameters
    ----------
    config : Config
        Names the folder of the file (``data_dir``).
    environ : mapping, optional
        The environment; the process's own by default.
    """

    def __init__(self, config: Config, environ: Mapping[str, str] | None = None) -> None:
        self._config = config
        self._environ = os.environ if environ is None else environ

    @property
    def path(self) -> Path:
        """The file, which exists once a token was kept in it."""
        return Path(self._config.data_dir) / "tokens.json"

    def get(self, row: RepositoryRow) -> Token | None:
        """Return the token for a repository, or None when there is none."""
        variable = self._variable(row)
        if variable:
            return Token(self._environ[variable], row.url)
        kept = self._kept(origin(row.url))
        grant = Grant.from_text(kept)
        if grant is not None:
            from .grants import GrantedToken

            return GrantedToken(grant, row, self) if grant.refresh_token or not grant.is_ending else None
        return Token(kept, row.url) if kept else None

    def grant(self, row: RepositoryRow) -> Grant | None:
        """Return what is kept of signing in; None where a token was pasted, or nothing is kept."""
        return Grant.from_text(self._kept(origin(row.url)))

    def set(self, row: RepositoryRow, value: str | Grant) -> str:
        """Keep a token, or what signing in gave.

        Returns
        -------
        str
            Where it is kept, in words.

        Raises
        ------
        BadInput
            When it cannot be a token.
        """
        here = origin(row.url)
        text = value.to_text() if isinstance(value, Grant) else Token(value, here).value
        if _into_keyring(here, text):
            self._change(here, "")  # remembered by address only, so that `list` knows of it
            return "the system keyring"
        self._change(here, text)
        return str(self.path)

    def forget(self, row: RepositoryRow) -> None:
        """Delete the token of a repository from keyring and file; a variable of the environment is not ours to delete."""
        here = origin(row.url)
        _out_of_keyring(here)
        self._change(here, None)

    def list(self) -> list[tuple[str, str]]:
        """Return (repository, where its token is kept) of every token that is known."""
        from .rows import configured

        names = {origin(row.url): row for row in configured(self._config).values()}
        found: dict[str, tuple[str, str]] = {}
        for here, value in self._read().items():
            found[here] = (
                names[here].name if here in names else here,
                str(self.path) if value else "the system keyring",
            )
        for here, row in names.items():
            if variable := self._variable(row):
                found[here] = (row.name, f"the environment variable {variable}")
        own = self._environ.get(OWN_URL, "")
        if own and self._environ.get(OWN_TOKEN) and origin(own) not in found:
            found[origin(own)] = (origin(own), f"the environment variable {OWN_TOKEN}")
        return sorted(found.values())

    def values(self) -> tuple[str, ...]:
        """Return all the secrets that are known, for the check that looks for them in what is published."""
        found = {self._environ.get(name, "").strip() for name in (*BOUND, OWN_TOKEN, DATACITE_PASSWORD)}
        for here in self._read():
            text = self._kept(here)
            grant = Grant.from_text(text)
            found |= {grant.access_token, grant.refresh_token} if grant else {text}
        return tuple(sorted(found - {""}))

    def _kept(self, here: str) -> str:
        """Return what is kept for an address, empty if nothing."""
        return _from_keyring(here) or self._read().get(here) or ""

    def _variable(self, row: RepositoryRow) -> str | None:
        """Return the name of the environment variable that holds this repository's token."""
        here = origin(row.url)
        own = self._environ.get(OWN_URL, "")
        for name in (*row.token_env, OWN_TOKEN):
            bound = own if name == OWN_TOKEN else BOUND.get(name, row.url)
            if self._environ.get(name, "").strip() and bound and origin(bound) == here:
                return name
        return None

    def _read(self) -> dict[str, str]:
        """Return address → token, with an empty token where the keyring has it."""
        try:
            data = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as e:
            # Only the kind of error is named: a JSON error's text would quote the file.
            raise BadInput(
                f"The file of tokens {self.path} cannot be read ({type(e).__name__}).", "Delete it and set them again."
            ) from None
        return {str(k): str(v) for k, v in data.items()} if isinstance(data, dict) else {}

    def _change(self, here: str, value: str | None) -> None:
        """Write the file anew, beside and then over the old one, with one address changed or (None) taken out."""
        if value is None and not self.path.exists():
            return
        with in_words(self.path):
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(self.path.with_suffix(".lock"), mode=0o600):
                data: dict[str, Any] = {k: v for k, v in self._read().items() if k != here}
                if value is not None:
                    data[here] = value
                keep(self.path, json.dumps(data, indent=1, sort_keys=True) + "\n")


def _keyring() -> Any:
    """Return the module keyring if it is installed and has somewhere to keep things, else None."""
    try:
        import keyring
        from keyring.backends import fail, null
    except ImportError:
        return None
    backend = keyring.get_keyring()
    # "chainer" with nothing in its chain, "fail" and "null" keep nothing.
    empty = isinstance(backend, fail.Keyring | null.Keyring) or getattr(backend, "backends", None) == []
    return None if empty else keyring


def _from_keyring(here: str) -> str | None:
    keyring = _keyring()
    if keyring is None:
        return None
    try:
        return keyring.get_password(SERVICE, here)
    except keyring.errors.KeyringError:  # locked, or nobody there to unlock it
        return None


def _into_keyring(here: str, text: str) -> bool:
    keyring = _keyring()
    if keyring is None:
        return False
    try:
        keyring.set_password(SERVICE, here, text)
    except keyring.errors.KeyringError:
        return False
    return True


def _out_of_keyring(here: str) -> None:
    keyring = _keyring()
    if keyring is None:
        return
    if _from_keyring(here) is None:
        return
    try:
        keyring.delete_password(SERVICE, here)
    except keyring.errors.KeyringError as e:
        raise ZenodoJupyterError(
            f"The keyring does not give the token for {here} up ({type(e).__name__}).",
            "Delete it in the keyring itself.",
        ) from None
