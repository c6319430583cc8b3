"""Draft, Record and FileEntry: what a repository says, read from its JSON in this one place.

The JSON is InvenioRDM's native dialect (``Accept: application/vnd.inveniordm.v1+json``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .communities import Community, Request
from .doi import DOI
from .errors import FieldError


@dataclass(frozen=True)
class FileEntry:
    """One file of a draft or record.

    Attributes
    ----------
    key : str
        Its name, folders included, such as ``data/a.csv``.
    size : int or None
        Bytes; None while nothing was committed.
    md5 : str or None
        32 hex digits; None while nothing was committed, or where the repository gives another kind of checksum.
    status : str
        ``pending`` or ``completed``.
    mimetype : str
        What the repository takes it for.
    links : dict
        Addresses: ``self``, ``content``, ``commit`` (drafts), ``parts`` (multipart).
    """

    key: str
    size: int | None = None
    md5: str | None = None
    status: str = "completed"
    mimetype: str = ""
    links: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> FileEntry:
        """Read an entry of ``/files`` or of a record's ``files.entries``."""
        kind, _, digest = (data.get("checksum") or "").partition(":")
        size = data.get("size")
        return cls(
            key=data["key"],
            size=None if size is None else int(size),
            md5=digest if kind == "md5" else None,
            status=data.get("status", "completed"),
            mimetype=data.get("mimetype") or "",
            links=data.get("links") or {},
        )


@dataclass(frozen=True)
class Record:
    """A published record, immutable but for its metadata.

    Attributes
    ----------
    id, concept_id : str
        This version's id and that of all its versions (InvenioRDM's parent id).
    doi, concept_doi : DOI or None
        Of this version, and of all versions; a draft has no concept DOI before its first publication.
    title : str
        May be empty in a draft.
    metadata, custom_fields, access, pids : dict
        Native JSON, as the repository gave it.
    files : tuple of FileEntry
        Empty where the reader may not see them.
    version : str
        The version label, such as ``v2``; may be empty.
    index : int
        1 for the first version.
    is_latest : bool
        Whether no newer version is published.
    owner : str
        The owner's user id, empty where it is not told.
    created, updated : str
        ISO 8601, UTC.
    html_url : str
        The landing page; of a draft, the one that it will have.
    links : dict
        All the addresses that the repository names.
    revision : int
        Counts every change.
    communities : tuple of Community
        Those that it is in, with all its versions.
    preview : str
        The file that its page shows first; empty where that is left to the repository.
    """

    id: str
    concept_id: str
    doi: DOI | None
    concept_doi: DOI | None
    title: str
    metadata: dict[str, Any]
    custom_fields: dict[str, Any]
    access: dict[str, Any]
    pids: dict[str, Any]
    files: tuple[FileEntry, ...]
    version: str
    index: int
    is_latest: bool
    owner: str
    created: str
    updated: str
    html_url: str
    links: dict[str, Any]
    revision: int
    communities: tuple[Community, ...]
    preview: str

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Any:
        """Read native record or draft JSON."""
        return cls(**_fields(data))

    @property
    def total_bytes(self) -> int:
        """The size of all files together, in bytes."""
        return sum(f.size or 0 for f in self.files)

    @property
    def description(self) -> dict[str, Any]:
        """What it says of itself and who may see it, as `Metadata.from_native` reads it."""
        return {"metadata": self.metadata, "access": self.access, "custom_fields": self.custom_fields}

    @property
    def files_restricted(self) -> bool:
        """Whether the files may be read by chosen people only."""
        return self.access.get("files") == "restricted" or self.access.get("record") == "restricted"

    def file(self, key: str) -> FileEntry | None:
        """Return the file of that name, or None."""
        return next((f for f in self.files if f.key == key), None)

    def to_json(self) -> dict[str, Any]:
        """Return the short form that the doors show."""
        return {
            "id": self.id,
            "concept_id": self.concept_id,
            "doi": str(self.doi) if self.doi else None,
            "concept_doi": str(self.concept_doi) if self.concept_doi else None,
            "title": self.title,
            "version": self.version,
            "index": self.index,
            "is_latest": self.is_latest,
            "created": self.created,
            "updated": self.updated,
            "html_url": self.html_url,
            "metadata": self.metadata,
            "access": self.access,
            "files": [
                {"key": f.key, "size": f.size, "md5": f.md5, "content": f.links.get("content")} for f in self.files
            ],
        }


@dataclass(frozen=True)
class Draft(Record):
    """An unpublished, mutable copy.

    Attributes
    ----------
    errors : tuple of FieldError
        What the repository finds missing or wrong so far.
    is_published : bool
        Whether it holds changes to a published record.
    review : Request or None
        The community's review that it goes to, is in, or was declined by.
    """

    errors: tuple[FieldError, ...] = ()
    is_published: bool = False
    review: Request | None = None

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Any:
        """Read native draft JSON with its soft errors."""
        review = (data.get("parent") or {}).get("review")
        return cls(
            **_fields(data),
            errors=tuple(FieldError.from_json(e) for e in data.get("errors") or ()),
            is_published=bool(data.get("is_published")),
            review=Request.from_json(review) if review else None,
        )


def _doi(pids: dict[str, Any] | None) -> DOI | None:
    value = ((pids or {}).get("doi") or {}).get("identifier")
    return DOI(value.lower()) if value else None


def _fields(data: dict[str, Any]) -> dict[str, Any]:
    parent = data.get("parent") or {}
    metadata = data.get("metadata") or {}
    versions = data.get("versions") or {}
    links = data.get("links") or {}
    entries = (data.get("files") or {}).get("entries") or {}
    if isinstance(entries, dict):  # a record names its files by key, a file list is a list
        entries = list(entries.values())
    return {
        "id": str(data["id"]),
        "concept_id": str(parent.get("id") or ""),
        "doi": _doi(data.get("pids")),
        "concept_doi": _doi(parent.get("pids")),
        "title": metadata.get("title") or "",
        "metadata": metadata,
        "custom_fields": data.get("custom_fields") or {},
        "access": data.get("access") or {},
        "pids": data.get("pids") or {},
        "files": tuple(FileEntry.from_json(e) for e in entries),
        "version": metadata.get("version") or "",
        "index": int(versions.get("index") or 1),
        "is_latest": bool(versions.get("is_latest", True)),
        "owner": str(((parent.get("access") or {}).get("owned_by") or {}).get("user") or ""),
        "created": data.get("created") or "",
        "updated": data.get("updated") or "",
        # A draft's own page is its form; what it will be cited by is the page of its record.
        "html_url": links.get("record_html") or links.get("self_html") or "",
        "links": links,
        "revision": int(data.get("revision_id") or 0),
        "preview": (data.get("files") or {}).get("default_preview") or "",
        "communities": tuple(
            Community.from_json(entry)
            for entry in (parent.get("communities") or {}).get("entries") or ()
            if entry.get("slug")  # one that was deleted has none
        ),
    }
