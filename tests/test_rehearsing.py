"""A rehearsal: the bundle run elsewhere before it is published, what it tells, and that it goes into the record."""

from __future__ import annotations

import json

import echoing
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from zenodo_jupyter import cli, isolation
from zenodo_jupyter.badge import read_deposit
from zenodo_jupyter.config import Config
from zenodo_jupyter.notebook import read
from zenodo_jupyter.rehearsing import rehearse
from zenodo_jupyter.reproduce import get
from zenodo_jupyter.verdict import Rung


@pytest.fixture
def written(tmp_path):
    """Write a notebook of (source, printed) cells in a folder of its own, and return its path."""

    def written(*cells, files=()):
        folder = tmp_path / "work"
        folder.mkdir(exist_ok=True)
        spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nb = new_notebook(metadata={"kernelspec": spec}, cells=[new_markdown_cell("# Sums")])
        for count, (source, printed) in enumerate(cells, 1):
            outputs = [new_output("stream", name="stdout", text=printed)] if printed else []
            nb.cells.append(new_code_cell(source, outputs=outputs, execution_count=count))
        for name, text in dict(files).items():
            (folder / name).write_text(text)
        nbformat.write(nb, folder / "sums.ipynb")
        return folder / "sums.ipynb"

    return written


SUMS = "print(sum(map(int, open('a.txt'))))"


def test_it_is_run_elsewhere_and_what_it_told_goes_into_the_record(written, tmp_path):
    """Should fail if the author's folder is run in or changed, or if the record does not tell of it."""
    path = written(
        (SUMS, "6\n"), ("open('made.txt', 'w').write('x'); print('done')", "done\n"), files={"a.txt": "1\n2\n3\n"}
    )
    before = path.read_bytes()
    done = rehearse(path, environment="current", config=Config.load())
    assert (done.execution.ok, done.rung) == (True, Rung.IDENTICAL)
    assert done.verdict.startswith("2 of 2 outputs")
    assert done.network is not isolation.is_possible()
    assert path.read_bytes() == before
    assert not (path.parent / "made.txt").exists()
    (path.parent / "about.yaml").write_text("creators: ['Lovelace, Ada']\nlicense: cc-by-4.0\ndescription: Sums.\n")
    assert (
        cli.main(["publish", str(path), "--metadata", str(path.parent / "about.yaml"), "--accept", "PRV1", "--json"])
        == 0
    )
    doi = read_deposit(read(path)).doi
    got = get(doi, tmp_path / "got", config=Config.load())
    told = json.loads((got.folder / "rehearsal.json").read_text())
    assert (told["level"], told["ran"], told["environment"]["step"]) == ("R5", True, "current")
    assert str(tmp_path) not in json.dumps(told)
    assert "Before it was published it was run" in (got.folder / "README.md").read_text()
    graph = json.loads((got.folder / "ro-crate-metadata.json").read_text())["@graph"]
    act = next(e for e in graph if e["@id"] == "#rehearsal")
    assert (act["result"], act["instrument"]) == ({"@id": "rehearsal.json"}, {"@id": "sums.ipynb"})


def test_what_is_missing_is_told_with_what_to_do_and_forbids_nothing(written, capsys):
    """Should fail if a notebook that would not run for others passes, or if it ends as an error."""
    path = written(("print(open('../secret-place.txt').read())", "x\n"))
    (path.parent.parent / "secret-place.txt").write_text("x")
    assert cli.main(["rehearse", str(path), "--environment", "current"]) == 0
    told = capsys.readouterr().out
    assert "It stopped at cell 2: FileNotFoundError" in told
    assert "Name the missing file (--data)" in told


def test_what_is_not_deterministic_is_told_apart_from_what_differs(written):
    """Should fail if an output that changes with every run is called different, or the other way round."""
    path = written(("import random; print(random.random())", "0.5\n"), ("print(2)", "1\n"))
    done = rehearse(path, environment="current", config=Config.load())
    assert [o.verdict for o in done.comparison.outputs] == ["unsteady", "differs"]
    assert done.rung == Rung.EXECUTABLE


def test_another_notebook_than_the_rehearsed_one_carries_nothing(written):
    """Should fail if the result of a rehearsal is published with cells or data that it never saw."""
    from zenodo_jupyter import collect, rehearsing

    path = written((SUMS, "6\n"), files={"a.txt": "1\n2\n3\n"})
    config = Config.load()
    rehearse(path, environment="current", config=config)
    assert rehearsing.kept(collect.collect(path, config=config), config)["level"] == "R5"
    (path.parent / "a.txt").write_text("1\n2\n4\n")
    assert rehearsing.kept(collect.collect(path, config=config), config) is None


async def test_the_panel_starts_one_and_hears_of_it(call, jp_root_dir):
    """Should fail if the route is missing, or the plan does not tell the panel what the last rehearsal said."""
    nb = new_notebook(cells=[new_code_cell("print(1)", outputs=[new_output("stream", name="stdout", text="1\n")])])
    nbformat.write(nb, jp_root_dir / "n.ipynb")
    status, job = await call("POST", "rehearse", {"path": "n.ipynb", "data": [], "environment": "current"})
    assert (status, job["kind"]) == (202, "rehearse")
    while job["state"] in ("queued", "running"):
        _, job = await call("GET", f"jobs/{job['id']}", None, after=job["seq"])
    assert (job["state"], job["result"]["level"]) == ("done", "R5"), job["error"]
    _, plan = await call("POST", "collect", {"path": "n.ipynb", "data": []})
    assert plan["rehearsal"]["verdict"] == job["result"]["verdict"]


def test_a_notebook_in_another_language_is_rehearsed_with_its_kernel(written, tmp_path, monkeypatch):
    """Should fail if only Python is rehearsed, or if the words speak of Python."""
    echoing.install(tmp_path / "jupyter", monkeypatch)
    path = written(("hello", "hello"), ("bye", "hello"))
    nb = read(path)
    nb.metadata.kernelspec.update(name="say", language="echo")
    nbformat.write(nb, path)
    done = rehearse(path, config=Config.load())
    assert done.execution.ok and done.verdict.startswith("1 of 2 outputs")
    assert "with the echo of this computer" in done.verdict and "Python" not in done.verdict
