"""A repository and its verbs: drafts, records, search."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .answers import json_of, read
from .api import SLOW, segment
from .doi import DOI
from .errors import RecordDeleted, RecordNotFound, RefusedMetadata, WasRefused
from .files import Files
from .records import Draft, Record

#: How often to look for what was published or made, with growing waits (about 15 s in all), before it is tried again.
LOOKS = 5
#: Vocabularies that have a route of their own; the others are below ``/vocabularies``.
_OWN_ROUTE = {"affiliations", "awards", "funders", "names", "subjects"}


@dataclass(frozen=True)
class SearchPage:
    """One page of results.

    Attributes
    ----------
    total : int
        Of all pages.
    records : tuple of Record
        Those of this page; among one's own, unpublished ones are `Draft`.
    page, size : int
        Which page, counted from 1, and how long a page is.
    """

    total: int
    records: tuple[Record, ...]
    page: int
    size: int


class Repository(Files):
    """A place that speaks the InvenioRDM API: Zenodo, its sandbox, any other, and the embedded one.

    Every verb raises `CouldNotAsk` when no usable answer came, and a `WasRefused` when the answer was no; what else it
    raises is said with it. See `NativeAPI` for how one is made; `repositories.repository` makes one by name.
    """

    # -- the account ---------------------------------------------------------------------------------------------------

    def test_token(self) -> str:
        """Return the account's id where the repository tells it, else ``ok``.

        Raises
        ------
        AccessDenied
            When there is no token, or it is wrong: an InvenioRDM takes a wrong one for none.
        """
        params = {"size": 1, "shared_with_me": "false"}
        response = self.ask("GET", "/user/records", params=params, what="your records")
        mine = self._page(json_of(response, self.session), 1, 1).records
        return response.headers.get("X-User-ID") or (mine[0].owner if mine else "") or "ok"

    def my_drafts(self, q: str = "") -> list[Draft]:
        """Return this account's unpublished drafts, the newest first.

        Parameters
        ----------
        q : str
            Words or a query in InvenioRDM's syntax.
        """
        query = "is_published:false" + (f" AND ({q})" if q else "")
        params = {"q": query, "sort": "newest", "shared_with_me": "false"}
        drafts = [read(Draft.from_json, hit, self.session) for hit in self.hits("/user/records", params, "your drafts")]
        return [draft for draft in drafts if not draft.is_published]

    def find_draft_by_mark(self, mark: str) -> Draft | None:
        """Return this account's newest unpublished draft that has a mark among its identifiers, or None.

        All drafts are looked through, because a search for the mark would ask an index that may lag behind. A draft that
        was made a second ago may still be missing.

        Parameters
        ----------
        mark : str
            Such as ``urn:uuid:…``.
        """
        return next((draft for draft in self.my_drafts() if mark in _marks(draft.metadata)), None)

    def my_records(self, q: str = "", page: int = 1, size: int = 25) -> SearchPage:
        """Return a page of this account's records and drafts, those changed last first."""
        params: dict[str, Any] = {"page": page, "size": size, "sort": "updated-desc", "shared_with_me": "false"}
        found = self.ask_json("GET", "/user/records", params={**params, **({"q": q} if q else {})}, what="your records")
        return self._page(found, page, size)

    # -- drafts --------------------------------------------------------------------------------------------------------

    def create_draft(self, body: dict[str, Any]) -> Draft:
        """Make a draft.

        If the answer is lost, it is done again only if the body has a mark (an identifier of the scheme ``urn``) by which
        the draft can be found, and was not found.

        Parameters
        ----------
        body : dict
            Native JSON: ``metadata``, ``access``, ``files``, ``custom_fields``, ``pids``; all optional.

        Returns
        -------
        Draft
            ``errors`` says what is still missing or wrong.

        Raises
        ------
        RefusedMetadata, AccessDenied
            See `errors`.
        """

        def create() -> Draft:
            with _about_metadata():
                answer = self.ask_json("POST", "/records", json=body, idempotent=False, what="a new draft")
            return read(Draft.from_json, answer, self.session)

        marks = _marks(body.get("metadata") or {})
        if not marks:
            return create()
        return self.settle(create, lambda: self.find_draft_by_mark(marks[0]), looks=LOOKS)

    def get_draft(self, draft_id: str) -> Draft:
        """Return a draft; `RecordNotFound` when there is none, also where there is a published record without one."""
        return self._draft("GET", draft_id)

    def update_draft(self, draft_id: str, body: dict[str, Any]) -> Draft:
        """Write a draft's JSON, all of it: what is left out of ``metadata`` and ``custom_fields`` is emptied.

        A reserved DOI stays if ``pids`` is left out.

        Returns
        -------
        Draft
            ``errors`` says what is still missing or wrong.

        Raises
        ------
        RefusedMetadata
            When it is nothing that can be kept, such as an unknown licence.
        """
        with _about_metadata():
            return self._draft("PUT", draft_id, json=body)

    def reserve_doi(self, draft_id: str) -> Draft:
        """Reserve the DOI that a draft will be published with; one that is reserved already is returned."""

        def reserve() -> Draft:
            try:
                return self._draft("POST", draft_id, "/pids/doi", idempotent=False)
            except RefusedMetadata:
                draft = reserved()
                if draft is None:
                    raise
                return draft

        def reserved() -> Draft | None:
            draft = self.get_draft(draft_id)
            return draft if draft.doi else None

        return self.settle(reserve, reserved)

    def publish(self, draft_id: str) -> Record:
        """Publish a draft. It cannot be undone, and happens once: a lost answer is success if the record is there.

        Returns
        -------
        Record
            The published record; also when it was published before.

        Raises
        ------
        RefusedMetadata
            When fields or files are missing or wrong.
        RecordNotFound
            When there is neither such a draft nor such a record.
        """

        def publish() -> Record:
            path = f"{_draft_path(draft_id)}/actions/publish"
            try:
                answer = self.ask_json("POST", path, idempotent=False, timeout=SLOW, what=f"draft {draft_id}")
            except RecordNotFound:  # no such draft (any more)
                return self._record(draft_id)
            return read(Record.from_json, answer, self.session)

        def published() -> Record | None:
            # A record that is only edited is there before as well; the draft is gone in either case.
            try:
                self.get_draft(draft_id)
            except RecordNotFound:
                return self._record(draft_id)
            return None

        return self.settle(publish, published, looks=LOOKS)

    def new_version(self, record_id: str) -> Draft:
        """Return the draft of a record's next version; the one that is open, if there is one.

        It has the metadata of the version before but for ``version`` and the publication date, and no files.
        """
        path = f"/records/{segment(record_id)}/versions"
        # Asking twice gives the same draft.
        answer = self.ask_json("POST", path, idempotent=True, what=f"record {record_id}")
        return read(Draft.from_json, answer, self.session)

    def edit(self, record_id: str) -> Draft:
        """Return a draft to change a published record's metadata in; the one that is open, if there is one."""
        return self._draft("POST", record_id, idempotent=True)

    def discard(self, draft_id: str) -> None:
        """Delete an unpublished draft with its files and reserved DOI, or the changes to a published record."""

        def delete() -> bool:
            self.ask("DELETE", _draft_path(draft_id), idempotent=False, what=f"draft {draft_id}")
            return True

        def deleted() -> bool | None:
            try:
                self.get_draft(draft_id)
            except RecordNotFound:
                return True
            return None

        self.settle(delete, deleted)

    # -- records -------------------------------------------------------------------------------------------------------

    def get(self, record_id: str) -> Record:
        """Return a published record; the newest version for the id of all versions.

        Raises
        ------
        RecordNotFound, RecordDeleted, AccessDenied
            See `errors`.
        """
        return self._record(record_id)

    def latest(self, record_id: str) -> Record:
        """Return the newest version of a record, whichever version's id is given."""
        return self._record(record_id, "/versions/latest")

    def versions(self, record_id: str) -> list[Record]:
        """Return all published versions of a record, the newest first."""
        what = f"record {record_id}"
        path = f"/records/{segment(self._record(record_id).id)}/versions"
        return [read(Record.from_json, hit, self.session) for hit in self.hits(path, {}, what)]

    def search(
        self, q: str, *, page: int = 1, size: int = 10, sort: str | None = None, all_versions: bool = False
    ) -> SearchPage:
        """Search published records.

        Parameters
        ----------
        q : str
            Words or a query in InvenioRDM's syntax.
        page, size : int
            Zenodo gives 25 a page without a token and 100 with one.
        sort : str, optional
            ``bestmatch``, ``newest``, ``oldest``, ``updated-desc``, …
        all_versions : bool
            Also those that have a newer version.
        """
        params: dict[str, Any] = {"q": q, "page": page, "size": size}
        if sort:
            params["sort"] = sort
        if all_versions:
            params["allversions"] = "true"
        return self._page(self.ask_json("GET", "/records", params=params, what="a search"), page, size)

    def find_doi(self, doi: DOI) -> Record | None:
        """Return the record with a DOI, the newest version for the DOI of all versions, or None."""
        record: Record | None = None
        try:
            record = self._record(doi.record_id)
        except RecordNotFound:
            pass
        except RecordDeleted:
            if doi.prefix in self.row.doi_prefixes:  # else it is another record that had that number
                raise
        if record is not None and doi in (record.doi, record.concept_doi):
            return record
        # It may have a DOI from elsewhere. A search may be some seconds behind, so it is not the first way.
        query = f'pids.doi.identifier:"{doi.value}" OR parent.pids.doi.identifier:"{doi.value}"'
        found = self.search(query, size=25, all_versions=True).records
        exact = [r for r in found if doi in (r.doi, r.concept_doi)]
        return max(exact, key=lambda r: (r.doi == doi, r.index), default=None)

    def export(self, record_id: str, mimetype: str, **params: str) -> str:
        """Return a record in another format.

        Parameters
        ----------
        record_id : str
            The record.
        mimetype : str
            Such as ``application/x-bibtex`` or ``text/x-bibliography``.
        **params
            Such as ``style="apa"`` for the latter.
        """
        path = f"/records/{segment(record_id)}"
        response = self.ask("GET", path, accept=mimetype, params=params, what=f"record {record_id}")
        response.encoding = "utf-8"  # text/x-bibliography comes without a charset, and would be read as Latin-1
        return response.text

    def vocabulary(self, kind: str, q: str = "", size: int = 1000) -> list[dict[str, Any]]:
        """Return entries of a vocabulary.

        Parameters
        ----------
        kind : str
            Such as ``licenses``, ``resourcetypes``, ``languages``, ``affiliations``, ``funders``, ``names``, ``subjects``.
        q : str
            What a person has typed so far; all entries without.
        size : int
            At most so many.
        """
        path = f"/{kind}" if kind in _OWN_ROUTE else f"/vocabularies/{segment(kind)}"
        return list(self.hits(path, {"suggest": q} if q else {}, f"vocabulary {kind}", size))

    def badge_url(self, doi: DOI | None) -> str | None:
        """Return the address of the badge image of a DOI; None where DOIs are not registered."""
        return f"{self.url}/badge/DOI/{doi.value}.svg" if doi and self.row.registered_dois else None

    # ------------------------------------------------------------------------------------------------------------------

    def _draft(self, method: str, draft_id: str, below: str = "", **kwargs: Any) -> Draft:
        answer = self.ask_json(method, _draft_path(draft_id) + below, what=f"draft {draft_id}", **kwargs)
        return read(Draft.from_json, answer, self.session)

    def _record(self, record_id: str, below: str = "") -> Record:
        answer = self.ask_json("GET", f"/records/{segment(record_id)}{below}", what=f"record {record_id}")
        return read(Record.from_json, answer, self.session)

    def _page(self, found: Any, page: int, size: int) -> SearchPage:
        def make(data: Any) -> SearchPage:
            hits = data["hits"]
            records = tuple((Record if h.get("is_published", True) else Draft).from_json(h) for h in hits["hits"])
            return SearchPage(int(hits["total"]), records, page, size)

        return read(make, found, self.session)


@contextmanager
def _about_metadata() -> Iterator[None]:
    """Take every 400 for what it is: InvenioRDM names no field for an unknown id, it says only "Invalid value xx."."""
    try:
        yield
    except WasRefused as e:
        if e.status != 400 or isinstance(e, RefusedMetadata):
            raise
        raise RefusedMetadata(e.message, (), "Is that one of the repository's own values?", status=400) from None


def _draft_path(draft_id: str) -> str:
    return f"/records/{segment(draft_id)}/draft"


def _marks(metadata: dict[str, Any]) -> list[str]:
    """Return the identifiers by which a draft can be told from all others."""
    identifiers = metadata.get("identifiers") or ()
    return [i["identifier"] for i in identifiers if i.get("scheme") == "urn" and i.get("identifier")]
