"""A whole draft: what of it is valid, and what is wrong with the rest."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import date, datetime, timezone
from functools import cache
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validates_schema

from ...errors import FieldError
from .custom import SCHEMAS
from .fields import Clean, Text
from .metadata import Metadata


class Embargo(Schema):
    """Until when files stay closed."""

    active = fields.Boolean(allow_none=True, load_default=None)
    until = fields.Date(allow_none=True, load_default=None)
    reason = Text(allow_none=True, load_default=None)

    @validates_schema
    def check_until(self, data: dict[str, Any], **_: Any) -> None:
        """Ask for an end in the future of an active embargo, in the past of one that is over."""
        until: date | None = data.get("until")
        future = until is not None and until > datetime.now(timezone.utc).date()
        if data.get("active"):
            if not future:
                raise ValidationError("Embargo end date must be set to a future date.", "until")
        elif data.get("active") is False and future:
            raise ValidationError("Embargo end date must be unset or in the past.", "until")


def _protection(name: str) -> Text:
    def check(value: str) -> None:
        if value not in ("public", "restricted"):
            raise ValidationError(f"'{name}' must be either 'public' or 'restricted'")

    return Text(required=True, validate=check)


class Access(Clean):
    """Who may see what."""

    shown_only = ("status",)
    record = _protection("record")
    files = _protection("files")
    embargo = fields.Nested(Embargo)


class Files(Clean):
    """Whether there are files, and which is shown first."""

    shown_only = ("count", "total_bytes", "entries")
    enabled = fields.Boolean()
    default_preview = Text(allow_none=True)
    order = fields.List(Text())


class Pid(Schema):
    """One persistent identifier."""

    identifier = Text(required=True)
    provider = Text(required=True)
    client = Text()


def _known_scheme(scheme: str) -> None:
    if scheme not in ("doi", "oai"):
        raise ValidationError("Invalid persistent identifier scheme.")


@cache
def _draft_schema(flavour: str) -> Schema:
    """Return the schema of a draft; what else the body has is ignored."""
    names: dict[str, Any] = {
        "pids": fields.Dict(keys=Text(validate=_known_scheme), values=fields.Nested(Pid)),
        "metadata": fields.Nested(Metadata),
        "custom_fields": fields.Nested(SCHEMAS[flavour]),
        "access": fields.Nested(Access),
        "files": fields.Nested(Files),
        "media_files": fields.Nested(Files),
    }
    return Schema.from_dict(names, name="Draft")(unknown=EXCLUDE)


def load_draft(body: dict[str, Any], flavour: str) -> tuple[dict[str, Any], list[FieldError]]:
    """Read a draft as far as it is valid.

    Parameters
    ----------
    body : dict
        What a client sent.
    flavour : {"zenodo", "rdm"}
        Decides which custom fields there are.

    Returns
    -------
    data : dict
        The valid part, cleaned and normalised.
    errors : list of FieldError
        What is wrong with the rest, in the order of the schema.
    """
    try:
        return _plain(_draft_schema(flavour).load(copy.deepcopy(body))), []
    except ValidationError as error:
        valid: Any = error.valid_data
        return _plain(valid), list(flatten(error.normalized_messages()))


def publication_errors(document: dict[str, Any], flavour: str) -> list[FieldError]:
    """Return what keeps a stored draft from being published, as far as its fields are concerned."""
    parts = {name: document.get(name, {}) for name in ("metadata", "custom_fields", "access", "pids")}
    return load_draft(parts, flavour)[1]


def flatten(messages: Any, path: str = "") -> Iterator[FieldError]:
    """Turn marshmallow's tree of messages into a list with dotted paths."""
    if isinstance(messages, dict):
        for name, below in messages.items():
            yield from flatten(below, f"{path}.{name}" if path else str(name))
    else:
        yield FieldError(path, tuple(messages) if isinstance(messages, list) else (str(messages),))


def _plain(data: Any) -> dict[str, Any]:
    """Return only what JSON has: dates as text; in the fields, nothing that is empty, as what a failed item left."""
    return {k: _json(v, prune=k in ("metadata", "custom_fields")) for k, v in data.items()}


def _json(value: Any, *, prune: bool) -> Any:
    if isinstance(value, dict):
        return {k: v for k, below in value.items() if not _is_empty(v := _json(below, prune=prune)) or not prune}
    if isinstance(value, list):
        return [v for below in value if not _is_empty(v := _json(below, prune=prune)) or not prune]
    return value.isoformat() if isinstance(value, date) else value


def _is_empty(value: Any) -> bool:
    return value is None or value == {} or value == []
