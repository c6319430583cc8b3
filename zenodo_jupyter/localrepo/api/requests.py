"""Requests: a draft or a record offered to a community, talked about, and decided."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from flask import request as asked_for

from ...errors import WasRefused
from .. import access, communities, community_json, request, review
from ..request import Request
from ..schema.communities import load_comment, load_inclusions
from . import here
from .answers import answer, as_json, no_content
from .communities import buckets, listing
from .searches import page_links, whole_number

blueprint = Blueprint("api_requests", __name__)

#: What kinds of request are called.
_TYPES = {
    request.SUBMISSION: "Draft review",
    request.INCLUSION: "Community inclusion",
    request.INVITATION: "Community invitation",
    request.ACCESS: "Access request",
    request.GUEST_ACCESS: "Access request",
    "file-modification": "File modification",
    "quota-increase": "Quota increase",
}


# Of drafts and records


@blueprint.get("/records/<id>/draft/review")
def read_review(id: str) -> Response:
    """Answer the request that a draft is under."""
    return _answer(review.of_draft_or_refuse(here.actor(), id)[1])


@blueprint.put("/records/<id>/draft/review")
def choose(id: str) -> Response:
    """Say to which community a draft shall go."""
    return as_json(_json(review.choose(here.actor(), id, here.body())))


@blueprint.delete("/records/<id>/draft/review")
def withdraw(id: str) -> Response:
    """Take that back."""
    review.withdraw(here.actor(), id)
    return no_content()


@blueprint.post("/records/<id>/draft/actions/submit-review")
def submit(id: str) -> Response:
    """Hand a draft in."""
    body = here.body()
    body = body if isinstance(body, dict) else {}
    payload = load_comment(body) if body.get("payload") else None
    made = review.submit(here.actor(), id, payload, require_review=bool(body.get("require_review", False)))
    shown = _json(made)
    site = here.view().links.site
    done = made.status == "accepted"
    next_page = f"{site}/records/{shown['topic']['record']}" if done else shown["links"]["self_html"]
    shown["links"]["next_html"] = next_page
    return as_json(shown, 202)


@blueprint.get("/records/<id>/communities")
def list_communities(id: str) -> Response:
    """Answer the communities that a record is in."""
    actor = here.actor()
    ids = (actor.record(id).parent.document.get("communities") or {}).get("ids", ())
    found = [c for one in ids if (c := communities.find(actor.db, one))]
    return answer(listing(found, "/communities"))


@blueprint.post("/records/<id>/communities")
def add_communities(id: str) -> Response:
    """Offer a published record to communities."""
    actor = here.actor()
    items = load_inclusions(here.body())
    processed, errors = [], []
    with actor.db.writing():
        for item in items:
            record = actor.record(id)
            access.require(access.may_edit(actor.db, actor.reader, record.parent))
            try:
                made = review.include(actor, record, item)
            except WasRefused as refusal:
                errors.append({"community_id": item["id"], "message": refusal.message})
            else:
                processed.append({"community_id": item["id"], "request_id": made.id, "request": _json(made)})
    body: dict[str, Any] = {"processed": processed} if processed else {}
    return as_json(body | ({"errors": errors} if errors else {}), 200 if processed else 400)


@blueprint.put("/records/<id>/communities")
def set_default(id: str) -> Response:
    """Choose under which community's name a record is shown."""
    actor = here.actor()
    wanted = (here.body() or {}).get("default")
    with actor.db.writing():
        record = actor.record(id)
        access.require(access.may_edit(actor.db, actor.reader, record.parent))
        parent = communities.set_default(actor, record.parent, wanted)
    return as_json({"id": actor.spell(parent.number), "communities": parent.document["communities"]})


@blueprint.delete("/records/<id>/communities")
def remove_communities(id: str) -> Response:
    """Take a record out of communities; who decides there may, and its owner."""
    actor = here.actor()
    errors = []
    with actor.db.writing():
        for item in load_inclusions(here.body()):
            parent = actor.record(id).parent
            found = communities.find(actor.db, item["id"])
            if found is None or found.id not in (parent.document.get("communities") or {}).get("ids", ()):
                message = f"The record {id} in not included in the community {item['id']}."
                errors.append({"community": item["id"], "message": message})
                continue
            access.require(access.may_edit(actor.db, actor.reader, parent))
            communities.exclude(actor, parent, found)
    return as_json({"errors": errors} if errors else {}, 400 if errors else 200)


@blueprint.get("/records/<id>/requests")
def of_record(id: str) -> Response:
    """Answer the requests about a record."""
    actor = here.actor()
    record = actor.record(id)
    return _listing(request.of_concept(actor, record.parent), f"/records/{id}/requests")


# Requests themselves


@blueprint.get("/requests/")
@blueprint.get("/user/requests")
def mine() -> Response:
    """Search the requests that concern whoever asks."""
    access.require(here.actor().user is not None)
    is_open = {"true": True, "false": False}.get(asked_for.args.get("is_open", ""))
    return _listing(request.concerning(here.actor(), is_open=is_open), asked_for.path.removeprefix("/api"))


@blueprint.get("/communities/<id>/requests")
def of_community(id: str) -> Response:
    """Answer the requests to a community, to who decides there."""
    actor = here.actor()
    community = communities.get(actor, id)
    access.require(communities.may_review(actor.db, actor.user, community))
    return _listing(request.to_community(actor, community), f"/communities/{id}/requests")


@blueprint.get("/requests/<uuid:id>")
def read(id: Any) -> Response:
    """Answer a request."""
    return _answer(request.get(here.actor(), str(id)))


@blueprint.post("/requests/<uuid:id>/actions/<action>")
def act(id: Any, action: str) -> Response:
    """Accept, decline, cancel or submit a request."""
    body = here.body()
    payload = load_comment(body) if isinstance(body, dict) and body.get("payload") else None
    return _answer(review.act(here.actor(), str(id), action, payload))


@blueprint.post("/requests/<uuid:id>/comments")
def comment(id: Any) -> Response:
    """Say something."""
    actor = here.actor()
    payload = load_comment(here.body())
    asked = request.get(actor, str(id))
    request.add_event(actor, asked, "C", payload)
    said = community_json.comment(request.events(actor.db, asked)[-1], asked, actor, here.view().links)
    return answer(said, 201, revision=1)


@blueprint.get("/requests/<uuid:id>/timeline")
def timeline(id: Any) -> Response:
    """Answer what was said and what happened."""
    actor, links = here.actor(), here.view().links
    asked = request.get(actor, str(id))
    said = request.events(actor.db, asked)
    page, size = whole_number("page", 1), whole_number("size", 25)
    shown = said[(page - 1) * size : page * size]
    hits = [{**community_json.comment(e, asked, actor, links), "children": [], "children_count": 0} for e in shown]
    return answer(
        {
            "hits": {"hits": hits, "total": len(said)},
            "sortBy": "oldest",
            "page": page,
            "links": page_links(f"/requests/{id}/timeline", len(said), page, size, "oldest"),
        }
    )


def _json(asked: Request) -> dict[str, Any]:
    return community_json.whole_request(asked, here.actor(), here.view().links)


def _answer(asked: Request, status: int = 200) -> Response:
    return answer(_json(asked), status, revision=asked.revision)


def _listing(found: list[Request], path: str) -> Response:
    page, size = whole_number("page", 1), whole_number("size", 25)
    shown = found[(page - 1) * size : page * size]
    return answer(
        {
            "hits": {"hits": [_json(asked) for asked in shown], "total": len(found)},
            "aggregations": {
                "type": {"buckets": buckets([r.type for r in found], _TYPES.__getitem__), "label": "Type"},
                "status": {"buckets": buckets([r.status for r in found], str.capitalize), "label": "Status"},
            },
            "sortBy": "newest",
            "links": page_links(path, len(found), page, size, "newest"),
        }
    )
