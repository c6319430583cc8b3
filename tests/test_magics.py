"""The magics, in a real IPython shell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from IPython.core.getipython import get_ipython
from IPython.testing.globalipapp import start_ipython
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from zenodo_jupyter.magics import RERUN


@pytest.fixture(scope="session")
def session_shell() -> Any:
    """One shell for all; there can be only one in a process."""
    return start_ipython() or get_ipython()  # None where it was started before


@pytest.fixture
def shell(session_shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A shell in a folder with a notebook, for which it was started."""
    monkeypatch.setenv("ZENODO_JUPYTER_DATA", str(tmp_path / "user"))
    nb = new_notebook(
        cells=[
            new_markdown_cell("# Rain"),
            new_code_cell("%%zenodo metadata\ntitle: Rain\ncreators: ['Doe, Ada']\nrights: [mit]"),
            new_code_cell("1 + 1", execution_count=1),
        ]
    )
    nbformat.write(nb, tmp_path / "rain.ipynb")
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "rain.ipynb"))
    monkeypatch.chdir(tmp_path)
    session_shell.run_line_magic("load_ext", "zenodo_jupyter")
    return session_shell


def test_publish_knows_its_notebook(shell: Any, tmp_path: Path) -> None:
    """Should publish the notebook that the kernel serves, described by its own cell, and show the record as HTML."""
    outcome = shell.run_line_magic("zenodo", "publish")
    assert outcome.data["record"]["title"] == "Rain"
    assert outcome.data["doi"] in outcome._repr_mimebundle_()["text/html"]
    assert outcome.data["doi"] in (tmp_path / "rain.ipynb").read_text()


def test_same_words_as_the_command_line(shell: Any) -> None:
    """Should take the same verbs and options."""
    shell.run_line_magic("zenodo", "publish rain.ipynb")
    assert shell.run_line_magic("zenodo", "search Rain --size 5").data["total"] == 1
    assert shell.run_line_magic("zenodo", "status").data["state"] == "published"


def test_mistake_is_a_sentence_and_not_a_traceback(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Should print what is wrong and go on."""
    assert shell.run_line_magic("zenodo", "publish none.ipynb") is None
    assert shell.run_line_magic("zenodo", "frobnicate") is None
    told = capsys.readouterr().err
    assert "none.ipynb" in told and "frobnicate" in told and "Traceback" not in told


def test_metadata_cell_tells_its_mistakes(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Should name the field, or the line, that is wrong."""
    assert shell.run_cell_magic("zenodo", "metadata", "title: Rain\ncreators: ['Doe, Ada']").data["message"]
    shell.run_cell_magic("zenodo", "metadata", "titel: Rain")
    assert "title" in capsys.readouterr().err
    shell.run_cell_magic("zenodo", "metadata", "title: [")
    assert "line" in capsys.readouterr().err


def test_inert_while_only_being_run_again(
    shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Should not publish, move or register anything when somebody reproduces the notebook."""
    before = (tmp_path / "rain.ipynb").read_bytes()
    monkeypatch.setenv(RERUN, "1")
    for words in ("publish", "promote --all --to sandbox --yes", "dois --send"):
        assert shell.run_line_magic("zenodo", words) is None
        assert "not done" in capsys.readouterr().out
    assert (tmp_path / "rain.ipynb").read_bytes() == before


def test_what_cells_read_is_watched(shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should take along what a cell read while it ran, though its code does not name it, and say by which cell."""
    monkeypatch.setattr("tempfile.gettempdir", lambda: "/nowhere")
    (tmp_path / "rain.csv").write_text("1\n")
    source = "text = open('vsc.niar'[::-1]).read()"
    nb = nbformat.read(tmp_path / "rain.ipynb", 4)
    nb.cells.append(new_code_cell(source, execution_count=2))
    nbformat.write(nb, tmp_path / "rain.ipynb")

    def reasons() -> dict[str, str]:
        return {f["key"]: f["reason"] for f in shell.run_line_magic("zenodo", "check").data["files"]}

    assert "rain.csv" not in reasons()
    shell.run_cell("%zenodo watch")
    shell.run_cell(source)
    shell.run_cell("%zenodo watch off")
    shell.run_cell("open('rain.csv').read()")
    assert reasons()["rain.csv"] == "read by cell [2]"
    shell.run_cell("%zenodo watch forget")
    assert "rain.csv" not in reasons()
    assert shell.run_line_magic("zenodo", "watch closely") is None
