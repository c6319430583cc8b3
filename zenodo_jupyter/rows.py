"""The repositories that are known here: rows of a table, never classes. What differs between them is data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .doi import DATACITE, DOI
from .errors import UnknownRepository
from .oauth import Client
from .tokens import origin

if TYPE_CHECKING:
    from .config import Config

#: The scheme of the embedded repository: nothing that could be mistaken for a host on the network.
EMBEDDED = "http+local"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True)
class RepositoryRow:
    """What is to be known of a repository beforehand.

    Attributes
    ----------
    name : str
        For the command line.
    title : str
        For sentences.
    url : str
        Its address, without ``/api`` and without a slash at the end.
    doi_prefixes : tuple of str
        Of the DOIs that it gives.
    practice : bool
        Whether publishing there is for practice, and needs no solemn yes.
    max_files, max_bytes : int
        What a record may hold.
    allow_empty_files : bool
        Whether a file may have no bytes.
    token_env : tuple of str
        Environment variables that may hold its token.
    registered_dois : bool
        Whether its DOIs resolve at doi.org.
    help_url : str
        Where a token is made.
    publisher : str
        What stands as publisher in its records unless a person says otherwise.
    repair_days : int
        For how many days after publishing its owners can have files exchanged on its site, under the same DOI; 0 for none.
    binder : str
        What stands before a DOI in the address at which Binder starts its records; empty where Binder does not know it.
    scopes : tuple of str
        What is asked for when a person signs in.
    oauth : Client or None
        As what this software is registered there, so that a person can sign in without making a token.
    """

    name: str
    title: str
    url: str
    doi_prefixes: tuple[str, ...] = ()
    practice: bool = False
    max_files: int = 100  # InvenioRDM's and Zenodo's default
    max_bytes: int = 10 * 10**9  # InvenioRDM's default
    allow_empty_files: bool = True
    token_env: tuple[str, ...] = ()
    registered_dois: bool = True
    help_url: str = ""
    publisher: str = ""
    repair_days: int = 0
    binder: str = ""
    scopes: tuple[str, ...] = ("user:email",)  # InvenioRDM's only one that is of use here
    oauth: Client | None = None

    @property
    def api(self) -> str:
        """Where its API is."""
        return f"{self.url}/api"

    @property
    def is_embedded(self) -> bool:
        """Whether it is asked in this process, as the person who runs it, without a token."""
        return self.url.startswith(f"{EMBEDDED}://")

    def registers(self, doi: DOI | None) -> bool:
        """Tell whether doi.org knows one of its DOIs, or will: not one of the time before they were registered."""
        return self.registered_dois and doi is not None and not doi.is_test


_TOKENS_PAGE = "/account/settings/applications/tokens/new/"
# What a token of Zenodo needs for this: https://developers.zenodo.org/#authentication.
_ZENODO_SCOPES = ("deposit:write", "deposit:actions")
# Zenodo's grace period for exchanging files (its configuration; zenodo-rdm, FileModificationGracePeriodPolicy).
_ZENODO_REPAIR = 30
# Zenodo's limits: 100 files, 50 GB, no empty files (its configuration; zenodo-rdm).
_BUILT_IN = (
    RepositoryRow(
        "local", "This computer", f"{EMBEDDED}://embedded", ("10.5072",), practice=True, max_bytes=50 * 10**9,
        allow_empty_files=False, registered_dois=False, publisher="Local repository",
    ),
    RepositoryRow(
        "zenodo", "Zenodo", "https://zenodo.org", ("10.5281",), max_bytes=50 * 10**9, allow_empty_files=False,
        token_env=("ZENODO_TOKEN",), help_url=f"https://zenodo.org{_TOKENS_PAGE}", publisher="Zenodo",
        scopes=_ZENODO_SCOPES, repair_days=_ZENODO_REPAIR, binder="https://mybinder.org/v2/zenodo/",
    ),
    RepositoryRow(
        "sandbox", "Zenodo sandbox", "https://sandbox.zenodo.org", ("10.5072",), practice=True, max_bytes=50 * 10**9,
        allow_empty_files=False, token_env=("ZENODO_SANDBOX_TOKEN",), registered_dois=False,
        help_url=f"https://sandbox.zenodo.org{_TOKENS_PAGE}", publisher="Zenodo", scopes=_ZENODO_SCOPES,
        repair_days=_ZENODO_REPAIR,
    ),
)  # fmt: skip


def rows(extra: Iterable[RepositoryRow] = ()) -> dict[str, RepositoryRow]:
    """Return the rows by name: the built-in ones, and further ones that may take their place."""
    return {row.name: row for row in (*_BUILT_IN, *extra)}


def configured(config: Config | None) -> dict[str, RepositoryRow]:
    """Return the rows by name that may be used with this configuration.

    Raises
    ------
    UnknownRepository
        When the configuration describes one wrongly.
    """
    if config is None:
        return rows()
    known = rows(row_from(name, described) for name, described in config.repositories.items())
    if config.datacite:
        known |= {name: _registering(row, config.datacite) for name, row in known.items() if row.is_embedded}
    return {name: row for name, row in known.items() if _allowed(row, config)}


def _registering(row: RepositoryRow, datacite: Mapping[str, Any]) -> RepositoryRow:
    """Return the row of a repository whose DOIs are registered: for good, unless it is at DataCite's API for tests."""
    for_good = str(datacite.get("api", "")).strip().rstrip("/") == DATACITE
    prefixes = (str(datacite.get("prefix", "")), *row.doi_prefixes)
    return replace(row, doi_prefixes=prefixes, practice=not for_good, registered_dois=for_good)


def row_from(name: str, described: Mapping[str, Any]) -> RepositoryRow:
    """Make a row of what a configuration says.

    Parameters
    ----------
    name : str
        Its name.
    described : mapping
        ``url``, and whatever other attribute of `RepositoryRow`; of one that is built in, without ``url``, what is to be
        otherwise. ``oauth`` holds the attributes of `oauth.Client`.
    """
    named = dict(described)
    built_in = None if "url" in named else rows().get(name)
    base = built_in or replace(row_for(str(named.pop("url", ""))), name=name, title=name, publisher="")
    lists = {k: tuple(v) for k, v in named.items() if k in ("doi_prefixes", "token_env", "scopes")}
    try:
        row = replace(base, **{**named, **lists, "oauth": None})
        return replace(row, oauth=Client.configured(named["oauth"], row.url, row.scopes)) if "oauth" in named else row
    except TypeError as e:
        raise UnknownRepository(
            f"The configuration of the repository {name!r} is not understood ({e}).", "Look at its spelling."
        ) from e


def row_for(url: str) -> RepositoryRow:
    """Make a row of an address that a person gave.

    Raises
    ------
    UnknownRepository
        When it is not an address, or not a safe one: a token and unpublished data only go through https, or to this machine.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        here = origin(url)
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("https", "http") or parts.username or parts.password:
        raise UnknownRepository(f"{_shown(url)!r} is not the address of a repository.", "Such as https://zenodo.org.")
    loopback = host in LOOPBACK
    if parts.scheme == "http" and not loopback:
        raise UnknownRepository(
            f"{host} would be spoken to without encryption.", f"Use https://{host}; http is for this machine only."
        )
    for row in _BUILT_IN:
        if row.url == here:
            return row
    # A repository may live below a path, behind a proxy; what is behind /api or /records is not part of its address.
    path = "/".join(
        _before(parts.path.strip("/").split("/"), {"api", "records", "record", "doi", "uploads", "communities"})
    )
    url = f"{here}/{path}".rstrip("/")
    name = url.split("://", 1)[1]
    return RepositoryRow(
        name=name,
        title=name,
        url=url,
        practice=loopback,
        registered_dois=not loopback,
        help_url=f"{here}{_TOKENS_PAGE}",
        publisher=name,
    )


def find_row(name_or_url: str, config: Config) -> RepositoryRow:
    """Return the row of a name or an address; see `repository`."""
    known = configured(config)
    if name_or_url in known:
        return known[name_or_url]
    if "://" not in name_or_url and re.search(r"[.:]", name_or_url):  # the name of a row that an address made
        name_or_url = f"{'http' if name_or_url.split(':')[0] in LOOPBACK else 'https'}://{name_or_url}"
    if "://" not in name_or_url:
        if name_or_url in rows():
            raise UnknownRepository(
                f"The repository {name_or_url!r} may not be used here.", f"Allowed are {', '.join(known) or 'none'}."
            )
        raise UnknownRepository(
            f"There is no repository named {name_or_url!r} here.",
            f"Known are {', '.join(known)}; or give its address, such as https://zenodo.org.",
        )
    row = next((r for r in known.values() if r.url == name_or_url.rstrip("/")), None) or row_for(name_or_url)
    row = next((r for r in known.values() if r.url == row.url), row)
    if not _allowed(row, config):
        raise UnknownRepository(
            f"The repository {row.title} may not be used here.", f"Allowed are {', '.join(known) or 'none'}."
        )
    return row


def _allowed(row: RepositoryRow, config: Config) -> bool:
    allowed = config.allowed_repositories
    return allowed is None or row.name in allowed or row.url in [str(a).rstrip("/") for a in allowed]


def _before(parts: list[str], ends: set[str]) -> list[str]:
    """Return the items before the first that is one of `ends`."""
    kept: list[str] = []
    for part in parts:
        if part in ends:
            break
        kept.append(part)
    return kept


def _shown(url: str) -> str:
    """Return an address as it may be shown: without a password or a query."""
    return url.split("?", 1)[0].rsplit("@", 1)[-1][:200]
