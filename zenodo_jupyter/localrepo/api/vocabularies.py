"""The controlled lists: generic ones under one route, those with a shape of their own under theirs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from ...errors import BadInput, FieldError, RecordNotFound, RefusedMetadata
from .. import access, vocabularies
from . import here
from .answers import NATIVE, TERMS, answer, negotiate
from .searches import page_links, whole_number

blueprint = Blueprint("api_vocabularies", __name__)

#: When the lists were taken over, which is when their terms were made and changed, as far as anybody can tell.
_TAKEN = "2026-11-01T00:00:00.000000+00:00"
#: Those with a route of their own, and how each is sorted when nothing is asked for.
_SORTS = {"affiliations": "name", "awards": "newest", "funders": "name", "names": "name", "subjects": "subject"}
_OWN_ROUTES = tuple(_SORTS)
#: Those that have no words in many languages, so that the native shape is the same as the plain one.
_AS_THEY_ARE = ("affiliations", "names", "subjects")


@blueprint.get("/vocabularies/<type>")
def search(type: str) -> Response:
    """Search one generic list."""
    if type not in vocabularies.TYPES or type in _OWN_ROUTES:
        raise RecordNotFound("Not found.")
    return _search(type, f"/vocabularies/{type}")


@blueprint.get("/vocabularies/<type>/<path:id>")
def read(type: str, id: str) -> Response:
    """Answer one term of a generic list."""
    if type in _OWN_ROUTES:
        raise RecordNotFound("The persistent identifier does not exist.")
    return _read(type, id, f"/vocabularies/{type}")


@blueprint.get(f"/<any({','.join(_OWN_ROUTES)}):type>")
def search_own(type: str) -> Response:
    """Search organisations, people, grants or subjects."""
    # Names are people: only who is signed in may look them up.
    access.require(type != "names" or here.actor().user is not None)
    return _search(type, f"/{type}")


@blueprint.get(f"/<any({','.join(_OWN_ROUTES)}):type>/<path:id>")
def read_own(type: str, id: str) -> Response:
    """Answer one organisation, person, grant or subject."""
    access.require(type != "names" or here.actor().user is not None)
    return _read(type, id, f"/{type}")


def _search(type: str, path: str) -> Response:
    q, suggest = request.args.get("q"), request.args.get("suggest")
    page, size = whole_number("page", 1), whole_number("size", 25)
    sort = request.args.get("sort")
    try:
        total, items = vocabularies.search(
            type, q=q, suggest=suggest, tags=request.args.getlist("tags") or None, sort=sort, page=page, size=size
        )
    except BadInput as error:
        raise RefusedMetadata("A validation error occurred.", (FieldError("_schema", (error.message,)),)) from error
    sort = sort or ("bestmatch" if q or suggest else _SORTS.get(type, "title"))
    body = {
        "hits": {"hits": [_shown(type, item, path) for item in items], "total": total},
        "sortBy": sort,
        "page": page,
        "links": page_links(path, total, page, size, sort),
    }
    if _is_for_people(type):
        del body["page"]
    if type == "awards":
        body["aggregations"] = {"funders": {"buckets": [], "label": "Funders"}}
    return answer(body, offered=TERMS)


def _read(type: str, id: str, path: str) -> Response:
    item = vocabularies.get(type, id)
    if item is None:
        generic = path.startswith("/vocabularies")
        raise RecordNotFound("The persistent identifier does not exist." if generic else "Not found.")
    return answer(_shown(type, item, path), offered=TERMS, revision=item.get("revision_id", 1))


def _is_for_people(type: str) -> bool:
    """Tell whether a term is asked for in the native shape, in which it has its words in one language."""
    return type not in _AS_THEY_ARE and negotiate(TERMS) == NATIVE


def _shown(type: str, item: dict[str, Any], path: str) -> dict[str, Any]:
    """Return a term in the shape that is asked for."""
    if _is_for_people(type):
        words = {f"{name}_l10n": item[name]["en"] for name in ("title", "description") if "en" in item.get(name, {})}
        bare = {k: v for k, v in item.items() if k not in ("title", "description", "type", "revision_id")}
        return {**bare, **words}
    times = {"created": _TAKEN, "updated": _TAKEN}
    return {"revision_id": 1, **times, **item, "links": {"self": f"{here.view().links.api}{path}/{item['id']}"}}
