"""Searches as people type them. What is expected is what a real InvenioRDM 14 found."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from .conftest import Door


def _person(family: str, given: str, **more: Any) -> dict[str, Any]:
    return {"person_or_org": {"type": "personal", "family_name": family, "given_name": given}, **more}


ORCID = {"scheme": "orcid", "identifier": "0000-0002-1825-0097"}
ADA = {
    "person_or_org": {"type": "personal", "family_name": "Quastel", "given_name": "Ada", "identifiers": [ORCID]},
    "affiliations": [{"name": "Zyxel Observatory"}],
}
BO = _person("Vørsted", "Bo")
TIDE = {"person_or_org": {"type": "organizational", "name": "Tidewater Consortium"}}

#: The records of these tests, by a letter.
RECORDS: dict[str, dict[str, Any]] = {
    "a": {
        "title": "Quokka decay curves",
        "publication_date": "2019-03-01",
        "resource_type": {"id": "dataset"},
        "creators": [ADA],
    },
    "b": {
        "title": "Quokka census of Rottnest",
        "publication_date": "2020",
        "resource_type": {"id": "dataset"},
        "version": "1.0",
    },
    "c": {"title": "Fitting numbat decay", "publication_date": "2020-06", "creators": [ADA, BO], "version": "2.1.0"},
    "d": {"title": "Numbats and quokkas", "publication_date": "2021-12-31", "languages": [{"id": "eng"}]},
    "e": {"title": "A numbat-quokka hybrid?", "publication_date": "2018/2021", "creators": [TIDE]},
    "f": {
        "title": "Café chemistry à la Vørsted",
        "publication_date": "2021-01-15",
        "description": "<p>Bilbytasting of <b>arabica</b> beans.</p>",
    },
    "g": {
        "title": "Tides at Brestfjord",
        "publication_date": "2022-02-02",
        "subjects": [{"subject": "sealevel"}, {"subject": "tide gauge"}],
    },
    "h": {
        "title": "Tide gauge readings",
        "publication_date": "2022-02-03",
        "resource_type": {"id": "publication-article"},
        "creators": [TIDE],
    },
    "i": {"title": "Gauge of tide", "publication_date": "2022-02-04", "resource_type": {"id": "publication-report"}},
    "j": {
        "title": "Bilby poster",
        "publication_date": "2023-05-05",
        "resource_type": {"id": "poster"},
        "publisher": "Dingo Press",
    },
    "k": {
        "title": "Bilby talk",
        "publication_date": "2023-05-06",
        "resource_type": {"id": "presentation"},
        "rights": [{"id": "mit"}],
    },
    "l": {
        "title": "Qv3.5_release of the bilby_tool",
        "publication_date": "2024-01-01",
        "resource_type": {"id": "software"},
        "version": "3.5",
    },
    "m": {"title": "袋狸の研究", "publication_date": "2024-06-01", "languages": [{"id": "jpn"}]},
    "n": {
        "title": "Secret wombats",
        "publication_date": "2024-07-01",
        "access": {"record": "public", "files": "restricted"},
    },
    "o": {
        "title": "Wombat's burrow",
        "publication_date": "2025-01-01",
        "additional_titles": [{"title": "Wombatology", "type": {"id": "subtitle"}}],
        "related_identifiers": [
            {
                "identifier": "10.1234/quoll.5",
                "scheme": "doi",
                "relation_type": {"id": "cites"},
                "resource_type": {"id": "dataset"},
            }
        ],
    },
}

#: What is typed, and which records a real InvenioRDM finds.
QUERIES: dict[str, str] = {
    "quokka": "abe",
    "QUOKKA": "abe",
    "quokkas": "d",
    "quokka numbat": "abce",
    "quokka AND numbat": "e",
    "quokka OR bilby": "abejk",
    "quokka NOT decay": "be",
    "quokka -decay": "be",
    "+quokka decay": "abe",
    "quokka +decay": "ac",
    '"decay curves"': "a",
    '"curves decay"': "",
    '"tide gauge"': "gh",
    '"gauge tide"~2': "ghi",
    "quokka AND decay OR bilby": "a",
    "bilby OR quokka AND decay": "a",
    "(bilby OR quokka) AND decay": "a",
    "quokka && decay": "a",
    "quokka || bilby": "abejk",
    "bilby !poster": "k",
    "NOT quokka AND metadata.publisher:zenodo AND bilby": "k",
    "metadata.title:quokka": "ab",
    'metadata.title:"quokka decay"': "a",
    "metadata.title:(quokka AND census)": "b",
    "metadata.title:(quokka census)": "ab",
    "metadata.title:numbat": "c",
    "metadata.title:numbat-quokka": "e",
    "numbat-quokka": "abce",
    "metadata.title:cafe": "f",
    "cafe": "f",
    "Café": "f",
    "chemistry metadata.title:vorsted": "f",
    "metadata.creators.person_or_org.name:quastel": "ac",
    'metadata.creators.person_or_org.name:"Quastel, Ada"': "ac",
    "metadata.creators.person_or_org.name:vorsted": "c",
    "metadata.creators.person_or_org.family_name:vorsted": "",
    "metadata.creators.person_or_org.family_name:Vørsted": "c",
    "quastel": "ac",
    "vorsted": "cf",
    "metadata.creators.affiliations.name:zyxel": "ac",
    "zyxel": "ac",
    "metadata.creators.person_or_org.identifiers.identifier:0000-0002-1825-0097 AND quastel": "ac",
    'metadata.creators.person_or_org.identifiers.identifier:"0000-0002-1825-0097" AND quastel': "ac",
    "metadata.subjects.subject:sealevel": "g",
    'metadata.subjects.subject:"tide gauge"': "g",
    "metadata.subjects.subject:tide AND brestfjord": "g",
    "sealevel": "g",
    "metadata.resource_type.id:publication-report AND gauge": "i",
    "metadata.resource_type.id:publication* AND gauge": "hi",
    "metadata.resource_type.props.type:publication AND tide": "hi",
    "metadata.resource_type.id:poster AND bilby": "j",
    "metadata.publication_date:2020-06": "c",
    "metadata.publication_date:[2022-02-02 TO 2022-02-03] AND (tide OR tides)": "gh",
    "metadata.publication_date:{2022-02-02 TO 2022-02-04} AND (tide OR tides)": "h",
    "metadata.publication_date:>=2022-02-03 AND tide": "hi",
    "metadata.publication_date:>2022-02-03 AND tide": "i",
    "metadata.publication_date:<2020 AND quokka": "ae",
    "metadata.publication_date:[* TO 2020] AND quokka": "abe",
    "metadata.publication_date:20* AND quokka": "abe",
    "metadata.publication_date_range:[2020-01-01 TO 2020-12-31] AND (quokka OR numbat)": "bce",
    "metadata.publication_date_range:2020-06-15 AND (quokka OR numbat)": "bce",
    "metadata.version:2.1.0": "c",
    "metadata.version:3.5 AND release": "",
    "metadata.version:2.*": "c",
    "2.1.0": "c",
    "metadata.publisher:dingo": "j",
    "dingo press": "j",
    '"dingo press"': "j",
    'metadata.publisher:"Dingo Press"': "j",
    "metadata.rights.id:mit AND bilby": "k",
    "metadata.languages.id:eng AND numbats": "d",
    "quok*": "abde",
    "quo?ka": "abe",
    "*okka": "abe",
    "q*a": "abe",
    "metadata.title:quok*": "abd",
    "metadata.title:numb?t": "c",
    "metadata.title:*berta": "",
    "quokka~": "abe",
    "qoukka~": "",
    "numbat~1": "cde",
    "Qv3.5_release": "l",
    "release": "",
    "bilby_tool": "l",
    "bilby": "jk",
    "tool": "",
    "3.5": "l",
    "袋": "m",
    "袋狸": "m",
    "研究": "m",
    "wombat": "",
    "wombat's": "no",
    "wombats": "no",
    "metadata.additional_titles.title:wombatology": "o",
    "wombatology": "o",
    "access.status:restricted AND wombats": "n",
    "access.status:open AND wombat*": "o",
    "files.types:csv AND wombat's": "o",
    "files.entries.key:data.csv AND wombat's": "o",
    "files.count:1 AND wombat's": "o",
    "files.count:>1 AND quokka": "",
    'metadata.related_identifiers.identifier:"10.1234/quoll.5"': "o",
    "versions.index:1 AND quokka": "abe",
    "versions.index:>=2 AND quokka": "",
    "is_published:true AND quokka": "abe",
    "created:[2026-01-01 TO *] AND quokka": "abe",
    "created:[* TO 2026-01-01] AND quokka": "",
    "created:>=2026-01-01 AND quokka": "abe",
    "created:<2026-01-01 AND quokka": "",
    "_exists_:metadata.version AND (quokka OR numbat)": "bc",
    "_exists_:metadata.languages.id AND numbats": "d",
    "metadata.languages.id:* AND numbats": "d",
    "nofield:quokka": "",
    "*:* AND quokka": "abe",
    "quokka^3 bilby": "abejk",
    '"quokka decay"^2': "a",
    "quokka AND (decay OR census) AND NOT rottnest": "a",
    "+quokka -(decay OR census)": "e",
    "quokka AND NOT (decay census)": "e",
    '\\"quokka': "abe",
    "quokka\\:": "abe",
    "metadata.title:quokka\\ decay": "abc",
    "metadata.title:>wombat AND wombat*": "no",
    "parent.access.owned_by.user:99999": "",
}
#: What a real InvenioRDM refuses.
REFUSED = [
    "files.count:abc",
    "metadata.related_identifiers.identifier:10.1234/quoll.5",
    "is_published:maybe",
    "quokka:bilby:numbat",
    "http://example.org/quokka",
    "metadata.*:quokka",
]
#: What it cannot read and answers with the records that have one of the words; here that is a trap to be switched on.
UNREADABLE = {
    "title:(": "",
    "quokka AND": "abde",
    '"quokka': "abe",
    "[2020 TO": "",
    "metadata.title:": "",
    "AND": "d",
    "quokka OR OR bilby": "abejk",
    ")": "",
    "((quokka)": "abe",
    "quokka)": "abe",
    "-": "",
    "+": "",
}


@pytest.fixture(scope="module")
def library(open_door: Door) -> dict[str, str]:
    """Publish the records, wait until they are found, and return the letter of each id."""
    ids = {}
    for letter, metadata in RECORDS.items():
        changed = {name: value for name, value in metadata.items() if name != "access"}
        id = open_door.draft(**changed)
        if "access" in metadata:
            draft = open_door.ask("GET", f"/records/{id}/draft").json()
            open_door.ask("PUT", f"/records/{id}/draft", json={**draft, "access": metadata["access"]})
        open_door.upload(id, "data.csv", b"t,y\n0,1\n")
        ids[open_door.publish(id)["id"]] = letter
    open_door.drafts.clear()
    for _ in range(100):
        if len(_found(open_door, ids, "*:*", sort="newest")) == len(ids):
            return ids
        time.sleep(0.2)
    raise AssertionError("the records cannot be found")


def _found(door: Door, library: dict[str, str], q: str, **more: Any) -> str:
    answer = door.ask("GET", "/records", params={"q": q, "size": 100, "sort": "newest", **more})
    assert answer.status_code == 200, answer.text
    return "".join(library[hit["id"]] for hit in answer.json()["hits"]["hits"] if hit["id"] in library)


def test_queries(open_door: Door, library: dict[str, str]) -> None:
    """Should find what a real InvenioRDM finds, whatever is typed."""
    assert {q: "".join(sorted(_found(open_door, library, q))) for q in QUERIES} == QUERIES


def test_refused(open_door: Door, library: dict[str, str]) -> None:
    """Should refuse what has no meaning; here, saying what is wrong with it."""
    for q in REFUSED:
        answer = open_door.ask("GET", "/records", params={"q": q})
        assert (answer.status_code, answer.json().get("message")) == (400, "Invalid query string syntax."), q


def test_unreadable(open_door: Door, library: dict[str, str]) -> None:
    """Should say where a query cannot be read, or find its words where that is how the repository is."""
    for q in UNREADABLE:
        answer = open_door.ask("GET", "/records", params={"q": q})
        if answer.status_code == 400:
            (wrong,) = answer.json()["errors"]
            assert wrong["field"] == "q" and re.search(
                "character|ends too early", wrong["messages"][0], re.IGNORECASE
            ), q
        else:
            assert sorted(_found(open_door, library, q)) == sorted(UNREADABLE[q]), q


def test_old_names(open_door: Door, library: dict[str, str]) -> None:
    """Should understand Zenodo's old names of fields where the repository is one of its kind, and only there."""
    old = {
        "title:quokka": "ab",
        "keywords:sealevel": "g",
        "resource_type.type:publication AND tide": "hi",
        'creators.name:"Quastel, Ada"': "ac",
        "publication_date:[2022-02-02 TO 2022-02-03] AND tide": "gh",
        "resource_type.subtype:publication-report AND tide": "i",
        "language:jpn AND 袋": "m",
        "version:1 AND title:quokka": "ab",
        "doi:10.1234/nothing.here": "",
    }
    for q, letters in old.items():
        answer = open_door.ask("GET", "/records", params={"q": q, "size": 100})
        if open_door.flavour == "zenodo":
            assert "".join(sorted(library[h["id"]] for h in answer.json()["hits"]["hits"])) == letters, q
        else:
            assert answer.status_code == 400 or answer.json()["hits"]["total"] == 0, q


@pytest.mark.parametrize("sort", ["newest", "oldest", "updated-desc", "updated-asc"])
def test_order(open_door: Door, library: dict[str, str], sort: str) -> None:
    """Should put the tide gauges in the order that was asked for."""
    wanted = {"newest": "ih", "oldest": "hi", "updated-desc": "ih", "updated-asc": "hi"}
    assert _found(open_door, library, "metadata.title:gauge", sort=sort) == wanted[sort]


def test_best_match_first(open_door: Door, library: dict[str, str]) -> None:
    """Should put what has both words before what has one."""
    assert _found(open_door, library, "numbat decay", sort="bestmatch")[0] == "c"


FILTERS: dict[str, tuple[dict[str, Any], str]] = {
    "a type": ({"resource_type": "publication"}, "hi"),
    "a kind of it": ({"resource_type": "publication::publication-report"}, "i"),
    "two types": ({"resource_type": ["poster", "presentation"]}, "jk"),
    "who may see the files": ({"access_status": "restricted"}, "n"),
    "files": ({"file_type": "csv", "access_status": "open", "resource_type": "poster"}, "j"),
    "no such files": ({"file_type": "nc"}, ""),
    "a year": ({"publication_date": "2020"}, "bce"),
    "years": ({"publication_date": "2018..2019"}, "ae"),
    "until a month": ({"publication_date": "..2019-03", "resource_type": "dataset"}, "a"),
    "since a day": ({"publication_date": "2024-07-01.."}, "no"),
    "after a day": ({"publication_date": "(2024-07-01.."}, "o"),
    "no date": ({"publication_date": "soon", "resource_type": "poster"}, "j"),
}


@pytest.mark.parametrize("name", FILTERS)
def test_facets_narrow_down(open_door: Door, library: dict[str, str], name: str) -> None:
    """Should find only what has the chosen values, and say which ones are chosen."""
    chosen, wanted = FILTERS[name]
    assert sorted(_found(open_door, library, "*:*", **chosen)) == sorted(wanted)


def test_facets_count_as_if_nothing_were_chosen(open_door: Door, library: dict[str, str]) -> None:
    """Should count every type, mark the chosen one, and repeat it in the links."""
    q = 'metadata.title:(tide OR tides OR bilby) AND NOT "of the"'
    answer = open_door.ask(
        "GET", "/records", params={"q": q, "resource_type": "publication::publication-report"}
    ).json()
    types = {bucket["key"]: bucket for bucket in answer["aggregations"]["resource_type"]["buckets"]}
    assert types["publication"]["doc_count"] >= 2 and not types["publication"]["is_selected"]
    kinds = {bucket["key"]: bucket["is_selected"] for bucket in types["publication"]["inner"]["buckets"]}
    assert kinds == {"publication-article": False, "publication-report": True}
    assert {"poster", "presentation"} <= set(types)
    assert "resource_type=publication::publication-report" in answer["links"]["self"]


def test_versions(open_door: Door, library: dict[str, str]) -> None:
    """Should find older versions only when they are asked for, and refuse what is neither yes nor no."""
    id = open_door.record(title="Thylacine one")
    new = open_door.ask("POST", f"/records/{id}/versions").json()["id"]
    open_door.ask("POST", f"/records/{new}/draft/actions/files-import")
    draft = open_door.ask("GET", f"/records/{new}/draft").json()
    metadata = {**draft["metadata"], "title": "Thylacine two", "publication_date": "2026-01-01"}
    open_door.ask("PUT", f"/records/{new}/draft", json={**draft, "metadata": metadata})
    open_door.publish(new)
    open_door.drafts.clear()
    library = {id: "1", new: "2"}
    for _ in range(50):
        if _found(open_door, library, "thylacine") == "2":
            break
        time.sleep(0.2)
    assert _found(open_door, library, "thylacine") == "2"
    assert _found(open_door, library, "thylacine", allversions="true") == "21"
    assert _found(open_door, library, "thylacine", allversions="true", sort="version") == "21"
    wrong = open_door.ask("GET", "/records", params={"allversions": "maybe"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "allversions")
