"""ro-crate-metadata.json: what is published, for machines (RO-Crate 1.3).

The specification is at https://w3id.org/ro/crate/1.3. Same input, same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from ..metadata.licences import spdx_id
from ..metadata.people import name_of
from ..metadata.prose import in_english, plain
from .work import ROLES, FileFacts, Work

_VERSION = "1.3"
# Media types by suffix; Python's own table depends on files of the operating system. RFC 4180, RFC 8259 and IANA's
# registry; the notebook's is Jupyter's own.
_MEDIA_TYPES = {
    ".ipynb": "application/x-ipynb+json", ".html": "text/html", ".csv": "text/csv", ".tsv": "text/tab-separated-values",
    ".txt": "text/plain", ".md": "text/markdown", ".json": "application/json", ".geojson": "application/geo+json",
    ".py": "text/x-python", ".r": "text/x-r", ".jl": "text/x-julia", ".cff": "application/yaml", ".yml": "application/yaml",
    ".yaml": "application/yaml", ".toml": "application/toml", ".xml": "application/xml", ".pdf": "application/pdf",
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".svg": "image/svg+xml",
    ".tif": "image/tiff", ".tiff": "image/tiff", ".webp": "image/webp", ".zip": "application/zip", ".gz": "application/gzip",
    ".tar": "application/x-tar", ".h5": "application/x-hdf5", ".hdf5": "application/x-hdf5", ".nc": "application/x-netcdf",
    ".parquet": "application/vnd.apache.parquet", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".sqlite": "application/vnd.sqlite3", ".mp4": "video/mp4", ".wav": "audio/wav", ".mp3": "audio/mpeg",
}  # fmt: skip
# Relations that schema.org has a word for.
_RELATIONS = {"cites": "citation", "references": "citation", "isderivedfrom": "isBasedOn", "ispartof": "isPartOf"}

# Pages of languages that notebooks are written in.
_LANGUAGES = {"python": "https://www.python.org/", "r": "https://www.r-project.org/", "julia": "https://julialang.org/"}
#: What a crate conforms to that tells of a run.
_PROCESS = "https://w3id.org/ro/wfrun/process/0.5"

Entity = dict[str, Any]


def ro_crate(work: Work, files: Sequence[FileFacts], actions: Sequence[Entity] = ()) -> str:
    """Return ``ro-crate-metadata.json``.

    Parameters
    ----------
    work : Work
        What is published.
    files : sequence of FileFacts
        The files of the record, without the crate itself; their order does not matter.
    actions : sequence of dict
        Entities that tell how files came to be, each with an ``@id`` that is no file's.
    """
    said = work.metadata
    things: dict[str, Entity] = {}  # people, places, licences: each once, by @id

    def refer(entity: Entity) -> Entity:
        known = things.get(entity["@id"])
        if known is None or known["@id"].endswith(known["name"]):  # so far known by its id only
            things[entity["@id"]] = entity
        return {"@id": entity["@id"]}

    def person(one: Mapping[str, Any]) -> Entity:
        where = [refer(_organisation(a)) for a in one.get("affiliations", ())]
        if one.get("type") == "organizational":
            return refer(_organisation({"id": one.get("ror"), "name": one.get("name")}))
        iri = f"https://orcid.org/{one['orcid']}" if one.get("orcid") else f"#{_slug(name_of(one))}"
        names = {"familyName": one.get("family_name"), "givenName": one.get("given_name")}
        return refer(_filled({"@id": iri, "@type": "Person", "name": name_of(one), **names, "affiliation": where}))

    listed = sorted((file for file in files if file.role != "crate"), key=lambda file: file.key)
    related: dict[str, list[Entity]] = {}
    for item in said.related_identifiers:
        word = _RELATIONS.get(item.get("relation", ""))
        if word:
            work_there = {"@id": _address(item), "@type": "CreativeWork", "name": item["identifier"]}
            related.setdefault(word, []).append(refer(work_there))
    publisher = said.publisher or work.repository
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": said.title or work.notebook,
        "description": plain(said.description or "") or said.title,
        "datePublished": (said.publication_date or "").split("/")[0],
        "identifier": (work.doi_url or str(work.doi)) if work.doi else None,
        "url": work.url,
        "version": said.version,
        "license": [refer(_licence(item)) for item in said.rights],
        "author": [person(one) for one in said.creators],
        "contributor": [person(one) for one in said.contributors],
        "publisher": refer({"@id": f"#{_slug(publisher)}", "@type": "Organization", "name": publisher})
        if publisher
        else None,
        "keywords": [item.get("subject") or item.get("id") for item in said.subjects],
        "inLanguage": list(said.languages),
        "funder": [refer(_organisation(item["funder"])) for item in said.funding if item.get("funder")],
        **related,
        "mainEntity": {"@id": iri(work.notebook)} if work.notebook else None,
        "hasPart": [{"@id": iri(file.key)} for file in listed],
        "conformsTo": refer(
            {"@id": _PROCESS, "@type": ["CreativeWork", "Profile"], "name": "Process Run Crate", "version": "0.5"}
        )
        if actions
        else None,
        "mentions": [{"@id": act["@id"]} for act in actions if act["@type"] == "CreateAction"],
    }
    entities = [_file(file, work, said.programming_languages, refer) for file in listed]
    things |= {act["@id"]: {**act, **things.get(act["@id"], {})} for act in actions}
    return _written(_filled(root), [*entities, *(things[key] for key in sorted(things))])


def _written(root: Entity, entities: Sequence[Entity]) -> str:
    """Return the crate of these entities, as the reference library writes it but for its clock."""
    from rocrate.rocrate import ROCrate

    crate = ROCrate(version=_VERSION)
    del crate.root_dataset["datePublished"]  # now, where nothing else is said
    crate.update_jsonld(root)
    for entity in entities:
        crate.add_jsonld(dict(entity))
    return json.dumps(crate.metadata.generate(), indent=2, ensure_ascii=False) + "\n"


def _file(file: FileFacts, work: Work, languages: Sequence[str], refer: Any) -> Entity:
    entity: Entity = {
        "@id": iri(file.key),
        "@type": "File",
        "name": PurePosixPath(file.key).name,
        "contentSize": str(file.size),
        "encodingFormat": media_type(file.key),
        "sha256": file.sha256,
        "description": ROLES.get(file.role),
    }
    if file.role == "notebook":
        entity["@type"] = ["File", "SoftwareSourceCode"]
        entity["programmingLanguage"] = [_language(name, work.language, refer) for name in languages]
    return _filled(entity)


def _language(name: str, version: str, refer: Any) -> Any:
    """Return a language with its page and version, which the specification asks of the entity; else its bare name."""
    page = _LANGUAGES.get(name.lower())
    if not page or not version:
        return name
    entity = {
        "@id": f"#language-{_slug(name)}",
        "@type": "ComputerLanguage",
        "name": name,
        "url": page,
        "version": version,
    }
    return refer(entity)


def media_type(key: str) -> str:
    """Return the media type that a file's name stands for.

    >>> media_type("data/a.CSV"), media_type("model.xyz")
    ('text/csv', 'application/octet-stream')
    """
    return _MEDIA_TYPES.get(PurePosixPath(key).suffix.lower(), "application/octet-stream")


def _organisation(item: Mapping[str, Any]) -> Entity:
    name = item.get("name") or item.get("id") or ""
    iri = f"https://ror.org/{item['id']}" if item.get("id") else f"#{_slug(name)}"
    return {"@id": iri, "@type": "Organization", "name": name}


def _licence(item: Mapping[str, Any]) -> Entity:
    if item.get("id"):
        name = spdx_id(item["id"])
        return {"@id": f"https://spdx.org/licenses/{name}", "@type": "CreativeWork", "name": name}
    title = in_english(item.get("title"))
    return {"@id": item.get("link") or f"#{_slug(title)}", "@type": "CreativeWork", "name": title}


def _address(item: Mapping[str, Any]) -> str:
    text = item["identifier"]
    if "://" in text:
        return text
    return f"https://doi.org/{quote(text, safe='/:;()._-')}" if text.startswith("10.") else f"#{_slug(text)}"


def iri(key: str) -> str:
    """Return a file's path as a relative IRI: what a path may hold and an IRI may not is percent-encoded, letters are not."""
    return re.sub(r"[\x00-\x7f]+", lambda part: quote(part[0], safe="/!$&'()*+,;=@-._~"), key)


def _slug(text: str) -> str:
    return quote(re.sub(r"\W+", "-", text.strip().lower()).strip("-") or "unnamed")


def _filled(entity: Entity) -> Entity:
    """Drop what is empty; a list of one is that one."""
    filled: Entity = {}
    for key, value in entity.items():
        one = isinstance(value, list) and len(value) == 1 and key != "hasPart"
        if value not in (None, "", []):
            filled[key] = value[0] if one else value
    return filled
