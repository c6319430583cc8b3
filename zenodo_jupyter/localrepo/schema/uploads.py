"""What a client says about files before it sends them."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load, validates_schema

from ...errors import FieldError, RefusedMetadata, WasRefused
from .records import flatten


class _Access(Schema):
    hidden = fields.Boolean()


class _Transfer(Schema):
    """How the bytes will come: ``L`` in one piece, ``M`` in parts (``F`` and ``R``, from elsewhere, are not allowed)."""

    type = fields.String(required=True)
    parts = fields.Integer()
    part_size = fields.Integer()
    url = fields.String()

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        kind = data["type"]
        if kind in ("F", "R"):
            raise ValidationError({"url": ["Domain not allowed"]})
        if kind not in ("L", "M"):
            raise ValidationError({"type": [f"Unsupported value: {kind}"]})
        if kind == "M" and "parts" not in data:
            raise ValidationError({"parts": ["Missing data for required field."]})


class _Description(Schema):
    metadata = fields.Dict()
    access = fields.Nested(_Access)


class _NewFile(_Description):
    key = fields.String(required=True)
    storage_class = fields.String()
    checksum = fields.String()
    size = fields.Integer()
    transfer = fields.Nested(_Transfer)

    @pre_load
    def default_transfer(self, data: Any, **_: Any) -> Any:
        if not isinstance(data, dict):
            return data
        transfer = data.get("transfer") or {}
        if not isinstance(transfer, dict):
            raise ValidationError({"transfer": "Transfer metadata must be a dictionary."})  # type: ignore[arg-type]
        return {**data, "transfer": {"type": "L", **transfer}}


def load_new_files(body: Any, *, strict: bool = True) -> list[dict[str, Any]]:
    """Read the list of files that a client announces.

    Parameters
    ----------
    body : object
        What was sent.
    strict : bool
        Whether size, number of parts and size of a part must agree; on the real one they need not.

    Raises
    ------
    RefusedMetadata
        When it is empty, or not a list of such descriptions.
    WasRefused
        When a file in parts has no size, or no parts.
    """
    if body is None or body == []:
        raise _refused(FieldError("_schema", ("No files to upload.",)))
    items = body if isinstance(body, list) else list(body)
    try:
        files: list[dict[str, Any]] = _NewFile(many=True).load(items)
    except ValidationError as error:
        raise _refused(*flatten(error.normalized_messages())) from error
    for file in files:
        if file["transfer"]["type"] == "M":
            _check_parts(file.get("size"), file["transfer"], strict=strict)
    return files


def load_description(body: Any) -> dict[str, Any]:
    """Read what a client says of a file that is there already.

    Raises
    ------
    RefusedMetadata
        When it says anything but ``metadata`` and ``access``.
    """
    try:
        description: dict[str, Any] = _Description().load(body or {})
    except ValidationError as error:
        raise _refused(*flatten(error.normalized_messages())) from error
    return description


def _refused(*errors: FieldError) -> RefusedMetadata:
    return RefusedMetadata("A validation error occurred.", errors)


def _check_parts(size: int | None, transfer: dict[str, Any], *, strict: bool) -> None:
    parts, part_size = transfer["parts"], transfer.get("part_size")
    if size is None:
        raise WasRefused("Multipart file transfer requires file size.", status=400)
    if not parts:
        raise WasRefused("Multipart file transfer requires parts.", status=400)
    if part_size is None:
        # Only S3 can do without; on local storage every part but the last has exactly this size.
        raise WasRefused("Multipart file transfer to local storage requires part_size.", status=400)
    if strict and not (parts - 1) * part_size < size <= parts * part_size:
        raise _refused(FieldError("transfer", (f"{parts} parts of {part_size} bytes do not make {size} bytes.",)))
