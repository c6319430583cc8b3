"""A record as a Citation File Format file (``CITATION.cff``, 1.2.0)."""

from __future__ import annotations

import re
from typing import Any

from .. import citation, landing, markup

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def text(record: dict[str, Any]) -> str:
    """Write the file."""
    import yaml

    metadata = record.get("metadata") or {}
    found, registered = citation.doi(record), citation.is_registered(record)
    kind = (metadata.get("resource_type") or {}).get("id", "")
    date = metadata.get("publication_date") or ""
    licences = [spdx for right in metadata.get("rights") or () if (spdx := _spdx(right.get("id") or ""))]
    why = f"DOI {citation.why_not_registered(record)}"
    local = {"type": "other", "value": found.value, "description": why} if found else {}
    said: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "If you use this work, please cite it using the metadata from this file.",
        "type": "software" if kind.startswith("software") else "dataset",
        "title": metadata.get("title") or "Untitled",
        "abstract": markup.plain(metadata.get("description") or ""),
        "authors": [_author(c) for c in metadata.get("creators") or ()],
        "version": str(metadata["version"]) if metadata.get("version") else None,
        "date-released": date if _DAY.fullmatch(date) else None,
        # Other licences than one of SPDX cannot be named here; they are on the landing page.
        "license": licences[0] if len(licences) == 1 else licences,
        "keywords": list(dict.fromkeys(landing.subjects(record))),
        "doi": found.value if found and registered else None,
        "identifiers": [local] if local and not registered else None,
        "url": citation.address(record),
    }
    kept = {name: value for name, value in said.items() if value}
    return yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=1000)


def _author(entry: dict[str, Any]) -> dict[str, str]:
    person = entry.get("person_or_org") or {}
    orcid = next((i["identifier"] for i in person.get("identifiers") or () if i.get("scheme") == "orcid"), "")
    place = next((a.get("name") or "" for a in entry.get("affiliations") or ()), "")
    if not person.get("family_name"):
        return {"name": person.get("name") or "Unknown"}
    said = {
        "family-names": person["family_name"],
        "given-names": person.get("given_name") or "",
        "affiliation": place,
        "orcid": f"https://orcid.org/{orcid}" if orcid else "",
    }
    return {name: value for name, value in said.items() if value}


def _spdx(id: str) -> str:
    """Return SPDX's own spelling of a licence, which is not in lower case; empty if it is none.

    >>> _spdx("cc-by-4.0"), _spdx("other-open")
    ('CC-BY-4.0', '')
    """
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    try:
        return str(canonicalize_license_expression(id))
    except InvalidLicenseExpression:
        return ""
