"""The repositories of this configuration, opened; and from whatever a person pastes to the record and its place."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from . import embedded
from .abilities import Abilities
from .answers import json_of
from .doi import DOI
from .errors import (
    CouldNotAsk,
    InvalidDOI,
    NeedsConsent,
    NotARepository,
    RecordNotFound,
    UnknownRepository,
    WasRefused,
    ZenodoJupyterError,
)
from .http import new_session, request
from .pacing import Pace
from .records import Record
from .repository import Repository
from .rows import EMBEDDED, configured, find_row
from .rows import RepositoryRow as RepositoryRow
from .rows import rows as rows
from .tokens import Token, TokenStore

if TYPE_CHECKING:
    from .config import Config

# /records/123, /record/123, /api/records/123, /uploads/123, each with more behind it
_RECORD = re.compile(r"/(?:api/)?(?:records?|uploads|deposit)/([^/?#]+)")
_BARE_ID = re.compile(r"\d{1,16}|[0-9a-z]{5}-[0-9a-z]{5}", re.IGNORECASE)
#: Seconds to wait in all for a repository of which nothing says that it has a DOI.
_ELSEWHERE = 3.0


def repository(
    name_or_url: str | None = None, *, token: Token | str | None = None, config: Config | None = None
) -> Repository:
    """Return a repository, with its token if there is one.

    Parameters
    ----------
    name_or_url : str, optional
        ``zenodo``, ``sandbox``, ``local``, a configured name, or any https address; the configured default otherwise.
    token : Token or str, optional
        Instead of the one that is kept.
    config : Config, optional
        Read from the files and the environment otherwise.

    Raises
    ------
    UnknownRepository
        When there is no such name, the address is not a safe one, or the configuration does not allow it.
    """
    config = config or _load()
    return _open(find_row(name_or_url or config.default_repository, config), token, config)


def resolve(text: str, *, from_: str | None = None, config: Config) -> tuple[Repository, Record]:
    """Find a record.

    Parameters
    ----------
    text : str
        A DOI (also as an address, a badge or in a sentence), a record's address, or a record's id.
    from_ : str, optional
        Name or address of the repository to look in; others are not asked then. An id is looked for in the default one.
    config : Config
        Which repositories there are.

    Returns
    -------
    tuple of Repository and Record
        For a concept DOI, the newest version.

    Raises
    ------
    InvalidDOI
        When the text is none of these.
    RecordNotFound
        When nobody has it.
    NeedsConsent
        When two places have it; `from_` decides.
    CouldNotAsk
        When those who may have it could not be asked.
    """
    text = text.strip()
    at = urlsplit(text) if re.match(r"https?://", text, re.IGNORECASE) else None
    record = _RECORD.search(unquote(at.path)) if at else None
    if at and record and DOI.find(at.path) is None:
        place = repository(from_ or text, config=config)
        return place, place.get(record[1])
    doi = DOI.find(text)
    if doi is not None:
        return _by_doi(doi, from_ or _named_place(text, doi, config), config)
    if not _BARE_ID.fullmatch(text):
        raise InvalidDOI(
            f"{text[:120]!r} is neither a DOI nor the address or id of a record.",
            "A DOI looks like 10.5281/zenodo.1234567.",
        )
    place = repository(from_, config=config)
    return place, place.get(text)


def _named_place(text: str, doi: DOI, config: Config) -> str | None:
    """Return the repository that the address of a DOI names: a known one, or any where doi.org cannot know the DOI."""
    if not re.match(r"https?://[^\s]+$", text, re.IGNORECASE):
        return None
    try:
        row = find_row(text, config)
    except UnknownRepository:
        return None
    known = row.name in configured(config)
    return row.url if known or (doi.is_test and "/doi/" in urlsplit(text).path.lower()) else None


def _by_doi(doi: DOI, from_: str | None, config: Config) -> tuple[Repository, Record]:
    if from_:
        place = repository(from_, config=config)
        record = place.find_doi(doi)
        if record is None:
            raise RecordNotFound(
                f"{place.title} has no record with the DOI {doi}.", "Leave --from out to look elsewhere."
            )
        return place, record
    found, failures = _ask_all(doi, config)
    if len(found) > 1:
        names = [place.name for place, _ in found]
        raise NeedsConsent(
            f"The DOI {doi} is in {len(names)} places: {', '.join(names)}. It is not a registered one, so each may mean "
            "another record by it.",
            f"Say which: {' or '.join(f'--from {name}' for name in names)}.",
        )
    if found:
        return found[0]
    if failures and doi.prefix in {p for row in configured(config).values() for p in row.doi_prefixes}:
        raise CouldNotAsk(
            f"Nobody who could be asked has the DOI {doi}; somebody who may have it could not be: {failures[0].message}",
            failures[0].hint,
        ) from failures[0]
    if doi.is_test:
        raise RecordNotFound(
            f"No repository that is known here has the DOI {doi}.",
            "It has a test prefix, which doi.org does not know. If you know where it is, say --from NAME or --from URL.",
        )
    return _by_landing_page(doi, config)


def _ask_all(doi: DOI, config: Config) -> tuple[list[tuple[Repository, Record]], list[ZenodoJupyterError]]:
    """Ask those that give DOIs with this prefix, or all where none does; once one has it, the others only briefly.

    A test DOI may be of any that does not say which prefixes it gives.
    """
    known = configured(config).values()
    # This machine first: it is there without a network.
    candidates = sorted(known, key=lambda row: row.url.startswith("http"))
    givers = [row for row in candidates if doi.prefix in row.doi_prefixes or (doi.is_test and not row.doi_prefixes)]
    found: list[tuple[Repository, Record]] = []
    failures: list[ZenodoJupyterError] = []
    for row in givers or candidates:
        place = repository(row.name, config=config)
        if found or not givers:
            place.session.budget_seconds = _ELSEWHERE
        try:
            record = place.find_doi(doi)
        except RecordNotFound:
            continue
        except (CouldNotAsk, WasRefused) as e:
            failures.append(e)
            continue
        if record is not None:
            found.append((place, record))
    return found, failures


def _by_landing_page(doi: DOI, config: Config) -> tuple[Repository, Record]:
    """Ask doi.org where a DOI leads, and that place, if it is a repository, for the record."""
    session = new_session(base_url="https://doi.org", title="doi.org")
    try:
        # The address only (DOI Handbook, REST API). It is not followed blindly: a DOI can lead anywhere, also to machines
        # that only this one can reach.
        url = f"https://doi.org/api/handles/{quote(doi.value, safe='/')}"
        answer = request(session, "GET", url, params={"type": "URL"}, allow_redirects=False, what=f"DOI {doi}")
        values = json_of(answer, session).get("values") or [{}]
    except RecordNotFound:
        raise RecordNotFound(
            f"There is no DOI {doi}: neither the repositories that are known here nor doi.org know it.",
            "Is it copied completely? A DOI that was made a minute ago may not have arrived at doi.org yet.",
        ) from None
    except CouldNotAsk as e:
        raise CouldNotAsk(
            f"No repository that is known here has the DOI {doi}, and doi.org could not be asked: {e.message}",
            "If you know where it is, say --from NAME or --from URL.",
        ) from None
    landing = str((values[0].get("data") or {}).get("value", ""))
    try:
        place = repository(find_row(landing, config).url, config=config)
        record = place.find_doi(doi)
    except (NotARepository, UnknownRepository) as e:
        raise NotARepository(
            f"The DOI {doi} leads to {urlsplit(landing).hostname}, which is not an InvenioRDM repository that can be asked: "
            f"{e.message}",
            "Open it in a browser: " + doi.url,
        ) from None
    if record is None:
        raise RecordNotFound(f"The DOI {doi} leads to {place.title}, which has no record with it.", "Try again later.")
    return place, record


def known_tokens(config: Config | None = None) -> tuple[str, ...]:
    """Return all the tokens that are kept here, for the check that looks for them in what is published."""
    return TokenStore(config or _load()).values()


def _open(row: RepositoryRow, token: Token | str | None, config: Config) -> Repository:
    if isinstance(token, str):
        token = Token(token, row.url)
    if row.is_embedded:
        adapters = {f"{EMBEDDED}://": embedded.adapter(config)}
        return Repository(row, new_session(token, row.url, adapters, name=row.name, title=row.title))
    token = token or TokenStore(config).get(row)
    session = new_session(token, row.url, name=row.name, title=row.title)
    session.pace = Pace(Path(config.data_dir) / "pace.json")
    session.memory = Path(config.data_dir) / "uploads"
    session.abilities = Abilities(row.url, Path(config.data_dir) / "abilities.json")
    return Repository(row, session)


def _load() -> Config:
    from .config import Config

    return Config.load()
