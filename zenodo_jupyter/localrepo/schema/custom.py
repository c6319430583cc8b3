"""The custom fields that Zenodo defines; InvenioRDM as it comes has none."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from .fields import Text
from .metadata import Term


class Journal(Schema):
    """Where an article appeared."""

    title = Text()
    issue = Text()
    volume = Text()
    pages = Text()
    issn = Text()


class Imprint(Schema):
    """The book that a chapter is in."""

    title = Text()
    isbn = Text()
    pages = Text()
    place = Text()
    edition = Text()


class Thesis(Schema):
    """Where a thesis was defended."""

    university = Text()
    department = Text()
    type = Text()
    date_submitted = Text()
    date_defended = Text()


class Meeting(Schema):
    """Where a talk was given."""

    title = Text()
    acronym = Text()
    dates = Text()
    place = Text()
    url = Text(validate=validate.URL(error="You must provide a valid URL."))
    session = Text()
    session_part = Text()
    identifiers = fields.List(fields.Dict())


#: The fields of each flavour.
SCHEMAS: dict[str, type[Schema]] = {
    "rdm": Schema,
    "zenodo": Schema.from_dict(
        {
            "code:codeRepository": Text(validate=validate.URL(error="Please provide a valid URL.")),
            "code:programmingLanguage": fields.List(fields.Nested(Term)),
            "code:developmentStatus": fields.Nested(Term),
            "journal:journal": fields.Nested(Journal),
            "imprint:imprint": fields.Nested(Imprint),
            "thesis:thesis": fields.Nested(Thesis),
            "thesis:university": Text(),
            "meeting:meeting": fields.Nested(Meeting),
            # What only depositions have.
            "legacy:communities": fields.List(Text()),
            "legacy:subjects": fields.List(fields.Dict()),
        },
        name="ZenodoFields",
    ),
}
