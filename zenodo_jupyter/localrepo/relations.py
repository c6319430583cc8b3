"""Terms of vocabularies in metadata: which must exist, and how an answer spells them out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import WasRefused
from . import vocabularies


@dataclass(frozen=True)
class Relation:
    """Where terms of one vocabulary stand.

    Attributes
    ----------
    path : str
        Below ``metadata`` or ``custom_fields``; ``*`` is every item of a list.
    vocabulary : str
        Its name.
    keys : tuple of str
        What an answer adds to the id.
    tag : str
        What a term must be tagged with to be allowed here.
    """

    path: str
    vocabulary: str
    keys: tuple[str, ...] = ("title",)
    tag: str = ""


#: In the order in which InvenioRDM checks them: the first unknown id is the one that its answer names.
METADATA = (
    Relation("creators.*.affiliations.*", "affiliations", ("name", "identifiers")),
    Relation("contributors.*.affiliations.*", "affiliations", ("name", "identifiers")),
    Relation("funding.*.funder", "funders", ("name",)),
    Relation("funding.*.award", "awards", ("title", "number", "identifiers", "acronym", "program")),
    Relation("languages.*", "languages"),
    Relation("resource_type", "resourcetypes", tag="depositable"),
    Relation("subjects.*", "subjects", ("subject", "scheme", "props", "identifiers")),
    Relation("rights.*", "licenses", ("title", "description", "icon", "props")),
    Relation("related_identifiers.*.resource_type", "resourcetypes", tag="linkable"),
    Relation("additional_titles.*.type", "titletypes"),
    Relation("additional_titles.*.lang", "languages"),
    Relation("creators.*.role", "creatorsroles"),
    Relation("contributors.*.role", "contributorsroles"),
    Relation("additional_descriptions.*.type", "descriptiontypes"),
    Relation("additional_descriptions.*.lang", "languages"),
    Relation("dates.*.type", "datetypes"),
    Relation("related_identifiers.*.relation_type", "relationtypes"),
)
CUSTOM = (
    Relation("code:programmingLanguage.*", "code:programmingLanguages"),
    Relation("code:developmentStatus", "code:developmentStatus"),
)
# Lists of which only a part is shipped: the real ones have more than 100,000 entries.
_SHORT = frozenset({"affiliations", "funders", "awards"})


def check(document: dict[str, Any], *, strict: bool) -> None:
    """Refuse unknown ids, as InvenioRDM does: at once, with the id but without the field; of known terms keep the id.

    What else a client says of a term is what it was told before, and is told again by `spell_out`.

    Parameters
    ----------
    document : dict
        Of a draft.
    strict : bool
        Whether organisations must be in the list shipped here; else any valid ROR id will do.

    Raises
    ------
    WasRefused
        For the first id that does not exist.
    """
    for relation, term in _terms(document):
        known = vocabularies.get(relation.vocabulary, term["id"])
        if known is None and not strict and relation.vocabulary in _SHORT and _is_ror(term["id"]):
            continue
        if known is None or (relation.tag and relation.tag not in known.get("tags", ())):
            raise WasRefused(f"Invalid value {term['id']}.", status=400)
        for name in [name for name in term if name != "id"]:
            del term[name]


def spell_out(document: dict[str, Any]) -> dict[str, Any]:
    """Return a copy in which every term has its title, name and whatever else answers show."""
    document = {**document, **vocabularies.copied({k: document.get(k, {}) for k in ("metadata", "custom_fields")})}
    for relation, term in _terms(document):
        known = vocabularies.get(relation.vocabulary, term["id"], relation.keys) or {}
        for key in relation.keys:
            if not known.get(key):
                continue
            if key == "props" and relation.vocabulary == "licenses":
                term["props"] = {k: known["props"][k] for k in ("url", "scheme") if k in known["props"]}
            else:
                term[key] = known[key]
    return document


def _terms(document: dict[str, Any]) -> Iterator[tuple[Relation, dict[str, Any]]]:
    """Yield every term that is named by an id."""
    for part, relations in (("metadata", METADATA), ("custom_fields", CUSTOM)):
        for relation in relations:
            for term in _walk(document.get(part, {}), relation.path.split(".")):
                if isinstance(term, dict) and term.get("id"):
                    yield relation, term


def _walk(node: Any, path: list[str]) -> Iterator[Any]:
    if not path:
        yield node
    elif path[0] == "*":
        for item in node if isinstance(node, list) else ():
            yield from _walk(item, path[1:])
    elif isinstance(node, dict) and path[0] in node:
        yield from _walk(node[path[0]], path[1:])


def _is_ror(text: str) -> bool:
    """Tell whether this is a ROR id (for an award: ``funder::number``)."""
    import idutils  # half a second of regular expressions

    return bool(idutils.is_ror(text.split("::")[0]))
