"""What happens to requests: drafts handed in for review, records offered to a community, and what is decided."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..errors import AccessDenied, FieldError, RecordNotFound, RefusedMetadata, WasRefused
from . import access, access_requests, communities, published, users, versions
from .actor import Actor
from .request import (
    ACCESS,
    BECOMES,
    GUEST_ACCESS,
    INCLUSION,
    INVITATION,
    SUBMISSION,
    Request,
    actions,
    add_event,
    community,
    get,
    make,
    of_draft,
)
from .request import save as save_request
from .request import submit as submit_request
from .versions import Version


def of_draft_or_refuse(actor: Actor, text: str) -> tuple[Version, Request]:
    """Return a draft and its request; raises RecordNotFound when there is none."""
    draft = actor.draft(text)
    request = of_draft(actor.db, draft)
    if request is None:
        raise RecordNotFound("Review for draft not found")
    return draft, request


def choose(actor: Actor, text: str, body: Any) -> Request:
    """Say to which community a draft shall go."""
    with actor.db.writing():
        draft = actor.draft(text)
        body = body if isinstance(body, dict) else {}
        if body.get("type") != SUBMISSION:
            wrong = FieldError("type", ("Invalid review type.",))
            raise RefusedMetadata("A validation error occurred.", (wrong,))
        if versions.find_record(actor.db, draft.number) or draft.parent.latest is not None:
            raise WasRefused("You cannot create a review for an already published record.", status=400)
        receiver = communities.find(actor.db, str((body.get("receiver") or {}).get("community", "")))
        if receiver is None or receiver.id != body["receiver"]["community"]:  # a slug is not understood here
            raise RecordNotFound("Not found.")
        before = of_draft(actor.db, draft)
        if before is not None and before.is_open:
            raise WasRefused("You cannot update a review which is already open.", status=400)
        request = make(actor, SUBMISSION, receiver, draft.number, title="")
        _set_review(actor, draft, request.id)
    return request


def withdraw(actor: Actor, text: str) -> None:
    """Take back where a draft shall go."""
    with actor.db.writing() as connection:
        draft, request = of_draft_or_refuse(actor, text)
        if request.is_open:
            raise WasRefused("An open review cannot be deleted.", status=400)
        _set_review(actor, draft, None)
        if not request.is_closed:
            connection.execute("DELETE FROM requests WHERE id = ?", (request.id,))


def _set_review(actor: Actor, draft: Version, id: str | None) -> None:
    draft.parent.document.pop("review", None)
    if id:
        draft.parent.document["review"] = id
    versions.save_parent(actor.db, draft.parent)


def submit(actor: Actor, text: str, payload: dict[str, Any] | None, *, require_review: bool) -> Request:
    """Hand a draft in; where no review is needed and none asked for it is published at once."""
    with actor.db.writing():
        draft, request = of_draft_or_refuse(actor, text)
        if request.is_open:  # the real one breaks on it
            raise WasRefused("The draft is under review already.", status=500 if actor.switches.crashes else 400)
        receiver = community(actor, request)
        _require_submitter(actor, receiver)
        published.require_complete(actor, draft)
        request.document["title"] = draft.document["metadata"].get("title", "")
        submit_request(actor, request, payload)
        if not require_review and communities.may_include(actor.db, actor.user, receiver):
            _accept_at_once(actor, request)
    return request


def _require_submitter(actor: Actor, receiver: communities.Community) -> None:
    if not communities.may_submit(actor.db, actor.user, receiver):
        raise AccessDenied("Submission to this community is only allowed to community members.")


def act(actor: Actor, id: str, action: str, payload: dict[str, Any] | None) -> Request:
    """Accept, decline, cancel or submit a request."""
    with actor.db.writing():
        request = get(actor, id)
        if action not in (*BECOMES, "submit"):
            raise WasRefused(f"Error for action '{action}': No such action available", status=400)
        if action != "submit" and not request.is_open:
            raise WasRefused(f"Error for action '{action}': Could not execute the action", status=400)
        access.require(action in actions(actor, request))
        if action == "submit":
            assert request.record_id is not None
            return submit(actor, actor.spell(request.record_id), payload, require_review=True)
        _decide(actor, request, action)
        if payload:
            add_event(actor, request, "C", payload)
    return request


def _accept_at_once(actor: Actor, request: Request) -> None:
    _decide(actor, request, "accept", system=True)
    content = (
        "This request has been automatically accepted, as the uploader can submit to community directly without review."
    )
    add_event(actor, request, "C", {"content": content, "format": "html"}, system=True)


def _decide(actor: Actor, request: Request, action: str, *, system: bool = False) -> None:
    request.status = BECOMES[action]
    save_request(actor.db, request)
    if request.type == INVITATION:
        _decide_invitation(actor, request, action)
    elif request.type in (ACCESS, GUEST_ACCESS):
        if action == "accept":
            access_requests.grant(actor, request)
    elif action == "accept":
        _take_in(actor, request)
    elif action == "cancel" and request.type == SUBMISSION:
        draft = versions.find_draft(actor.db, request.record_id or 0)
        if draft is not None:
            _set_review(actor, draft, None)
    add_event(actor, request, "L", {"event": request.status, "format": "html"}, system=system)


def _decide_invitation(actor: Actor, request: Request, action: str) -> None:
    with actor.db.writing() as connection:
        where = "WHERE community_id = ? AND user_id = ? AND NOT active"
        sql = f"UPDATE members SET active = 1 {where}" if action == "accept" else f"DELETE FROM members {where}"
        connection.execute(sql, (request.receiver, request.document["user"]))


def _take_in(actor: Actor, request: Request) -> None:
    """Publish what was handed in as its owner would, or take the record as it is."""
    assert request.record_id is not None
    receiver = community(actor, request)
    if request.type == SUBMISSION:
        draft = versions.find_draft(actor.db, request.record_id)
        assert draft is not None, "a draft under review cannot be discarded"
        _set_review(actor, draft, None)
        owner = replace(actor, user=users.find_user(actor.db, id=draft.parent.owner))
        record = published.publish(owner, actor.spell(draft.number))
        communities.include(actor, record.parent, receiver, request.id)
        return
    found = versions.find_record(actor.db, request.record_id)
    if found is None or found.deletion is not None:
        raise WasRefused("The record is not there any more.", status=400)
    communities.include(actor, found.parent, receiver, request.id)


def include(actor: Actor, record: Version, item: dict[str, Any]) -> Request:
    """Offer a published record to a community; raises WasRefused with the reason when that makes no sense."""
    receiver = communities.find(actor.db, item["id"])
    if receiver is None:
        raise WasRefused("Community not found.", status=400)
    if receiver.id in (record.parent.document.get("communities") or {}).get("ids", ()):
        raise WasRefused("The record is already included in this community.", status=400)
    waiting = actor.db.one(
        "SELECT 1 FROM requests r JOIN records v ON v.id = r.record_id "
        "WHERE v.parent_id = ? AND r.receiver = ? AND r.status = 'submitted'",
        record.parent.number,
        receiver.id,
    )
    if waiting:
        raise WasRefused("There is already an open inclusion request for this community.", status=400)
    _require_submitter(actor, receiver)
    title = record.document["metadata"].get("title", "")
    request = make(actor, INCLUSION, receiver, record.number, title=title)
    submit_request(actor, request, (item.get("comment") or {}).get("payload"))
    if not item.get("require_review", False) and communities.may_include(actor.db, actor.user, receiver):
        _accept_at_once(actor, request)
    return request
