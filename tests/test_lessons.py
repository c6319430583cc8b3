"""The lessons: each runs as a student runs it, offline, and ends with what it promises."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from zenodo_jupyter import badge, card, notebook

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
LESSONS = sorted((NOTEBOOKS / "lessons").glob("*.ipynb"))


@pytest.fixture
def take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], tuple[Any, Path]]:
    """Run a lesson in a copy of the notebooks, without a network; returns it as it was run, and its folder."""
    for package in ("numpy", "pandas", "matplotlib"):
        pytest.importorskip(package)
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):  # whoever asks a repository outside gets no answer
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("quickstart", "lessons"):
        shutil.copytree(NOTEBOOKS / name, tmp_path / name)
    folder = tmp_path / "lessons"

    def run(number: str) -> tuple[Any, Path]:
        path = next(folder.glob(f"{number}-*.ipynb"))
        nb = nbformat.read(path, 4)
        NotebookClient(nb, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
        return nb, folder

    return run


def told(nb: Any) -> str:
    """What the last cell with code says."""
    cell = [cell for cell in nb.cells if cell.cell_type == "code"][-1]
    return "".join(output.get("text", "") for output in cell.outputs)


def test_first_ends_with_a_record_and_its_badge(take: Any) -> None:
    """Should leave the learner with a DOI, in the notebook too, and the learner's name in the record."""
    nb, folder = take("1")
    assert "Its DOI is 10.5072/zenodo." in told(nb)
    published = notebook.read(folder / "my-work" / "seattle-weather.ipynb")
    assert badge.is_badge(published["cells"][1])
    shown = [output.get("data", {}) for cell in nb.cells for output in cell.get("outputs", ())]
    assert "Learner, Lou" in next(data["text/html"] for data in shown if card.MIME in data and "text/html" in data)


def test_second_ends_with_two_versions(take: Any) -> None:
    """Should make a second version that does not send the data again."""
    nb, _ = take("2")
    text = "".join(o.get("text", "") for c in nb.cells for o in c.get("outputs", ()))
    kept = text.partition("Not sent again:")[2].partition("\n")[0]
    assert "data/seattle-weather.csv" in kept
    dois = {line.split()[-1] for line in text.splitlines() if line.startswith(("Version", "All versions"))}
    assert len(dois) == 3


def test_third_ends_with_a_figure_and_a_reference(take: Any) -> None:
    """Should leave a figure from fetched data, and a BibTeX file that names them."""
    _, folder = take("3")
    assert (folder / "rain-in-seattle.png").read_bytes().startswith(b"\x89PNG")
    reference = (folder / "references.bib").read_text()
    assert reference.startswith("@") and "10.5072/zenodo." in reference


def test_fourth_ends_with_a_verdict(take: Any) -> None:
    """Should say how much came out the same, and find the number that was spoiled."""
    nb, folder = take("4")
    assert "outputs reproduced" in told(nb)
    assert (folder / "run-again" / "reproduction-report.html").is_file()
    text = "".join(o.get("text", "") for c in nb.cells for o in c.get("outputs", ()))
    whole, spoiled = (text.partition(word)[2].split(" of ")[0].strip() for word in ("As published:", "Spoiled:"))
    assert int(whole) == int(spoiled) + 1


@pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])
def test_lesson_is_shipped_clean(path: Path) -> None:
    """Should hold no outputs of whoever wrote it, and be a valid notebook."""
    nb = nbformat.read(path, 4)
    nbformat.validate(nb)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in nb.cells)
    assert nb.cells[0].source.startswith("# Lesson")
