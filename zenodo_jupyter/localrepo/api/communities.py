"""Communities: founded, found, changed; their members and their records."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from flask import request as asked_for

from ...errors import WasRefused
from .. import access, communities, community_json, request, users, vocabularies
from ..communities import Community
from ..schema.communities import load_members
from ..searching import Scope
from . import here
from .answers import NATIVE, PLAIN, answer, negotiate, no_content
from .searches import answer_search, page_links, whole_number

blueprint = Blueprint("api_communities", __name__)


@blueprint.get("/communities")
def search() -> Response:
    """Search the communities that whoever asks may see."""
    return answer(listing(_wanted(mine=False), "/communities"))


@blueprint.get("/user/communities")
def mine() -> Response:
    """Search the communities that whoever asks belongs to."""
    access.require(here.actor().user is not None)
    return answer(listing(_wanted(mine=True), "/user/communities"))


@blueprint.get("/communities/featured")
def featured() -> Response:
    """Answer the communities that the front page shows: there is no front page that would."""
    return answer(listing([], "/communities/featured", sort="featured"))


@blueprint.get("/communities/<id>/subcommunities")
def subcommunities(id: str) -> Response:
    """Answer the communities within one: they are not nested here."""
    communities.get(here.actor(), id)
    return answer(listing([], f"/communities/{id}/subcommunities"))


@blueprint.route("/communities/<id>/membership-requests", methods=["GET", "POST"])
def membership_requests(id: str) -> Response:
    """Refuse to let people ask to join: owners invite, as long as InvenioRDM has this switched off."""
    communities.get(here.actor(), id)
    raise access.denied()


@blueprint.post("/communities/<id>/rename")
def rename(id: str) -> Response:
    """Give a community another slug."""
    return _answer(communities.rename(here.actor(), id, here.body()))


@blueprint.post("/communities")
def create() -> Response:
    """Found a community."""
    return _answer(communities.create(here.actor(), here.body()), 201)


@blueprint.get("/communities/<id>")
def read(id: str) -> Response:
    """Answer a community, by its id or its slug."""
    return _answer(communities.get(here.actor(), id))


@blueprint.put("/communities/<id>")
def update(id: str) -> Response:
    """Change a community."""
    return _answer(communities.update(here.actor(), id, here.body()))


@blueprint.delete("/communities/<id>")
def delete(id: str) -> Response:
    """Dissolve a community."""
    communities.delete(here.actor(), id)
    return no_content()


@blueprint.get("/communities/<id>/records")
def records(id: str) -> Response:
    """Search the records of a community."""
    actor = here.actor()
    community = communities.get(actor, id)
    return answer_search(
        Scope(actor.user, community=community.id),
        f"/communities/{id}/records",
        default="newest",
        facets=actor.flavour.facets,
    )


@blueprint.get("/communities/<id>/members")
def list_members(id: str) -> Response:
    """Answer the members, to members."""
    actor = here.actor()
    community = communities.get(actor, id)
    access.require(bool(communities.role(actor.db, actor.user, community)))
    return _people(community, communities.members(actor.db, community), f"/communities/{id}/members")


@blueprint.get("/communities/<id>/members/public")
def list_public_members(id: str) -> Response:
    """Answer the members who want to be seen."""
    actor = here.actor()
    community = communities.get(actor, id)
    rows = communities.members(actor.db, community, visible_only=True)
    return _people(community, rows, f"/communities/{id}/members/public")


@blueprint.get("/communities/<id>/invitations")
def list_invitations(id: str) -> Response:
    """Answer who is invited, to those who manage members."""
    community = _managed(id)
    rows = communities.members(here.actor().db, community, active=False)
    return _people(community, rows, f"/communities/{id}/invitations")


@blueprint.post("/communities/<id>/invitations")
def invite(id: str) -> Response:
    """Invite people; each finds a request to accept or decline."""
    actor = here.actor()
    asked = load_members(here.body())
    with actor.db.writing():
        community = _managed(id)
        for item in asked["members"]:
            user = users.find_user(actor.db, id=int(item["id"])) if item["id"].isdigit() else None
            if user is None or item["type"] != "user":
                raise WasRefused("Invalid member specified.", status=400)
            if actor.db.one("SELECT 1 FROM members WHERE community_id = ? AND user_id = ?", community.id, user.id):
                raise WasRefused(
                    "One of the submitted entity is already a member or pending a decision. "
                    "The entire action was cancelled.",
                    status=400,
                )
            role = asked.get("role", "reader")
            communities.add_member(actor.db, community, user, role, active=False)
            title = f'Invitation to join "{community.document["metadata"]["title"]}"'
            made = request.make(actor, request.INVITATION, community, None, title=title, user=user.id, role=role)
            made.status = "submitted"
            request.save(actor.db, made)
    return no_content()


@blueprint.put("/communities/<id>/members")
def change_members(id: str) -> Response:
    """Give members another role."""
    actor = here.actor()
    communities.change_members(actor, communities.get(actor, id), load_members(here.body()))
    return no_content()


@blueprint.delete("/communities/<id>/members")
def remove_members(id: str) -> Response:
    """Remove members."""
    actor = here.actor()
    communities.change_members(actor, communities.get(actor, id), load_members(here.body()), remove=True)
    return no_content()


def _managed(id: str) -> Community:
    actor = here.actor()
    community = communities.get(actor, id)
    access.require(communities.may_manage(actor.db, actor.user, community))
    return community


def _answer(community: Community, status: int = 200) -> Response:
    return answer(_shown(community), status, revision=community.revision)


def _shown(community: Community) -> dict[str, Any]:
    data = community_json.whole(community, here.view().links)
    if negotiate(PLAIN) == NATIVE:  # the real one too tells what one may do there in this shape only
        data["ui"] = {"organizations": [], "custom_fields": {}, "permissions": _permissions(community)}
    return data


def _permissions(community: Community) -> dict[str, bool]:
    actor = here.actor()
    return {
        "can_include_directly": communities.may_include(actor.db, actor.user, community),
        "can_update": communities.may_manage(actor.db, actor.user, community),
        "can_submit_record": communities.may_submit(actor.db, actor.user, community),
        "can_manage_collections": False,
    }


def _wanted(*, mine: bool) -> list[Community]:
    return communities.listed(here.actor(), mine=mine, words=asked_for.args.get("q", ""))


def listing(found: list[Community], path: str, *, sort: str = "") -> dict[str, Any]:
    """Return one page of communities, as they are sorted or by what is usual."""
    page, size = whole_number("page", 1), whole_number("size", 25)
    sort = sort or ("bestmatch" if asked_for.args.get("q", "").strip() else "newest")
    shown = found[(page - 1) * size : page * size]
    types = [c.document["metadata"].get("type", {}).get("id") for c in found]
    visibilities = [c.access["visibility"] for c in found]
    return {
        "hits": {"hits": [_shown(c) for c in shown], "total": len(found)},
        "aggregations": {
            "type": {"buckets": buckets(types, _type), "label": "Type"},
            "visibility": {"buckets": buckets(visibilities, str.capitalize), "label": "Visibility"},
        },
        "sortBy": sort,
        "page": page,
        "links": page_links(path, len(found), page, size, sort),
    }


def _type(id: str) -> str:
    title: str = (vocabularies.get("communitytypes", id) or {}).get("title", {}).get("en", id)
    return title


def buckets(values: list[Any], label: Any) -> list[dict[str, Any]]:
    """Return how often each value is there, as the counts of a search are shown."""
    named = [v for v in values if v]
    return [
        {"key": key, "doc_count": named.count(key), "label": label(key), "is_selected": False}
        for key in sorted(set(named), key=lambda key: (-named.count(key), key))
    ]


def _people(community: Community, rows: list[Any], path: str) -> Response:
    actor, links = here.actor(), here.view().links
    page, size = whole_number("page", 1), whole_number("size", 25)
    shown = rows[(page - 1) * size : page * size]
    return answer(
        {
            "hits": {"hits": [community_json.member(r, actor, community, links) for r in shown], "total": len(rows)},
            "sortBy": "name",
            "page": page,
            "links": page_links(path, len(rows), page, size, "name"),
        }
    )
