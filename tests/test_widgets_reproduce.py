"""The form that gets a record and runs its notebook again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ipywidgets as W
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from recorded import publish_files, zipped

from zenodo_jupyter import card, publish, repositories
from zenodo_jupyter.config import Config
from zenodo_jupyter.metadata import Metadata
from zenodo_jupyter.widgets import ReproduceForm
from zenodo_jupyter.widgets.look import show as show_widget


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """The settings of a user who has nothing yet, and only this machine's repository."""
    monkeypatch.setenv("ZENODO_JUPYTER_DATA", str(tmp_path / "user"))
    return Config(data_dir=tmp_path / "user", allowed_repositories=["local"])


@pytest.fixture
def doi(tmp_path: Path, config: Config) -> str:
    """A record with a notebook of which one output is not what it was."""
    folder = tmp_path / "analysis"
    folder.mkdir()
    outputs = [[new_output("execute_result", {"text/plain": text}, execution_count=1)] for text in ("2", "a wrong 4")]
    cells = [
        new_markdown_cell("# Sums"),
        new_code_cell("1 + 1", outputs=outputs[0]),
        new_code_cell("2 + 2", outputs=outputs[1]),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=cells, metadata=kernel), folder / "sums.ipynb")
    about = Metadata.from_dict({"title": "Sums", "creators": ["Doe, Ada"], "rights": ["mit"]})
    return str(publish.publish(folder / "sums.ipynb", metadata=about, config=config).record.doi)


def shown(widget: W.Widget) -> str:
    """What can be read in a form."""
    if widget.layout.display == "none":
        return ""
    return (
        getattr(widget, "value", "")
        if isinstance(widget, W.HTML)
        else "".join(map(shown, getattr(widget, "children", ())))
    )


def asked(form: ReproduceForm, monkeypatch: pytest.MonkeyPatch, yes: bool) -> list[str]:
    """Answer the form's question when it is shown, and return what could be read then."""
    read: list[str] = []

    def show(widget: Any, visible: bool) -> None:
        show_widget(widget, visible)
        if visible and widget is form._consent:
            read.append(shown(form.widget))
            form.answer(yes)

    monkeypatch.setattr("zenodo_jupyter.widgets.look.show", show)
    return read


def test_asks_and_tells_how_much_came_out_the_same(
    doi: str, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should show the record, run nothing before a yes, and end with a verdict for each output."""
    form = ReproduceForm(doi, config=config)
    form.begin()
    form.wait()
    assert "Sums" in shown(form.widget)
    read = asked(form, monkeypatch, yes=True)
    form._folder.value = str(tmp_path / "again")
    form.go()
    form.wait()
    assert read and "would run on this computer as you" in read[0]
    (done,) = form.reproductions
    assert done.comparison.count("same") == 1
    text = shown(form.widget)
    assert 'aria-label="output 1: the same"' in text and 'aria-label="output 2: different"' in text
    assert (tmp_path / "again" / "executed.ipynb").is_file()


def test_without_a_yes_nothing_is_run(
    doi: str, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should keep the files, say where they are, and offer to go on."""
    form = ReproduceForm(doi, config=config)
    asked(form, monkeypatch, yes=False)
    form._folder.value = str(tmp_path / "again")
    form.go()
    form.wait()
    assert form.reproductions == () and "It was not run" in shown(form.widget)
    assert (tmp_path / "again" / "sums.ipynb").is_file() and not (tmp_path / "again" / "executed.ipynb").exists()


def test_what_is_no_doi_is_told_plainly(config: Config) -> None:
    """Should say what a DOI looks like."""
    form = ReproduceForm(config=config)
    form._doi.value = "no such thing"
    form.look()
    form.wait()
    assert "neither a DOI" in shown(form.widget) and card.MIME not in shown(form.widget)


@pytest.mark.parametrize("packed", [False, True], ids=["loose", "in an archive"])
def test_several_notebooks_are_chosen_from(
    packed: bool, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All are offered in their order; those that are chosen are shown in the question and run, and no others."""
    texts = {name: sums(name) for name in ("10-last.ipynb", "1-first.ipynb", "2-second.ipynb")}
    files = (
        {"all.zip": zipped({f"release/{name}": text for name, text in texts.items()}, comment=b"")} if packed else texts
    )
    form = ReproduceForm(str(publish_files(repositories.repository("local", config=config), files).doi), config=config)
    form.begin()
    form.wait()
    form._folder.value = str(tmp_path / "again")
    if packed:
        form.go()
        form.wait()
        assert "The record has 3 notebooks" in shown(form.widget)
    assert form._which.options == ("1-first.ipynb", "2-second.ipynb", "10-last.ipynb") == form._which.value
    form._which.value = ("1-first.ipynb", "10-last.ipynb")
    read = asked(form, monkeypatch, yes=True)
    form.go()
    form.wait()
    assert "1-first.ipynb" in read[0] and "10-last.ipynb" in read[0] and "2-second" not in read[0]
    assert [done.notebook for done in form.reproductions] == ["1-first.ipynb", "10-last.ipynb"]
    assert "2 of 2 notebooks came out the same" in shown(form.widget)


def sums(name: str) -> str:
    """A notebook that says its name."""
    output = new_output("execute_result", {"text/plain": repr(name)}, execution_count=1)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.writes(new_notebook(cells=[new_code_cell(repr(name), outputs=[output])], metadata=kernel))
