"""Requests and what is said about them: that a community take a record, that somebody join it, or that files be shown."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from ..errors import RecordDeleted, RecordNotFound
from . import access, communities
from .actor import Actor
from .communities import Community
from .database import Database, now
from .versions import Parent, Version

SUBMISSION, INCLUSION, INVITATION = "community-submission", "community-inclusion", "community-invitation"
ACCESS, GUEST_ACCESS = "user-access-request", "guest-access-request"
#: Those that a person is asked, and not a community.
TO_PEOPLE = (INVITATION, ACCESS, GUEST_ACCESS)
#: What an action makes of a request that is open.
BECOMES = {"accept": "accepted", "decline": "declined", "cancel": "cancelled"}


@dataclass
class Request:
    """A request.

    Attributes
    ----------
    id : str
        A UUID.
    number : int
        Counts all requests.
    type, status : str
        ``community-submission`` and so on; ``created``, ``submitted``, ``accepted``, ``declined``, ``cancelled``.
    created_by : int or None
        User number; nothing for a guest.
    receiver : str
        The community; nothing where a record's owner is asked.
    record_id : int or None
        What it is about; nothing for an invitation.
    document : dict
        ``title``; ``user`` is the person who is asked; of an invitation ``role``, of others ``payload``.
    created, updated, revision
        As InvenioRDM shows them.
    """

    id: str
    number: int
    type: str
    status: str
    created_by: int | None
    receiver: str
    record_id: int | None
    document: dict[str, Any] = field(default_factory=dict)
    created: str = field(default_factory=now)
    updated: str = ""
    revision: int = 1

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.status == "submitted"

    @property
    def is_closed(self) -> bool:
        """Whether it was decided."""
        return self.status in BECOMES.values()


def find(db: Database, id: str) -> Request | None:
    """Return a request by its id."""
    row = db.one("SELECT * FROM requests WHERE id = ?", id)
    if row is None:
        return None
    return Request(
        row["id"], row["number"], row["type"], row["status"], row["created_by"], row["receiver"], row["record_id"],
        json.loads(row["json"]), row["created"], row["updated"], row["revision"],
    )  # fmt: skip


def get(actor: Actor, id: str) -> Request:
    """Return a request that this user may see: who made it, who is asked, and who decides."""
    request = find(actor.db, id)
    if request is None:
        raise RecordNotFound("Not found.")
    access.require(may_see(actor, request))
    return request


def may_see(actor: Actor, request: Request) -> bool:
    """Tell whether somebody may see a request."""
    if actor.user is None:
        return False
    if actor.user.id in (request.created_by, request.document.get("user")):
        return True
    if not request.receiver:
        return actor.user.is_admin
    try:
        return communities.may_review(actor.db, actor.user, community(actor, request))
    except RecordDeleted:  # nobody decides any more
        return False


def concerning(actor: Actor, *, is_open: bool | None = None) -> list[Request]:
    """Return the requests that this user may see, newest first; with ``is_open`` those that wait, or that do not."""
    which = {True: "= 'submitted'", False: "NOT IN ('created', 'submitted')", None: "<> 'created'"}[is_open]
    return _seen(actor, f"SELECT id FROM requests WHERE status {which} ORDER BY created DESC")


def to_community(actor: Actor, community: Community) -> list[Request]:
    """Return the requests that a community is to decide or has decided, newest first."""
    sql = "SELECT id FROM requests WHERE receiver = ? AND status <> 'created' AND type <> ? ORDER BY created DESC"
    return _seen(actor, sql, community.id, INVITATION)


def of_concept(actor: Actor, parent: Parent) -> list[Request]:
    """Return the requests about any version of a record, newest first."""
    sql = (
        "SELECT r.id FROM requests r JOIN records v ON v.id = r.record_id WHERE v.parent_id = ? ORDER BY r.created DESC"
    )
    return _seen(actor, sql, parent.number)


def _seen(actor: Actor, sql: str, *values: Any) -> list[Request]:
    found = (find(actor.db, row["id"]) for row in actor.db.all(sql, *values))
    return [r for r in found if r and may_see(actor, r)]


def community(actor: Actor, request: Request) -> Community:
    """Return the community that a request is to."""
    found = communities.find(actor.db, request.receiver)
    if found is None:
        raise RecordNotFound("Not found.")
    return found


def actions(actor: Actor, request: Request) -> list[str]:
    """Return what this user may do with a request now."""
    own = actor.user is not None and (actor.user.id == request.created_by or actor.user.is_admin)
    if request.status == "created":
        return ["submit"] if own else []
    if not request.is_open or actor.user is None:
        return []
    if request.type in TO_PEOPLE:
        decides = actor.user.id == request.document["user"]
        if request.type == INVITATION:
            own = communities.may_manage(actor.db, actor.user, community(actor, request))
    else:
        decides = communities.may_review(actor.db, actor.user, community(actor, request))
    return [*(("accept",) if decides else ()), *(("cancel",) if own else ()), *(("decline",) if decides else ())]


def make(actor: Actor, type: str, receiver: Community | None, record_id: int | None, **document: Any) -> Request:
    """Make a request, not submitted yet; inside a transaction."""
    row = actor.db.one("SELECT coalesce(max(number), 0) + 1 AS next FROM requests")
    assert row is not None
    asked = receiver.id if receiver else ""
    request = Request(str(uuid.uuid4()), row["next"], type, "created", actor.user_id, asked, record_id, document)
    save(actor.db, request)
    return request


def submit(actor: Actor, request: Request, payload: dict[str, Any] | None) -> None:
    """Let a request wait for a decision, with what its maker says about it."""
    request.status = "submitted"
    save(actor.db, request)
    if payload:
        add_event(actor, request, "C", payload)


def save(db: Database, request: Request) -> None:
    """Write a request with its next revision number."""
    request.updated = now()
    request.revision += 1
    with db.writing() as connection:
        connection.execute(
            "INSERT INTO requests (id, number, type, status, created, updated, revision, created_by, receiver, record_id, "
            "json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET status = excluded.status, "
            "updated = excluded.updated, revision = excluded.revision, json = excluded.json",
            (
                request.id, request.number, request.type, request.status, request.created, request.updated,
                request.revision, request.created_by, request.receiver, request.record_id, json.dumps(request.document),
            ),
        )  # fmt: skip


def of_draft(db: Database, draft: Version) -> Request | None:
    """Return the request that a draft is under."""
    id = draft.parent.document.get("review")
    return find(db, id) if id else None


def add_event(
    actor: Actor, request: Request, type: str, payload: dict[str, Any], *, system: bool = False
) -> dict[str, Any]:
    """Add a comment (``C``) or what happened (``L``) to a request, and return it."""
    event = {
        "id": str(uuid.uuid4()),
        "created": now(),
        "type": type,
        "created_by": None if system else actor.user_id,
        "payload": payload,
    }
    with actor.db.writing() as connection:
        connection.execute(
            "INSERT INTO events (id, request_id, type, created, updated, created_by, json) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (event["id"], request.id, type, event["created"], now(), event["created_by"], json.dumps(payload)),
        )
    return event


def events(db: Database, request: Request) -> list[dict[str, Any]]:
    """Return what was said and what happened, oldest first."""
    rows = db.all("SELECT * FROM events WHERE request_id = ? ORDER BY created, rowid", request.id)
    return [{**dict(row), "payload": json.loads(row["json"])} for row in rows]
