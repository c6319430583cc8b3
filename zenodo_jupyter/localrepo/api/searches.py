"""Searches of records: what the query string says, and the answer, page by page."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from ...errors import FieldError, RefusedMetadata, WasRefused
from .. import embargo, searching
from .. import facets as counted
from ..conditions import Condition, Rows
from ..query import UnreadableQuery
from ..searching import Scope, Wish
from . import here
from .answers import answer_found, negotiate, records_offered

#: OpenSearch's window: nobody gets further down a list than this.
_MAX_RESULTS = 10_000
_DEFAULT_SIZE = 25
_NOT_IN_LINKS = ("page", "size", "sort", "tags", "access_token")
_YES_OR_NO = ("allversions", "all_versions", "shared_with_me")
#: What the links of a search repeat, besides facets: the parameters that InvenioRDM knows, and Zenodo's.
_KNOWN = ("q", "locale", "style", *_YES_OR_NO)
_OLD_PARAMETERS = ("communities", "type", "subtype", "status")
_TRUE = frozenset(["t", "T", "true", "True", "TRUE", "on", "On", "ON", "y", "Y", "yes", "Yes", "YES", "1"])
_FALSE = frozenset(["f", "F", "false", "False", "FALSE", "off", "Off", "OFF", "n", "N", "no", "No", "NO", "0"])


def all_versions() -> bool:
    """Tell whether older versions are asked for too."""
    if here.actor().flavour.old_dialect and "all_versions" in request.args:
        return not request.args["all_versions"] or bool(yes_or_no("all_versions"))
    return bool(yes_or_no("allversions"))


def yes_or_no(name: str) -> bool | None:
    """Return a yes or no of the query string, None if it is not there; raises RefusedMetadata for anything else."""
    given = request.args.get(name)
    if given is None:
        return None
    if given not in _TRUE | _FALSE:
        raise _wrong(name, "Not a valid boolean.")
    return given in _TRUE


def answer_search(scope: Scope, path: str, *, default: str, facets: tuple[str, ...]) -> Response:
    """Answer the records that a query finds, in the shape that the client accepts."""
    shape = negotiate(records_offered())
    return answer_found(search_results(scope, path, default=default, facets=facets), shape)


def search_results(scope: Scope, path: str, *, default: str, facets: tuple[str, ...]) -> dict[str, Any]:
    """Return one page of what the query finds, in native JSON.

    Parameters
    ----------
    scope : Scope
        What is looked at.
    path : str
        Where the list is, for its links.
    default : str
        The order without a query.
    facets : tuple of str
        What is counted.

    Raises
    ------
    RefusedMetadata
        When the query string is wrong, or the query cannot be read: then it says where.
    WasRefused
        When the page is too far down.
    """
    actor, view = here.actor(), here.view()
    q = request.args.get("q", "")
    page, size = whole_number("page", 1), whole_number("size", _DEFAULT_SIZE)
    _require_in_window(page, size)
    orders = searching.sorts(actor.flavour)
    sort = request.args.get("sort") or ("bestmatch" if q.strip() else default)
    if sort not in orders:
        raise _wrong("_schema", f"Invalid sort option '{sort}'.")
    if sort == "bestmatch" and not q.strip():
        sort = default
    chosen = {name: values for name in facets if (values := request.args.getlist(name))}
    filters = tuple(_old_filters()) if actor.flavour.old_dialect else ()
    wish = Wish(q, sort, page, min(size, _MAX_RESULTS), facets, chosen, filters)
    embargo.lift(actor)
    try:
        found = searching.search(
            actor.db, actor.flavour, scope, wish, words_at_least=actor.switches.unreadable_query_finds_words
        )
    except UnreadableQuery as error:
        raise RefusedMetadata("Invalid query string syntax.", (FieldError("q", (str(error),)),)) from error
    body: dict[str, Any] = {
        "hits": {"hits": [_as_indexed(view.version(v)) for v in found.versions], "total": found.total}
    }
    if facets:
        body["aggregations"] = counted.to_json(found.counts, chosen)
    known = (*_KNOWN, *facets, *(_OLD_PARAMETERS if actor.flavour.old_dialect else ()))
    body |= {"sortBy": sort, "page": page, "links": page_links(path, found.total, page, size, sort, known)}
    return body


def _as_indexed(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record without what is not in InvenioRDM's index, and therefore not in its search results."""
    for entry in record["files"].get("entries", {}).values():
        entry.pop("storage_class", None)
    return record


def _require_in_window(page: int, size: int) -> None:
    actor = here.actor()
    if actor.flavour.page_caps is not None:
        guest, known = actor.flavour.page_caps
        if size > (known if actor.user else guest):
            message = f"Page size cannot be greater than {known if actor.user else guest}."
            more = f" Please use authenticated requests to increase the limit to {known}."
            raise _wrong("size", message if actor.user else message + more)
    if (page > 1 and page * size > _MAX_RESULTS) or "suggest" in request.args:
        raise WasRefused("Invalid querystring parameters.", status=400)


def _old_filters() -> Iterator[Condition]:
    """Yield Zenodo's old parameters: communities by their slugs, a type and a kind of it."""
    slugs = request.args.getlist("communities")
    marks = ", ".join("?" for _ in slugs)
    known = f"SELECT id FROM communities WHERE slug IN ({marks}) AND deletion IS NULL"
    if slugs and here.actor().db.one(known, *slugs):  # those that are not there are passed over
        yield Rows(f"d.parent_id IN (SELECT parent_id FROM community_records WHERE community_id IN ({known}))", slugs)
    if kind := request.args.get("type"):
        chosen = counted.chosen("resource_type", [kind])
        if chosen:
            yield chosen
        if subtype := request.args.get("subtype"):
            yield Rows("d.resource_type = ?", [f"{kind}-{subtype}"])


def whole_number(name: str, default: int) -> int:
    """Return a number of the query string, at least 1; raises RefusedMetadata for anything else."""
    given = request.args.get(name)
    if given is None:
        return default
    try:
        number = int(given)
    except ValueError:
        raise _wrong(name, "Not a valid integer.") from None
    if number < 1:
        raise _wrong(name, "Must be greater than or equal to 1.")
    return number


def _wrong(name: str, message: str) -> RefusedMetadata:
    return RefusedMetadata("A validation error occurred.", (FieldError(name, (message,)),))


def page_links(
    path: str, total: int, page: int, size: int, sort: str, known: Collection[str] | None = None
) -> dict[str, str]:
    """Return the links of one page of a list to itself and its neighbours; with ``known``, other parameters are left out."""
    base = f"{here.view().links.api}{path}"
    kept = [
        (k, v) for k, v in request.args.items(multi=True) if k not in _NOT_IN_LINKS and (known is None or k in known)
    ]
    kept = [(k, str(v in _TRUE) if k in _YES_OR_NO else v) for k, v in kept]

    def link(number: int) -> str:
        parts = sorted([*kept, ("page", str(number)), ("size", str(size)), ("sort", sort)], key=lambda part: part[0])
        return f"{base}?{urlencode(parts, safe='/:()*,;@!$')}"

    links = {"self": link(page)}
    if page > 1:
        links["prev"] = link(page - 1)
    if page * size < min(total, _MAX_RESULTS):
        links["next"] = link(page + 1)
    return links
