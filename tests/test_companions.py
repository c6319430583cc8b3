from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace

import jsonschema
import pytest
import yaml
from rocrate.rocrate import ROCrate

from zenodo_jupyter.companions import Work, citation_cff, human_size, readme_md, ro_crate
from zenodo_jupyter.doi import DOI
from zenodo_jupyter.metadata import Metadata

SAID = {
    "title": "Rain in *May*",
    "description": "<p>What fell &amp; where.</p><ul><li>one</li></ul>",
    "creators": [
        {"name": "Doe, Ada Mary", "orcid": "0000-0002-1825-0097",
         "affiliations": [{"ror": "01ggx4157", "name": "CERN"}, "Free Lab"]},
        {"name": "Tide Consortium", "type": "organisation"},
    ],
    "contributors": [{"name": "Roe, Jan", "role": "editor"}],
    "publication_date": "2026-11-22",
    "publisher": "Zenodo",
    "version": "1.10",
    "license": ["mit"],
    "keywords": ["rain", "May"],
    "related": [{"cites": "10.1234/x"}, {"is derived from": "https://example.org/data"}],
    "code_repository": "https://github.com/o/r",
    "programming_languages": ["python"],
}  # fmt: skip

# What the schema of the Citation File Format 1.2.0 asks of the keys that are written here.
CFF_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["authors", "cff-version", "message", "title"],
    "properties": {
        "cff-version": {"const": "1.2.0"},
        "message": {"type": "string", "minLength": 1},
        "type": {"enum": ["dataset", "software"]},
        "title": {"type": "string", "minLength": 1},
        "abstract": {"type": "string", "minLength": 1},
        "version": {"type": ["string", "number"]},
        "date-released": {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"},
        "doi": {"type": "string", "pattern": "^10\\.\\d{4,9}(\\.\\d+)?/[A-Za-z0-9:/_;\\-\\.\\(\\)\\[\\]\\\\]+$"},
        "url": {"type": "string", "pattern": "^(https|http|ftp|sftp)://.+"},
        "repository-code": {"type": "string", "pattern": "^(https|http|ftp|sftp)://.+"},
        "keywords": {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string", "minLength": 1}},
        "license": {"type": "string"},
        "authors": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"anyOf": [
                {"type": "object", "additionalProperties": False, "properties": {
                    "family-names": {"type": "string", "minLength": 1}, "given-names": {"type": "string", "minLength": 1},
                    "affiliation": {"type": "string", "minLength": 1},
                    "orcid": {"type": "string", "pattern": "^https://orcid\\.org/[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]$"}}},
                {"type": "object", "additionalProperties": False, "required": ["name"],
                 "properties": {"name": {"type": "string", "minLength": 1}}},
            ]},
        },
    },
}  # fmt: skip


@dataclass(frozen=True)
class File:
    """The facts of a file."""

    key: str
    size: int
    sha256: str
    role: str


FILES = [
    File("rain in may.ipynb", 2048, "a" * 64, "notebook"),
    File("data/stations #1|ä.csv", 1_234_567, "b" * 64, "data"),
    File("requirements.txt", 12, "c" * 64, "environment"),
]


def work(doi="10.5281/zenodo.123", **changes):
    """A published work with some of its metadata changed."""
    said = Metadata.from_dict({**SAID, **changes})
    return Work(
        said,
        DOI.parse(doi) if doi else None,
        "https://zenodo.org/records/123",
        "rain in may.ipynb",
        "Zenodo",
        language="3.11.2",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"license": ["mit", "cc-by-4.0"], "publication_date": "2026-11"},
        {"resource_type": "dataset", "keywords": ["a", "a"], "version": "yes"},
        {"description": "", "title": "2026-01-01: a title; with #signs & 'quotes'"},
    ],
)
def test_citation_file_obeys_its_schema(changes):
    """CITATION.cff should be valid Citation File Format 1.2.0 whatever is said."""
    jsonschema.validate(yaml.safe_load(citation_cff(work(**changes))), CFF_SCHEMA)


def test_citation_file_says_who_and_what():
    """It should carry the DOI, the people with iD and place, and the version as typed."""
    cff = yaml.safe_load(citation_cff(work()))
    assert cff["doi"] == "10.5281/zenodo.123" and cff["version"] == "1.10" and cff["date-released"] == "2026-11-22"
    assert cff["authors"][0] == {
        "family-names": "Doe", "given-names": "Ada Mary", "orcid": "https://orcid.org/0000-0002-1825-0097",
        "affiliation": "CERN; Free Lab",
    }  # fmt: skip
    assert cff["abstract"] == "What fell & where.\n\n- one"
    assert cff["license"] == "MIT"


def test_licences_for_different_parts_are_no_choice():
    """With one licence for the code and one for the text, none should be given: a list would let people choose."""
    assert "license" not in yaml.safe_load(citation_cff(work(license=["mit", "cc-by-4.0"])))


def test_readme_tells_how_to_cite_and_to_run():
    """The README should name work, files, citation and the one command that runs it again."""
    text = readme_md(work(), FILES)
    assert text.startswith("# Rain in \\*May\\*\n")
    assert "| `rain in may.ipynb` | the notebook, with its outputs | 2.0 kB |" in text
    assert "`data/stations #1\\|ä.csv` | data | 1.2 MB |" in text
    assert "> Doe, A. M., & Tide Consortium (2026). Rain in \\*May\\* (1.10). Zenodo. https://doi.org/10.5281/z" in text
    assert "jupyter zenodo reproduce 10.5281/zenodo.123" in text
    assert "- MIT" in text


def test_readme_tells_what_the_checks_found():
    """What may keep others from running it should stand where they read how to run it; nothing where nothing was found."""
    text = readme_md(replace(work(), hindrances=("Cell [3] uses *x*, which no cell defines.",)), FILES)
    assert "may stand in the way:\n\n- Cell \\[3\\] uses \\*x\\*, which no cell defines." in text
    assert "stand in the way" not in readme_md(work(), FILES)


def test_a_practice_doi_is_called_one():
    """A DOI that does not resolve should not be linked to doi.org anywhere."""
    practice = work("10.5072/zenodo.7")
    text = readme_md(practice, FILES)
    assert "not registered" in text and "jupyter zenodo reproduce 10.5072/zenodo.7" in text
    for made in (text, citation_cff(practice), ro_crate(practice, FILES)):
        assert "doi.org/10.5072" not in made


def test_a_work_without_doi_or_words():
    """With nothing but a file name, all three should still be made."""
    bare = Work(Metadata(), notebook="a.ipynb")
    assert "# a.ipynb" in readme_md(bare, []) and "reproduce" not in readme_md(bare, [])
    assert "cff-version" in citation_cff(bare)
    assert json.loads(ro_crate(bare, []))["@graph"]


def test_long_lists_of_files_are_cut():
    """A record of thousands of files should not get a README of thousands of lines."""
    text = readme_md(work(), [File(f"{i}.csv", 1, "0" * 64, "data") for i in range(1000)])
    assert "… and 800 more" in text and text.count("| data |") == 200


def test_crate_is_read_by_rocrate(tmp_path):
    """The crate should be read by the reference library, with the notebook as its main entity and every file described."""
    (tmp_path / "ro-crate-metadata.json").write_text(ro_crate(work(), FILES), encoding="utf-8")
    for file in FILES:
        (tmp_path / file.key).parent.mkdir(exist_ok=True)
        (tmp_path / file.key).write_bytes(b"")
    crate = ROCrate(tmp_path)
    assert crate.version == "1.3"
    assert crate.mainEntity.type == ["File", "SoftwareSourceCode"]
    assert crate.mainEntity["programmingLanguage"]["version"] == "3.11.2"
    data = crate.dereference("data/stations%20%231%7Cä.csv")
    assert (data["contentSize"], data["encodingFormat"], data["sha256"]) == ("1234567", "text/csv", "b" * 64)
    root = crate.root_dataset
    assert root["identifier"] == "https://doi.org/10.5281/zenodo.123"
    assert root["license"].id == "https://spdx.org/licenses/MIT"
    assert [author["name"] for author in root["author"]] == ["Doe, Ada Mary", "Tide Consortium"]
    assert root["author"][0]["affiliation"][0].id == "https://ror.org/01ggx4157"
    assert root["citation"].id == "https://doi.org/10.1234/x"
    assert len(crate.data_entities) == len(FILES)


def test_every_reference_in_the_crate_is_there():
    """No @id should point at nothing, and none should stand twice."""
    graph = json.loads(ro_crate(work(), FILES))["@graph"]
    known = [entity["@id"] for entity in graph]
    assert len(known) == len(set(known))

    def named(value):
        if isinstance(value, dict):
            yield from [value["@id"]] if set(value) == {"@id"} else [i for v in value.values() for i in named(v)]
        elif isinstance(value, list):
            yield from (i for v in value for i in named(v))

    assert {i for entity in graph for i in named(entity)} - {"https://w3id.org/ro/crate/1.3"} <= set(known)


def test_same_input_same_bytes():
    """Neither the order of the files nor that of the fields should change a byte."""
    shuffled = random.Random(1).sample(FILES, len(FILES))
    other = replace(work(), metadata=Metadata.from_dict(dict(reversed(SAID.items()))))
    assert ro_crate(work(), FILES) == ro_crate(other, shuffled)
    assert readme_md(work(), FILES) == readme_md(other, shuffled)
    assert citation_cff(work()) == citation_cff(other)


def test_sizes_in_words():
    """Sizes should be short and in decimal units."""
    sizes = {0: "0 bytes", 999: "999 bytes", 1000: "1.0 kB", 1_500_000: "1.5 MB", 5 * 10**13: "50.0 TB"}
    assert {size: human_size(size) for size in sizes} == sizes
