"""Cited: what a work is called that a DOI names, wherever that DOI is registered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from . import repositories
from .answers import json_of
from .doi import DATACITE, DOI
from .errors import NeedsConsent, RecordNotFound, ZenodoJupyterError
from .http import new_session, request

if TYPE_CHECKING:
    from .config import Config

#: Where it is asked which agency a DOI is registered with (DOI Handbook, "Which RA?").
_WHICH = "https://doi.org"
#: By the agency's name at `_WHICH`: its API, the path to works, and where in its answer the title stands.
_AGENCIES: dict[str, tuple[str, str, Callable[[Any], Any]]] = {
    "Crossref": ("https://api.crossref.org", "/works/", lambda body: body["message"]["title"][0]),
    "DataCite": (DATACITE, "/dois/", lambda body: body["data"]["attributes"]["titles"][0]["title"]),
}
#: Seconds that a title is waited for, while a person types.
_PATIENCE = 8.0


def title_of(text: str, *, config: Config) -> str:
    """Return the title of the work that a DOI names.

    The repositories that are known here are asked first, and then who has registered the DOI: Crossref for articles, DataCite
    for data and software. Addresses that a DOI leads to are not opened.

    Parameters
    ----------
    text : str
        A DOI in any spelling.
    config : Config
        The known repositories.

    Raises
    ------
    InvalidDOI
        When there is no DOI in the text.
    RecordNotFound, CouldNotAsk
        When nobody knows it, or says so in time.
    """
    doi = DOI.parse(text)
    known = {row.name for row in repositories.configured(config).values() if doi.prefix in row.doi_prefixes}
    if known or doi.is_test:
        try:
            return repositories.resolve(doi.value, config=config)[1].title
        except NeedsConsent:  # several have it, which may be others
            return ""
        except ZenodoJupyterError:
            if doi.is_test:
                raise
    agency = _ask(_WHICH, f"/doiRA/{quote(doi.value, safe='/')}", doi)[0].get("RA", "")
    if agency not in _AGENCIES:
        raise RecordNotFound(
            f"{agency or 'Nobody'} tells what the DOI {doi} names.", "Open it in a browser: " + doi.url
        )
    api, path, title = _AGENCIES[agency]
    try:
        return str(title(_ask(api, path + quote(doi.value, safe=""), doi)))
    except (KeyError, IndexError, TypeError):
        return ""


def _ask(host: str, path: str, doi: DOI) -> Any:
    with new_session(base_url=host, title=host.removeprefix("https://")) as session:
        answer = request(
            session, "GET", host + path, allow_redirects=False, budget_seconds=_PATIENCE, what=f"DOI {doi}"
        )
        return json_of(answer, session)
