"""Records as others make them, and what is in them: old formats, odd names, data in zips, links, notebooks that ask."""

from __future__ import annotations

import json
import zipfile
from functools import partial

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from recorded import FILES, notebook, publish_files, zipped

from zenodo_jupyter import execute, repositories, unpacking
from zenodo_jupyter.choosing import choose
from zenodo_jupyter.compare import compare
from zenodo_jupyter.errors import BadInput
from zenodo_jupyter.getting import get
from zenodo_jupyter.reproduce import reproduce, reproduce_each
from zenodo_jupyter.rerun import limit


@pytest.fixture
def publish(config):
    """Publish files, given by name, and return the DOI."""
    repository = repositories.repository("local", config=config)
    return lambda files: str(publish_files(repository, files).doi)


def nbformat3(code, printed):
    """Return a notebook as IPython wrote it before 2015."""
    heading = {"cell_type": "heading", "level": 1, "metadata": {}, "source": ["Old"]}
    output = {"output_type": "stream", "stream": "stdout", "text": [printed]}
    cell = {"cell_type": "code", "collapsed": False, "input": [code], "language": "python", "metadata": {},
            "outputs": [output], "prompt_number": 1}  # fmt: skip
    sheet = {"cells": [heading, cell], "metadata": {}}
    return json.dumps({"metadata": {"name": "old"}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [sheet]})


def timed(source, printed, seconds):
    """Return a notebook whose cell took so long for its author."""
    nb = json.loads(notebook((source, printed)))
    nb["cells"][-1]["metadata"]["papermill"] = {"duration": seconds}
    return json.dumps(nb)


def test_notebooks_as_others_write_and_name_them_are_run(publish, config, tmp_path):
    """Should fail if an old format, a byte-order mark, braces in a name or a broken number of seconds ends a run."""
    files = {
        "1-old.ipynb": nbformat3("print(3)", "3\n"),
        "2-mark.ipynb": b"\xef\xbb\xbf" + notebook(("print(1)", "1\n")).encode(),
        "{x}/3 {y} 📈.ipynb": notebook(("print(1)", "1\n")),
        "4-timed.ipynb": timed("print(1)", "1\n", 100.53),
        ".ipynb_checkpoints/1-old-checkpoint.ipynb": "{}",
    }
    done = reproduce_each(publish(files), tmp_path / "r", yes=True, environment="current", config=config)
    assert [one.notebook for one in done] == ["1-old.ipynb", "2-mark.ipynb", "4-timed.ipynb", "{x}/3 {y} 📈.ipynb"]
    assert [one.verdict.partition(",")[0] for one in done] == [
        "1 of 1 outputs reproduced (R5 in an inferred environment)"
    ] * 4
    assert (tmp_path / "r" / "1-old.ipynb").read_text() == files["1-old.ipynb"]


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), 1e308, "long", -1])
def test_times_that_are_none_are_no_limit_for_ever(seconds):
    """Should fail if a stranger's number of seconds keeps a notebook from being started."""
    nb = {"cells": [{"metadata": {"papermill": {"duration": seconds}}}]}
    found = limit(nb)
    assert found is None or 600 <= found <= 30 * 24 * 3600


@pytest.mark.parametrize("inside", ["data/a.txt", "a.txt"])
def test_data_in_a_zip_beside_the_notebook_are_found(publish, config, tmp_path, inside):
    """Should fail if a notebook whose data were zipped, from within or from outside, does not find them."""
    files = {"n.ipynb": FILES["n.ipynb"], "data.zip": zipped({inside: FILES["data/a.txt"]}, comment=b"")}
    got = get(publish(files), tmp_path / "r", config=config)
    chosen = choose(got)
    assert (tmp_path / "r" / "data" / "a.txt").read_text() == FILES["data/a.txt"]
    assert chosen.notes == (f"data.zip was unpacked, since {inside} in it is read.",)
    assert chosen.files == (tmp_path / "r" / "data" / "a.txt",)
    assert choose(got).notes == ()  # they are there now


def test_a_zip_that_is_not_read_or_not_safe_stays_as_it_is(publish, config, tmp_path):
    """Should fail if gigabytes that nobody reads are unpacked, or if a wrong name in a zip of data ends everything."""
    files = {"n.ipynb": FILES["n.ipynb"], "more.zip": zipped({"b.txt": "b"}, comment=b""),
             "data.zip": zipped({"a.txt": "1", "../evil": "x"}, comment=b"")}  # fmt: skip
    got = get(publish(files), tmp_path / "r", config=config)
    (note,) = choose(got).notes
    assert note.startswith("data.zip was not unpacked") and "../evil" in note
    assert {path.name for path in (tmp_path / "r").iterdir()} >= set(files)
    assert not [*tmp_path.rglob("b.txt"), *tmp_path.rglob("a.txt"), *tmp_path.rglob("evil")]


def test_links_in_an_archive_are_left_out_and_told(publish, config, tmp_path):
    """Should fail if one link in a release keeps all of it from being run, or if something is written through it."""
    path = tmp_path / "lab.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("lab/n.ipynb", notebook(("print(1)", "1\n")))
        link = zipfile.ZipInfo("lab/d")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, str(tmp_path / "outside"))
    got = get(publish({"lab.zip": path.read_bytes()}), tmp_path / "r", config=config)
    chosen = choose(got)
    assert chosen.names == ["n.ipynb"] and chosen.notes == ("Links in lab.zip were left out: lab/d.",)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("lab/d/evil.txt", "x")
    unpacking.unpack(path, tmp_path / "again")
    assert (tmp_path / "again" / "lab" / "d" / "evil.txt").is_file() and not (tmp_path / "outside").exists()


def test_parameters_are_those_of_the_notebook_and_stand_in_the_verdict(publish, config, tmp_path):
    """Should fail if a misspelt name passes, or if a report of another analysis passes for one of the published."""
    nb = new_notebook(metadata={"language_info": {"name": "python"}})
    nb.cells = [
        new_code_cell("a, b = 1, 2", metadata={"tags": ["parameters"]}),
        new_code_cell("print(a + b)", outputs=[new_output("stream", name="stdout", text="3\n")], execution_count=2),
    ]
    doi = publish({"n.ipynb": json.dumps(nb)})
    again = partial(reproduce, doi, tmp_path / "r", yes=True, environment="current", twice=False, config=config)
    for wrong in ("alpha", "a = 1; import os; b"):
        with pytest.raises(BadInput, match="It has a, b"):
            again(parameters={wrong: 1})
    done = again(parameters={"a": 5})
    assert done.verdict.endswith(", and with other parameters than published: a = 5.")
    assert done.report()["parameters"] == {"a": 5}
    plain = publish({"n.ipynb": notebook(("print(1)", "1\n"))})
    with pytest.raises(BadInput, match="no cell tagged parameters"):
        reproduce(plain, tmp_path / "p", yes=True, parameters={"a": 1}, config=config)


def test_a_notebook_that_asks_somebody_ends(publish, config, tmp_path):
    """Should fail if it waits for an answer, or if nobody is told that it asked."""
    done = reproduce(publish({"n.ipynb": notebook(("input('name? ')", ""))}), tmp_path / "r", yes=True, config=config)
    assert done.exit_code == 11 and done.report()["failure"]["kind"] == "person"


def test_a_run_that_puts_out_without_end_is_ended(publish, config, tmp_path, monkeypatch):
    """Should fail if a loop that prints fills the memory, or if what stands behind it is called missing."""
    monkeypatch.setattr(execute, "MOST", 100_000)
    files = {"n.ipynb": notebook(("while True: print('x' * 1000)", "x\n"), ("print(2)", "2\n"))}
    done = reproduce(publish(files), tmp_path / "r", yes=True, config=config)
    assert "It stopped at cell 2: It put out more than 100,000 characters" in done.verdict
    assert done.comparison.count("missing") == 0 and done.comparison.count("failed") >= 1
    assert done.executed.stat().st_size < 1_000_000


def cells(*printed, ids):
    """Return a notebook of cells that printed something."""
    return {"metadata": {}, "cells": [
        {"cell_type": "code", "id": name, "source": f"print({text})", "metadata": {}, "execution_count": 1,
         "outputs": [{"output_type": "stream", "name": "stdout", "text": text}]}
        for text, name in zip(printed, ids, strict=True)
    ]}  # fmt: skip


def test_cells_with_one_id_are_paired_by_their_order():
    """Should fail if a copied cell, whose id nbformat makes anew, is compared with the one that it was copied from."""
    assert compare(cells("1", "2", ids="aa"), cells("1", "2", ids="ab")).all_same
