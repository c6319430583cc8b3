"""InvenioRDM's native JSON of drafts, records and files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from ..errors import FieldError
from . import access, communities, community_json, entries, identifiers, registrations, relations, request, versions
from .actor import Actor
from .entries import Entry
from .links import Links
from .versions import Version

#: The links of parts that InvenioRDM hands out are good for two weeks.
_PART_DAYS = 14
#: What a record shows of a file's metadata; the files routes show all of it.
_FILE_METADATA = ("page", "type", "language", "encoding", "charset", "previewer", "width", "height")
#: What a draft is, by what its request is.
_UNDER_REVIEW = {"created": "draft_with_review", "submitted": "in_review", "declined": "declined"}
# Side files for the viewer; a part of the record's JSON, and empty here.
_NO_MEDIA: dict[str, Any] = {"enabled": False, "order": [], "count": 0, "total_bytes": 0, "entries": {}}
_NO_STATS = {"views": 0, "unique_views": 0, "downloads": 0, "unique_downloads": 0, "data_volume": 0.0}


@dataclass(frozen=True)
class View:
    """What somebody sees from where they are.

    Attributes
    ----------
    actor : Actor
        Who looks.
    links : Links
        From where.
    """

    actor: Actor
    links: Links

    def version(
        self,
        version: Version,
        errors: Iterable[FieldError] | None = None,
        *,
        had_files: bool | None = None,
        file_links: bool = False,
    ) -> dict[str, Any]:
        """Return the JSON of a draft or a record.

        Parameters
        ----------
        version : Version
            What is shown.
        errors : iterable of FieldError, optional
            Soft errors of the request that is answered.
        had_files : bool, optional
            InvenioRDM computes ``access.status`` of an answer to POST and PUT before it applies ``files.enabled``.
        file_links : bool
            Whether each file of a record has links, as in the answer to GET.
        """
        db, user = self.actor.db, self.actor.reader
        document = relations.spell_out(version.document)
        parent = version.parent
        manages = access.level(db, user, parent) in ("edit", "manage")
        has_files = version.files_enabled if had_files is None else had_files
        is_published = not version.is_draft or versions.find_record(db, version.number) is not None
        body: dict[str, Any] = {
            "id": self._spell(version.number),
            "created": version.created,
            "updated": version.updated,
            "links": self.links.version(
                version, is_published=is_published, registered=lambda doi: registrations.address(db, doi)
            ),
            "revision_id": version.revision,
            "parent": self._parent(version, manages),
            "versions": {"is_latest": version.is_latest, "index": version.index},
            "is_published": is_published,
            "is_draft": version.is_draft,
            "pids": document["pids"],
            "metadata": document["metadata"],
            "custom_fields": document["custom_fields"],
            "access": {**version.access, "status": access.status(version.access, has_files=has_files)},
            "files": self._files(version, file_links),
            "media_files": {**_NO_MEDIA} if access.may_read_files(db, user, version) else {"enabled": False},
            "status": "published",
        }
        if manages:
            body["versions"]["is_latest_draft"] = parent.next_draft in (None, version.number)
        if version.is_draft:
            body["expires_at"] = version.expires
            body["status"] = self._draft_status(version, is_published)
        else:
            body["deletion_status"] = {"is_deleted": False, "status": "P"}
            body["stats"] = self._stats(version)
        listed = [e.to_json() for e in errors or ()]
        if listed:
            body["errors"] = listed
        return body

    def _spell(self, number: int) -> str:
        return identifiers.spell(number, self.links.flavour)

    def _parent(self, version: Version, manages: bool) -> dict[str, Any]:
        parent = version.parent
        shown: dict[str, Any] = {
            "owned_by": {"user": str(parent.owner)},
            "settings": parent.document["access"]["settings"],
        }
        if manages:
            shown |= {"grants": [], "links": []}
        native: dict[str, Any] = {"id": self._spell(parent.number), "access": shown}
        review = self._review(version) if manages else None
        if review is not None:
            kept = ("id", "type", "status")
            native["review"] = {
                **{name: getattr(review, name) for name in kept},
                "title": "",
                "links": {},
                "receiver": {"community": review.receiver},
            }
        held = parent.document.get("communities") or {}
        if held.get("ids"):
            found = (communities.find(self.actor.db, id) for id in held["ids"])
            held = {**held, "entries": [community_json.entry(c) for c in found if c]}
        return {**native, "communities": held, "pids": parent.document.get("pids", {})}

    def _review(self, version: Version) -> request.Request | None:
        return request.of_draft(self.actor.db, version)

    def _draft_status(self, version: Version, is_published: bool) -> str:
        if is_published:
            return "published"
        review = self._review(version)
        status = _UNDER_REVIEW.get(review.status, "") if review else ""
        if version.index > 1:
            return "new_version_draft"
        return status or "draft"

    def _files(self, version: Version, with_links: bool) -> dict[str, Any]:
        settings = version.document["files"]
        shown: dict[str, Any] = {"enabled": settings["enabled"]}
        if not access.may_read_files(self.actor.db, self.actor.reader, version):
            return shown
        done = [e for e in entries.listing(self.actor.db, version.bucket) if e.status == "completed"]
        if settings.get("default_preview"):
            shown["default_preview"] = settings["default_preview"]
        shown |= {
            "order": [],
            "count": len(done),
            "total_bytes": sum(e.size or 0 for e in done),
            "entries": {e.key: self._record_entry(version, e, with_links) for e in done},
        }
        return shown

    def _record_entry(self, version: Version, entry: Entry, with_links: bool) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": entry.file_id,
            "checksum": entry.checksum,
            "ext": entries.extension(entry.key, entry.mimetype),
            "size": entry.size,
            "mimetype": entry.mimetype,
            "storage_class": "L",
            "key": entry.key,
            "metadata": {k: v for k, v in (entry.details["metadata"] or {}).items() if k in _FILE_METADATA},
            "access": entry.details["access"],
        }
        if with_links:
            shown["links"] = self.links.file(version, entry)
        return shown

    def _stats(self, version: Version) -> dict[str, Any]:
        db = self.actor.db
        return {
            "this_version": _stats(db.all("SELECT * FROM stats WHERE record_id = ?", version.number)),
            "all_versions": _stats(db.all("SELECT * FROM stats WHERE parent_id = ?", version.parent.number)),
        }

    def file(self, version: Version, entry: Entry, errors: str = "") -> dict[str, Any]:
        """Return the JSON of one file, as the files routes answer it."""
        shown = self.file_alone(entry) | {"links": self.links.file(version, entry)}
        if entry.in_parts:
            shown["links"] = self._part_links(shown["links"], entry)
        if errors:
            shown["errors"] = errors
        return shown

    @staticmethod
    def file_alone(entry: Entry) -> dict[str, Any]:
        """Return the JSON of a file without its links."""
        shown: dict[str, Any] = {"created": entry.created, "updated": entry.updated}
        if entry.file_id:
            shown |= {
                "mimetype": entry.mimetype,
                "version_id": entry.version_id,
                "file_id": entry.file_id,
                "bucket_id": entry.bucket,
            }
        shown |= {
            "metadata": entry.details["metadata"],
            "access": entry.details["access"],
            "key": entry.key,
            "transfer": entry.transfer,
            "status": entry.status,
        }
        if entry.file_id:
            shown |= {"checksum": entry.checksum, "size": entry.size, "storage_class": "L"}
        else:  # what was announced, as far as it was
            shown |= {k: v for k, v in (("checksum", entry.checksum), ("size", entry.size)) if v is not None}
        return shown

    @staticmethod
    def _part_links(links: dict[str, Any], entry: Entry) -> dict[str, Any]:
        content = links.pop("content")
        until = (datetime.now(timezone.utc) + timedelta(days=_PART_DAYS)).isoformat()
        parts = [
            {"part": n, "url": f"{content}/{n}", "expiration": until} for n in range(1, entry.transfer["parts"] + 1)
        ]
        return {**links, "parts": parts}

    def files(self, version: Version) -> dict[str, Any]:
        """Return the JSON of all files, as the files routes answer it."""
        settings = version.document["files"]
        own = self.links.files(version)
        shown: dict[str, Any] = {
            "enabled": settings["enabled"],
            "links": {"self": own, "archive": f"{own}-archive"},
        }
        if settings["enabled"]:
            listed = entries.listing(self.actor.db, version.bucket)
            shown |= {
                "entries": [self.file(version, entry) for entry in listed],
                "default_preview": settings.get("default_preview"),
                "order": [],
            }
        return shown


def _stats(rows: list[Any]) -> dict[str, Any]:
    stats: dict[str, Any] = dict(_NO_STATS)
    for row in rows:
        stats[f"{row['kind']}s"] += row["total"]
        stats[f"unique_{row['kind']}s"] += row["unique_total"]
        stats["data_volume"] += float(row["volume"])
    return stats
