"""The vocabularies as a deposit form meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from zenodo_jupyter.errors import BadInput, RecordNotFound
from zenodo_jupyter.localrepo import vocabularies

FOLDER = Path(vocabularies.__file__).with_name("vocabularies")


@pytest.mark.parametrize(
    ("type", "least", "known"),
    [
        ("resourcetypes", 47, "software-computationalnotebook"),
        ("licenses", 419, "cc-by-4.0"),
        ("languages", 7800, "eng"),
        ("relationtypes", 39, "isderivedfrom"),
        ("datetypes", 12, "collected"),
        ("descriptiontypes", 7, "notes"),
        ("titletypes", 4, "subtitle"),
        ("creatorsroles", 22, "datacurator"),
        ("contributorsroles", 22, "datacurator"),
        ("removalreasons", 12, "duplicate"),
        ("communitytypes", 4, "organization"),
        ("code:programmingLanguages", 700, "python"),
        ("code:developmentStatus", 8, "active"),
        ("affiliations", 17, "01ggx4157"),
        ("funders", 20, "00rbzpz17"),
    ],
)
def test_lists_are_full(type, least, known):
    """Every list that ships has all its entries, and its well-known ones."""
    total, items = vocabularies.search(type, size=10)
    assert total >= least
    assert len(items) == min(10, total)
    assert vocabularies.exists(type, known)
    assert vocabularies.get(type, known)["id"] == known


@pytest.mark.parametrize("type", ["awards", "names", "subjects"])
def test_lists_that_ship_empty_answer_with_nothing(type):
    """A list without data is an empty answer, not an error."""
    assert vocabularies.search(type, suggest="x") == (0, [])


def test_items_have_the_shape_of_inveniordm():
    """A licence carries what a form and a page show of it, and its kind."""
    assert vocabularies.get("licenses", "mit") == {
        "id": "mit",
        "title": {"en": "MIT License"},
        "description": {
            "en": "A short and simple permissive license with conditions only requiring preservation of copyright and "
            "license notices. Licensed works, modifications, and larger works may be distributed under different "
            "terms and without source code."
        },
        "icon": "",
        "tags": ["recommended", "all", "software"],
        "props": {"url": "https://opensource.org/license/mit", "scheme": "spdx", "osi_approved": "y"},
        "type": "licenses",
    }
    notebook = vocabularies.get("resourcetypes", "software-computationalnotebook")
    assert notebook["props"]["datacite_general"] == "ComputationalNotebook"
    assert notebook["type"] == "resourcetypes"


@pytest.mark.parametrize(
    ("type", "typed", "first"),
    [
        ("licenses", "mit", "mit"),
        ("licenses", "cc-by", "cc-by-1.0"),
        ("licenses", "Apache License 2", "apache-2.0"),
        ("languages", "eng", "eng"),
        ("languages", "english", "eng"),
        ("languages", "de", "deu"),
        ("languages", "volapuk", "vol"),
        ("resourcetypes", "notebook", "software-computationalnotebook"),
        ("affiliations", "cern", "01ggx4157"),
        ("code:programmingLanguages", "pyth", "python"),
    ],
)
def test_suggestions_put_what_begins_so_first(type, typed, first):
    """What a person types is met by id, title, words of the title, code or acronym, whatever the case or accents."""
    total, items = vocabularies.search(type, suggest=typed)
    assert total >= 1
    assert items[0]["id"] == first


def test_a_query_needs_every_word_and_can_name_ids():
    """Words are joined by AND, a star ends a prefix, and id: names ids as InvenioRDM's forms do."""
    assert [i["id"] for i in vocabularies.search("licenses", q="creative zero")[1]] == ["cc0-1.0"]
    assert vocabularies.search("licenses", q="creativ*")[0] >= 35
    assert vocabularies.search("licenses", q="creativ")[0] == 0
    assert [i["id"] for i in vocabularies.search("licenses", q="id:(mit OR 0bsd)")[1]] == ["0bsd", "mit"]


def test_tags_filter_and_pages_cut():
    """The recommended licences can be asked for, and pages follow each other without a gap."""
    total, items = vocabularies.search("licenses", tags="recommended")
    assert total == len(items) == 6
    _, first = vocabularies.search("languages", page=1, size=3)
    _, second = vocabularies.search("languages", page=2, size=3)
    assert [i["id"] for i in first + second] == ["aaa", "aab", "aac", "aad", "aae", "aaf"]
    assert vocabularies.search("titletypes", page=9) == (4, [])
    assert vocabularies.search("titletypes", sort="newest")[1][0]["id"] == "other"


def test_what_is_not_there_is_said():
    """Unknown lists, items and sort orders are told apart."""
    with pytest.raises(RecordNotFound):
        vocabularies.search("nope")
    with pytest.raises(BadInput, match="Invalid sort option 'bogus'"):
        vocabularies.search("licenses", sort="bogus")
    assert vocabularies.get("licenses", "gpl-3.0") is None
    assert vocabularies.get("nope", "x") is None
    assert not vocabularies.exists("nope", "x")


def test_callers_may_change_what_they_get():
    """An answer is a copy: changing it does not change the list."""
    vocabularies.get("licenses", "mit")["title"]["en"] = "mine"
    assert vocabularies.get("licenses", "mit")["title"]["en"] == "MIT License"


def test_every_data_file_names_its_source_and_licence():
    """Data of others is shipped with where it comes from and what its licence is."""
    import gzip

    files = sorted(FOLDER.glob("*.json*"))
    assert {v.file for v in vocabularies.TYPES.values() if v.file} == {f.name.split(".")[0] for f in files}
    for path in files:
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8") as stream:
            data = json.load(stream)
        assert data["source"], path.name
        assert data["licence"], path.name
