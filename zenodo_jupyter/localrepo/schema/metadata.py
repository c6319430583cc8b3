"""The field ``metadata`` of a draft, complete as in InvenioRDM 14."""

from __future__ import annotations

from functools import partial
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate, validates_schema

from .fields import REQUIRED, Clean, Html, Text, edtf_date, i18n
from .identifiers import AWARD, PERSON, PLACE, SUBJECT, WORK, Identifier, no_duplicates, one_per_scheme
from .places import Geometry

_KINDS = ["organizational", "personal"]
_KIND_MESSAGE = f"Invalid value. Choose one of {_KINDS}."
#: InvenioRDM's own default for ``I18N_LANGUAGES`` is English only.
_LOCALES = frozenset({"en"})


class Term(Clean):
    """A term of a vocabulary, named by its id."""

    shown_only = ("title",)
    id = Text(required=True)


class PersonOrOrganisation(Schema):
    """``person_or_org``."""

    type = Text(
        required=True,
        validate=validate.OneOf(_KINDS, error=_KIND_MESSAGE),
        error_messages={"required": [_KIND_MESSAGE]},  # type: ignore[dict-item]
    )
    name = Text()
    given_name = Text()
    family_name = Text()
    identifiers = one_per_scheme(fields.Nested(partial(Identifier, PERSON)))

    @validates_schema
    def check_name(self, data: dict[str, Any], **_: Any) -> None:
        """Ask for a family name of a person, a name of an organisation."""
        if data["type"] == "personal" and not data.get("family_name"):
            raise ValidationError({"family_name": ["Family name cannot be blank."]})
        if data["type"] == "organizational" and not data.get("name"):
            raise ValidationError({"name": ["Name cannot be blank."]})

    @post_load
    def write_name(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Compute a person's name; an organisation has no parts."""
        if data["type"] == "personal":
            data["name"] = ", ".join(n for n in (data.get("family_name"), data.get("given_name")) if n)
        else:
            data.pop("family_name", None)
            data.pop("given_name", None)
        return data


class TermOrText(Clean):
    """Something of a vocabulary, or the same in words; ``words`` names the field for them, ``parent`` where it stands."""

    words = ""
    parent = ""
    id = Text()

    @validates_schema
    def check_either(self, data: dict[str, Any], **_: Any) -> None:
        """Ask for one of the two."""
        if not data.get("id") and not data.get(self.words):
            raise ValidationError(f"An existing id or a free text {self.words} must be present.", self.parent)


class Affiliation(TermOrText):
    """Where somebody works."""

    words, parent, shown_only = "name", "affiliations", ("identifiers",)
    name = Text()


class Funder(TermOrText):
    """Who paid."""

    words, parent = "name", "funder"
    name = Text(validate=validate.Length(min=1, error="Name cannot be blank."))


class Subject(TermOrText):
    """A keyword, or a term of a subject vocabulary."""

    class Meta:
        """Unknown fields are ignored here, alone among all."""

        unknown = EXCLUDE

    words, parent, shown_only = "subject", "subjects", ("scheme", "title", "props", "synonyms")
    subject = Text()
    identifiers = one_per_scheme(fields.Nested(partial(Identifier, SUBJECT, required=False)))


class Creator(Schema):
    """A creator; a contributor is the same with a role that must be given."""

    person_or_org = fields.Nested(PersonOrOrganisation, required=True)
    role = fields.Nested(Term)
    affiliations = fields.List(fields.Nested(Affiliation))

    @validates_schema
    def check_affiliations(self, data: dict[str, Any], **_: Any) -> None:
        """Allow no affiliation twice."""
        given = data.get("affiliations") or []
        names = {a.get("name", a.get("id")) for a in given}
        if len(names) != len(given):
            listed = ", ".join(sorted(n for n in names if n))
            raise ValidationError({"affiliations": [f"Duplicated affiliations: {listed}"]})


class Contributor(Creator):
    """See `Creator`."""

    role = fields.Nested(Term, required=True)


class Title(Schema):
    """An additional title."""

    title = Text(required=True, validate=validate.Length(min=3))
    type = fields.Nested(Term, required=True)
    lang = fields.Nested(Term)


class Description(Schema):
    """An additional description."""

    description = Html(required=True, validate=validate.Length(min=3))
    type = fields.Nested(Term, required=True)
    lang = fields.Nested(Term)


class LicenceProps(Schema):
    """What a licence carries besides."""

    url = Text(validate=validate.URL(error="Not a valid URL."))
    scheme = Text()


def _one_locale(value: dict[str, Any]) -> None:
    if len(value) > 1:
        raise ValidationError("Only one value is accepted.")
    if value and next(iter(value)) not in _LOCALES:
        raise ValidationError("Not a valid locale.")


class Rights(Clean):
    """A licence by its id, or one in words."""

    id = Text()
    title = fields.Dict(validate=_one_locale)
    description = fields.Dict(validate=_one_locale)
    icon = fields.String(dump_only=True)
    props = fields.Nested(LicenceProps)
    link = Text(validate=validate.URL(error="Not a valid URL."))

    @validates_schema
    def check_either(self, data: dict[str, Any], **_: Any) -> None:
        """Ask for an id or a text, not both."""
        if not data.get("id") and not data.get("title"):
            raise ValidationError("An existing id or a free text title must be present", "rights")
        if data.get("id") and len(data) > 1:
            raise ValidationError(
                "Only an existing id or free text title/description/link is accepted, but not both cases at the same time",
                "rights",
            )


class Date(Schema):
    """A date in the life of the work."""

    date = edtf_date(time=True, required=True)
    type = fields.Nested(Term, required=True)
    description = Text()


class RelatedIdentifier(Identifier):
    """Another work, and how it is related."""

    def __init__(self, **options: Any) -> None:
        super().__init__(WORK, **options)

    relation_type = fields.Nested(Term)
    resource_type = fields.Nested(Term)

    @validates_schema
    def check_relation(self, data: dict[str, Any], **_: Any) -> None:
        """Ask for the relation."""
        if not data.get("relation_type"):
            raise ValidationError({"relation_type": REQUIRED})  # type: ignore[dict-item]


class Reference(Identifier):
    """A reference in words, perhaps with an identifier."""

    def __init__(self, **options: Any) -> None:
        super().__init__(WORK, required=False, **options)

    reference = Text(required=True)


class Award(Clean):
    """A grant."""

    shown_only = ("subjects", "organizations")
    id = Text()
    number = Text()
    title = i18n()
    identifiers = one_per_scheme(fields.Nested(partial(Identifier, AWARD, required=False)))
    acronym = Text()
    program = Text()

    @validates_schema
    def check_either(self, data: dict[str, Any], **_: Any) -> None:
        """Ask for an id, a number or a title."""
        if not (data.get("id") or data.get("number") or data.get("title")):
            raise ValidationError("An existing id or either number or title must be present.", "award")


class Funding(Schema):
    """Who paid, for what."""

    funder = fields.Nested(Funder, required=True)
    award = fields.Nested(Award)


class Location(Schema):
    """A place."""

    geometry = fields.Nested(Geometry)
    place = Text()
    identifiers = fields.List(fields.Nested(partial(Identifier, PLACE)))
    description = Text()

    @validates_schema
    def check_any(self, data: dict[str, Any], **_: Any) -> None:
        """Ask for something to be said of it."""
        if not any(data.get(name) for name in ("geometry", "place", "identifiers", "description")):
            # The gap and the missing quote are InvenioRDM's.
            gap = " " * 16
            message = f"At least one of ['geometry', 'place', {gap}identifiers', 'description'] must be present."
            raise ValidationError({"locations": message})  # type: ignore[dict-item]


class Locations(Schema):
    """``locations``."""

    features = fields.List(fields.Nested(Location))


def _not_blank(what: str) -> Text:
    return Text(validate=validate.Length(min=1, error=f"{what} cannot be a blank string."))


class Metadata(Schema):
    """``metadata``, in the order in which its errors are listed."""

    resource_type = fields.Nested(Term, required=True)
    creators = fields.List(fields.Nested(Creator), required=True, validate=validate.Length(min=1, error=REQUIRED))
    title = Text(required=True, validate=validate.Length(min=3))
    additional_titles = fields.List(fields.Nested(Title))
    publisher = Text()
    publication_date = edtf_date(required=True)
    subjects = fields.List(fields.Nested(Subject))
    contributors = fields.List(fields.Nested(Contributor))
    dates = fields.List(fields.Nested(Date))
    languages = fields.List(fields.Nested(Term))
    identifiers = no_duplicates(fields.Nested(partial(Identifier, WORK)))
    related_identifiers = fields.List(fields.Nested(RelatedIdentifier))
    sizes = fields.List(_not_blank("Size"))
    formats = fields.List(_not_blank("Format"))
    version = Text(validate=validate.Length(max=191))
    rights = fields.List(fields.Nested(Rights))
    copyright = Html(validate=validate.Length(min=1))
    description = Html(validate=validate.Length(min=3))
    additional_descriptions = fields.List(fields.Nested(Description))
    locations = fields.Nested(Locations)
    funding = fields.List(fields.Nested(Funding))
    references = fields.List(fields.Nested(Reference))
