"""Published records: read, versions, the way from a concept to its newest version, and search."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, url_for

from ...errors import AccessDenied, RecordNotFound, WasRefused
from .. import access, deletion, identifiers, published, versions
from ..searching import Scope
from . import here
from .answers import answer, answer_record, as_json, negotiate, no_content, records_offered
from .searches import all_versions, answer_search, yes_or_no

blueprint = Blueprint("api_records", __name__)


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
        facets=actor.flavour.facets,
    )


@blueprint.get("/user/records")
def mine() -> Response:
    """Search the drafts and records of whoever asks."""
    actor = here.actor()
    access.require(actor.user is not None)
    return answer_search(
        Scope(actor.user, mine=True, shared=bool(yes_or_no("shared_with_me")), all_versions=all_versions()),
        "/user/records",
        default=actor.flavour.own_order,
        facets=actor.flavour.own_facets,
    )
