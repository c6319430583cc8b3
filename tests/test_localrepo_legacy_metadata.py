"""Zenodo's old metadata: into the native ones and back again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zenodo_jupyter.errors import RefusedMetadata
from zenodo_jupyter.localrepo.legacy import incoming, licences, outgoing, words
from zenodo_jupyter.localrepo.schema import load_draft

FIELDS = ("title", "upload_type", "creators", "description", "publication_date", "version")

#: Letters that no repair of wrongly decoded text takes for something else.
words_of = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789λж漢", min_size=3, max_size=12)
people = st.fixed_dictionaries(
    {"name": st.tuples(words_of, words_of).map(", ".join), "affiliation": words_of},
    optional={"orcid": st.sampled_from(["0000-0002-1825-0097", "0000-0001-5109-3700"])},
)
#: Licences whose old ids mean something else, or nothing, when they are read again; Zenodo's own table has these gaps.
SHIFTING = set(
    "apache-1.0 cc-by-1.0 cc-by-sa-1.0 efl-1.0 gfdl-1.1-only lal-1.2 ofl-1.0 psf-2.0 python-2.0 zpl-1.1".split()  # noqa: SIM905
)
licence_ids = st.sampled_from(sorted(set(licences._table()["from_native"]) - SHIFTING | {"cc-by-4.0", "bsd-3-clause"}))
depositions = st.fixed_dictionaries(
    {
        "title": words_of,
        "creators": st.lists(people, min_size=1, max_size=3),
        "publication_date": st.dates().map(str),
        "access_right": st.sampled_from(["open", "restricted"]),
        "license": licence_ids.map(licences.from_native),
        "imprint_publisher": words_of,
        "upload_type": st.sampled_from(["dataset", "software", "poster", "lesson"]),
    },
    optional={
        "description": words_of,
        "version": words_of,
        "keywords": st.lists(words_of, min_size=1, max_size=3),
        "references": st.lists(words_of, min_size=1, max_size=3),
        "notes": words_of,
        "method": words_of,
        "language": st.sampled_from(["eng", "deu", "fra"]),
        "contributors": st.lists(
            st.builds(lambda p, t: {**p, "type": t}, people, st.sampled_from(sorted(words.ROLES.values()))),
            min_size=1,
            max_size=2,
        ),
        "related_identifiers": st.lists(
            st.builds(
                lambda n, r, t: {"identifier": f"10.1234/{n}", "relation": r, "resource_type": t, "scheme": "doi"},
                st.integers(1, 10**6),
                st.sampled_from(sorted(words.RELATIONS.values())),
                st.sampled_from(["dataset", "publication-article"]),
            ),
            min_size=1,
            max_size=3,
        ),
        "locations": st.lists(
            st.fixed_dictionaries({"place": words_of, "lat": st.floats(-90, 90), "lon": st.floats(-180, 180)}),
            min_size=1,
            max_size=2,
        ),
        "dates": st.lists(
            st.fixed_dictionaries(
                {
                    "start": st.dates().map(lambda d: f"{d.year:04}-01-01"),
                    "end": st.just("9999-12-31"),
                    "type": st.sampled_from(["collected", "valid", "withdrawn"]),
                }
            ),
            min_size=1,
            max_size=2,
        ),
        "journal_title": words_of,
        "journal_pages": words_of,
        "conference_title": words_of,
        "conference_session_part": words_of,
        "imprint_isbn": words_of,
        "partof_title": words_of,
        "thesis_university": words_of,
        "communities": st.lists(st.fixed_dictionaries({"identifier": words_of}), min_size=1, max_size=1),
        "custom": st.just({"code:codeRepository": "https://github.com/o/r"}),
        "subjects": st.just([{"term": "Tide", "identifier": "https://example.org/tide", "scheme": "url"}]),
    },
)


def shown(native_body: dict[str, Any]) -> dict[str, Any]:
    """Return what a deposition shows of a draft with this native body; nothing in it is invalid."""
    data, errors = load_draft(native_body, "zenodo")
    assert not errors, errors
    draft = {"pids": {}, "custom_fields": {}, **data}
    return outgoing.of_deposition(draft, ())


@settings(max_examples=150, deadline=None)
@given(depositions)
def test_old_metadata_survive_the_way_there_and_back(metadata: dict[str, Any]) -> None:
    """Should answer what was sent, whatever it was."""
    assert shown(incoming.to_native({"metadata": metadata})) == metadata


@settings(max_examples=100, deadline=None)
@given(depositions)
def test_what_is_answered_can_be_sent_again(metadata: dict[str, Any]) -> None:
    """Should make the same native draft of its own answer, with whatever else an answer has in it."""
    first = incoming.to_native({"metadata": metadata})
    answered = {**shown(first), "prereserve_doi": {"doi": "10.5072/zenodo.1", "recid": 1}, "relations": {}}
    assert incoming.to_native({"metadata": answered}) == first


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from([*FIELDS, "license", "keywords", "dates", "locations", "grants", "custom"]),
                       st.recursive(st.none() | st.booleans() | st.text(max_size=5) | st.integers(),
                                    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner,
                                                                                               max_size=2))))  # fmt: skip
def test_nonsense_is_refused_and_never_crashes(metadata: dict[str, Any]) -> None:
    """Should either read a body or name the field that is wrong."""
    try:
        native = incoming.to_native({"metadata": metadata})
    except RefusedMetadata as error:
        assert error.errors[0].field
    else:
        draft = {"pids": {}, "custom_fields": {}, "metadata": {}, **load_draft(native, "zenodo")[0]}
        outgoing.of_deposition(draft, ())
        outgoing.of_record({**draft, "versions": {"index": 1, "is_latest": False}, "parent": {"id": "1"}}, ())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Doe, Ada", {"family_name": "Doe", "given_name": "Ada"}),
        ("Tide Consortium", {"family_name": "Tide Consortium"}),
        ("a, b, c", {"family_name": "a, b, c"}),
    ],
)
def test_names_are_split_at_a_single_comma(name: str, expected: dict[str, str]) -> None:
    """Should take everybody for a person."""
    (creator,) = incoming.to_native({"metadata": {"creators": [{"name": name}]}})["metadata"]["creators"]
    assert creator["person_or_org"] == {"type": "personal", **expected}


def test_defaults() -> None:
    """Should fill in date, publisher and licence, and read the old words."""
    native = incoming.to_native(
        {"metadata": {"upload_type": "publication", "publication_type": "thesis", "language": "de", "doi": "10.1234/x"}}
    )
    metadata = native["metadata"]
    assert metadata["publisher"] == "Zenodo" and metadata["publication_date"] > "2026"
    assert metadata["rights"] == [{"id": "cc-by-4.0"}]
    assert metadata["resource_type"] == {"id": "publication-dissertation"}
    assert metadata["languages"] == [{"id": "deu"}]
    assert native["pids"] == {"doi": {"identifier": "10.1234/x", "provider": "external"}}
    closed = incoming.to_native({"metadata": {"title": "t", "access_right": "closed"}})
    assert closed["access"] == {"record": "public", "files": "restricted"} and "rights" not in closed["metadata"]
    (grant,) = incoming.to_native({"metadata": {"grants": [{"id": "283595"}]}})["metadata"]["funding"]
    assert grant == {"funder": {"id": "00k4n6c32"}, "award": {"id": "00k4n6c32::283595"}}
    supervised = incoming.to_native({"metadata": {"thesis_supervisors": [{"name": "A, B"}]}})["metadata"]
    assert supervised["contributors"][0]["role"] == {"id": "supervisor"}
