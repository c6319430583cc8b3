"""The notebook that ships with the project runs, and gives the outputs that are stored in it."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

import nbformat
import pytest
import yaml

from zenodo_jupyter.compare import compare
from zenodo_jupyter.execute import run_notebook

QUICKSTART = Path(__file__).parent.parent / "notebooks" / "quickstart"
NOTEBOOK = QUICKSTART / "seattle-weather.ipynb"


def test_it_gives_its_stored_outputs(tmp_path):
    """Should fail if the shipped notebook does not run here, or gives other tables or figures."""
    for package in ("numpy", "pandas", "matplotlib"):
        pytest.importorskip(package)
    folder = shutil.copytree(QUICKSTART, tmp_path / "quickstart")
    done = run_notebook(folder / NOTEBOOK.name, tmp_path / "executed.ipynb", cwd=folder, timeout=120)
    assert done.ok, f"{done.error}\n{done.traceback}"
    found = compare(nbformat.read(NOTEBOOK, 4), nbformat.read(tmp_path / "executed.ipynb", 4))
    assert (found.total, found.reproduced) == (9, 9), found.summary()
    assert sum(o.is_figure for o in found.outputs) == 3


def test_its_data_are_those_that_are_named():
    """Should fail if a data file is not the one whose source and licence the README names."""
    readme = (QUICKSTART / "README.md").read_text("utf-8")
    for name, digest in re.findall(r"\| `(\S+\.csv)` \| `([0-9a-f]{64})` \|", readme):
        assert hashlib.sha256((QUICKSTART / name).read_bytes()).hexdigest() == digest
    assert readme.count("public domain") >= 1
    assert {p.relative_to(QUICKSTART).as_posix() for p in QUICKSTART.rglob("*.csv")} == {
        "data/seattle-weather.csv",
        "data/normals/seattle-temps.csv",
    }


def test_it_says_how_to_cite_it():
    """Should fail if the citation file names another work than the notebook."""
    cff = yaml.safe_load((QUICKSTART / "CITATION.cff").read_text("utf-8"))
    assert nbformat.read(NOTEBOOK, 4).cells[0].source.startswith(f"# {cff['title']}")
    assert {"cff-version", "message", "authors", "license", "abstract"} <= set(cff)
