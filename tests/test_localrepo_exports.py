"""Every format in which a record is handed on is read by a parser or schema that other people wrote."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import bibtexparser
import jsonschema
import pymarc
import pytest
import requests
import yaml
from datacite import schema45
from holdings import API, METADATA, door, publish
from lxml import etree
from test_companions import CFF_SCHEMA

from zenodo_jupyter import cli
from zenodo_jupyter.localrepo.adapter import BASE_URL

Export = Callable[[str], requests.Response]
DC = "{http://purl.org/dc/elements/1.1/}"


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[requests.Session]:
    """A repository."""
    with door(tmp_path_factory.mktemp("exports")) as session:
        yield session


@pytest.fixture(scope="module")
def record(session: requests.Session) -> dict:
    """A record that says something of every kind."""
    return publish(session, {"a b.ipynb": b"{}", "data/ü.csv": b"1,2"})


@pytest.fixture
def export(session: requests.Session, record: dict) -> Export:
    """Asks for the record in a format, as the page does."""

    def ask(name: str) -> requests.Response:
        answer = session.get(f"{BASE_URL}/records/{record['id']}/export/{name}")
        assert answer.status_code == 200, answer.text
        return answer

    return ask


def test_datacite_json_fits_datacites_schema(export: Export, record: dict) -> None:
    """Should be valid by DataCite's schema 4.5 and say who, what, and that the DOI is local."""
    said = export("datacite-json").json()
    assert [str(e) for e in schema45.validator.iter_errors(said)] == []
    assert said["doi"] == record["pids"]["doi"]["identifier"]
    assert said["types"]["resourceTypeGeneral"] == "ComputationalNotebook"
    assert said["creators"][0]["nameIdentifiers"][0]["nameIdentifier"] == "0000-0002-1825-0097"
    assert said["creators"][0]["affiliation"][0]["affiliationIdentifier"] == "https://ror.org/01ggx4157"
    assert said["contributors"][0]["contributorType"] == "ProjectLeader"
    assert {r["relationType"] for r in said["relatedIdentifiers"]} == {"Cites", "IsSupplementTo", "IsVersionOf"}
    assert "DOI local, not registered" in [d["description"] for d in said["descriptions"]]


def test_datacite_xml_says_the_same(export: Export, record: dict) -> None:
    """Should be XML with the DOI, under the name that Zenodo's clients use too."""
    root = etree.fromstring(export("datacite-xml").content)
    name = "{http://datacite.org/schema/kernel-4}"
    assert root.findtext(f"{name}identifier") == record["pids"]["doi"]["identifier"]
    assert root.findtext(f"{name}titles/{name}title") == METADATA["title"]


@pytest.mark.parametrize(
    "metadata",
    [
        {"dates": [], "subjects": [], "rights": [], "funding": [], "languages": []},
        {"publication_date": "2020/2021", "title": "A\u0001B of something", "version": "1\u0002"},
        {"locations": {"features": [{"place": "Geneva", "geometry": {"type": "Point", "coordinates": [6.05, 46.23]}}]}},
        {"rights": [{"title": {"en": "My own"}, "link": "https://example.org/l"}], "resource_type": {"id": "other"}},
        {"subjects": [{"subject": "same"}, {"subject": "same"}], "identifiers": [], "references": []},
    ],
)
def test_unusual_records_fit_too(session: requests.Session, metadata: dict) -> None:
    """Should stay valid with nothing said, with intervals, places, characters that XML has not, and repetitions."""
    made = publish(session, **metadata)
    page = f"{BASE_URL}/records/{made['id']}/export"
    said = session.get(f"{page}/datacite-json").json()
    assert [str(e) for e in schema45.validator.iter_errors(said)] == []
    for name in ("datacite-xml", "dublincore", "marcxml"):
        etree.fromstring(session.get(f"{page}/{name}").content)
    jsonschema.validate(yaml.safe_load(session.get(f"{page}/cff").text), _CFF)


def test_dublin_core_has_the_terms(export: Export, record: dict) -> None:
    """Should name creators, licence and identifiers, and lead nobody to doi.org with a local DOI."""
    root = etree.fromstring(export("dublincore").content)
    said = [(e.tag.removeprefix(DC), e.text) for e in root]
    assert ("creator", "Döe, Ada B.") in said and ("contributor", "Roe, Eve") in said
    assert ("identifier", f"doi:{record['pids']['doi']['identifier']}") in said
    assert ("rights", "info:eu-repo/semantics/openAccess") in said
    assert "doi.org" not in export("dublincore").text


def test_marcxml_is_read_by_pymarc(export: Export, record: dict) -> None:
    """Should come out of a MARC reader with title, author and files."""
    (read,) = pymarc.parse_xml_to_array(io.BytesIO(export("marcxml").content), strict=True)
    assert read.title == METADATA["title"] and read["100"]["a"] == "Döe, Ada B."
    assert [f["a"] for f in read.get_fields("653")] == ["tides", "gauges"]
    assert {f["s"] for f in read.get_fields("856")} == {"2", "3"}
    order = [f.tag for f in read.fields]
    assert order == sorted(order)  # the schema wants control fields before all others


def test_bibtex_is_read_by_bibtexparser(export: Export, record: dict) -> None:
    """Should be one entry, of two authors, the second of which is an organisation."""
    library = bibtexparser.parse_string(export("bibtex").text)
    assert not library.failed_blocks
    (entry,) = library.entries
    assert entry.fields_dict["doi"].value == record["pids"]["doi"]["identifier"]
    assert entry.fields_dict["author"].value.endswith("{The Tide Group}")
    assert "not registered" in entry.fields_dict["note"].value


_CFF = {
    **CFF_SCHEMA,
    "properties": {
        **CFF_SCHEMA["properties"],
        "license": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        "identifiers": {"type": "array", "items": {"type": "object", "required": ["type", "value"]}},
    },
}


def test_citation_cff_fits_its_schema(export: Export) -> None:
    """Should be a valid citation file that spells the licence as SPDX does, and the local DOI as what it is."""
    said = yaml.safe_load(export("cff").text)
    jsonschema.validate(said, _CFF)
    assert said["license"] == "CC-BY-4.0" and said["version"] == "v1.2"
    assert "doi" not in said and "not registered" in said["identifiers"][0]["description"]


def test_json_ld_is_a_graph_of_schema_org(export: Export) -> None:
    """Should name its context and type, so that search engines for data read it."""
    said = export("json-ld").json()
    assert said["@context"] == "https://schema.org" and said["@type"] == "SoftwareSourceCode"
    assert said["creator"][0]["@id"] == "https://orcid.org/0000-0002-1825-0097"


def test_every_format_is_negotiated(session: requests.Session, record: dict, export: Export) -> None:
    """Should answer the API's readers by media type with the same text that the page hands out."""
    from zenodo_jupyter.localrepo import formats

    for name, chosen in formats.EXPORTS.items():
        if name not in ("json", "cff"):
            answer = session.get(f"{API}/records/{record['id']}", headers={"Accept": chosen.mimetype})
            assert answer.headers["Content-Type"] == chosen.mimetype, name
            answer.encoding = "utf-8"
            assert answer.text == export(name).text, name


@pytest.mark.parametrize(
    ("style", "begins"),
    [
        ("apa", "Döe, A. B., & The Tide Group. (2026). Tide"),
        ("vancouver", "Döe AB, The Tide Group. Tide"),
        ("harvard-cite-them-right", "Döe, A.B. and The Tide Group (2026)"),
        ("ieee", "A. B. Döe and The Tide Group"),
    ],
)
def test_citations_come_in_styles(session: requests.Session, record: dict, style: str, begins: str) -> None:
    """Should cite in the styles of the Citation Style Language, and never make an address at doi.org of a local DOI."""
    answer = session.get(
        f"{API}/records/{record['id']}", params={"style": style}, headers={"Accept": "text/x-bibliography"}
    )
    said = answer.content.decode()
    assert answer.status_code == 200 and said.startswith(begins)
    assert "doi.org" not in said and "10.5072" not in said


def test_cite_gives_any_format_and_style(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Should write, of a record by its DOI, what its page offers."""
    monkeypatch.setenv("ZENODO_JUPYTER_DATA", str(tmp_path))
    with door(tmp_path / "repository") as session:
        doi = publish(session)["pids"]["doi"]["identifier"]
    for style, part in (("datacite-json", '"schemaVersion"'), ("marcxml", "<leader>"), ("ieee", "A. B. Döe and")):
        assert cli.main(["cite", doi, "--style", style]) == 0
        assert part in capsys.readouterr().out


def test_an_unknown_style_is_refused(session: requests.Session, record: dict) -> None:
    """Should say so, also of a name that would be a path."""
    for style in ("no-such-style", "../ieee"):
        answer = session.get(
            f"{API}/records/{record['id']}", params={"style": style}, headers={"Accept": "text/x-bibliography"}
        )
        assert answer.status_code == 400 and "Citation string style not found" in answer.text


def test_the_set_of_links_names_the_formats(session: requests.Session, record: dict) -> None:
    """Should be found from the header, and lead to the page, each file and each format."""
    answer = session.get(f"{API}/records/{record['id']}", headers={"Accept": "application/linkset+json"})
    about = json.loads(answer.text)["linkset"][0]
    described = {item["type"] for item in about["describedby"]}
    assert {"application/vnd.datacite.datacite+json", "application/marcxml+xml"} <= described
    assert len(about["item"]) == 2


def test_the_page_points_machines_on(session: requests.Session, record: dict) -> None:
    """Should signpost in its header: who made it, how to cite it, its licence, and where the set of links is."""
    answer = session.get(f"{BASE_URL}/records/{record['id']}", headers={"Accept": "text/html"})
    relations = {link["rel"]: link for link in requests.utils.parse_header_links(answer.headers["Link"])}
    assert {"author", "cite-as", "license", "type", "linkset"} <= set(relations)
    assert relations["author"]["url"] == "https://orcid.org/0000-0002-1825-0097"
    assert relations["linkset"]["url"] == record["links"]["self_html"].replace("/records", "/api/records")
    assert 'name="citation_title"' in answer.text and 'name="citation_author"' in answer.text


def test_a_search_is_narrowed_by_links(session: requests.Session, record: dict) -> None:
    """Should count what there is by kind, and lead to those of one kind and back, without a script."""
    publish(session, title="A poster", resource_type={"id": "poster"})
    page = session.get(f"{BASE_URL}/search", headers={"Accept": "text/html"}).text
    assert "resource_type=poster" in page and "A poster" in page and "Tide &amp; &lt;time&gt;" in page
    page = session.get(f"{BASE_URL}/search?resource_type=poster", headers={"Accept": "text/html"}).text
    assert "A poster" in page and "Tide &amp; &lt;time&gt;" not in page
    assert 'aria-current="true">✓ Poster' in page and 'name="resource_type" value="poster"' in page
