"""Communities: all of them, and of each its records, what it says of itself, and who belongs to it."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from .. import access, communities, community_json, markup, vocabularies
from ..api import here
from ..communities import Community
from ..request import to_community
from .requests import lines
from .searches import look, part
from .site import blueprint


@blueprint.get("/communities")
def list_communities() -> str:
    """Search the communities that whoever asks may see."""
    actor = here.actor()
    q = request.args.get("q", "").strip()
    mine = request.args.get("mine") == "1" and actor.user is not None
    found = communities.listed(actor, mine=mine, words=q)
    listed = part(found)
    return render_template(
        "pages/communities.html",
        q=q,
        mine=mine,
        part=listed,
        communities=[(c, _kind(c), communities.count_records(actor.db, c)) for c in listed.shown],
    )


@blueprint.get("/communities/<slug>/")
def community(slug: str) -> AnyResponse:
    """Lead to its records, as on InvenioRDM."""
    return redirect(url_for("pages.community_records", slug=communities.get(here.actor(), slug).slug))


@blueprint.get("/communities/<slug>/records")
def community_records(slug: str) -> str:
    """Search its records."""
    found = communities.get(here.actor(), slug)
    return _show("records", found, results=look(community=found.id, slug=found.slug))


@blueprint.get("/communities/<slug>/about")
def about(slug: str) -> str:
    """Show what it says of itself, and where its records can be harvested."""
    found = communities.get(here.actor(), slug)
    oai_set = here.actor().flavour.oai_set + found.slug if found.access["visibility"] == "public" else ""
    return _show("about", found, text=_prose(found, "page"), oai_set=oai_set)


@blueprint.get("/communities/<slug>/curation-policy")
def curation_policy(slug: str) -> str:
    """Show by what its curators decide."""
    found = communities.get(here.actor(), slug)
    return _show("policy", found, text=_prose(found, "curation_policy"))


@blueprint.get("/communities/<slug>/members")
def members(slug: str) -> str:
    """Show who belongs to it: to members everybody, to others those who want to be seen."""
    actor = here.actor()
    found = communities.get(actor, slug)
    belongs = bool(communities.role(actor.db, actor.user, found))
    rows = communities.members(actor.db, found, visible_only=not belongs)
    shown = [community_json.member(row, actor, found, here.view().links) for row in rows]
    return _show("members", found, members=shown, belongs=belongs)


@blueprint.get("/communities/<slug>/requests")
def community_requests(slug: str) -> str:
    """Show who decides there what waits, and what was decided."""
    actor = here.actor()
    found = communities.get(actor, slug)
    access.require(communities.may_review(actor.db, actor.user, found))
    return _show("requests", found, **lines(to_community(actor, found)))


def _show(tab: str, found: Community, **more: Any) -> str:
    actor = here.actor()
    return render_template(
        f"pages/community_{tab}.html",
        tab=tab,
        community=found,
        about=found.document["metadata"],
        kind=_kind(found),
        reviews=communities.may_review(actor.db, actor.user, found),
        **more,
    )


def _kind(found: Community) -> str:
    id = (found.document["metadata"].get("type") or {}).get("id", "")
    title: str = ((vocabularies.get("communitytypes", id) or {}).get("title") or {}).get("en", "")
    return title


def _prose(found: Community, field: str) -> Markup:
    return Markup(markup.prose(found.document["metadata"].get(field) or ""))
