"""The badge's way out of a kernel: a real kernel, with a front end that listens, one that does not, and none."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from front_end import FrontEnd
from IPython.core.getipython import get_ipython
from IPython.testing.globalipapp import start_ipython
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from zenodo_jupyter import badge, notebook, standing
from zenodo_jupyter.config import Config

ABOUT = "%%zenodo metadata\ntitle: Rain\ncreators: ['Doe, Ada']\nrights: [mit]"


def make(path: Path) -> Path:
    """Write a notebook that describes itself."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [new_markdown_cell("# Rain"), new_code_cell(ABOUT), new_code_cell("1 + 1", execution_count=1)]
    nbformat.write(new_notebook(cells=cells), path)
    return path


def obliging(front: FrontEnd, data: dict[str, Any]) -> None:
    """Do what JupyterLab with the extension does: save, and put the badge in."""
    nb = nbformat.read(data.get("path", front.path), 4)
    if data["op"] == "save":
        nb.cells[-1].outputs = []
        nb.cells[-1].source = "2 + 2"  # what is on the screen and not yet on the disk
        nbformat.write(nb, data["path"])
    elif data["op"] == "stamp":
        nbformat.write(badge.stamp(nb, badge.Deposit(**data["deposit"]), data["badge"]), data["path"])


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., FrontEnd]]:
    """Start a kernel for a notebook, with a front end that hears in a given way."""
    made: list[FrontEnd] = []

    def start(hears: Any = None) -> FrontEnd:
        path = make(tmp_path / "work" / "rain.ipynb")
        monkeypatch.setenv("JPY_SESSION_NAME", str(path))
        made.append(FrontEnd(path, hears))
        made[-1].run("%load_ext zenodo_jupyter")
        return made[-1]

    yield start
    for each in made:
        each.close()


def waiting(path: Path) -> Any:
    """The stamp that waits in the journal."""
    return standing.journal(Config.load()).read(path, "http+local://embedded").stamp


def test_front_end_puts_the_badge_in_and_the_kernel_sees_it(front: Any) -> None:
    """Should publish what the front end saved, ask it once for the badge, and leave nothing waiting."""
    lab = front(obliging)
    shown = lab.run("%zenodo publish")
    card = shown["application/vnd.zenodo-jupyter.record+json"]
    stamps = [data for data in lab.heard if data["op"] == "stamp"]
    assert len(stamps) == 1 and stamps[0]["act"].endswith(stamps[0]["deposit"]["record_id"])
    assert "badge stands in cell 2" in shown["text/plain"] and card["doi"] in shown["text/html"]
    nb = notebook.read(lab.path)
    assert sum(badge.is_badge(cell) for cell in nb["cells"]) == 1
    assert nb["cells"][-1]["source"] == "2 + 2"
    assert waiting(lab.path) is None
    shown = lab.run("%zenodo status")
    assert "unchanged" in shown["text/plain"]


def test_without_the_extension_the_badge_waits_and_the_file_is_left_alone(front: Any) -> None:
    """Should not write a file that a browser holds, and say where the badge is and what to install."""
    lab = front(None)
    before = lab.path.read_bytes()
    shown = lab.run("import zenodo_jupyter.frontend as f; f.SAVING = 0.3\n%zenodo publish")
    assert lab.path.read_bytes() == before
    assert waiting(lab.path)["deposit"]["record_id"]
    assert "pip install" in shown["text/plain"] and "base64" not in shown["text/plain"]


def test_without_a_front_end_the_file_gets_the_badge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should write the file itself under nbclient, where nobody holds it."""
    path = make(tmp_path / "work" / "rain.ipynb")
    runner = new_notebook(cells=[new_code_cell("%load_ext zenodo_jupyter\n%zenodo publish rain.ipynb")])
    NotebookClient(runner, timeout=120, resources={"metadata": {"path": str(path.parent)}}).execute()
    data = runner.cells[0].outputs[-1]["data"]
    assert "badge stands in cell 2" in data["text/plain"]
    assert badge.is_badge(notebook.read(path)["cells"][1])


def test_another_notebook_is_written_where_the_front_end_does_not_have_it(front: Any) -> None:
    """Should not leave without a badge what is published from a cell of another notebook."""
    lab = front(None)
    other = make(lab.path.parent / "other.ipynb")
    shown = lab.run("import zenodo_jupyter.frontend as f; f.SAVING = 0.3\n%zenodo publish other.ipynb")
    assert badge.is_badge(notebook.read(other)["cells"][1]) and "badge stands" in shown["text/plain"]
    assert waiting(other) is None


def test_front_end_tells_a_new_name(front: Any) -> None:
    """Should publish the right notebook after it was renamed, since the name at the kernel's start is an old one by then."""
    lab = front(obliging)
    new = lab.path.rename(lab.path.with_name("renamed.ipynb"))
    lab.answer("path", path="work/renamed.ipynb")
    assert "renamed.ipynb" in lab.run("%zenodo status")["text/plain"]
    assert new.is_file()


def test_published_from_a_thread_the_badge_finds_its_way(front: Any) -> None:
    """Should reach the front end from a thread of the kernel, as the forms do it."""
    lab = front(obliging)
    heard: queue.Queue[Any] = queue.Queue()
    lab.hears = lambda front, data: (obliging(front, data), heard.put(data["op"]))
    code = (
        "import threading; from zenodo_jupyter import frontend; from zenodo_jupyter.config import Config\n"
        "held = frontend.holds(); told = []\n"
        "work = lambda: told.append(frontend.publish(frontend.notebook(), held=held, config=Config.load()).badge)\n"
        "thread = threading.Thread(target=work); thread.start()"
    )
    lab.run(code)
    assert "badge stands in cell 2" in lab.run("thread.join(); print(told[0])")["text"]
    assert [heard.get_nowait() for _ in range(heard.qsize())] == ["save", "stamp"]


@pytest.mark.parametrize(
    ("line", "offered", "not_offered"),
    [
        ("%zenodo pu", "publish", "reproduce"),
        ("%zenodo publish --t", "--to", "--new"),
        ("%zenodo publish --to s", "sandbox", "zenodo"),
        ("%zenodo token te", "test", "set"),
        ("%zenodo token set sand", "sandbox", "local"),
        ("%zenodo cite 10.50", "10.5072/zenodo.7", ""),
    ],
)
def test_tab_completes(line: str, offered: str, not_offered: str, tmp_path: Path) -> None:
    """Should offer verbs, options, repositories, choices and DOIs where they can stand, and nothing else."""
    shell = start_ipython() or get_ipython()
    entry = standing.journal(Config.load()).read(tmp_path / "rain.ipynb", "http+local://embedded")
    entry.deposits.append({"record_id": "7", "doi": "10.5072/zenodo.7", "published": "2026-01-01"})
    standing.journal(Config.load()).write(entry)
    shell.run_line_magic("load_ext", "zenodo_jupyter")
    _, found = shell.complete("", line, len(line))
    assert offered in found and not_offered not in found


def test_page_of_the_magic_names_every_verb() -> None:
    """Should fail if a verb is added that `%zenodo?` does not tell."""
    from zenodo_jupyter.completing import complete
    from zenodo_jupyter.magics import ZenodoMagics

    page = ZenodoMagics.zenodo.__doc__ or ""
    assert [verb for verb in complete("%zenodo ", Config.load()) if verb not in page] == []
