"""Home, and the search that other pages narrow to a community or to what is one's own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for

from ...errors import BadInput
from .. import landing
from ..facets import FACETS
from .site import blueprint, catalogue

_PAGE_SIZE = 20
_SORTS = {"bestmatch": "Best match", "newest": "Newest first", "oldest": "Oldest first"}
_OWN_SORTS = {"updated-desc": "Last changed first", **_SORTS}


@dataclass(frozen=True)
class Results:
    """One page of what a search found, and the ways from there.

    Attributes
    ----------
    endpoint, values : str, mapping
        The page that shows it, and what its address is made of besides the search.
    q, sort : str
        What was looked for, and the order.
    sorts : mapping
        The orders that there are, in words.
    chosen : mapping
        The values of facets that it was narrowed to.
    page, pages, total : int
        Which part, of how many, and how many records there are.
    records : list
        Those of this part.
    narrowing : list
        See `landing.narrowing`.
    problem : str
        Why there are none.
    """

    endpoint: str
    values: Mapping[str, Any]
    q: str
    sort: str
    sorts: Mapping[str, str]
    chosen: Mapping[str, Sequence[str]]
    page: int
    total: int
    records: list[dict[str, Any]]
    narrowing: list[Any]
    problem: str

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return math.ceil(self.total / _PAGE_SIZE)

    def url(self, **changes: Any) -> str:
        """Return the address of this search with something changed; without a page it is the first one."""
        kept = {"q": self.q, "sort": self.sort, **self.chosen, **changes}
        return url_for(self.endpoint, **self.values, **{k: v for k, v in kept.items() if v})

    @property
    def action(self) -> str:
        """Where a form of this search goes."""
        return url_for(self.endpoint, **self.values)


@dataclass(frozen=True)
class Part:
    """One page of a list that is not searched, and the ways to the others.

    Attributes
    ----------
    everything : sequence
        The whole list.
    page : int
        Which part the address asks for.
    """

    everything: Sequence[Any]
    page: int

    @property
    def shown(self) -> Sequence[Any]:
        """What is on it."""
        return self.everything[(self.page - 1) * _PAGE_SIZE : self.page * _PAGE_SIZE]

    @property
    def total(self) -> int:
        """How many there are on all pages."""
        return len(self.everything)

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return math.ceil(self.total / _PAGE_SIZE)

    def url(self, page: int) -> str:
        """Return the address of another page."""
        values = {**(request.view_args or {}), **request.args, "page": page}
        return url_for(request.endpoint or "", **values)


def part(everything: Sequence[Any]) -> Part:
    """Return the part of a list that the address asks for."""
    return Part(everything, _page())


def _page() -> int:
    return max(1, request.args.get("page", 1, type=int))


def look(*, mine: bool = False, community: str = "", **values: Any) -> Results:
    """Search as the address says, among everything, a community's records (by its id), or one's own uploads."""
    q = request.args.get("q", "").strip()
    sorts = _OWN_SORTS if mine else _SORTS
    default = "bestmatch" if q else "updated-desc" if mine else "newest"
    sort = request.args.get("sort", default)
    sort = sort if sort in sorts else default
    page = _page()
    chosen = {name: given for name in FACETS if (given := request.args.getlist(name))}
    problem = ""
    try:
        total, records, found = catalogue().search(
            q, page, _PAGE_SIZE, sort, mine=mine, community=community, chosen=chosen
        )
    except BadInput as error:
        total, records, found, problem = 0, [], {}, str(error)
    narrowing = landing.narrowing(found, chosen)
    return Results(
        request.endpoint or "", values, q, sort, sorts, chosen, page, total, records, narrowing, problem
    )  # fmt: skip


@blueprint.get("/")
def home() -> str:
    """Show the search box and the newest records."""
    total, records, _ = catalogue().search("", 1, 10, "newest")
    return render_template("pages/home.html", total=total, records=records)


@blueprint.get("/search")
def search() -> str:
    """Show what a query finds, page by page."""
    return render_template("pages/search.html", results=look())
