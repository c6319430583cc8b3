"""What a client says of a community, of a request to one, and in a comment."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from ...errors import RefusedMetadata
from .fields import Html, Text
from .metadata import Funder, Term
from .records import flatten

_SLUG_LENGTH = "Field cannot be blank or longer than 100 characters."
_SLUG_LETTERS = "The identifier should contain only letters, numbers, or dashes."
_TITLE_LENGTH = "Field cannot be blank or longer than 250 characters."


class _Open(Schema):
    class Meta:
        unknown = EXCLUDE


class _Organisation(Funder):
    parent = "organizations"


class _Metadata(_Open):
    title = Text(required=True, validate=validate.Length(min=1, max=250, error=_TITLE_LENGTH))
    description = Text(validate=validate.Length(max=250))
    curation_policy = Html(validate=validate.Length(max=5000))
    page = Html(validate=validate.Length(max=50_000))
    type = fields.Nested(Term)
    website = Text(validate=validate.URL(error="Not a valid URL."))
    organizations = fields.List(fields.Nested(_Organisation))


def _one_of(*words: str, **options: Any) -> Text:
    return Text(validate=validate.OneOf(words, error="Must be one of: {choices}."), **options)


class _Access(_Open):
    visibility = _one_of("public", "restricted", required=True)
    members_visibility = _one_of("public", "restricted", load_default="public")
    member_policy = _one_of("open", "closed", load_default="closed")
    record_submission_policy = _one_of("open", "closed", load_default="open")
    review_policy = _one_of("open", "closed", "members", load_default="closed")


class _Slug(_Open):
    slug = Text(
        required=True,
        validate=[
            validate.Length(min=1, max=100, error=_SLUG_LENGTH),
            validate.Regexp(r"[-\w]+\Z", error=_SLUG_LETTERS),
        ],
    )


class _Community(_Slug):
    metadata = fields.Nested(_Metadata, required=True)
    access = fields.Nested(_Access, required=True)


class _Payload(_Open):
    content = Html(required=True, validate=validate.Length(min=1))
    format = Text(load_default="html")


class _Comment(_Open):
    payload = fields.Nested(_Payload, required=True)


class _Inclusion(_Open):
    id = Text(required=True)
    comment = fields.Nested(_Comment, allow_none=True)
    require_review = fields.Boolean()


class _Inclusions(_Open):
    communities = fields.List(fields.Nested(_Inclusion), required=True, validate=validate.Length(min=1, max=10))


class _Member(_Open):
    type = Text(required=True)
    id = Text(required=True)


class _Members(_Open):
    members = fields.List(fields.Nested(_Member), required=True, validate=validate.Length(min=1, max=100))
    role = _one_of("reader", "curator", "manager", "owner")
    visible = fields.Boolean()


def load_community(body: Any) -> dict[str, Any]:
    """Read a community; raises RefusedMetadata for the whole of it when a field is wrong."""
    data = _load(_Community(), body)
    data["slug"] = data["slug"].lower()
    return data


def load_slug(body: Any) -> str:
    """Read the name that a community shall have in addresses; raises RefusedMetadata."""
    slug: str = _load(_Slug(), body)["slug"]
    return slug.lower()


def load_comment(body: Any) -> dict[str, Any]:
    """Read a comment and return its payload; raises RefusedMetadata when there is none."""
    payload: dict[str, Any] = _load(_Comment(), body)["payload"]
    return payload


def load_inclusions(body: Any) -> list[dict[str, Any]]:
    """Read which communities a record is to be added to, or taken out of; raises RefusedMetadata."""
    items: list[dict[str, Any]] = _load(_Inclusions(), body)["communities"]
    return items


def load_members(body: Any) -> dict[str, Any]:
    """Read whom an owner invites, changes or removes; raises RefusedMetadata."""
    return _load(_Members(), body)


def _load(schema: Schema, body: Any) -> dict[str, Any]:
    try:
        data: dict[str, Any] = schema.load(body or {})
    except ValidationError as error:
        raise RefusedMetadata("A validation error occurred.", tuple(flatten(error.normalized_messages()))) from error
    return data
