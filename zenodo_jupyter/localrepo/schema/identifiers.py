"""Identifiers of people, works and places, with their schemes guessed, checked and normalised by idutils."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, post_load, pre_load, validates_schema

from .fields import REQUIRED, DistinctList, Text

Schemes = Mapping[str, tuple[str, str]]

# idutils compiles half a second of regular expressions when it is imported, so that happens at the first identifier.
# Here it is named: scheme, label in error texts, name of the check in idutils (none: anything will do).
#: The schemes of InvenioRDM's configuration (``RDM_RECORDS_*_SCHEMES``).
PERSON: Schemes = {
    "orcid": ("ORCID", "is_orcid"),
    "isni": ("ISNI", "is_isni"),
    "gnd": ("GND", "is_gnd"),
    "ror": ("ROR", "is_ror"),
}
WORK: Schemes = {
    "ark": ("ARK", "is_ark"),
    "arxiv": ("arXiv", "is_arxiv"),
    "ads": ("Bibcode", "is_ads"),
    "crossreffunderid": ("Crossref Funder ID", ""),
    "cstr": ("CSTR", "is_cstr"),
    "doi": ("DOI", "is_doi"),
    "ean13": ("EAN13", "is_ean13"),
    "eissn": ("EISSN", "is_issn"),
    "grid": ("GRID", ""),
    "handle": ("Handle", "is_handle"),
    "igsn": ("IGSN", ""),
    "isbn": ("ISBN", "is_isbn"),
    "isni": ("ISNI", "is_isni"),
    "issn": ("ISSN", "is_issn"),
    "istc": ("ISTC", "is_istc"),
    "lissn": ("LISSN", "is_issn"),
    "lsid": ("LSID", "is_lsid"),
    "pmid": ("PMID", "is_pmid"),
    "purl": ("PURL", "is_purl"),
    "rrid": ("RRID", "is_rrid"),
    "upc": ("UPC", ""),
    "url": ("URL", "is_url"),
    "urn": ("URN", "is_urn"),
    "wikidata": ("Wikidata", "is_wikidata"),
    "w3id": ("W3ID", ""),
    "other": ("Other", ""),
}
PLACE: Schemes = {
    "wikidata": ("Wikidata", "is_wikidata"),
    "geonames": ("GeoNames", ""),
}
AWARD: Schemes = {"url": ("URL", "is_url"), "doi": ("DOI", "is_doi")}
SUBJECT: Schemes = {"gnd": ("GND", "is_gnd"), "url": ("URL", "is_url")}


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

    def __init__(self, schemes: Schemes, *, required: bool = True, **options: Any) -> None:
        self._schemes, self._required = schemes, required
        super().__init__(**options)

    @pre_load
    def guess_scheme(self, data: Any, **_: Any) -> Any:
        """Fill in the first scheme that fits."""
        if not isinstance(data, dict) or data.get("scheme") or not isinstance(data.get("identifier"), str):
            return data
        import idutils

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
        elif scheme and scheme in self._schemes:
            label, check = self._schemes[scheme]
            if not _is_valid(check, identifier):
                errors["identifier"] = f"Invalid {label} identifier."
        if errors:
            raise ValidationError(errors)  # type: ignore[arg-type]

    @post_load
    def normalise(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Write the identifier in the one spelling of its scheme."""
        if data.get("identifier"):
            import idutils

            data["identifier"] = idutils.normalize_pid(data["identifier"], data["scheme"])
        return data


def _is_valid(check: str, identifier: str) -> bool:
    if not check:
        return True
    import idutils

    return bool(getattr(idutils, check)(identifier))


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
