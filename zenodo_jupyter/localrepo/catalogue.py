"""What the HTML pages read: records as their JSON, files as streams; only what everybody may see, or the owner in process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from ..doi import DOI
from ..errors import RecordNotFound
from . import access, dois, embargo, entries, facets, identifiers, searching, versions
from .actor import Actor
from .database import Database
from .native import View
from .store import Store


@dataclass(frozen=True)
class Catalogue:
    """A store as one reader sees it.

    Attributes
    ----------
    store : Store
        The data.
    view : callable
        Returns how the present request sees it.
    """

    store: Store
    view: Callable[[], View]

    @property
    def _actor(self) -> Actor:
        return self.view().actor

    @property
    def _db(self) -> Database:
        return self.store.db

    @property
    def site_url(self) -> str:
        """Where the pages are; no slash at the end."""
        return self.view().links.site

    def record(self, id: str) -> dict[str, Any]:
        """Return the native JSON of a published record.

        Raises
        ------
        RecordNotFound, RecordDeleted, AccessDenied
            When there is none, only a tombstone (its ``tombstone`` tells more), or the reader may not see it.
        """
        view = self.view()
        return view.version(view.actor.record(id), file_links=True)

    def preview(self, id: str) -> dict[str, Any]:
        """Return the native JSON of a draft that the reader may see, else of the record; raises as `record` does."""
        view = self.view()
        return view.version(view.actor.preview(id))

    def latest_id(self, id: str) -> str:
        """Return the id of the newest version of a concept or of a version.

        Raises
        ------
        RecordNotFound
            When there is no such concept or record.
        """
        actor = self._actor
        parent = actor.concept(id) or actor.published(id).parent
        if parent.latest is None:
            raise RecordNotFound("The persistent identifier does not exist.")
        return actor.spell(parent.latest)

    def versions(self, id: str) -> list[dict[str, Any]]:
        """Return the native JSON of all versions that the reader may see, newest first."""
        view = self.view()
        actor = view.actor
        parent = actor.concept(id) or actor.published(id).parent
        found = versions.published_versions(self._db, parent)
        return [view.version(v) for v in found if access.may_read(self._db, actor.reader, v)]

    def search(
        self,
        q: str = "",
        page: int = 1,
        size: int = 25,
        sort: str | None = None,
        *,
        mine: bool = False,
        community: str = "",
        chosen: Mapping[str, Sequence[str]] | None = None,
    ) -> tuple[int, list[dict[str, Any]], dict[str, Any]]:
        """Return how many records match, one page of them, and what they can be narrowed to (``aggregations``).

        With ``mine`` those are the reader's own, drafts included; with ``community`` those of the community with this id;
        ``chosen`` names values of facets that are wanted.

        What cannot be read as a query finds its words: a page is no place to be refused.
        """
        view = self.view()
        default = "bestmatch" if q.strip() else "updated-desc" if mine else "newest"
        counted = ("is_published", "access_status", "resource_type") if mine else view.actor.flavour.facets
        embargo.lift(self._actor)
        found = searching.search(
            self._db,
            view.actor.flavour,
            searching.Scope(view.actor.user, mine=mine, community=community),
            searching.Wish(q, sort or default, page, size, counted, chosen or {}),
            words_at_least=True,
        )
        narrowing = facets.to_json(found.counts, chosen or {})
        return found.total, [view.version(v) for v in found.versions], narrowing

    def open_file(self, id: str, key: str, *, preview: bool = False) -> tuple[BinaryIO, int, str, str]:
        """Open a file of a record; with ``preview`` of its draft, where there is one.

        Returns
        -------
        stream : binary stream
            To be closed by the caller.
        size : int
            In bytes.
        md5 : str
            In hexadecimal.
        mtime : str
            When it came, as an ISO 8601 time stamp.

        Raises
        ------
        RecordNotFound, AccessDenied
            When there is no such file, or the reader may not have it.
        """
        actor = self._actor
        version = actor.preview(id) if preview else actor.record(id)
        access.require(access.may_read_files(self._db, actor.reader, version))
        entry = entries.find(self._db, version.bucket, key, id)
        if entry.blob is None or entry.status != "completed":
            raise RecordNotFound(f"Record '{id}' has no file '{key}'.")
        md5 = (entry.checksum or "").partition(":")[2]
        return self.store.blobs.open(entry.blob), entry.size or 0, md5, entry.stored or entry.created

    def doi(self, text: str) -> str | None:
        """Return the id of the record that a DOI names; of the newest version for a concept DOI; None if it is not here."""
        doi = DOI.find(text)
        found = dois.find(self._db, doi.value) if doi else None
        if found is None:
            return None
        number, parent_number = found
        if number is None and parent_number is not None:
            parent = versions.find_parent(self._db, parent_number)
            number = parent.latest if parent else None
        if number is None or versions.find_record(self._db, number) is None:
            return None
        return identifiers.spell(number, self.view().links.flavour)
