"""The field table: all that can be said about a work, once.

`FIELDS` drives validation, dumping to and loading from InvenioRDM's JSON, and every form. Adding a `Field` to it is enough
for a new field to be checked, sent, read back and edited. Code reads it as ``fields.FIELDS`` at the time of use.

A place in the JSON is a dotted path below ``metadata``, ``access`` or ``custom_fields`` (of a sub-field: below its group).
``identifiers[orcid].identifier`` means the item of the list ``identifiers`` whose scheme is ``orcid``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from . import choices as c
from . import licences, people, presets, prose, rules
from .choices import Choices
from .rules import MISSING, Rule
from .spelling import tidy_access, tidy_dated, tidy_funding, tidy_language, tidy_related, tidy_subject, tidy_text_in

#: What the caller sets instead where a repository does not know a notebook's type.
resource_type_fallback = "software"


@dataclass(frozen=True)
class Field:
    """One row of the table.

    Attributes
    ----------
    name, label, help : str
        Its key in plain dictionaries and YAML; its words in a form.
    type : str
        ``text``, ``longtext``, ``html``, ``edtf`` (date or interval), ``date``, ``bool``, ``url``, ``choice``, ``localized``
        (text, or texts by language code) or ``group`` (has ``fields``).
    group : str
        The part of the form it stands in.
    path : str
        Its place in InvenioRDM's JSON; empty where it has none in a draft (communities are asked by a review request).
    choices : tuple of (id, label)
        What it may be set to; with ``open``, only the commonest of them.
    vocabulary : str
        InvenioRDM's vocabulary, searched by a form and sent as ``{"id": …}``; empty for a plain value.
    required, essential, repeat : bool
        A record cannot do without; among the ten that a form shows first; a list.
    missing : str
        What is said where a required one is missing.
    fields : tuple of Field
        Sub-fields of a group.
    aliases : tuple of str
        Other names that people use for it.
    key : str
        The sub-field by which the repository knows the rest: where it is set, it alone is sent.
    when : tuple of (str, str)
        It counts only where that sibling has that value (a family name, for a person).
    minimum, maximum : int
        Length in characters; a maximum of 0 is none.
    rule : callable
        See `rules`.
    tidy, show : callable
        Bring what people write into the form that is kept; the friendliest spelling of what is kept.
    separator : str
        Pattern at which a single text is cut into the items of a list.
    default : str
        What a form and a proposal start with.
    example : str
        Shown in an empty input.
    unique : bool
        The same item may not stand twice in the list.
    notes : tuple of (id, sentence)
        What is to be known of a choice, shown where it is chosen.
    """

    name: str
    label: str
    help: str = ""
    type: str = "text"
    group: str = ""
    path: str = ""
    choices: Choices = ()
    vocabulary: str = ""
    open: bool = False
    required: bool = False
    essential: bool = False
    repeat: bool = False
    missing: str = MISSING
    fields: tuple[Field, ...] = ()
    aliases: tuple[str, ...] = ()
    key: str = ""
    when: tuple[str, str] | None = None
    minimum: int = 0
    maximum: int = 0
    rule: Rule | None = None
    tidy: Callable[[Any], Any] | None = None
    show: Callable[[Any], Any] | None = None
    separator: str = ""
    default: str = ""
    example: str = ""
    unique: bool = False
    notes: Choices = ()

    def to_json(self) -> dict[str, Any]:
        """Return what a form needs, as JSON; empty attributes are left out."""
        row: dict[str, Any] = {}
        for attribute in fields(self):
            value = getattr(self, attribute.name)
            if attribute.name in ("tidy", "show") or (not value and attribute.name != "help"):
                continue
            if attribute.name == "fields":
                value = [field.to_json() for field in value]
            elif attribute.name == "choices":
                value = [{"id": key, "label": label} for key, label in value]
            elif attribute.name == "notes":
                value = dict(value)
            elif attribute.name == "rule":
                value = value.__name__
            row[attribute.name] = list(value) if isinstance(value, tuple) else value
        return row


def _lang() -> Field:
    return Field("lang", "Language", "The language it is written in.", "choice", path="lang", choices=c.LANGUAGES,
                 vocabulary="languages", open=True, tidy=tidy_language, rule=rules.language, aliases=("language",))  # fmt: skip


def _people(with_role: bool) -> tuple[Field, ...]:
    """Sub-fields of creators and contributors; a contributor's role must be given."""
    person, organisation = ("type", "personal"), ("type", "organizational")
    one_of = "Invalid value. Choose one of ['organizational', 'personal']."

    def known(name: str, label: str, text: str, **more: Any) -> Field:
        return Field(name, label, text, path=f"person_or_org.identifiers[{name}].identifier", **more)

    return (
        Field("type", "Kind", "A person, or an organisation or group that is an author as a whole.", "choice",
              path="person_or_org.type", choices=c.PERSON_OR_ORGANISATION, required=True, missing=one_of,
              default="personal"),
        Field("family_name", "Family name", "", path="person_or_org.family_name", when=person, required=True,
              missing="Family name cannot be blank.", aliases=("family_names", "last_name")),
        Field("given_name", "Given names", "", path="person_or_org.given_name", when=person,
              aliases=("given_names", "first_name")),
        Field("name", "Name", "The organisation's full name.", path="person_or_org.name", when=organisation, required=True,
              missing="Name cannot be blank."),
        known("orcid", "ORCID iD", "The researcher's own number at orcid.org: it tells people of one name apart.",
              tidy=people.tidy_orcid, rule=rules.orcid, example="0000-0002-1825-0097"),
        known("ror", "ROR id", "The organisation's number at ror.org.", tidy=people.tidy_ror, rule=rules.ror,
              example="01ggx4157"),
        known("isni", "ISNI", "International Standard Name Identifier.", rule=rules.isni),
        known("gnd", "GND", "Identifier in the Gemeinsame Normdatei.", rule=rules.gnd),
        Field("affiliations", "Affiliations", "Where the work was done; pick it from the list so that its ROR id is kept.",
              "group", path="affiliations", repeat=True, vocabulary="affiliations", key="id", rule=rules.affiliation,
              tidy=people.tidy_affiliation, show=lambda item: item.get("name") or item.get("id"),
              aliases=("affiliation",),
              fields=(Field("id", "ROR id", "", path="id", tidy=people.tidy_ror, rule=rules.ror, aliases=("ror",)),
                      Field("name", "Name", "", path="name"))),
        Field("role", "Role", "What they did.", "choice", path="role", choices=c.ROLES,
              vocabulary="contributorsroles" if with_role else "creatorsroles", required=with_role),
    )  # fmt: skip


def _identified(*more: Field, required: bool = True) -> tuple[Field, ...]:
    """Sub-fields of what has an identifier; without a scheme the repository finds it out."""
    return (
        Field("identifier", "Identifier", "A DOI, a web address, an arXiv id, an ISBN …", path="identifier",
              required=required, aliases=("id",), example="10.5281/zenodo.1234567"),
        Field("scheme", "Scheme", "Its kind; left empty, it is found out.", "choice", path="scheme", choices=c.SCHEMES,
              open=True),  # the rule of its group says what is wrong with it
        *more,
    )  # fmt: skip


def _kind(of: Choices, vocabulary: str) -> Field:
    return Field("type", "Kind", "", "choice", path="type", choices=of, vocabulary=vocabulary, required=True)


_BASICS = (
    Field("title", "Title", "What the work is called. Specific titles are found more often.", group="Basics",
          path="metadata.title", required=True, essential=True, minimum=3),
    Field("creators", "Authors", "Who made it, in the order of citation.", "group", "Basics", "metadata.creators",
          required=True, essential=True, repeat=True, fields=_people(with_role=False), aliases=("authors", "creator", "author"),
          tidy=people.tidy_person, rule=rules.person),
    Field("description", "Description", "What was done, with what data, and what came out; Markdown is understood.", "html",
          "Basics", "metadata.description", essential=True, minimum=3, tidy=prose.tidy_html, show=prose.show_html,
          aliases=("abstract",)),
    Field("rights", "Licences", "What others may do with it. For a notebook with data often two: MIT for the code, "
          "CC BY 4.0 for text and data.", "group", "Basics", "metadata.rights", essential=True, repeat=True,
          vocabulary="licenses", key="id", rule=rules.rights, tidy=licences.tidy_rights,
          show=lambda item: item.get("id") or item.get("title"), separator=licences.AND_OR,
          aliases=("license", "licence", "licenses", "licences"),
          fields=(Field("id", "Licence", "From the list, by its SPDX id.", "choice", path="id", choices=c.LICENSES, open=True,
                        tidy=licences.tidy_id, rule=rules.license_id, notes=licences.SENTENCES),
                  Field("title", "Title", "Of a licence that is not in the list.", "localized", path="title",
                        rule=rules.one_locale),
                  Field("description", "Description", "", "localized", path="description", rule=rules.one_locale),
                  Field("link", "Link", "Where it can be read.", "url", path="link", rule=rules.url, aliases=("url",)))),
    Field("subjects", "Keywords and subjects", "Words by which it is found.", "group", "Basics", "metadata.subjects",
          essential=True, repeat=True, vocabulary="subjects", key="id", rule=rules.subject, tidy=tidy_subject,
          show=lambda item: item.get("id") or item.get("subject"), separator=r"\s*[,;]\s*",
          aliases=("keywords", "keyword", "tags"),
          fields=(Field("id", "Subject", "From a controlled vocabulary.", path="id"),
                  Field("subject", "Keyword", "", path="subject", aliases=("keyword",)))),
    Field("preset", "Kind of record", "Fills in what such a record says, and checks what is asked of it.", "choice", "Basics",
          essential=True, choices=presets.CHOICES),
    Field("resource_type", "Type", "What kind of thing it is.", "choice", "Basics", "metadata.resource_type",
          choices=c.RESOURCE_TYPES, vocabulary="resourcetypes", required=True, essential=True, aliases=("upload_type",),
          default="software-computationalnotebook"),
    Field("publication_date", "Publication date", "The day it became public: today, unless it was published before. "
          "A year or month will do.", "edtf", "Basics", "metadata.publication_date", required=True, essential=True,
          rule=rules.edtf, example="2026-11-22", aliases=("date_published", "date_released")),
    Field("version", "Version", "Your own label of this version.", group="Basics", path="metadata.version", essential=True,
          maximum=191, example="1.0.0"),
    Field("publisher", "Publisher", "Who publishes it: usually the repository.", group="Basics", path="metadata.publisher",
          required=True, essential=True, missing="Missing publisher field required for DOI registration."),
)  # fmt: skip

_WHERE = (
    Field("access", "Access", "Who may read it, and from when.", "group", "Where", "access", essential=True, tidy=tidy_access,
          rule=rules.access,
          fields=(Field("record", "Record", "Who may see that it exists.", "choice", path="record", choices=c.ACCESS,
                        default="public"),
                  Field("files", "Files", "Who may download the files.", "choice", path="files", choices=c.ACCESS,
                        default="public"),
                  Field("embargo", "Embargo", "Opens it by itself on a day to come.", "group", path="embargo",
                        rule=rules.embargo,
                        fields=(Field("active", "Under embargo", "", "bool", path="active"),
                                Field("until", "Until", "The first day on which it is open.", "date", path="until",
                                      rule=rules.iso_date),
                                Field("reason", "Reason", "", "longtext", path="reason"))))),
    Field("communities", "Communities", "Collections it is offered to; their curators decide.", "choice", "Where",
          vocabulary="communities", open=True, repeat=True, aliases=("community",), separator=r"\s*[,;]\s*"),
)  # fmt: skip

_MORE = (
    Field("additional_titles", "Further titles", "Subtitle, translated title …", "group", "Titles and descriptions",
          "metadata.additional_titles", repeat=True, tidy=tidy_text_in("title", "alternative-title"),
          fields=(Field("title", "Title", "", path="title", required=True, minimum=3),
                  _kind(c.TITLE_TYPES, "titletypes"), _lang())),
    Field("additional_descriptions", "Further descriptions", "Methods, technical remarks, table of contents …", "group",
          "Titles and descriptions", "metadata.additional_descriptions", repeat=True,
          tidy=tidy_text_in("description", "other"), aliases=("notes",),
          fields=(Field("description", "Text", "", "html", path="description", required=True, minimum=3, tidy=prose.tidy_html,
                        show=prose.show_html, aliases=("text",)),
                  _kind(c.DESCRIPTION_TYPES, "descriptiontypes"),
                  _lang())),
    Field("contributors", "Contributors", "Who helped without being an author, and how.", "group",
          "Contributors, dates, languages", "metadata.contributors", repeat=True, fields=_people(with_role=True),
          aliases=("contributor",), tidy=people.tidy_person, rule=rules.person),
    Field("languages", "Languages", "The language of the text.", "choice", "Contributors, dates, languages",
          "metadata.languages", choices=c.LANGUAGES, vocabulary="languages", open=True, repeat=True, tidy=tidy_language,
          rule=rules.language, aliases=("language",), separator=r"\s*[,;]\s*"),
    Field("dates", "Dates", "When the data were collected, the work was submitted …", "group",
          "Contributors, dates, languages", "metadata.dates", repeat=True, tidy=tidy_dated,
          fields=(Field("date", "Date", "A day, month or year, or an interval.", "edtf", path="date", required=True,
                        rule=rules.edtf_or_time, example="2025-01/2025-06"),
                  _kind(c.DATE_TYPES, "datetypes"),
                  Field("description", "Remark", "", path="description"))),
    Field("funding", "Funding", "Who paid for it.", "group", "Funding", "metadata.funding", repeat=True, tidy=tidy_funding,
          aliases=("grants", "funder", "funders"),
          fields=(Field("funder", "Funder", "Pick it from the list, or write its name.", "group", path="funder", required=True,
                        vocabulary="funders", key="id", rule=rules.funder, tidy=people.tidy_affiliation,
                        show=lambda item: item.get("name") or item.get("id"),
                        fields=(Field("id", "ROR id", "", path="id", tidy=people.tidy_ror), Field("name", "Name", "",
                                path="name"))),
                  Field("award", "Award", "The grant, if it has a number or a title.", "group", path="award",
                        vocabulary="awards", key="id", rule=rules.award,
                        fields=(Field("id", "Award", "From the list.", path="id"),
                                Field("number", "Number", "", path="number"),
                                Field("title", "Title", "", "localized", path="title"),
                                Field("url", "Link", "", "url", path="identifiers[url].identifier",
                                      rule=rules.url_identifier))))),
    Field("related_identifiers", "Related works", "The article, the code, the data it was made from.", "group",
          "Related works", "metadata.related_identifiers", repeat=True, rule=rules.identifier, tidy=tidy_related,
          aliases=("related", "related_works"),
          fields=_identified(
              Field("relation", "Relation", "This record … that work.", "choice", path="relation_type",
                    choices=c.RELATION_TYPES, vocabulary="relationtypes", required=True, aliases=("relation_type",)),
              Field("resource_type", "Its type", "", "choice", path="resource_type", choices=c.RESOURCE_TYPES,
                    vocabulary="resourcetypes"))),
    Field("references", "References", "Works it cites, as in a list of references.", "group", "Related works",
          "metadata.references", repeat=True, rule=rules.reference, tidy=tidy_text_in("reference"),
          fields=(Field("reference", "Reference", "As printed.", "longtext", path="reference", required=True),
                  *_identified(required=False))),
    Field("identifiers", "Alternate identifiers", "Other identifiers of this very work.", "group", "Related works",
          "metadata.identifiers", repeat=True, unique=True, rule=rules.identifier, tidy=tidy_text_in("identifier"),
          fields=_identified(), aliases=("alternate_identifiers",)),
    Field("copyright", "Copyright", "", group="Rights", path="metadata.copyright", minimum=1,
          example="© 2026 The authors"),
    Field("sizes", "Sizes", "How much it is, in words.", group="Technical", path="metadata.sizes", repeat=True,
          example="12 notebooks"),
    Field("formats", "Formats", "Media types of the files.", group="Technical", path="metadata.formats", repeat=True,
          example="application/x-ipynb+json"),
    Field("code_repository", "Code repository", "Where the code is developed.", "url", "Software",
          "custom_fields.code:codeRepository", rule=rules.url, aliases=("repository_code",)),
    Field("programming_languages", "Programming languages", "", "choice", "Software",
          "custom_fields.code:programmingLanguage", choices=c.PROGRAMMING_LANGUAGES, vocabulary="code:programmingLanguages",
          open=True, repeat=True, aliases=("programming_language",), separator=r"\s*[,;]\s*"),
    Field("development_status", "Development status", "", "choice", "Software", "custom_fields.code:developmentStatus",
          choices=c.DEVELOPMENT_STATUS, vocabulary="code:developmentStatus"),
)  # fmt: skip


def _texts(**labels: str) -> tuple[Field, ...]:
    return tuple(Field(name, label, path=name) for name, label in labels.items())


_PUBLICATION = tuple(
    Field(name, label, help, "group", "Publication", f"custom_fields.{name}:{name}", fields=subfields)
    for name, label, help, subfields in (
        ("journal", "Journal", "Where it appeared.",
         _texts(title="Title", volume="Volume", issue="Issue", pages="Pages", issn="ISSN")),
        ("imprint", "Book or report", "The book that it is, or is a part of.",
         _texts(title="Book title", isbn="ISBN", place="Place", pages="Pages", edition="Edition")),
        ("thesis", "Thesis", "The thesis that it belongs to.",
         _texts(university="University", department="Department", type="Kind", date_submitted="Submitted",
                date_defended="Defended")),
        ("meeting", "Conference", "Where it was presented.",
         _texts(title="Title", acronym="Acronym", dates="Dates", place="Place", url="Website", session="Session",
                session_part="Part")),
    )
)  # fmt: skip

FIELDS: tuple[Field, ...] = _BASICS + _WHERE + _MORE + _PUBLICATION


def fields_json() -> list[dict[str, Any]]:
    """Return the table as JSON, essentials first, for forms written in another language."""
    return [field.to_json() for field in sorted(FIELDS, key=lambda field: not field.essential)]
