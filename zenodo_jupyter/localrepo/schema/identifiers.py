"""Identifiers of people, works and places, with their schemes guessed, checked and normalised by idutils."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import idutils
from marshmallow import Schema, ValidationError, post_load, pre_load, validates_schema

from .fields import REQUIRED, DistinctList, Text

Check = Callable[[str], Any]


def _anything(_: str) -> bool:
    return True


#: Scheme: label in error texts, check. Those of InvenioRDM's configuration (``RDM_RECORDS_*_SCHEMES``).
PERSON = {
    "orcid": ("ORCID", idutils.is_orcid),
    "isni": ("ISNI", idutils.is_isni),
    "gnd": ("GND", idutils.is_gnd),
    "ror": ("ROR", idutils.is_ror),
}
WORK: dict[str, tuple[str, Check]] = {
    "ark": ("ARK", idutils.is_ark),
    "arxiv": ("arXiv", idutils.is_arxiv),
    "ads": ("Bibcode", idutils.is_ads),
    "crossreffunderid": ("Crossref Funder ID", _anything),
    "cstr": ("CSTR", idutils.is_cstr),
    "doi": ("DOI", idutils.is_doi),
    "ean13": ("EAN13", idutils.is_ean13),
    "eissn": ("EISSN", idutils.is_issn),
    "grid": ("GRID", _anything),
    "handle": ("Handle", idutils.is_handle),
    "igsn": ("IGSN", _anything),
    "isbn": ("ISBN", idutils.is_isbn),
    "isni": ("ISNI", idutils.is_isni),
    "issn": ("ISSN", idutils.is_issn),
    "istc": ("ISTC", idutils.is_istc),
    "lissn": ("LISSN", idutils.is_issn),
    "lsid": ("LSID", idutils.is_lsid),
    "pmid": ("PMID", idutils.is_pmid),
    "purl": ("PURL", idutils.is_purl),
    "rrid": ("RRID", idutils.is_rrid),
    "upc": ("UPC", _anything),
    "url": ("URL", idutils.is_url),
    "urn": ("URN", idutils.is_urn),
    "wikidata": ("Wikidata", idutils.is_wikidata),
    "w3id": ("W3ID", _anything),
    "other": ("Other", _anything),
}
PLACE: dict[str, tuple[str, Check]] = {
    "wikidata": ("Wikidata", idutils.is_wikidata),
    "geonames": ("GeoNames", _anything),
}
AWARD: dict[str, tuple[str, Check]] = {"url": ("URL", idutils.is_url), "doi": ("DOI", idutils.is_doi)}
SUBJECT: dict[str, tuple[str, Check]] = {"gnd": ("GND", idutils.is_gnd), "url": ("URL", idutils.is_url)}
#: Zenodo adds the marine organisations' directory.
EDMO = ("EDMO", re.compile(r"https://edmo\.seadatanet\.org/report/\d+\Z").match)


class Identifier(Schema):
    """``{"identifier", "scheme"}``.

    Parameters
    ----------
    schemes : dict
        The schemes allowed here.
    required : bool
        Whether it may be empty.
    """

    identifier = Text()
    scheme = Text()

    def __init__(self, schemes: dict[str, tuple[str, Check]], *, required: bool = True, **options: Any) -> None:
        self._schemes, self._required = schemes, required
        super().__init__(**options)

    @pre_load
    def guess_scheme(self, data: Any, **_: Any) -> Any:
        """Fill in the first scheme that fits."""
        if not isinstance(data, dict) or data.get("scheme") or not isinstance(data.get("identifier"), str):
            return data
        value = data["identifier"].strip()
        guessed = (
            next((s for s in idutils.detect_identifier_schemes(value) if s in self._schemes), None) if value else None
        )
        return data if guessed is None else {**data, "scheme": guessed}

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        """Check the scheme, and the identifier against it."""
        identifier, scheme = data.get("identifier"), data.get("scheme")
        if not self._required and not identifier and not scheme:
            return
        errors = {}
        if not scheme:
            errors["scheme"] = "No valid scheme recognized for identifier." if identifier else REQUIRED
        elif scheme not in self._schemes:
            errors["scheme"] = "Invalid scheme."
        if not identifier:
            errors["identifier"] = REQUIRED
        elif scheme in self._schemes:
            label, valid = self._schemes[scheme]
            if not valid(identifier):
                errors["identifier"] = f"Invalid {label} identifier."
        if errors:
            raise ValidationError(errors)  # type: ignore[arg-type]

    @post_load
    def normalise(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Write the identifier in the one spelling of its scheme."""
        if data.get("identifier"):
            data["identifier"] = idutils.normalize_pid(data["identifier"], data["scheme"])
        return data


def one_per_scheme(items: Any, **options: Any) -> DistinctList:
    """Return a list in which every scheme occurs once."""
    return DistinctList(items, lambda i: i.get("scheme"), "Only one identifier per scheme is allowed.", **options)


def no_duplicates(items: Any, **options: Any) -> DistinctList:
    """Return a list in which every identifier occurs once."""
    return DistinctList(
        items,
        lambda i: (i.get("scheme"), i.get("identifier")),
        "Duplicated identifier entry is not allowed.",
        **options,
    )
