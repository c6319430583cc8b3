"""Persistent identifiers: reserved in a draft, fixed at publication.

They are local unless the flavour names where they are registered; then each act that DataCite has to hear of is put into its
queue (`registrations`) in the same transaction.
"""

from __future__ import annotations

import copy
from typing import Any

from ..errors import FieldError, RecordNotFound, RefusedMetadata, WasRefused
from . import identifiers, registrations
from .database import Database, now
from .flavours import DOI_PREFIX, FLAVOURS, Flavour
from .versions import Parent, Version

#: What answers call whoever hands out our DOIs; clients compare it with "external".
MANAGED = "datacite"


def own_doi(number: int, flavour: Flavour) -> str:
    """Return the DOI that belongs to an id."""
    return flavour.doi.format(prefix=flavour.doi_prefix, id=identifiers.spell(number, flavour.name))


def _managed(doi: str) -> dict[str, str]:
    return {"identifier": doi, "provider": MANAGED, "client": MANAGED}


def find(db: Database, doi: str) -> tuple[int | None, int | None] | None:
    """Return the record and the concept that a DOI names; a concept DOI has no record."""
    row = db.one("SELECT record_id, parent_id FROM pids WHERE scheme = 'doi' AND value = ? AND status <> 'D'", doi)
    return None if row is None else (row["record_id"], row["parent_id"])


def check(db: Database, draft: Version, flavour: Flavour) -> list[FieldError]:
    """Normalise the identifiers of a draft and return what is wrong with them.

    Raises
    ------
    WasRefused
        When they name a provider that there is not.
    """
    pids = draft.document["pids"]
    errors: list[FieldError] = []
    doi = pids.get("doi", {})
    identifier = doi.get("identifier")
    provider = doi.get("provider") or MANAGED
    if provider not in (MANAGED, "external"):
        raise WasRefused(f"Provider {provider} not supported for type doi", status=400)
    if identifier:
        import idutils  # half a second of regular expressions

        if idutils.is_doi(identifier):
            identifier = doi["identifier"] = idutils.normalize_doi(identifier)
        else:
            errors.append(FieldError("pids.doi", ("Invalid DOI",)))
    owner = find(db, identifier) if identifier else None
    if owner is not None and owner[0] != draft.number:
        errors.append(FieldError("pids.doi", (f"doi:{identifier} already exists.",)))
        if provider == "external":
            return errors
    if provider == "external":
        if not identifier:
            errors.append(FieldError("pids.doi", ("Missing DOI for required field.",)))
        elif identifier.startswith((DOI_PREFIX, f"{flavour.doi_prefix}/")):
            errors.append(
                FieldError(
                    "pids.doi",
                    (
                        f"The prefix '{flavour.doi_prefix}' is managed by {flavour.site_name}. Please supply an external DOI "
                        "or select 'No' to have a DOI generated for you.",
                    ),
                )
            )
        return errors
    if identifier and not _is_given_here(db, identifier, flavour):
        prefix = identifier.split("/", 1)[0]
        wrong = f"Wrong DOI {prefix} prefix provided, it should be {flavour.doi_prefix} as defined in the rest client"
        errors.append(FieldError("pids.doi", (wrong,)))
    if not draft.document["metadata"].get("publisher"):
        errors.append(FieldError("metadata.publisher", ("Missing publisher field required for DOI registration.",)))
    return errors


def _is_given_here(db: Database, doi: str, flavour: Flavour) -> bool:
    """Tell whether a DOI may be one of ours: also one that was reserved before DOIs were registered, or when they were."""
    return doi.startswith((f"{DOI_PREFIX}/", f"{flavour.doi_prefix}/")) or registrations.find(db, doi) is not None


def reserve(db: Database, draft: Version, flavour: Flavour) -> None:
    """Give a draft the DOI that it will have.

    Raises
    ------
    RefusedMetadata
        When it has one.
    """
    if "doi" in draft.document["pids"]:
        wrong = FieldError("pids.doi", ("A PID already exists for type doi",))
        raise RefusedMetadata("A validation error occurred.", (wrong,))
    doi = own_doi(draft.number, flavour)
    draft.document["pids"]["doi"] = _managed(doi)
    _keep(db, "doi", doi, MANAGED, "N", draft.number, None)
    _register(db, doi, flavour)


def discard(db: Database, draft: Version) -> None:
    """Take the reserved DOI from a draft again.

    Raises
    ------
    RecordNotFound
        When it has none.
    RefusedMetadata
        When it is the DOI of a published record.
    """
    doi = draft.document["pids"].get("doi")
    row = db.one("SELECT status FROM pids WHERE scheme = 'doi' AND value = ?", doi["identifier"]) if doi else None
    if doi is None or row is None:
        raise RecordNotFound("The persistent identifier does not exist.")
    if row["status"] != "N":
        wrong = FieldError("pids.doi", ("Cannot discard a reserved or registered persistent identifier.",))
        raise RefusedMetadata("A validation error occurred.", (wrong,))
    del draft.document["pids"]["doi"]
    release(db, draft)


def release(db: Database, draft: Version) -> None:
    """Forget what was reserved for a draft and is not in it any more."""
    kept = {pid["identifier"] for pid in draft.document["pids"].values()}
    with db.writing() as connection:
        for row in db.all("SELECT scheme, value FROM pids WHERE record_id = ? AND status = 'N'", draft.number):
            if row["value"] not in kept:
                connection.execute("DELETE FROM pids WHERE scheme = ? AND value = ?", (row["scheme"], row["value"]))
                registrations.changed(db, row["value"])


def publish(db: Database, record: Version, flavour: Flavour, previous: dict[str, Any]) -> None:
    """Fix the identifiers of a record, and those of its concept.

    Parameters
    ----------
    db : Database
        Of the store.
    record : Version
        With the draft's identifiers in its document.
    flavour : Flavour
        How DOIs are made.
    previous : dict
        The identifiers that the record had before; empty at its first publication.
    """
    pids = copy.deepcopy(record.document["pids"])
    restricted = record.access["record"] == "restricted"
    if restricted and not previous:
        pids.pop("doi", None)  # InvenioRDM gives no DOI to what nobody may see
    elif "doi" not in pids and not restricted:
        pids["doi"] = previous.get("doi") or _managed(own_doi(record.number, flavour))
    spelled = identifiers.spell(record.number, flavour.name)
    if not restricted:
        pids.setdefault(
            "oai", previous.get("oai") or {"identifier": f"oai:{oai_prefix(db)}:{spelled}", "provider": "oai"}
        )
    record.document["pids"] = pids
    with db.writing() as connection:
        for scheme, pid in previous.items():
            if pids.get(scheme, {}).get("identifier") != pid["identifier"]:
                connection.execute("DELETE FROM pids WHERE scheme = ? AND value = ?", (scheme, pid["identifier"]))
                registrations.changed(db, pid["identifier"])
        for scheme, pid in pids.items():
            _keep(db, scheme, pid["identifier"], pid["provider"], "R", record.number, None)
        release(db, record)
        if pids.get("doi", {}).get("provider") == MANAGED:
            doi = pids["doi"]["identifier"]
            _register(db, doi, flavour)
            # What begins with a local DOI has a local one for all versions together, too.
            _publish_concept(db, record.parent, FLAVOURS[flavour.name] if doi.startswith(f"{DOI_PREFIX}/") else flavour)


def oai_prefix(db: Database) -> str:
    """Return what OAI identifiers of this store begin with: its own name, as two stores may have the same record id."""
    return f"{(db.meta('uuid') or 'store')[:8]}.localhost"


def _publish_concept(db: Database, parent: Parent, flavour: Flavour) -> None:
    pids = parent.document.setdefault("pids", {})
    if "doi" not in pids:
        doi = own_doi(parent.number, flavour)
        pids["doi"] = _managed(doi)
        _keep(db, "doi", doi, MANAGED, "R", None, parent.number)
    _register(db, pids["doi"]["identifier"], flavour)


def hidden_or_shown(db: Database, record: Version) -> None:
    """Have DataCite hear that a record was deleted or restored, inside the transaction that does it."""
    for document in (record.document, record.parent.document):
        if doi := document.get("pids", {}).get("doi"):
            registrations.changed(db, doi["identifier"])


def _register(db: Database, doi: str, flavour: Flavour) -> None:
    if flavour.registry and doi.startswith(f"{flavour.doi_prefix}/"):
        registrations.begin(db, doi, flavour.registry)
    else:
        registrations.changed(db, doi)


def _keep(
    db: Database, scheme: str, value: str, provider: str, status: str, record_id: int | None, parent_id: int | None
) -> None:
    with db.writing() as connection:
        connection.execute(
            "INSERT INTO pids (scheme, value, provider, status, record_id, parent_id, created, updated) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (scheme, value) DO UPDATE SET provider = excluded.provider, "
            "status = excluded.status, updated = excluded.updated",
            (scheme, value, provider, status, record_id, parent_id, now(), now()),
        )
