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


class _NewFile(Schema):
    key = fields.String(required=True)
    storage_class = fields.String()
    checksum = fields.String()
    size = fields.Integer()
    metadata = fields.Dict()
    access = fields.Nested(_Access)
    transfer = fields.Nested(_Transfer)

    @pre_load
    def default_transfer(self, data: Any, **_: Any) -> Any:
        if not isinstance(data, dict):
            return data
        transfer = data.get("transfer") or {}
        if not isinstance(transfer, dict):
            raise ValidationError({"transfer": "Transfer metadata must be a dictionary."})  # type: ignore[arg-type]
        return {**data, "transfer": {"type": "L", **transfer}}


def load_new_files(body: Any) -> list[dict[str, Any]]:
    """Read the list of files that a client announces.

    Raises
    ------
    RefusedMetadata
        When it is not a list of such descriptions.
    WasRefused
        When it is empty, or a file in parts has no size.
    """
    if body is None or body == []:
        raise WasRefused("No files to upload.", status=400)
    items = body if isinstance(body, list) else list(body)
    try:
        files: list[dict[str, Any]] = _NewFile(many=True).load(items)
    except ValidationError as error:
        raise RefusedMetadata("A validation error occurred.", tuple(flatten(error.normalized_messages()))) from error
    for file in files:
        transfer = file["transfer"]
        if transfer["type"] != "M":
            continue
        if file.get("size") is None:
            raise WasRefused("Multipart file transfer requires file size.", status=400)
        _check_parts(file["size"], transfer)
    return files


def _check_parts(size: int, transfer: dict[str, Any]) -> None:
    parts, part_size = transfer["parts"], transfer.get("part_size")
    if part_size is None:
        # Only S3 can do without; on local storage every part but the last has exactly this size.
        raise WasRefused("Multipart file transfer to local storage requires part_size.", status=400)
    if not (parts - 1) * part_size < size <= parts * part_size:
        wrong = FieldError("transfer", (f"{parts} parts of {part_size} bytes do not make {size} bytes.",))
        raise RefusedMetadata("A validation error occurred.", (wrong,))
