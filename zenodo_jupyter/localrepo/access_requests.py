"""Asking for the restricted files of a record: by people with an account, and by guests; its owner decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from ..errors import RecordNotFound, WasRefused
from . import access, sharing, versions
from .actor import Actor
from .database import now_and
from .request import ACCESS, GUEST_ACCESS, Request, add_event, make, submit
from .versions import Version

_NO_MAIL = "Verification link sent out, please check your e-mail inbox"


class _Question(Schema):
    class Meta:
        unknown = EXCLUDE

    email = fields.Email()
    full_name = fields.String()
    message = fields.String()
    consent_to_share_personal_data = fields.String(
        validate=validate.OneOf(("true", "false"), error="Must be one of: {choices}.")
    )


def ask(actor: Actor, text: str, body: Any) -> Request | str:
    """Ask the owner of a record for its files.

    Whether the owner wants to be asked is shown with the record and not looked at here, as InvenioRDM does it.

    Returns
    -------
    Request or str
        What was asked in the name of an account; to a guest, who is known by no more than an address, what InvenioRDM says.
        There a mail is sent first to prove the address; no mail is sent here, and the owner is asked at once.

    Raises
    ------
    AccessDenied
        When the files are to be seen already.
    RefusedMetadata
        When a field is wrong.
    WasRefused
        When the same was asked already, or a guest leaves something out.
    """
    with actor.db.writing():
        record = actor.record(text)
        email = str(body.get("email", "")) if isinstance(body, dict) else ""
        if actor.user is None or email.lower() != actor.user.email.lower():
            return _ask_as_guest(actor, record, body)
        access.require(not access.may_read_files(actor.db, actor.reader, record))
        asked = actor.db.one(
            "SELECT id FROM requests WHERE type = ? AND record_id = ? AND created_by = ? AND status = 'submitted'",
            ACCESS,
            record.number,
            actor.user.id,
        )
        if asked:
            raise WasRefused(f"Identical access requests already exist: {asked['id']}", status=400)
        said = sharing.load(_Question(), body)
        payload = {"permission": "view"} | {k: said[k] for k in ("message",) if k in said}
        return _make(actor, ACCESS, record, payload)


def _ask_as_guest(actor: Actor, record: Version, body: Any) -> str:
    said = sharing.load(_Question(), body)
    missing = [name for name in ("email", "full_name", "consent_to_share_personal_data") if name not in said]
    if missing:  # the real one breaks on it
        status = 500 if actor.switches.crashes else 400
        raise WasRefused(f"A guest has to give {', '.join(missing)}.", status=status)
    waiting = actor.db.one(
        "SELECT 1 FROM requests WHERE type = ? AND record_id = ? AND status = 'submitted' "
        "AND json_extract(json, '$.payload.email') = ?",
        GUEST_ACCESS,
        record.number,
        said["email"],
    )
    if not waiting:
        settings = record.parent.document["access"]["settings"]
        days = str(settings["secret_link_expiration"])
        payload = {"permission": "view", "message": "", **said, "secret_link_expiration": days}
        guest = Actor(actor.store, actor.flavour, actor.switches, None)
        _make(guest, GUEST_ACCESS, record, payload)
    return _NO_MAIL


def _make(actor: Actor, type: str, record: Version, payload: dict[str, Any]) -> Request:
    title = record.document["metadata"].get("title", "")
    made = make(actor, type, None, record.number, title=title, user=record.parent.owner, payload=payload)
    message = payload.get("message")
    submit(actor, made, {"content": message, "format": "html"} if message else None)
    return made


def grant(actor: Actor, asked: Request) -> None:
    """Show the files: an account is granted the record, for a guest a secret link is made and told in a comment."""
    record = versions.find_record(actor.db, asked.record_id or 0)
    if record is None:
        raise RecordNotFound("Not found.")
    origin, payload = f"request:{asked.id}", asked.document["payload"]
    if asked.type == ACCESS:
        sharing.add_grant(actor.db, record.parent, str(asked.created_by), payload["permission"], origin)
        return
    days = int(payload["secret_link_expiration"])
    link = sharing.add_link(
        actor,
        actor.spell(record.number),
        {
            "permission": payload["permission"],
            "description": f"Requested by guest: {payload['full_name']} ({payload['email']})",
            "expires_at": now_and(timedelta(days=days))[:10] if days else None,
        },
    )
    page = f"{actor.store.site_url}/records/{actor.spell(record.number)}?token={link['token']}"
    content = f'Click <a href="{page}">here</a> to access the record.'
    add_event(actor, asked, "C", {"content": content, "format": "html"}, system=True)
