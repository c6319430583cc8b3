"""A repository: its account, its records, its search; with the verbs of `Reviews`, `Drafts` and `Files`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .answers import json_of, read
from .api import segment
from .doi import DOI
from .errors import CouldNotAsk, RecordDeleted, RecordNotFound, WasRefused
from .records import Draft, Record
from .reviews import Reviews

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
    facets : tuple of Facet
        What all results can be narrowed to; those with nothing to choose from are left out.
    """

    total: int
    records: tuple[Record, ...]
    page: int
    size: int
    facets: tuple[Facet, ...] = ()


@dataclass(frozen=True)
class Facet:
    """One thing that results are counted by.

    Attributes
    ----------
    name : str
        As `Repository.search` takes it.
    label : str
        What people read.
    values : tuple of dict
        ``value``, ``label``, ``count`` and ``chosen`` of the most frequent ones.
    """

    name: str
    label: str
    values: tuple[dict[str, Any], ...]

    @classmethod
    def from_json(cls, name: str, data: Any) -> Facet:
        """Read one of InvenioRDM's ``aggregations``."""
        values = tuple(
            {
                "value": str(b["key"]),
                "label": str(b["label"]),
                "count": int(b["doc_count"]),
                "chosen": bool(b["is_selected"]),
            }
            for b in data["buckets"]
        )
        return cls(name, str(data["label"]), values)


class Repository(Reviews):
    """A place that speaks the InvenioRDM API: Zenodo, its sandbox, any other, and the embedded one.

    Every verb raises `CouldNotAsk` when no usable answer came, and a `WasRefused` when the answer was no; what else it
    raises is said with it. See `NativeAPI` for how one is made; `repositories.repository` makes one by name.
    """

    def test_token(self) -> str:
        """Return whose token it is: name and e-mail where the repository tells them, else the account's id.

        Zenodo tells nothing of an account that has no records yet.

        Raises
        ------
        AccessDenied
            When there is no token, or it is wrong: an InvenioRDM takes a wrong one for none.
        """
        params = {"size": 1, "shared_with_me": "false"}
        response = self.ask("GET", "/user/records", params=params, what="your records")
        mine = self._page(json_of(response, self.session), 1, 1).records
        user = response.headers.get("X-User-ID") or (mine[0].owner if mine else "")
        return self._account(user) if user else "the owner of this token"

    def _account(self, user: str) -> str:
        """Return how an account is called; its id where the repository does not say."""
        try:
            found = self.ask_json("GET", f"/users/{segment(user)}", what="your account")
        except (CouldNotAsk, WasRefused):
            return user
        name, email = (found.get("profile") or {}).get("full_name") or found.get("username"), found.get("email")
        return f"{name} ({email})" if name and email else name or email or user

    def my_records(
        self, q: str = "", page: int = 1, size: int = 25, narrowed: Mapping[str, Sequence[str]] | None = None
    ) -> SearchPage:
        """Return a page of this account's records and drafts, those changed last first; `narrowed` as in `search`."""
        params: dict[str, Any] = {"page": page, "size": size, "sort": "updated-desc", "shared_with_me": "false"}
        params = {**(narrowed or {}), **params, **({"q": q} if q else {})}
        return self._page(self.ask_json("GET", "/user/records", params=params, what="your records"), page, size)

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
        self,
        q: str,
        *,
        page: int = 1,
        size: int = 10,
        sort: str | None = None,
        all_versions: bool = False,
        narrowed: Mapping[str, Sequence[str]] | None = None,
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
        narrowed : mapping, optional
            By the name of a facet, the values of which a record must have one, as the answer's `facets` name them.
        """
        params: dict[str, Any] = {**(narrowed or {}), "q": q, "page": page, "size": size}
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
        """Return the address of the badge image of a DOI; None where it is not registered, or no pages are served."""
        if doi is None or self.row.is_embedded or not self.row.registers(doi):
            return None
        return f"{self.url}/badge/DOI/{doi.value}.svg"

    def _page(self, found: Any, page: int, size: int) -> SearchPage:
        def make(data: Any) -> SearchPage:
            hits = data["hits"]
            records = tuple((Record if h.get("is_published", True) else Draft).from_json(h) for h in hits["hits"])
            facets = (Facet.from_json(*item) for item in found.get("aggregations", {}).items())
            return SearchPage(int(hits["total"]), records, page, size, tuple(facet for facet in facets if facet.values))

        return read(make, found, self.session)
