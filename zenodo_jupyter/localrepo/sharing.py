"""Who else may see or change a record: secret links, and people it was granted to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import uuid
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from ..errors import FieldError, RecordNotFound, RefusedMetadata, WasRefused
from . import access, indexing, users, versions
from .actor import Actor
from .database import Database, now
from .schema.fields import Html
from .schema.records import flatten
from .versions import Parent

_LINK_LEVELS = ("view", "preview", "edit")


class _Link(Schema):
    class Meta:
        unknown = EXCLUDE

    permission = fields.String(validate=validate.OneOf(_LINK_LEVELS, error="Must be one of: {choices}."))
    expires_at = fields.String(allow_none=True)
    description = fields.String(allow_none=True)


class _Subject(Schema):
    class Meta:
        unknown = EXCLUDE

    type = fields.String(
        required=True, validate=validate.OneOf(("user", "role", "system_role"), error="Must be one of: {choices}.")
    )
    id = fields.String(required=True)


class _Grant(Schema):
    class Meta:
        unknown = EXCLUDE

    subject = fields.Nested(_Subject, required=True)
    # Any word, as in InvenioRDM; one that means nothing opens nothing (see `access.level`).
    permission = fields.String(required=True)


class _Permission(Schema):
    class Meta:
        unknown = EXCLUDE

    permission = fields.String()


class _Settings(Schema):
    allow_user_requests = fields.Boolean()
    allow_guest_requests = fields.Boolean()
    accept_conditions_text = Html(allow_none=True)
    secret_link_expiration = fields.Integer(
        validate=validate.Range(0, 365, error="Must be greater than or equal to {min} and less than or equal to {max}.")
    )


class _Grants(Schema):
    class Meta:
        unknown = EXCLUDE

    grants = fields.List(fields.Nested(_Grant), required=True, validate=validate.Length(min=1, max=100))


def load(schema: Schema, body: Any) -> dict[str, Any]:
    """Read what a client sent; raises RefusedMetadata."""
    try:
        data: dict[str, Any] = schema.load(body or {})
    except ValidationError as error:
        raise RefusedMetadata("A validation error occurred.", tuple(flatten(error.normalized_messages()))) from error
    return data


def read_permission(body: Any, held: str) -> str:
    """Read how far somebody may go, as far as before if nothing is said of it; raises RefusedMetadata."""
    permission: str = load(_Permission(), body).get("permission", held)
    return permission


def managed(actor: Actor, text: str) -> Parent:
    """Return the concept of a draft or record that this user may share."""
    try:
        parent = actor.draft(text).parent
    except RecordNotFound:
        parent = actor.published(text).parent
    access.require(access.level(actor.db, actor.reader, parent) == "manage")
    return parent


# Links


def links(actor: Actor, text: str) -> list[dict[str, Any]]:
    """Return the secret links of a record."""
    rows = actor.db.all("SELECT * FROM access_links WHERE parent_id = ? ORDER BY created", managed(actor, text).number)
    return [_link(actor.db, row) for row in rows]


def find_link(actor: Actor, text: str, id: str) -> dict[str, Any]:
    """Return one secret link; raises RecordNotFound."""
    for link in links(actor, text):
        if link["id"] == id:
            return link
    raise RecordNotFound("No secret link found with the given ID.")


def add_link(actor: Actor, text: str, body: Any) -> dict[str, Any]:
    """Make a secret link."""
    data = load(_Link(), body)
    if not data.get("permission"):
        wrong = FieldError("permission", ("An access permission level is required",))
        raise RefusedMetadata("A validation error occurred.", (wrong,))
    with actor.db.writing() as connection:
        parent = managed(actor, text)
        id = str(uuid.uuid4())
        connection.execute(
            "INSERT INTO access_links VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                id, parent.number, _hash(_token(actor.db, id)), data["permission"], now(), data.get("expires_at"),
                json.dumps({"description": data.get("description") or ""}),
            ),
        )  # fmt: skip
    return find_link(actor, text, id)


def change_link(actor: Actor, text: str, id: str, body: Any) -> dict[str, Any]:
    """Change how far a secret link opens a record, and until when."""
    data = load(_Link(), body)
    with actor.db.writing() as connection:
        link = {**find_link(actor, text, id), **data}
        connection.execute(
            "UPDATE access_links SET permission = ?, expires = ?, json = ? WHERE id = ?",
            (link["permission"], link.get("expires_at"), json.dumps({"description": link["description"] or ""}), id),
        )
    return find_link(actor, text, id)


def remove_link(actor: Actor, text: str, id: str) -> None:
    """Make a secret link worthless."""
    with actor.db.writing() as connection:
        connection.execute("DELETE FROM access_links WHERE id = ?", (find_link(actor, text, id)["id"],))


def opened_by(db: Database, token: str) -> tuple[int, str] | None:
    """Return the concept that a secret link opens, and how far; None for a wrong or expired one."""
    if not token:
        return None
    row = db.one(
        "SELECT parent_id, permission FROM access_links WHERE hash = ? AND coalesce(expires > ?, 1)",
        _hash(token),
        now()[:10],
    )
    return None if row is None else (row["parent_id"], row["permission"])


def _link(db: Database, row: Any) -> dict[str, Any]:
    shown = {"id": row["id"], "created_at": row["created"]}
    if row["expires"]:
        shown["expires_at"] = row["expires"]
    token = _token(db, row["id"])
    return {
        **shown,
        "permission": row["permission"],
        "description": json.loads(row["json"])["description"],
        "token": token,
    }


def _token(db: Database, id: str) -> str:
    """Return the token of a link: made of its id and a secret of the store, as it can be read again at any time."""
    signature = hmac.new(db.secret("link_secret").encode(), id.encode(), hashlib.sha512).digest()
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (id.encode(), signature))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# Grants


def grants(actor: Actor, text: str) -> list[dict[str, Any]]:
    """Return to whom a record was granted."""
    parent = managed(actor, text)
    rows = actor.db.all("SELECT * FROM access_grants WHERE parent_id = ? ORDER BY created", parent.number)
    return [
        {
            "permission": row["permission"],
            "subject": {"id": row["subject_id"], "type": row["subject_type"]},
            "origin": json.loads(row["json"])["origin"],
        }
        for row in rows
    ]


def grant(actor: Actor, text: str, body: Any) -> list[dict[str, Any]]:
    """Grant a record to people, and return these grants."""
    wanted = load(_Grants(), body)["grants"]
    with actor.db.writing():
        parent = managed(actor, text)
        for item in wanted:
            subject = item["subject"]
            known = subject["id"].isdigit() and users.find_user(actor.db, id=int(subject["id"]))
            if subject["type"] != "user" or not known:
                wrong = FieldError("subject.id", ("Could not find the specified subject.",))
                raise RefusedMetadata("A validation error occurred.", (wrong,))
            if actor.db.one(
                "SELECT 1 FROM access_grants WHERE parent_id = ? AND subject_id = ?", parent.number, subject["id"]
            ):
                raise WasRefused("Grant for this user/role already exists within this record.", status=400)
            add_grant(actor.db, parent, subject["id"], item["permission"], f"api:{actor.user_id}")
    wanted_ids = [item["subject"]["id"] for item in wanted]
    return [g for g in grants(actor, text) if g["subject"]["id"] in wanted_ids]


def add_grant(db: Database, parent: Parent, user_id: str, permission: str, origin: str) -> None:
    """Grant a record to one person."""
    with db.writing() as connection:
        connection.execute(
            "INSERT OR REPLACE INTO access_grants VALUES (?, 'user', ?, ?, ?, ?)",
            (parent.number, user_id, permission, now(), json.dumps({"origin": origin})),
        )
        indexing.count_change(db)


def grant_number(actor: Actor, text: str, number: str) -> dict[str, Any]:
    """Return the grant that stands at this place of the list; raises RefusedMetadata or RecordNotFound."""
    given = grants(actor, text)
    if not re.fullmatch(r"-?\d+", number):
        raise RefusedMetadata("A validation error occurred.", (FieldError("grant_id", ("Not a valid integer.",)),))
    if not 0 <= int(number) < len(given):
        raise RecordNotFound("No grant found with the given ID.")
    return given[int(number)]


def replace_grant(actor: Actor, text: str, number: str, body: Any) -> dict[str, Any]:
    """Grant the person at this place of the list more or less; the body names them again."""
    held = grant_number(actor, text, number)
    wanted = load(_Grant(), body)
    if wanted["subject"] != held["subject"]:
        wrong = FieldError("subject.id", ("Could not find the specified subject.",))
        raise RefusedMetadata("A validation error occurred.", (wrong,))
    change_grant(actor, text, held["subject"]["id"], wanted["permission"])
    return grant_number(actor, text, number)


def find_grant(actor: Actor, text: str, user_id: str) -> dict[str, Any]:
    """Return what was granted to one person; raises RecordNotFound."""
    for item in grants(actor, text):
        if item["subject"] == {"id": user_id, "type": "user"}:
            return item
    raise RecordNotFound("No grant found by given user id.")


def change_grant(actor: Actor, text: str, user_id: str, permission: str | None) -> None:
    """Grant one person more or less, or with None nothing any more."""
    with actor.db.writing() as connection:
        parent = managed(actor, text)
        find_grant(actor, text, user_id)
        where = "WHERE parent_id = ? AND subject_type = 'user' AND subject_id = ?"
        if permission is None:
            connection.execute(f"DELETE FROM access_grants {where}", (parent.number, user_id))
        else:
            connection.execute(f"UPDATE access_grants SET permission = ? {where}", (permission, parent.number, user_id))
        indexing.count_change(actor.db)


def change_settings(actor: Actor, text: str, body: Any) -> Parent:
    """Say who may ask for access, and how; raises RefusedMetadata when a setting is wrong or unknown."""
    with actor.db.writing():
        parent = managed(actor, text)
        parent.document["access"]["settings"] |= load(_Settings(), body)
        versions.save_parent(actor.db, parent)
    return parent
