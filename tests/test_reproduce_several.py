"""Records with several notebooks, and notebooks in other languages than Python, reproduced by their DOI."""

from __future__ import annotations

import json

import echoing
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from recorded import publish_files

from zenodo_jupyter import cli, repositories
from zenodo_jupyter.choosing import ALL
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import BadInput
from zenodo_jupyter.reproduce import reproduce, reproduce_each


@pytest.fixture
def config():
    """Return the settings of the test's own home."""
    return Config.load()


@pytest.fixture
def published(config):
    """Publish files, given by name, and return the DOI."""

    def published(**files):
        contents = {name.replace("__", "."): text for name, text in files.items()}
        return str(publish_files(repositories.repository("local", config=config), contents).doi)

    return published


def notebook(source, printed, **metadata):
    """Return the JSON of a notebook with one cell."""
    outputs = [new_output("stream", name="stdout", text=printed)]
    return nbformat.writes(new_notebook(cells=[new_code_cell(source, outputs=outputs)], metadata=metadata))


def in_language(name, source="hello", printed="hello"):
    """Return the JSON of a notebook in another language."""
    return notebook(source, printed, kernelspec={"name": name, "language": name, "display_name": name})


WRITES = notebook("print(open('new.txt', 'w').write('abc'))", "3\n")
READS = notebook("print(open('new.txt').read())", "abc\n")
DIFFERS = notebook("print(1)", "2\n")
NAMES = {"part-10__ipynb": READS, "part-2__ipynb": WRITES, "part-11__ipynb": DIFFERS}


def test_all_are_run_in_order_and_each_finds_what_came_before(published, config, tmp_path):
    """Should fail if 10 comes before 2, a notebook misses what an earlier one wrote, or one report goes over another."""
    asked = []
    each = reproduce_each(
        published(**NAMES),
        tmp_path / "r",
        environment="current",
        confirm=lambda text: not asked.append(text),
        config=config,
    )
    assert [done.notebook for done in each] == ["part-2.ipynb", "part-10.ipynb", "part-11.ipynb"]
    assert [done.exit_code for done in each] == [0, 0, 10]
    assert len(asked) == 1 and all(name in asked[0] for name in ("part-2", "part-10", "part-11"))
    for done in each:
        told = json.loads(done.report_json.read_text("utf-8"))
        assert told["notebook"] == done.notebook and done.executed.is_file()
    assert not (tmp_path / "r" / "new.txt").exists()


def test_the_command_line_chooses_some_and_sums_up(published, tmp_path, monkeypatch, capsys):
    """Should fail if a chosen order is lost, the worst exit code is not told, or the summary is missing."""
    monkeypatch.chdir(tmp_path)
    doi = published(**NAMES)
    said = ["reproduce", doi, "r", "--yes", "--environment", "current", "--notebook", "part-11.ipynb"]
    assert cli.main([*said, "--notebook", "part-2.ipynb"]) == 10
    assert capsys.readouterr().out.rstrip().endswith("1 of 2 notebooks reproduced.")
    assert cli.main([*said, "--notebook", "part-2.ipynb", "--json"]) == 10
    told = json.loads(capsys.readouterr().out)
    assert [one["notebook"] for one in told["notebooks"]] == ["part-11.ipynb", "part-2.ipynb"]


def test_a_kernel_that_is_not_here_is_named(published, config, tmp_path, monkeypatch):
    """Should fail if a person is not told which kernel to install, or if it keeps the other notebooks from running."""
    monkeypatch.setattr("jupyter_core.paths.SYSTEM_JUPYTER_PATH", [])  # the machine may have one
    with pytest.raises(BadInput, match=r"r\.ipynb: It is written in r, and no kernel .*'ir'") as caught:
        spec = {"name": "ir", "language": "R", "display_name": "R"}
        reproduce(published(r__ipynb=notebook("1", "1", kernelspec=spec)), tmp_path / "r", yes=True, config=config)
    assert "IRkernel" in caught.value.hint
    doi = published(a__ipynb=in_language("julia"), b__ipynb=WRITES)
    (done,) = reproduce_each(doi, tmp_path / "s", wanted=[ALL], environment="current", yes=True, config=config)
    assert done.notebook == "b.ipynb" and any("a.ipynb was left out" in note for note in done.notes)


def test_another_language_runs_where_its_kernel_is(published, config, tmp_path, monkeypatch):
    """Should fail if an installed kernel is not used, if it is called Python, or if its errors are not seen."""
    echoing.install(tmp_path / "jupyter", monkeypatch)
    asked = []
    done = reproduce(
        published(e__ipynb=in_language("echo")), tmp_path / "e", confirm=lambda t: not asked.append(t), config=config
    )
    assert done.reproduced and "the echo of this computer" in done.verdict
    assert "Python" not in asked[0]
    assert done.report()["environment"]["language"] == "echo"
    stopped = reproduce(published(f__ipynb=in_language("echo", "fail", "no")), tmp_path / "f", yes=True, config=config)
    assert (stopped.execution.ename, stopped.exit_code) == ("EchoError", 11)
