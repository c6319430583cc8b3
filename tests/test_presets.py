"""Presets: what a kind of record says as a rule is filled in, and what is asked of it is checked."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from zenodo_jupyter import cli
from zenodo_jupyter.collect import collect
from zenodo_jupyter.config import Config
from zenodo_jupyter.metadata import Metadata
from zenodo_jupyter.metadata.fields import FIELDS, fields_json
from zenodo_jupyter.metadata.presets import PRESETS

ABOUT = {
    "title": "Rain in Seattle",
    "creators": [{"name": "Doe, Ada", "orcid": "0000-0002-1825-0097"}],
    "rights": ["mit"],
}
FULL = {
    "joss": {"version": "v1.2", "code_repository": "https://github.com/o/r",
             "related_identifiers": [{"is supplement to": "10.21105/joss.01234"}]},
    "course": {"rights": ["cc-by-4.0"], "languages": ["en"], "subjects": ["rain"]},
    "data-note": {"additional_descriptions": [{"description": "With a bucket.", "type": "methods"}], "subjects": ["rain"],
                  "dates": [{"date": "2020", "type": "collected"}]},
}  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A notebook."""
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Rain")]), tmp_path / "rain.ipynb")
    return tmp_path / "rain.ipynb"


def asked(path: Path, tmp_path: Path, said: dict[str, object]) -> tuple[set[str], Metadata]:
    """Return the fields of which something is asked, and the description."""
    plan = collect(path, metadata=Metadata.from_dict(said), config=Config(data_dir=tmp_path / "user"))
    return {f.where for f in plan.findings if f.id == "MET4"}, plan.metadata


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_fills_and_asks(path: Path, tmp_path: Path, preset: object) -> None:
    """Should fill in what such a record says, ask for what is missing, and be content when it is there."""
    name = preset.name  # type: ignore[attr-defined]
    lacking, said = asked(path, tmp_path, {"title": "Rain in Seattle", "creators": ["Doe, Ada"], "preset": name})
    assert lacking and said.resource_type == preset.fills["resource_type"]  # type: ignore[attr-defined]
    assert asked(path, tmp_path, {**ABOUT, **FULL[name], "preset": name})[0] == set()
    assert asked(path, tmp_path, ABOUT)[0] == set()


def test_what_a_person_says_stays(path: Path, tmp_path: Path) -> None:
    """Should not fill in over what was said, and send no preset to a repository."""
    _, said = asked(path, tmp_path, {**ABOUT, "preset": "course", "resource_type": "presentation"})
    assert said.resource_type == "presentation" and "preset" not in json.dumps(said.to_native())


def test_rows_are_sound() -> None:
    """Should ask and fill only fields that there are, and be offered to forms by the field table."""
    names = {field.name for field in FIELDS}
    assert all(set(preset.fills) | set(preset.asks) <= names for preset in PRESETS)
    row = next(field for field in fields_json() if field["name"] == "preset")
    assert [choice["id"] for choice in row["choices"]] == [preset.name for preset in PRESETS]


def test_on_the_command_line(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Should take the preset as an option, and show what it asks."""
    cli.main(["check", str(path), "--preset", "joss"])
    said = capsys.readouterr().out
    assert "It says which version was reviewed" not in said  # that is proposed
    assert "is supplement to" in said and "[MET4]" in said
