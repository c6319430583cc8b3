from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zenodo_jupyter.errors import InvalidMetadata
from zenodo_jupyter.metadata import Metadata

TODAY = date(2026, 11, 22)
MINIMAL = {
    "title": "Rain in May",
    "creators": [{"family_name": "Lovelace", "given_name": "Ada"}],
    "resource_type": "software-computationalnotebook",
    "publication_date": "2026-11-22",
    "publisher": "Zenodo",
}
#: Every field that an InvenioRDM without Zenodo's additions takes; it answered 201 without an error to what this becomes.
MAXIMAL = {
    **MINIMAL,
    "creators": [
        "Doe, Ada",
        {"name": "Roe, Jan", "orcid": "https://orcid.org/0000-0002-1825-0097", "role": "Researcher",
         "affiliations": ["https://ror.org/01ggx4157", "Free Lab"]},
        {"name": "Tide Consortium", "type": "organisation", "ror": "01ggx4157"},
    ],
    "description": "Rain & *snow*.",
    "license": "MIT AND CC-BY-4.0",
    "keywords": "tides, sea level",
    "version": 1.2,
    "access": {"embargo": "2030-01-01"},
    "additional_titles": [{"title": "A subtitle", "type": "subtitle", "lang": "en"}],
    "additional_descriptions": [{"description": "How it was done", "type": "methods"}],
    "contributors": [{"name": "Poe, Ann", "role": "Data curator", "affiliation": "CERN"}],
    "languages": ["en", "deu"],
    "dates": [{"collected": "2025-01/2025-06"}, {"date": "2025-01-01", "type": "created", "description": "first"}],
    "funding": [
        {"funder": "European Commission", "award": "101097036"},
        {"funder": {"id": "00k4n6c32"}, "award": {"title": "Tides", "number": "LF-7", "url": "https://fund.example/7"}},
    ],
    "related": [
        {"cites": "10.1234/paper.1"},
        {"identifier": "https://github.com/o/r", "relation": "is derived from", "resource_type": "software"},
    ],
    "references": ["Doe A (2025). Title.", {"reference": "Roe", "identifier": "10.1234/x", "scheme": "doi"}],
    "identifiers": ["https://example.org/alt"],
    "copyright": "© 2026 The authors",
    "sizes": ["12 notebooks"],
    "formats": ["application/x-ipynb+json"],
    "code_repository": "https://github.com/o/r",
    "programming_languages": ["Python", "r"],
    "development_status": "Work in progress",
    "meeting": {"title": "JupyterCon", "place": "Paris"},
    "communities": "tides",
}  # fmt: skip


def errors_of(changes, **options):
    """Return the messages by path for minimal metadata with some changes, the native JSON's place first."""
    native = Metadata.from_dict(MINIMAL).to_native()
    native["metadata"].update(changes)
    return {e.field: e.messages for e in Metadata.from_native(native).validate(today=TODAY, **options)}


def test_everything_goes_to_its_place():
    """Friendly spellings should become InvenioRDM's JSON, each at its place."""
    native = Metadata.from_dict(MAXIMAL).to_native()
    said = native["metadata"]
    assert said["creators"][0] == {"person_or_org": {"type": "personal", "family_name": "Doe", "given_name": "Ada"}}
    assert said["creators"][1]["person_or_org"]["identifiers"] == [
        {"scheme": "orcid", "identifier": "0000-0002-1825-0097"}
    ]
    assert said["creators"][1]["affiliations"] == [{"id": "01ggx4157"}, {"name": "Free Lab"}]
    assert said["creators"][1]["role"] == {"id": "researcher"}
    assert said["creators"][2]["person_or_org"]["type"] == "organizational"
    assert said["description"] == "<p>Rain &amp; <em>snow</em>.</p>"
    assert said["rights"] == [{"id": "mit"}, {"id": "cc-by-4.0"}]
    assert said["subjects"] == [{"subject": "tides"}, {"subject": "sea level"}]
    assert said["version"] == "1.2"
    assert said["languages"] == [{"id": "eng"}, {"id": "deu"}]
    assert said["dates"][0] == {"date": "2025-01/2025-06", "type": {"id": "collected"}}
    assert said["funding"][1]["award"]["identifiers"] == [{"scheme": "url", "identifier": "https://fund.example/7"}]
    assert said["funding"][1]["award"]["title"] == {"en": "Tides"}
    assert said["related_identifiers"][1]["relation_type"] == {"id": "isderivedfrom"}
    assert native["access"] == {
        "record": "public",
        "files": "restricted",
        "embargo": {"active": True, "until": "2030-01-01"},
    }
    assert native["custom_fields"] == {
        "code:codeRepository": "https://github.com/o/r",
        "code:programmingLanguage": [{"id": "python"}, {"id": "r"}],
        "code:developmentStatus": {"id": "wip"},
        "meeting:meeting": {"title": "JupyterCon", "place": "Paris"},
    }
    assert Metadata.from_dict(MAXIMAL).validate(today=TODAY) == ()


def test_custom_fields_can_stay_behind():
    """A repository without Zenodo's custom fields should be sent none, or only those it knows."""
    work = Metadata.from_dict(MAXIMAL)
    assert work.to_native(custom_fields=False)["custom_fields"] == {}
    assert list(work.to_native(custom_fields={"code:codeRepository"})["custom_fields"]) == ["code:codeRepository"]


def test_access_is_said_in_full():
    """Public access should be said each time: what is left out, InvenioRDM keeps as it was."""
    assert Metadata().to_native()["access"] == {"record": "public", "files": "public", "embargo": {"active": False}}


def test_maximal_round_trips():
    """What was read, shown and sent should come back the same, in either form."""
    work = Metadata.from_dict(MAXIMAL)
    assert Metadata.from_dict(work.to_dict()) == work
    native = work.to_native()
    assert Metadata.from_native(native).to_native() == native


def test_an_edit_loses_nothing():
    """What the table has no row for should go back as it came; what the repository adds for the eye should not."""
    came = {
        "metadata": {
            "title": "Rain in May",
            "locations": {"features": [{"place": "CERN"}]},
            "resource_type": {"id": "software", "title": {"en": "Software"}},
            "creators": [{
                "person_or_org": {
                    "type": "personal", "name": "Doe, Ada", "family_name": "Doe", "given_name": "Ada",
                    "identifiers": [{"scheme": "orcid", "identifier": "0000-0002-1825-0097"},
                                    {"scheme": "edmo", "identifier": "1"}],
                },
                "affiliations": [{"id": "01ggx4157", "name": "CERN",
                                  "identifiers": [{"scheme": "ror", "identifier": "01ggx4157"}]}],
            }],
            "rights": [{"id": "mit", "title": {"en": "MIT License"}, "description": {"en": "…"}, "icon": "x",
                        "props": {"url": "y"}}],
            "subjects": [{"id": "mesh:1", "subject": "Rain", "scheme": "mesh"}],
        },
        "access": {"record": "public", "files": "public", "embargo": {"active": False, "reason": None}, "status": "open"},
        "custom_fields": {"dwc:basisOfRecord": ["x"]},
        "ui": {"anything": 1},
        "parent": {"communities": {"ids": ["u-u-i-d"], "entries": [{"id": "u-u-i-d", "slug": "tides"}]}},
    }  # fmt: skip
    work = Metadata.from_native(came)
    back = work.replace(title="Rain in June").to_native()
    assert back["metadata"]["title"] == "Rain in June"
    assert back["metadata"]["locations"] == came["metadata"]["locations"]
    person = back["metadata"]["creators"][0]["person_or_org"]
    assert person["identifiers"] == came["metadata"]["creators"][0]["person_or_org"]["identifiers"]
    assert "name" not in person
    assert back["metadata"]["creators"][0]["affiliations"] == [{"id": "01ggx4157"}]
    assert back["metadata"]["rights"] == [{"id": "mit"}]
    assert back["metadata"]["subjects"] == [{"id": "mesh:1"}]
    assert back["metadata"]["resource_type"] == {"id": "software"}
    assert back["access"] == {"record": "public", "files": "public", "embargo": {"active": False}}
    assert back["custom_fields"] == {"dwc:basisOfRecord": ["x"]}
    assert work.creators[0]["affiliations"][0]["name"] == "CERN"
    assert work.communities == ("tides",)
    assert work.to_dict()["rights"] == ["mit"]


# Paths and first messages are those of InvenioRDM 14.0.5 for the same JSON; where it answers 400 "Invalid value …." without a
# path, or fails with a 500 (open intervals, seasons), the path is ours.
@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"title": None}, "metadata.title", "Missing data for required field."),
        ({"title": "ab"}, "metadata.title", "Shorter than minimum length 3."),
        ({"title": 5}, "metadata.title", "Not a valid string."),
        ({"creators": []}, "metadata.creators", "Missing data for required field."),
        ({"resource_type": None}, "metadata.resource_type", "Missing data for required field."),
        ({"resource_type": {"id": "nope"}}, "metadata.resource_type.id", "Invalid value nope."),
        ({"publisher": ""}, "metadata.publisher", "Missing publisher field required for DOI registration."),
        ({"version": "x" * 192}, "metadata.version", "Longer than maximum length 191."),
        ({"description": "a"}, "metadata.description", "Shorter than minimum length 3."),
        ({"creators": [{"person_or_org": {"type": "personal", "given_name": "X"}}]},
         "metadata.creators.0.person_or_org.family_name", "Family name cannot be blank."),
        ({"creators": [{"person_or_org": {"type": "organizational"}}]},
         "metadata.creators.0.person_or_org.name", "Name cannot be blank."),
        ({"creators": [{"person_or_org": {"type": "x", "name": "X"}}]},
         "metadata.creators.0.person_or_org.type", "Invalid value. Choose one of ['organizational', 'personal']."),
        ({"creators": [{"person_or_org": {"type": "personal", "family_name": "D", "identifiers": [
            {"scheme": "isni", "identifier": "x"}, {"scheme": "orcid", "identifier": "0000-0001-5109-3701"}]}}]},
         "metadata.creators.0.person_or_org.identifiers.0.identifier", "Invalid ORCID identifier."),
        ({"creators": [{"person_or_org": {"type": "personal", "family_name": "D"}, "role": {"id": "zz"}}]},
         "metadata.creators.0.role.id", "Invalid value zz."),
        ({"creators": [{"person_or_org": {"type": "personal", "family_name": "D"},
                        "affiliations": [{"name": "A"}, {"name": "A"}]}]},
         "metadata.creators.0.affiliations", "Duplicated affiliations: A"),
        ({"contributors": [{"person_or_org": {"type": "personal", "family_name": "D"}}]},
         "metadata.contributors.0.role", "Missing data for required field."),
        ({"additional_titles": [{"title": "abc"}]}, "metadata.additional_titles.0.type", "Missing data for required field."),
        ({"additional_descriptions": [{"description": "a", "type": {"id": "methods"}}]},
         "metadata.additional_descriptions.0.description", "Shorter than minimum length 3."),
        ({"dates": [{"date": "2026"}]}, "metadata.dates.0.type", "Missing data for required field."),
        ({"dates": [{"date": "xx", "type": {"id": "created"}}]}, "metadata.dates.0.date",
         "Please provide a valid date or interval."),
        ({"rights": [{"link": "https://x.org/l"}]}, "metadata.rights.0.rights",
         "An existing id or a free text title must be present"),
        ({"rights": [{"title": {"en": "x"}, "link": "nope"}]}, "metadata.rights.0.link", "Not a valid URL."),
        ({"rights": [{"title": {"en": "x", "de": "y"}}]}, "metadata.rights.0.title", "Only one value is accepted."),
        ({"languages": [{"id": "en"}]}, "metadata.languages.0.id", "Invalid value en."),
        ({"identifiers": [{"identifier": "not anything"}]}, "metadata.identifiers.0.scheme",
         "No valid scheme recognized for identifier."),
        ({"identifiers": [{"scheme": "doi", "identifier": "abc"}]}, "metadata.identifiers.0.identifier",
         "Invalid DOI identifier."),
        ({"identifiers": [{"scheme": "zzz", "identifier": "abc"}]}, "metadata.identifiers.0.scheme", "Invalid scheme."),
        ({"identifiers": [{"scheme": "doi", "identifier": "10.1234/a"}] * 2}, "metadata.identifiers",
         "Duplicated identifier entry is not allowed."),
        ({"related_identifiers": [{"identifier": "10.1234/abc"}]}, "metadata.related_identifiers.0.relation_type",
         "Missing data for required field."),
        ({"references": [{"reference": "x", "scheme": "isni", "identifier": "zz"}]}, "metadata.references.0.identifier",
         "Invalid ISNI identifier."),
        ({"funding": [{"award": {"number": "1"}}]}, "metadata.funding.0.funder", "Missing data for required field."),
        ({"funding": [{"funder": {"name": "F"}, "award": {"identifiers": [{"scheme": "url", "identifier": "https://a.org"}]}}]},
         "metadata.funding.0.award.award", "An existing id or either number or title must be present."),
    ],
)  # fmt: skip
def test_wrong_values_are_told_as_invenio_tells_them(changes, path, message):
    """A wrong value should be reported at InvenioRDM's path with its words first."""
    found = errors_of(changes)
    assert message == found[path][0]


@pytest.mark.parametrize("day", ["2026", "2026-11", "2024-02-29", "2025/2026", "2025-12/2025", "2025/2025-02-03"])
def test_dates_that_invenio_takes(day):
    """EDTF level 0 dates and intervals should pass."""
    assert errors_of({"publication_date": day}) == {}


@pytest.mark.parametrize(
    "day", ["yesterday", "22.11.2026", "2026-13", "2026-02-30", "2026-2-3", "2026/2025", "2026/", "2026/..", "2026-21", "2026~",
            "999", "2026-02-03T10:00:00Z"]
)  # fmt: skip
def test_dates_that_invenio_refuses(day):
    """Anything else should be stopped here; on some of them InvenioRDM fails itself."""
    assert list(errors_of({"publication_date": day})) == ["metadata.publication_date"]


def test_dates_may_have_a_time():
    """A dated event may say the hour, but an interval may not."""
    kind = {"type": {"id": "created"}}
    assert errors_of({"dates": [{"date": "2026-01-01T10:00:00Z", **kind}]}) == {}
    assert errors_of({"dates": [{"date": "2026-01-01T10:00:00/2026-01-02T10:00:00", **kind}]})


@pytest.mark.parametrize(
    ("access", "path"),
    [
        ({"embargo": "2026-11-22"}, "access.embargo.until"),
        ({"files": "restricted", "embargo": {"active": True}}, "access.embargo.until"),
        ({"files": "restricted", "embargo": {"active": True, "until": "soon"}}, "access.embargo.until"),
        ({"embargo": {"active": False, "until": "2030-01-01"}}, "access.embargo.until"),
        ({"files": "public", "embargo": {"active": True, "until": "2030-01-01"}}, "access.files"),
        ({"files": "secret"}, "access.files"),
    ],
)
def test_embargo_must_make_sense(access, path):
    """An embargo should end after today and restrict the files until then."""
    assert [e.field for e in Metadata.from_dict({**MINIMAL, "access": access}).validate(today=TODAY)] == [path]


def test_embargo_given_as_a_day_restricts_the_files():
    """A plain day should be enough to say all there is to say about an embargo."""
    work = Metadata.from_dict({"access": {"embargo": "2026-11-23"}})
    assert work.access == {"files": "restricted", "embargo": {"active": True, "until": "2026-11-23"}}
    assert work.validate(for_publish=False, today=TODAY) == ()


def test_unfinished_metadata_may_lack_fields_but_not_be_wrong():
    """Before publishing, a missing field should pass, and a wrong one or half a contributor should not."""
    assert Metadata().validate(for_publish=False) == ()
    assert len(Metadata().validate()) == 5
    half = Metadata.from_dict({"contributors": ["Poe, Ann"], "version": "x" * 192})
    paths = [e.field for e in half.validate(for_publish=False)]
    assert paths == ["metadata.version", "metadata.contributors.0.role"]


def test_explanations_follow_invenios_words():
    """An ORCID iD with a digit missing should say so, and a mistyped role should name the nearest."""
    short = Metadata.from_dict({"creators": [{"name": "Doe, A", "orcid": "0000-0001-5109-370"}]})
    assert "has 15" in short.validate(for_publish=False)[0].messages[1]
    role = Metadata.from_dict({"contributors": [{"name": "Doe, A", "role": "datacuratr"}]})
    assert role.validate(for_publish=False)[0].messages == ("Invalid value datacuratr.", "Did you mean datacurator?")


def test_ror_ids_have_check_digits():
    """A mistyped ROR id should be found, though InvenioRDM looks at its shape only."""
    for ror, good in (("01ggx4157", True), ("00k4n6c32", True), ("01ggx4158", False), ("01ggx4175", False)):
        work = Metadata.from_dict({"creators": [{"type": "organisation", "name": "X", "ror": ror}]})
        assert (work.validate(for_publish=False) == ()) is good


def test_a_repository_may_have_its_own_vocabulary():
    """An id that only this repository knows should pass when its vocabulary is given."""
    work = Metadata.from_dict({"resource_type": "fieldnotes"})
    assert work.validate(for_publish=False)
    assert work.validate(for_publish=False, vocabularies={"resourcetypes": {"fieldnotes"}}) == ()


def test_errors_find_their_field():
    """An InvenioRDM path should lead back to the field as people know it."""
    work = Metadata.from_dict(MAXIMAL)
    assert work.locate("metadata.creators.1.person_or_org.identifiers.0.identifier") == ("creators", 1, "orcid")
    assert work.locate("metadata.funding.1.award.identifiers.0.identifier") == ("funding", 1, "award", "url")
    assert work.locate("metadata.rights.0.rights") == ("rights", 0)
    assert work.locate("custom_fields.code:codeRepository") == ("code_repository",)
    assert work.locate("metadata.creators.0.person_or_org.family_name") == ("creators", 0, "family_name")
    assert work.locate("files.enabled") == ()


@pytest.mark.parametrize(
    ("spelling", "person"),
    [
        ("Lovelace, Ada", {"type": "personal", "family_name": "Lovelace", "given_name": "Ada"}),
        ("Ludwig van Beethoven", {"type": "personal", "family_name": "van Beethoven", "given_name": "Ludwig"}),
        ("University of Tromsø", {"type": "organizational", "name": "University of Tromsø"}),
        ({"name": "Ada Lovelace"}, {"type": "personal", "family_name": "Lovelace", "given_name": "Ada"}),
        ({"name": "Plato", "type": "person"}, {"type": "personal", "family_name": "Plato"}),
        ({"first_name": "Ada", "last_name": "Byron"}, {"type": "personal", "family_name": "Byron", "given_name": "Ada"}),
        ({"name": "CERN", "type": "organization"}, {"type": "organizational", "name": "CERN"}),
        ({"name": "Doe, A", "orcid": "0000000218250097"},
         {"type": "personal", "family_name": "Doe", "given_name": "A", "orcid": "0000-0002-1825-0097"}),
    ],
)  # fmt: skip
def test_creators_in_any_spelling(spelling, person):
    """People and organisations should be understood however they are written."""
    assert Metadata.from_dict({"authors": [spelling]}).creators == (person,)


@pytest.mark.parametrize(
    ("spelling", "rights"),
    [
        ("MIT", [{"id": "mit"}]),
        (["Apache-2.0", "cc-by-4.0"], [{"id": "apache-2.0"}, {"id": "cc-by-4.0"}]),
        ("https://creativecommons.org/publicdomain/zero/1.0/", [{"id": "cc0-1.0"}]),
        ("https://spdx.org/licenses/BSD-3-Clause.html", [{"id": "bsd-3-clause"}]),
        ("GPL-3.0", [{"id": "gpl-3.0-only"}]),
        ({"title": "House rules", "link": "https://x.org/l"}, [{"title": "House rules", "link": "https://x.org/l"}]),
        ("Ask the institute", [{"title": "Ask the institute"}]),
    ],
)
def test_licences_in_any_spelling(spelling, rights):
    """SPDX ids in any case, addresses, retired ids and own licences should be understood."""
    assert list(Metadata.from_dict({"license": spelling}).rights) == rights


def test_unknown_fields_are_told_all_at_once():
    """Every field that is not known should be named, with what was probably meant."""
    with pytest.raises(InvalidMetadata) as told:
        Metadata.from_dict({"titel": "x", "creators": [{"orcdi": "1", "name": "Doe, A"}], "zzz": 1})
    errors = {e.field: " ".join(e.messages) for e in told.value.errors}
    assert errors["titel"] == "Unknown field. Did you mean title?"
    assert errors["creators.0.orcdi"] == "Unknown field. Did you mean orcid?"
    assert errors["zzz"] == "Unknown field."


@pytest.mark.parametrize(
    "bad", [{"title": ["a"]}, {"title": {"a": 1}}, {"creators": [["a"]]}, {"access": {"embargo": True}}]
)
def test_values_of_the_wrong_shape_are_refused(bad):
    """A list for a title or a number for an author should be refused, not sent."""
    with pytest.raises(InvalidMetadata):
        Metadata.from_dict(bad)


def test_blank_rows_are_ignored():
    """An empty row of a form should be no error."""
    work = Metadata.from_dict({"title": " ", "creators": ["", {}, None, "Doe, A"], "subjects": []})
    assert list(work.values) == ["creators"] and len(work.creators) == 1


def test_the_same_field_under_two_names():
    """Lists should be joined; two different titles cannot be."""
    assert len(Metadata.from_dict({"keywords": ["a"], "subjects": ["b", "a"]}).subjects) == 2
    with pytest.raises(InvalidMetadata):
        Metadata.from_dict({"description": "one thing", "abstract": "another thing"})


def test_merge_and_replace_leave_the_originals_alone():
    """Later words should win field by field, and no copy should share anything with another."""
    first = Metadata.from_dict({"title": "One", "keywords": ["a"]})
    second = first.merge(Metadata.from_dict({"keywords": ["b"]}))
    second.values["subjects"].append({"subject": "c"})
    assert first.to_dict() == {"title": "One", "subjects": ["a"]}
    assert first.replace(title=None, license="mit").to_dict() == {"subjects": ["a"], "rights": ["mit"]}


def test_refused_ids_are_spelled_out():
    """An id that a repository does not know should give way to the name beside it, a notebook's type to software."""
    cern = {"ror": "01ggx4157", "name": "CERN"}
    work = Metadata.from_dict({**MINIMAL, "creators": [{"name": "Doe, A", "affiliations": [cern]}]})
    assert work.without_id("01ggx4157").creators[0]["affiliations"] == [{"name": "CERN"}]
    assert work.without_id("software-computationalnotebook").resource_type == "software"
    assert Metadata.from_dict({"license": ["mit", "odd-1.0"]}).without_id("odd-1.0").rights == ({"id": "mit"},)


def test_yaml_keeps_what_is_typed():
    """Versions, dates and words should stay what they were typed as, and not become numbers or booleans."""
    work = Metadata.from_yaml(
        "title: Rain in May\nversion: 1.10\npublication_date: 2026-11-22\nkeywords: [yes, 0123]\n"
    )
    assert (work.version, work.publication_date) == ("1.10", "2026-11-22")
    assert [s["subject"] for s in work.subjects] == ["yes", "0123"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title: Rain in May\nauthors:\n  - name: Doe, A\n    orcdi: 1\n", ["line 4", "Did you mean orcid?"]),
        (
            "title: Rain in May\n\nauthors:\n  - name: Doe, A\n    orcid: 0000-0001-5109-3701\n",
            ["line 5", "Invalid ORCID"],
        ),
        ("title: Rain in May\nlicense:\n  - mit\n  - title: own\n    link: nope\n", ["line 5", "Not a valid URL."]),
        ("title: Rain: in May\n", ["line 1", "quotation marks"]),
        ("title: one\ntitle: two\n", ["title twice: line 2"]),
        ("- one\n- two\n", ["no mapping"]),
        ("a: &x [1]\nb: *x\n", ["alias"]),
        ("title: [one\n", ["line"]),
    ],
)
def test_yaml_errors_name_the_line(text, words):
    """A mistake in a cell should be told with its line."""
    with pytest.raises(InvalidMetadata) as told:
        Metadata.from_yaml(text)
    for word in words:
        assert word in str(told.value)


def test_empty_yaml_says_nothing():
    """A cell with comments only should be no error."""
    assert Metadata.from_yaml("# to be written\n") == Metadata()


LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))
TEXT = st.text(LETTERS, min_size=3, max_size=30).map(str.strip).filter(lambda text: len(text) > 2)
AFFILIATION = st.one_of(st.fixed_dictionaries({"name": TEXT}), st.just({"id": "01ggx4157"}))
PERSON = st.fixed_dictionaries(
    {"type": st.just("personal"), "family_name": TEXT},
    optional={"given_name": TEXT, "orcid": st.just("0000-0002-1825-0097"), "role": st.sampled_from(["editor", "researcher"]),
              "affiliations": st.lists(AFFILIATION, min_size=1, max_size=2)},
)  # fmt: skip
GROUP = st.fixed_dictionaries({"type": st.just("organizational"), "name": TEXT}, optional={"ror": st.just("01ggx4157")})
PLAIN = st.fixed_dictionaries(
    {},
    optional={
        "title": TEXT,
        "description": TEXT,
        "creators": st.lists(st.one_of(PERSON, GROUP), min_size=1, max_size=3),
        "rights": st.lists(st.one_of(st.sampled_from(["mit", "cc-by-4.0"]), st.fixed_dictionaries({"title": TEXT}))),
        "subjects": st.lists(TEXT, min_size=1, max_size=3),
        "version": TEXT,
        "languages": st.lists(st.sampled_from(["eng", "deu"]), min_size=1),
        "related_identifiers": st.lists(st.fixed_dictionaries({"identifier": TEXT, "relation": st.just("cites")})),
        "funding": st.lists(st.fixed_dictionaries({"funder": st.fixed_dictionaries({"name": TEXT})},
                                                  optional={"award": st.fixed_dictionaries({"title": TEXT})}), min_size=1),
        "access": st.sampled_from(["public", "restricted", {"embargo": "2030-01-01"}]),
        "code_repository": st.just("https://example.org/r"),
    },
)  # fmt: skip


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(PLAIN)
def test_any_metadata_round_trip(plain):
    """Whatever is said, both forms should say the same when read again."""
    work = Metadata.from_dict(plain)
    native = work.to_native()
    assert Metadata.from_native(native).to_native() == native
    assert Metadata.from_dict(work.to_dict()).to_native() == native


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=8,
)
NAMES = ["title", "creators", "authors", "rights", "license", "subjects", "access", "dates", "funding", "related_identifiers",
         "references", "languages", "description", "journal", "_native", "contributors"]  # fmt: skip


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4))
def test_nonsense_is_refused_politely(plain):
    """Nonsense should end in InvalidMetadata or in metadata that can be checked and sent, never in another exception."""
    try:
        work = Metadata.from_dict(plain)
    except InvalidMetadata as told:
        assert told.errors
        return
    work.validate(today=TODAY)
    work.to_native()
    work.to_dict()


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.dictionaries(st.sampled_from([*NAMES, "locations"]), JSON, max_size=4))
def test_strange_records_can_be_read(metadata):
    """A record that breaks the rules should be read without an exception, so that it can be looked at and mended."""
    work = Metadata.from_native({"metadata": metadata, "access": {}, "custom_fields": {}})
    work.validate(today=TODAY)
    work.to_native()
    work.to_dict()


def test_what_is_no_text_is_left_out():
    """Control characters and halves of surrogate pairs, which no repository takes, are not in a title."""
    assert Metadata.from_dict({"title": "Rain\ud83d in\x00 \x1b[1mMay\uffff"}).title == "Rain in [1mMay"
