"""Suggestions: what a repository's vocabularies know of what a person types, and the people of their last records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from .errors import ZenodoJupyterError
from .metadata import Metadata
from .metadata.people import name_of, tidy_orcid, tidy_ror

if TYPE_CHECKING:
    from .repository import Repository

#: How many are offered: what fits under an input.
OFFERED = 8
#: How many of one's last records are looked through for people, and how many people are offered.
_RECORDS, _PEOPLE = 10, 12
_ORCID = re.compile(r"orcid\.org/|^(\d{4}[- ]?){3}\d{3}[\dXx]$")


@dataclass(frozen=True)
class Suggestion:
    """One thing that may be meant.

    Attributes
    ----------
    label : str
        Its words, with what tells it from others of the same name.
    value : dict
        What is kept of it, in the spelling of plain dictionaries: a person, or an ``id`` with what else is told.
    """

    label: str
    value: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)


def suggest(repository: Repository, vocabulary: str, text: str) -> list[Suggestion]:
    """Return what a vocabulary has for a text: its beginning, or an ORCID iD or ROR id in any spelling.

    Parameters
    ----------
    repository : Repository
        Whose vocabulary.
    vocabulary : str
        See `Repository.vocabulary`.
    text : str
        What was typed or pasted.

    Raises
    ------
    ZenodoJupyterError
        When the repository has no such vocabulary, or cannot be asked.
    """
    text = _bare(text.strip())
    hits = repository.vocabulary(vocabulary, text, OFFERED) if text else []
    return [Suggestion(label_of(hit), _person(hit) if vocabulary == "names" else _told(hit)) for hit in hits]


def people(repository: Repository) -> list[Suggestion]:
    """Return the people of one's last records, each once, those of the newest first; none without an account."""
    try:
        records = repository.my_records(size=_RECORDS).records
    except ZenodoJupyterError:  # nobody is signed in, or no network: they are then typed
        return []
    found: dict[str, Suggestion] = {}
    for record in records:
        said = Metadata.from_native(record.description).to_dict()
        for person in (*said.get("creators", ()), *said.get("contributors", ())):
            value = {name: what for name, what in person.items() if name != "role"}
            label = name_of(value)
            found.setdefault(value.get("orcid") or label, Suggestion(label, value))
    return list(found.values())[:_PEOPLE]


def label_of(hit: Mapping[str, Any]) -> str:
    """Return the words for an item of a vocabulary, with what tells it from others of the same name."""
    title = hit.get("title") or {}
    # InvenioRDM tells the titles of its generic lists in the language of the request, and only in that.
    words = hit.get("name") or hit.get("subject") or hit.get("title_l10n") or title.get("en")
    words = words or next(iter(title.values()), hit["id"])
    number = hit.get("number") or hit.get("acronym") or _orcid(hit)
    place = hit.get("country_name") or hit.get("scheme") or ""
    return ", ".join(part for part in (words, number, place) if part)


def _bare(text: str) -> str:
    """Return an identifier as vocabularies have it, and any other text as it is."""
    if "ror.org/" in text:
        return str(tidy_ror(text))
    return str(tidy_orcid(text)) if _ORCID.search(text) else text


def _told(hit: Mapping[str, Any]) -> dict[str, Any]:
    """Return the id of an item, and what it says of itself in texts."""
    return {name: hit[name] for name in ("id", "name", "subject", "number", "title") if hit.get(name)}


def _person(hit: Mapping[str, Any]) -> dict[str, Any]:
    """Return a person as the form keeps them."""
    places = [
        {name: place[name] for name in ("id", "name") if place.get(name)} for place in hit.get("affiliations", ())
    ]
    told = {
        "type": "personal",
        "family_name": hit.get("family_name") or hit.get("name"),
        "given_name": hit.get("given_name"),
        "orcid": _orcid(hit),
        "affiliations": places,
    }
    return {name: value for name, value in told.items() if value}


def _orcid(hit: Mapping[str, Any]) -> str:
    ids = (one for one in hit.get("identifiers") or () if isinstance(one, Mapping))
    return next((one["identifier"] for one in ids if one.get("scheme") == "orcid"), "")
