"""A glance at a folder says where its notebooks stand, and asks nobody."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from zenodo_jupyter import bundlefile, glance, publish, standing
from zenodo_jupyter.config import Config
from zenodo_jupyter.journal import Act
from zenodo_jupyter.metadata import Metadata

ABOUT = {"title": "Rain in Seattle", "creators": [{"name": "Doe, Ada"}], "rights": ["mit"]}


@pytest.fixture
def path(jp_root_dir: Path, own_home: Path) -> Path:
    """A published notebook that reads a file beside it, and one that was never published."""
    folder = jp_root_dir / "work"
    folder.mkdir()
    (folder / "rain.csv").write_text("day,mm\n1,3\n")
    cells = [new_markdown_cell("# Rain"), new_code_cell("open('rain.csv').read()")]
    nbformat.write(new_notebook(cells=cells), folder / "rain.ipynb")
    nbformat.write(new_notebook(cells=cells), folder / "scratch.ipynb")
    publish.publish(folder / "rain.ipynb", metadata=Metadata.from_dict(ABOUT), yes=True, config=Config.load())
    return folder / "rain.ipynb"


def state(path: Path) -> tuple[str, int, tuple[str, ...]]:
    """Return where the one published notebook of the folder stands."""
    ((name, found),) = glance.folder(path.parent, config=Config.load()).items()
    assert (name, found.repository, found.is_running) == (path.name, "local", False)
    return found.standing.state, found.standing.changed_cells, found.standing.changed_files


def test_says_what_changed(path: Path) -> None:
    """A cell that was changed and a file of the same size with other content are both seen."""
    assert state(path) == ("published", 0, ())
    (path.parent / "rain.csv").write_text("day,mm\n1,4\n")
    os.utime(path.parent / "rain.csv", (4e9, 4e9))
    nb = nbformat.read(path, 4)
    nb.cells.append(new_markdown_cell("Less than I thought."))
    nbformat.write(nb, path)
    assert state(path) == ("changed", 1, ("rain.csv",))


def test_reads_no_file_that_was_not_written_since(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of large files is looked at in no time."""
    os.utime(path.parent / "rain.csv", (1, 1))

    def read(self: Any, *hashing: str) -> None:
        raise AssertionError(f"{self.key} is read")

    monkeypatch.setattr(bundlefile.BundleFile, "open", read)
    assert state(path) == ("published", 0, ())


def test_says_what_is_under_way(path: Path) -> None:
    """A publication that waits for a community is told as such, and one that a process is at as running."""
    book = standing.journal(Config.load())
    url = glance.home_of(path, config=Config.load())[1].repository  # type: ignore[index]
    with book.locked(path, url) as entry:
        entry.act = Act(step="review", draft_id="1", doi="10.5072/zenodo.1", community="Rain watchers")
        book.write(entry)
        assert glance.folder(path.parent, config=Config.load())[path.name].is_running
    assert state(path)[0] == "waiting"


async def test_route(call: Callable[..., Awaitable[tuple[int, Any]]], path: Path) -> None:
    """The panel asks once per folder; a folder where nothing was published, and one that is not there, have nothing to say."""
    status, found = await call("GET", "standings", folder="work")
    assert status == 200 and list(found["standings"]) == ["rain.ipynb"]
    told = found["standings"]["rain.ipynb"]
    assert (told["standing"]["state"], told["repository"], told["running"]) == ("published", "local", False)
    assert told["title"] == "This computer"
    assert (await call("GET", "standings", folder=""))[1] == {"standings": {}}
    assert (await call("GET", "standings", folder="nowhere"))[1] == {"standings": {}}
    assert (await call("GET", "standings", folder="../.."))[0] == 400
