"""Soft validation in detail; the contract tests compare the same texts with a real InvenioRDM."""

from __future__ import annotations

from typing import Any

import pytest

from zenodo_jupyter.errors import WasRefused
from zenodo_jupyter.localrepo import relations
from zenodo_jupyter.localrepo.schema import load_draft, text
from zenodo_jupyter.localrepo.schema.edtf import is_date, is_date_or_time


def complaints(flavour: str = "rdm", **fields: Any) -> dict[str, list[str]]:
    """Return what is said of some metadata, but for the fields that are missing."""
    errors = load_draft({"metadata": fields}, flavour)[1]
    return {e.field.removeprefix("metadata."): list(e.messages) for e in errors if e.messages[0][:7] != "Missing"}


PERSON = {"type": "personal", "family_name": "X"}
BOTH = "Only an existing id or free text title/description/link is accepted, but not both cases at the same time"


@pytest.mark.parametrize(
    ("fields", "where", "message"),
    [
        ({"creators": "me"}, "creators", "Not a valid list."),
        (
            {"creators": [{"person_or_org": {"type": "robot", "name": "X"}}]},
            "creators.0.person_or_org.type",
            "Invalid value. Choose one of ['organizational', 'personal'].",
        ),
        (
            {"creators": [{"person_or_org": {"type": "organizational"}}]},
            "creators.0.person_or_org.name",
            "Name cannot be blank.",
        ),
        (
            {"creators": [{"person_or_org": PERSON, "affiliations": [{"name": "A"}, {"name": "A"}]}]},
            "creators.0.affiliations",
            "Duplicated affiliations: A",
        ),
        ({"title": 5}, "title", "Not a valid string."),
        ({"title": None}, "title", "Field may not be null."),
        ({"rights": [{"id": "mit", "title": {"en": "x"}}]}, "rights.0.rights", BOTH),
        ({"rights": [{}]}, "rights.0.rights", "An existing id or a free text title must be present"),
        (
            {"identifiers": [{"identifier": "zz", "scheme": "isbn"}]},
            "identifiers.0.identifier",
            "Invalid ISBN identifier.",
        ),
        ({"identifiers": [{"identifier": "no"}]}, "identifiers.0.scheme", "No valid scheme recognized for identifier."),
        ({"identifiers": [{"identifier": "x", "scheme": "foo"}]}, "identifiers.0.scheme", "Invalid scheme."),
        (
            {"funding": [{"funder": {"name": "F"}, "award": {}}]},
            "funding.0.award.award",
            "An existing id or either number or title must be present.",
        ),
        ({"subjects": [{}]}, "subjects.0.subjects", "An existing id or a free text subject must be present."),
        ({"sizes": [""]}, "sizes.0", "Size cannot be a blank string."),
        ({"version": "v" * 192}, "version", "Longer than maximum length 191."),
        ({"nonsense": 1}, "nonsense", "Unknown field."),
    ],
)
def test_field_errors(fields: dict[str, Any], where: str, message: str) -> None:
    """Should name the field and say InvenioRDM's words."""
    assert complaints(**fields) == {where: [message]}


def test_an_identifier_occurs_once() -> None:
    """Should complain of two identifiers of one scheme for a person, and of one identifier twice for a work."""
    orcid = {"scheme": "orcid", "identifier": "0000-0002-1825-0097"}
    person = {"type": "personal", "family_name": "X", "identifiers": [orcid, orcid]}
    found = complaints(creators=[{"person_or_org": person}], identifiers=[{"identifier": "10.1234/a"}] * 2)
    assert found == {
        "creators.0.person_or_org.identifiers": ["Only one identifier per scheme is allowed."],
        "identifiers": ["Duplicated identifier entry is not allowed."],
    }


@pytest.mark.parametrize(
    ("date", "alone", "with_time"),
    [
        ("2020", True, True),
        ("2020-02-29", True, True),
        ("2021-02-29", False, False),
        ("2020-13", False, False),
        ("2020-01/2021", True, True),
        ("2021/2020", False, False),
        ("2020-01-01T10:00:00Z", False, True),
        ("2020-01-01T10:00", False, False),
        ("2020?", False, False),
        ("-0100", True, True),
        ("yesterday", False, False),
        ("", False, False),
    ],
)
def test_dates(date: str, alone: bool, with_time: bool) -> None:
    """Should know years, months, days and intervals, and times where they are allowed."""
    assert (is_date(date), is_date_or_time(date)) == (alone, with_time)


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p onclick='x()'>a<script>alert(1)</script></p>", "<p>aalert(1)</p>"),
        ("<a href='javascript:x()'>j</a>", "<a>j</a>"),
        ("<a href='https://e.org' target='_blank'>l</a>", '<a href="https://e.org">l</a>'),
        ("<img src=x onerror=y><h6>six</h6><h5>five</h5>", "six<h5>five</h5>"),
        ("<iframe src='//evil'>in</iframe><style>p{}</style>", "inp{}"),
        ("<span class='q' style='color:red'>s</span>", '<span class="q">s</span>'),
        ("1 < 2 & 3", "1 &lt; 2 &amp; 3"),
    ],
)
def test_html(html: str, kept: str) -> None:
    """Should keep InvenioRDM's tags, and of others the text."""
    assert text.sanitise(html) == kept


def test_text_is_mended() -> None:
    """Should straighten quotes, part ligatures, and drop what XML cannot carry."""
    data, _ = load_draft({"metadata": {"title": " “Curly” ﬁ\u200b\x0b x "}}, "rdm")
    assert data["metadata"]["title"] == '"Curly" fi x'


def test_custom_fields_belong_to_zenodo() -> None:
    """Should know Zenodo's fields in its flavour and none in the other."""
    body = {"custom_fields": {"code:codeRepository": "https://github.com/o/r", "journal:journal": {"title": "J"}}}
    assert load_draft(body, "zenodo") == (body, [])
    data, errors = load_draft(body, "rdm")
    assert data.get("custom_fields", {}) == {}
    assert {e.field for e in errors} == {"custom_fields.code:codeRepository", "custom_fields.journal:journal"}


def test_an_answer_may_be_sent_back() -> None:
    """Should take its own titles, names and computed fields back without complaint."""
    fields = {
        "resource_type": {"id": "software", "title": {"en": "Software"}},
        "creators": [
            {
                "person_or_org": {"type": "personal", "family_name": "X", "name": "X"},
                "affiliations": [{"id": "01ggx4157", "name": "CERN", "identifiers": []}],
            }
        ],
        "languages": [{"id": "eng", "title": {"en": "English"}}],
    }
    assert complaints(**fields) == {}


def test_organisations_outside_the_short_lists() -> None:
    """Should take any valid ROR id unless told to be strict, and refuse what is none."""
    organisation = {"metadata": {"creators": [{"affiliations": [{"id": "03yrm5c26"}]}]}}  # California Digital Library
    relations.check(organisation, strict=False)
    with pytest.raises(WasRefused, match="Invalid value 03yrm5c26"):
        relations.check(organisation, strict=True)
    with pytest.raises(WasRefused, match="Invalid value no-such"):
        relations.check({"metadata": {"funding": [{"funder": {"id": "no-such"}}]}}, strict=False)
