"""What a person settled goes back into the files that said otherwise, and nothing else in them changes."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_notebook

from zenodo_jupyter import cli
from zenodo_jupyter.collect import write_back
from zenodo_jupyter.errors import BadInput
from zenodo_jupyter.metadata import Metadata

CFF = """\
# How to cite us
cff-version: 1.2.0
message: "Please cite it."   # politely
title: Rain, old
authors:
  - family-names: Doe
    given-names: Ada

abstract: |
  It rains.

  A lot.
license: MIT
keywords: [rain]  # one is enough
"""
SAID = {
    "title": "Rain: new",
    "creators": [{"name": "Doe, Ada", "orcid": "0000-0002-1825-0097"}, "Roe, Jan"],
    "rights": ["mit"],
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A notebook beside the two files."""
    nbformat.write(new_notebook(cells=[new_code_cell("1")]), tmp_path / "rain.ipynb")
    (tmp_path / "CITATION.cff").write_text(CFF)
    (tmp_path / ".zenodo.json").write_text('{\n    "title": "Rain, old",\n    "x": [1, 2],\n    "license": "mit"\n}')
    return tmp_path / "rain.ipynb"


def test_changes_what_was_settled_only(path: Path) -> None:
    """Should change title and authors, and keep comments, order, quotes and all that agrees."""
    told = write_back(path, Metadata.from_dict(SAID))
    assert told == ".zenodo.json: title, creators\nCITATION.cff: title, creators"
    text = path.with_name("CITATION.cff").read_text()
    cff = yaml.safe_load(text)
    assert cff["title"] == "Rain: new" and [a["family-names"] for a in cff["authors"]] == ["Doe", "Roe"]
    assert cff["authors"][0]["orcid"] == "https://orcid.org/0000-0002-1825-0097"
    before, after = (yaml.safe_load(t) for t in (CFF, text))
    assert list(before) == list(after) and all(before[k] == after[k] for k in before if k not in ("title", "authors"))
    for line in (
        "# How to cite us",
        'message: "Please cite it."   # politely',
        "keywords: [rain]  # one is enough",
        "  A lot.",
    ):
        assert line in text.splitlines()
    zenodo = path.with_name(".zenodo.json").read_text()
    assert list(json.loads(zenodo)) == ["title", "x", "license", "creators"] and '\n    "x"' in zenodo
    assert write_back(path, Metadata.from_dict(SAID)).startswith("No file says otherwise")


def test_leaves_alone_what_it_does_not_understand(path: Path) -> None:
    """Should refuse a file of which it would change more, and leave it as it is; and do nothing where nothing was said."""
    odd = "{title: Rain, cff-version: 1.2.0, message: m, authors: [{name: A}]}\n"
    path.with_name("CITATION.cff").write_text(odd)
    with pytest.raises(BadInput, match=r"CITATION\.cff could not be changed"):
        write_back(path, Metadata.from_dict({"title": "Rain: new"}))
    assert path.with_name("CITATION.cff").read_text() == odd
    with pytest.raises(BadInput, match="Nothing was settled"):
        write_back(path)


def test_on_the_command_line(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Should write back with one option, and say into which file what went."""
    (tmp_path / "about.json").write_text(json.dumps({"title": "Rain: new"}))
    cli.main(["check", str(path), "--metadata", str(tmp_path / "about.json"), "--write-back"])
    assert "CITATION.cff: title" in capsys.readouterr().out
    assert yaml.safe_load(path.with_name("CITATION.cff").read_text())["title"] == "Rain: new"
