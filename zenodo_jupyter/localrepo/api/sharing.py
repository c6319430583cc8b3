"""Secret links, grants, and the deletion of records."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from ...errors import RecordNotFound
from .. import access_requests, community_json, deletion, self_service, sharing
from . import here
from .answers import answer, answer_record, as_json, no_content

blueprint = Blueprint("api_sharing", __name__)


@blueprint.get("/records/<id>/access/links")
def list_links(id: str) -> Response:
    """Answer the secret links of a record."""
    return _hits(sharing.links(here.actor(), id))


@blueprint.post("/records/<id>/access/links")
def add_link(id: str) -> Response:
    """Make a secret link."""
    return answer(sharing.add_link(here.actor(), id, here.body()), 201)


@blueprint.get("/records/<id>/access/links/<link>")
def read_link(id: str, link: str) -> Response:
    """Answer one secret link."""
    return answer(sharing.find_link(here.actor(), id, link))


@blueprint.patch("/records/<id>/access/links/<link>")
@blueprint.put("/records/<id>/access/links/<link>")
def change_link(id: str, link: str) -> Response:
    """Change a secret link."""
    return answer(sharing.change_link(here.actor(), id, link, here.body()))


@blueprint.delete("/records/<id>/access/links/<link>")
def remove_link(id: str, link: str) -> Response:
    """Make a secret link worthless."""
    sharing.remove_link(here.actor(), id, link)
    return no_content()


@blueprint.get("/records/<id>/access/grants")
@blueprint.get("/records/<id>/access/users")
def list_grants(id: str) -> Response:
    """Answer to whom a record was granted."""
    return _numbered(sharing.grants(here.actor(), id))


@blueprint.post("/records/<id>/access/grants")
def grant(id: str) -> Response:
    """Grant a record to people."""
    return _numbered(sharing.grant(here.actor(), id, here.body()), 201)


@blueprint.get("/records/<id>/access/grants/<number>")
def read_grant_number(id: str, number: str) -> Response:
    """Answer the grant at this place of the list."""
    return answer(sharing.grant_number(here.actor(), id, number))


@blueprint.put("/records/<id>/access/grants/<number>")
def replace_grant(id: str, number: str) -> Response:
    """Grant the person at this place of the list more or less."""
    return answer(sharing.replace_grant(here.actor(), id, number, here.body()))


@blueprint.patch("/records/<id>/access/grants/<number>")
def change_grant_number(id: str, number: str) -> Response:
    """Grant the person at this place of the list more or less, without naming them again."""
    held = sharing.grant_number(here.actor(), id, number)
    return change_grant(id, held["subject"]["id"])


@blueprint.delete("/records/<id>/access/grants/<number>")
def remove_grant_number(id: str, number: str) -> Response:
    """Take back the grant at this place of the list."""
    return remove_grant(id, sharing.grant_number(here.actor(), id, number)["subject"]["id"])


@blueprint.get("/records/<id>/access/groups")
def list_groups(id: str) -> Response:
    """Answer the groups that a record was granted to: there are no groups here."""
    sharing.managed(here.actor(), id)
    return _hits([])


@blueprint.route("/records/<id>/access/groups/<group>", methods=["GET", "PATCH", "DELETE"])
def no_group(id: str, group: str) -> Response:
    """Refuse what is asked of a group, as there are none."""
    sharing.managed(here.actor(), id)
    raise RecordNotFound("No grant found by given group id.")


@blueprint.post("/records/<id>/access/request")
def ask_for_access(id: str) -> Response:
    """Ask the owner for the files of a record."""
    asked = access_requests.ask(here.actor(), id, here.body())
    if isinstance(asked, str):
        return as_json({"message": asked})
    return as_json(community_json.whole_request(asked, here.actor(), here.view().links))


@blueprint.get("/records/<id>/access/users/<user>")
def read_grant(id: str, user: str) -> Response:
    """Answer what was granted to one person."""
    return answer(sharing.find_grant(here.actor(), id, user))


@blueprint.patch("/records/<id>/access/users/<user>")
def change_grant(id: str, user: str) -> Response:
    """Grant one person more or less."""
    held = sharing.find_grant(here.actor(), id, user)["permission"]
    sharing.change_grant(here.actor(), id, user, sharing.read_permission(here.body(), held))
    return read_grant(id, user)


@blueprint.delete("/records/<id>/access/users/<user>")
def remove_grant(id: str, user: str) -> Response:
    """Take back what was granted to one person."""
    sharing.change_grant(here.actor(), id, user, None)
    return no_content()


@blueprint.put("/records/<id>/access")
def change_settings(id: str) -> Response:
    """Say who may ask for access, and how."""
    actor = here.actor()
    sharing.change_settings(actor, id, here.body())
    return answer_record(here.view().version(actor.record(id)))


@blueprint.post("/records/<id>/request-deletion")
def delete_own(id: str) -> Response:
    """Delete one's own record, soon after its publication."""
    record = deletion.delete_own(here.view(), id, here.body())
    return as_json({"topic": {"record": here.actor().spell(record.number)}, "type": "record-deletion", "status": "accepted",
                    "is_open": False, "is_closed": True})  # fmt: skip


@blueprint.post("/records/<id>/file-modification")
def open_files(id: str) -> Response:
    """Let the files of a record that is being edited be exchanged, soon after its publication."""
    asked = self_service.open_files(here.actor(), id, here.body())
    return as_json(community_json.whole_request(asked, here.actor(), here.view().links))


@blueprint.post("/records/<id>/quota-increase")
def take_room(id: str) -> Response:
    """Give the files of a draft more room."""
    asked = self_service.take_room(here.actor(), id, here.body())
    return as_json(community_json.whole_request(asked, here.actor(), here.view().links))


@blueprint.delete("/records/<id>/delete")
def delete(id: str) -> Response:
    """Delete a record, as an administrator."""
    deletion.delete(here.view(), id, here.body())
    return Response(status=204, content_type="application/json")


@blueprint.post("/records/<id>/restore")
def restore(id: str) -> Response:
    """Take a deleted record back, as an administrator."""
    return answer_record(here.view().version(deletion.restore(here.actor(), id)))


def _hits(items: list[dict[str, Any]], status: int = 200) -> Response:
    return answer({"hits": {"hits": items, "total": len(items)}}, status)


def _numbered(items: list[dict[str, Any]], status: int = 200) -> Response:
    return _hits([{**item, "id": number} for number, item in enumerate(items)], status)
