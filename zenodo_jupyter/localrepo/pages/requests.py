"""Requests: what waits for whom, and one of them with what was said, to be answered by a form."""

from __future__ import annotations

from html import escape
from typing import Any

from flask import redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from ...errors import RecordDeleted, RecordNotFound, RefusedMetadata, WasRefused
from .. import communities, markup, review, users, versions
from .. import request as requests
from ..api import here
from ..communities import Community
from ..request import Request
from ..schema.communities import load_comment
from .searches import part
from .site import blueprint, require_person

#: What is asked, in words.
_TYPES = {
    requests.SUBMISSION: "Submission to a community",
    requests.INCLUSION: "Record offered to a community",
    requests.INVITATION: "Invitation to a community",
    requests.ACCESS: "Request to see files",
    requests.GUEST_ACCESS: "Request to see files",
    "file-modification": "Exchange of files",
    "quota-increase": "More room",
}
_STATES = {
    "created": "Not handed in",
    "submitted": "Waits for a decision",
    "accepted": "Accepted",
    "declined": "Declined",
    "cancelled": "Cancelled",
}
#: What the buttons say; accepting a submission is also publishing it.
_ACTIONS = {"accept": "Accept", "decline": "Decline", "cancel": "Cancel the request", "submit": "Hand in"}
_DONE = {"accepted": "accepted this", "declined": "declined this", "cancelled": "cancelled this"}


@blueprint.get("/me/requests")
def my_requests() -> str:
    """Show the requests that concern whoever looks."""
    require_person()
    which = request.args.get("is_open", "true")
    found = requests.concerning(here.actor(), is_open={"true": True, "false": False}.get(which))
    return render_template("pages/requests.html", which=which, **lines(found))


def lines(found: list[Request]) -> dict[str, Any]:
    """Return what a page needs that lists requests: those of one part, as it shows them, and the part."""
    listed = part(found)
    return {"part": listed, "requests": [_line(asked) for asked in listed.shown]}


@blueprint.get("/communities/<slug>/requests/<uuid:id>", endpoint="community_request")
@blueprint.get("/me/requests/<uuid:id>")
def read_request(id: Any, slug: str = "") -> str:
    """Show a request with what was said about it, and what can be done."""
    require_person()
    return _show(requests.get(here.actor(), str(id)))


@blueprint.post("/communities/<slug>/requests/<uuid:id>", endpoint="answer_community_request")
@blueprint.post("/me/requests/<uuid:id>")
def answer_request(id: Any, slug: str = "") -> AnyResponse | tuple[str, int]:
    """Say something, decide, or both."""
    require_person()
    actor, action = here.actor(), request.form.get("action", "")
    words = request.form.get("comment", "").strip()
    asked = requests.get(actor, str(id))
    try:
        payload = load_comment({"payload": {"content": _as_html(words)}}) if words else None
        if action != "comment":
            review.act(actor, asked.id, action, payload)
        elif payload is None:
            raise WasRefused("The comment is empty.", "Write what is to be said.", status=400)
        else:
            requests.add_event(actor, asked, "C", payload)
    except (RefusedMetadata, RecordNotFound, WasRefused) as error:
        return _show(requests.get(actor, asked.id), problem=str(error), words=words), error.status
    return redirect(f"{request.script_root}{request.path}#last", 303)


def _show(asked: Request, *, problem: str = "", words: str = "") -> str:
    actor = here.actor()
    said = [
        {
            "who": _name(event["created_by"]),
            "when": event["created"],
            "done": _DONE.get(event["payload"].get("event", ""), "") if event["type"] == "L" else "",
            "text": Markup(markup.prose(event["payload"].get("content") or "")),
        }
        for event in requests.events(actor.db, asked)
    ]
    publishes = asked.type == requests.SUBMISSION
    actions = {name: _ACTIONS[name] for name in requests.actions(actor, asked)}
    if publishes and "accept" in actions:
        actions["accept"] = "Accept and publish"
    return render_template(
        "pages/request.html", asked=_line(asked), said=said, actions=actions, problem=problem, words=words
    )


def _line(asked: Request) -> dict[str, Any]:
    receiver = _community(asked)
    kind = _TYPES.get(asked.type, asked.type)
    return {
        "id": asked.id,
        "kind": kind,
        "title": asked.document.get("title") or kind,
        "state": asked.status,
        "words": _STATES.get(asked.status, asked.status),
        "is_open": asked.is_open,
        "by": _maker(asked),
        "role": asked.document.get("role", ""),
        "created": asked.created,
        "community": receiver,
        "about": _about(asked),
        "url": url_for("pages.read_request", id=asked.id),
    }


def _community(asked: Request) -> Community | None:
    try:
        return communities.find(here.actor().db, asked.receiver) if asked.receiver else None
    except RecordDeleted:
        return None


def _about(asked: Request) -> dict[str, Any] | None:
    """Return what a request is about: address and state of its draft or record."""
    actor = here.actor()
    if asked.record_id is None:
        return None
    id = actor.spell(asked.record_id)
    if versions.find_record(actor.db, asked.record_id) is not None:
        return {"url": url_for("pages.record", id=id), "is_draft": False}
    if versions.find_draft(actor.db, asked.record_id) is not None:
        return {"url": url_for("pages.record", id=id, preview=1), "is_draft": True}
    return None


def _maker(asked: Request) -> str:
    if asked.type == requests.GUEST_ACCESS:  # nothing else is known of them, and only who is asked sees it
        guest = asked.document["payload"]
        return f"{guest['full_name']} ({guest['email']}), a guest"
    return _name(asked.created_by)


def _name(number: int | None) -> str:
    """Return what somebody is called; nobody's mail address is shown."""
    user = users.find_user(here.actor().db, id=number) if number is not None else None
    if user is None:
        return "The repository" if number is None else "Somebody who left"
    return user.profile.get("full_name") or user.email.partition("@")[0]


def _as_html(words: str) -> str:
    """Return plain text as the paragraphs that comments are made of."""
    paragraphs = [p.strip() for p in words.replace("\r\n", "\n").split("\n\n")]
    return "".join(f"<p>{escape(p, quote=False).replace(chr(10), '<br>')}</p>" for p in paragraphs if p)
