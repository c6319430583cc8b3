"""The formats in which a record is handed on, one file per family; each writes text from native JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .. import citation, landing
from . import cff, datacite, dublincore, marcxml


@dataclass(frozen=True)
class Export:
    """One format.

    Attributes
    ----------
    title : str
        What pages call it.
    mimetype : str
        Its media type, by which the API is asked for it.
    ending : str
        Of a file with it.
    write : callable
        Makes the text out of a record's native JSON.
    """

    title: str
    mimetype: str
    ending: str
    write: Callable[[dict[str, Any]], str]


def _json(record: Any) -> str:
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"


#: What ``/records/{id}/export/{format}`` offers, by InvenioRDM's names.
EXPORTS: dict[str, Export] = {
    "json": Export("JSON", "application/json", "json", _json),
    "json-ld": Export(
        "JSON-LD", "application/ld+json", "json", lambda r: _json(landing.json_ld(r, r["links"]["self_html"]))
    ),
    "csl": Export("CSL-JSON", "application/vnd.citationstyles.csl+json", "json", lambda r: _json(citation.csl(r))),
    "datacite-json": Export("DataCite JSON", "application/vnd.datacite.datacite+json", "json", datacite.json_text),
    "datacite-xml": Export("DataCite XML", "application/vnd.datacite.datacite+xml", "xml", datacite.xml_text),
    "dublincore": Export("Dublin Core", "application/x-dc+xml", "xml", dublincore.xml_text),
    "marcxml": Export("MARCXML", "application/marcxml+xml", "xml", marcxml.xml_text),
    "bibtex": Export("BibTeX", "application/x-bibtex", "bib", citation.bibtex),
    "cff": Export("CITATION.cff", "application/x-yaml", "cff", cff.text),
}
