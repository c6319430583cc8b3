"""InvenioRDM's native JSON of communities, their members, requests and comments."""

from __future__ import annotations

from typing import Any

from . import communities, request, users, vocabularies
from .actor import Actor
from .communities import Community
from .links import Links
from .request import Request


def entry(community: Community) -> dict[str, Any]:
    """Return a community as a record names it: no links, and its type by its id."""
    return {
        "id": community.id,
        "created": community.created,
        "updated": community.updated,
        "links": {},
        "revision_id": community.revision,
        "slug": community.slug,
        "metadata": community.document["metadata"],
        "access": community.access,
        "custom_fields": {},
        "deletion_status": {"is_deleted": False, "status": "P"},
        "children": {"allow": False},
    }


def whole(community: Community, links: Links) -> dict[str, Any]:
    """Return a community."""
    own, page = f"{links.api}/communities/{community.id}", f"{links.site}/communities/{community.slug}"
    shown = entry(community)
    shown["links"] = {
        "self": own,
        "self_html": f"{page}/",
        "settings_html": f"{page}/settings",
        "logo": f"{own}/logo",
        "rename": f"{own}/rename",
        "members": f"{own}/members",
        "public_members": f"{own}/members/public",
        "invitations": f"{own}/invitations",
        "requests": f"{own}/requests",
        "records": f"{own}/records",
        "collection_trees": f"{own}/collection-trees",
        "membership_requests": f"{own}/membership-requests",
    }
    kind = community.document["metadata"].get("type")
    if kind:
        title = (vocabularies.get("communitytypes", kind["id"]) or {}).get("title", {})
        shown["metadata"] = {**shown["metadata"], "type": {"id": kind["id"], "title": title}}
    return shown


def member(row: Any, actor: Actor, community: Community, links: Links) -> dict[str, Any]:
    """Return a member, or somebody who is invited; ``row`` is of the table."""
    user = users.find_user(actor.db, id=row["user_id"])
    assert user is not None, "a foreign key keeps every user"
    own = actor.user_id == user.id
    manages = communities.may_manage(actor.db, actor.user, community) and not own
    return {
        "id": row["id"],
        "member": {
            "type": "user",
            "id": str(user.id),
            "name": user.profile.get("full_name") or user.email,
            "description": user.profile.get("affiliations", ""),
            "avatar": f"{links.api}/users/{user.id}/avatar.svg",
        },
        "role": row["role"],
        "visible": '"visible": true' in row["json"],
        "group_notification_enabled": None,
        "is_current_user": own,
        "permissions": {
            "can_leave": own,
            "can_delete": manages,
            "can_update_role": manages,
            "can_update_visible": own or manages,
            "can_update_group_notification": False,
        },
        "created": row["created"],
        "updated": row["created"],
        "revision_id": 1,
        "links": {},
    }


def whole_request(asked: Request, actor: Actor, links: Links) -> dict[str, Any]:
    """Return a request, with what the reader may do with it."""
    own = f"{links.api}/requests/{asked.id}"
    said = request.events(actor.db, asked)
    comments = [event for event in said if event["type"] == "C"]
    topic = {"record": actor.spell(asked.record_id)} if asked.record_id is not None else {"community": asked.receiver}
    to_person = asked.type in request.TO_PEOPLE
    receiver = (
        {"user": str(asked.document["user"])}
        if to_person
        else {"community": asked.receiver}
        if asked.receiver
        else None
    )
    payload = asked.document.get("payload")
    by = {"email": payload["email"]} if payload and asked.created_by is None else {"user": str(asked.created_by)}
    return {
        "id": asked.id,
        "created": asked.created,
        "updated": asked.updated,
        "links": {
            "self": own,
            "self_html": f"{links.site}/me/requests/{asked.id}",
            **{name: f"{own}/{name}" for name in ("comments", "timeline", "timeline_focused", "lock", "unlock")},
            "actions": {name: f"{own}/actions/{name}" for name in request.actions(actor, asked)},
        },
        "revision_id": asked.revision,
        "type": asked.type,
        "title": asked.document.get("title", ""),
        "number": str(asked.number),
        "status": asked.status,
        "is_closed": asked.is_closed,
        "is_open": asked.is_open,
        "expires_at": None,
        "is_expired": False,
        "last_reply": _reply(comments[-1]) if comments else None,
        "last_activity_at": said[-1]["created"] if said else asked.updated,
        "created_by": by,
        "receiver": receiver,
        "topic": topic,
        "files": {"enabled": True},
        **({"payload": payload} if payload else {}),
    }


def _reply(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": event["id"],
        "created": event["created"],
        "updated": event["updated"],
        "links": {},
        "revision_id": event["revision"],
        "type": event["type"],
        "created_by": {"user": _author(event)},
        "permissions": {},
        "parent_id": None,
    }


def _author(event: dict[str, Any]) -> str:
    return "system" if event["created_by"] is None else str(event["created_by"])


def comment(event: dict[str, Any], asked: Request, actor: Actor, links: Links) -> dict[str, Any]:
    """Return a comment, or what happened to a request."""
    own = f"{links.api}/requests/{asked.id}/comments/{event['id']}"
    mine = event["type"] == "C" and event["created_by"] is not None and event["created_by"] == actor.user_id
    return {
        **_reply(event),
        "links": {
            "self": own,
            "self_html": f"{links.site}/me/requests/{asked.id}#commentevent-{event['id']}",
            **{name: f"{own}/{name}" for name in ("reply", "replies", "replies_focused")},
        },
        "permissions": {"can_update_comment": mine, "can_delete_comment": mine, "can_reply_comment": True},
        "payload": event["payload"],
    }
