"""Published records: read, versions, the way from a concept to its newest version, and search."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request, url_for

from ...errors import AccessDenied, FieldError, RecordNotFound, RefusedMetadata, WasRefused
from .. import access, deletion, embargo, identifiers, published, searching, versions, vocabularies
from ..searching import Scope
from . import here
from .answers import answer, answer_found, answer_record, as_json, negotiate, no_content, records_offered

blueprint = Blueprint("api_records", __name__)

#: OpenSearch's window: nobody gets further down a list than this.
_MAX_RESULTS = 10_000
_DEFAULT_SIZE = 25
_NOT_IN_LINKS = ("page", "size", "sort", "tags", "access_token")
_FACETS = {
    "access_status": ("access.status", "Access status"),
    "resource_type": ("metadata.resource_type.id", "Resource types"),
    "file_type": ("files.types", "File type"),
    "is_published": ("is_published", "Status"),
}


@blueprint.get("/records/<id>")
def read(id: str) -> Response:
    """Answer a record; a concept leads to its newest version."""
    actor = here.actor()
    if _is_concept(id):
        parent = actor.concept(id)
        if parent is not None and parent.latest is not None:
            return redirect(url_for("api_records.read", id=actor.spell(parent.latest)))  # type: ignore[return-value]
    view = here.view()
    response = answer_record(view.version(actor.record(id), file_links=True))
    own = f"{view.links.api}/records/{id}"
    response.headers["Link"] = f'<{own}> ; rel="linkset" ; type="application/linkset+json"'
    return response


def _is_concept(id: str) -> bool:
    number = identifiers.parse(id)
    return number is not None and versions.find_parent(here.actor().db, number) is not None


@blueprint.get("/records/<id>/versions")
def list_versions(id: str) -> Response:
    """Answer the published versions, newest first."""
    actor = here.actor()
    number = identifiers.parse(id)
    # A draft has no published versions yet: nothing to see, and nothing to hide.
    draft = versions.find_draft(actor.db, number) if number is not None else None
    version = draft if draft is not None and not versions.find_record(actor.db, draft.number) else actor.record(id)
    scope = Scope(actor.user, all_versions=True, parent=version.parent.number)
    return answer_search(scope, f"/records/{id}/versions", default="version", facets=())


@blueprint.get("/records/<id>/versions/latest")
def latest(id: str) -> Response:
    """Lead to the newest version of a record or a concept."""
    actor, view = here.actor(), here.view()
    parent = actor.concept(id) or actor.record(id).parent
    newest = versions.find_record(actor.db, parent.latest) if parent.latest else None
    if newest is None:
        raise RecordNotFound("Not found.")
    access.require(access.may_read(actor.db, actor.reader, newest))
    location = view.links.record(newest)
    response = as_json({"status": 301, "message": "Redirecting...", "location": location}, 301)
    response.headers["Location"] = location
    return response


@blueprint.post("/records/<id>/versions")
def new_version(id: str) -> Response:
    """Make or find the draft of the next version."""
    negotiate(records_offered())
    return answer_record(here.view().version(published.new_version(here.actor(), id)), 201)


@blueprint.delete("/records/<id>")
def erase(id: str) -> Response:
    """Take a record away without a tombstone, as an administrator."""
    deletion.erase(here.actor(), id)
    return no_content()


@blueprint.put("/records/<id>")
def not_so(id: str) -> Response:
    """Refuse what changes a published record without a draft."""
    actor = here.actor()
    actor.record(id)
    if actor.switches.crashes:
        raise WasRefused("Internal Server Error", status=500)
    raise AccessDenied("Permission denied.")


@blueprint.post("/stats")
def statistics() -> Response:
    """Refuse to count: how often a record was seen and downloaded stands with the record."""
    asked = here.body()
    names = [v.get("stat") for v in asked.values() if isinstance(v, dict)] if isinstance(asked, dict) else []
    raise AccessDenied(
        f'You do not have a permission to query the statistic "{names[0] if names else ""}" with those parameters'
    )


@blueprint.get("/records/<id>/revisions")
def revisions(id: str) -> Response:
    """Answer every published state of a record, to an administrator."""
    actor = here.actor()
    record = actor.record(id)
    access.require(actor.user is not None and actor.user.is_admin)
    rows = actor.db.all("SELECT revision, created FROM revisions WHERE record_id = ? ORDER BY revision", record.number)
    hits = [{"revision_id": row["revision"], "updated": row["created"]} for row in rows]
    return answer({"hits": {"hits": hits, "total": len(hits)}})


@blueprint.get("/records")
def search() -> Response:
    """Search the published records."""
    actor = here.actor()
    return answer_search(
        Scope(actor.user, all_versions=all_versions()),
        "/records",
        default="newest",
        facets=("access_status", "file_type", "resource_type"),
    )


@blueprint.get("/user/records")
def mine() -> Response:
    """Search the drafts and records of whoever asks."""
    actor = here.actor()
    access.require(actor.user is not None)
    return answer_search(
        Scope(actor.user, mine=True, all_versions=all_versions()),
        "/user/records",
        default="updated-desc",
        facets=("access_status", "is_published", "resource_type", "file_type"),
    )


def all_versions() -> bool:
    """Tell whether older versions are asked for too."""
    return _true("allversions") or _true("all_versions")


def _true(name: str) -> bool:
    return name in request.args and request.args[name].lower() in ("", "1", "true", "yes")


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
    """
    actor, view = here.actor(), here.view()
    q = request.args.get("q", "")
    page, size = whole_number("page", 1), whole_number("size", _DEFAULT_SIZE)
    cap = actor.flavour.page_caps
    if cap is not None and size > (limit := cap[actor.user is not None]):
        wrong = FieldError("size", (f"Page size cannot be greater than {limit}.",))
        raise RefusedMetadata("A validation error occurred.", (wrong,))
    if page > 1 and page * size > _MAX_RESULTS:
        raise WasRefused("Invalid querystring parameters.", status=400)
    sort = request.args.get("sort") or ("bestmatch" if q.strip() else default)
    if sort not in searching.SORTS:
        raise RefusedMetadata(
            "A validation error occurred.", (FieldError("_schema", (f"Invalid sort option '{sort}'.",)),)
        )
    embargo.lift(actor)
    found = searching.search(actor.db, q, scope, sort=sort, page=page, size=min(size, _MAX_RESULTS))
    body: dict[str, Any] = {
        "hits": {"hits": [_as_indexed(view.version(v)) for v in found.versions], "total": found.total},
    }
    if facets:
        body["aggregations"] = {"publication_date": {"buckets": [], "label": "Publication date"}}
        body["aggregations"] |= {name: _facet(name, found.facets.get(_FACETS[name][0], [])) for name in facets}
    body |= {"sortBy": sort, "page": page, "links": page_links(path, found.total, page, size, sort)}
    return body


def _as_indexed(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record without what is not in InvenioRDM's index, and therefore not in its search results."""
    for entry in record["files"].get("entries", {}).values():
        entry.pop("storage_class", None)
    return record


def _facet(name: str, counts: list[tuple[str, int]]) -> dict[str, Any]:
    def bucket(key: str, count: int, label: str) -> dict[str, Any]:
        return {"key": key, "doc_count": count, "label": label, "is_selected": False}

    label = _FACETS[name][1]
    if name == "file_type":
        return {"buckets": [bucket(k, n, k.upper()) for k, n in counts], "label": label}
    if name == "is_published":
        words = {"true": "Published", "false": "Unpublished"}
        return {"buckets": [bucket(k, n, words[k]) for k, n in counts], "label": label}
    if name == "access_status":
        return {"buckets": [bucket(k, n, k.capitalize()) for k, n in counts], "label": label}
    tops = []
    for key, count in counts:
        if "-" in key:
            continue
        top = bucket(key, count, _type_title(key))
        inner = [bucket(k, n, _type_title(k)) for k, n in counts if k.startswith(f"{key}-")]
        if inner:
            top["inner"] = {"buckets": inner}
        tops.append(top)
    return {"buckets": tops, "label": label}


def _type_title(id: str) -> str:
    known = vocabularies.get("resourcetypes", id) or {}
    title: str = known.get("title", {}).get("en", id)
    return title


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


def page_links(path: str, total: int, page: int, size: int, sort: str) -> dict[str, str]:
    """Return the links of one page of a list to itself and its neighbours."""
    base = f"{here.view().links.api}{path}"
    kept = [(k, v) for k, v in request.args.items(multi=True) if k not in _NOT_IN_LINKS]
    kept = [(k, "True" if k == "allversions" and _true(k) else v) for k, v in kept]

    def link(number: int) -> str:
        parts = sorted([*kept, ("page", str(number)), ("size", str(size)), ("sort", sort)])
        return f"{base}?{urlencode(parts, safe='/:()*,;@!$')}"

    links = {"self": link(page)}
    if page > 1:
        links["prev"] = link(page - 1)
    if page * size < min(total, _MAX_RESULTS):
        links["next"] = link(page + 1)
    return links
