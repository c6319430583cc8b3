"""What goes into a draft: sent once, read once, and nothing left there that is no longer wanted."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from zenodo_jupyter import publish, repositories
from zenodo_jupyter.config import Config
from zenodo_jupyter.metadata import Metadata

ABOUT = {
    "title": "Rain in Seattle",
    "creators": [{"name": "Doe, Ada"}],
    "description": "<p>How much it rains.</p>",
    "rights": ["cc-by-4.0"],
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A notebook with data beside it."""
    target = tmp_path / "work" / "rain.ipynb"
    target.parent.mkdir()
    (target.parent / "rain.csv").write_text("rain\n" + "1234567\n" * 375_000)
    nbformat.write(new_notebook(cells=[new_code_cell("open('rain.csv')")]), target)
    return target


def go(path: Path, config: Config, **options: Any) -> publish.Published:
    """Publish with complete metadata."""
    return publish.publish(path, config=config, metadata=Metadata.from_dict(ABOUT), today=date(2026, 3, 1), **options)


def test_data_are_read_once_for_a_first_version(path: Path, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are hashed while they are sent, for the manifest too; only the look for secrets opens them besides."""
    opened: list[str] = []
    original = Path.open

    def counted(self: Path, *args: Any, **kwargs: Any) -> Any:
        stream = original(self, *args, **kwargs)
        if self.name == "rain.csv":
            read = stream.read

            class Counted:
                def read(self, amount: int = -1) -> bytes:
                    block = read(amount)
                    opened.append("x" * len(block))
                    return block

                def __getattr__(self, name: str) -> Any:
                    return getattr(stream, name)

                def __enter__(self) -> Any:
                    return self

                def __exit__(self, *exc_info: object) -> None:
                    stream.close()

            return Counted()
        return stream

    monkeypatch.setattr("zenodo_jupyter.checks.secrets._SMALL", 1000)
    monkeypatch.setattr(Path, "open", counted)
    done = go(path, config)
    assert 3_000_005 <= sum(map(len, opened)) < 2 * 3_000_005
    assert "manifest-sha256.txt" in done.sent and "ro-crate-metadata.json" in done.sent


def test_what_was_begun_and_is_no_longer_wanted_is_taken_away(path: Path, config: Config) -> None:
    """A file whose content never came would forbid publishing for ever."""

    def die(progress: Any) -> None:
        if progress.step == "upload" and progress.done is not None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        go(path, config, report=die)
    repository = repositories.repository(config=config)
    draft = repository.my_drafts()[0].id
    repository.init_files(draft, ["gone.csv"])
    done = go(path, config, accept=["DRAFT"])  # for somebody else began it
    assert {"rain.ipynb", "rain.csv"} <= {f.key for f in done.record.files}
    assert "gone.csv" not in {f.key for f in done.record.files}


def test_an_unchanged_group_is_not_sent_again(path: Path, config: Config) -> None:
    """Many files go in one zip, made on the way; a change of the notebook sends none of them."""
    folder = path.parent / "many"
    folder.mkdir()
    for n in range(110):
        (folder / f"{n}.csv").write_text(f"{n}\n" * n)
    first = go(path, config, data=[folder])
    assert first.record.files and "data.zip" in first.sent
    nb = nbformat.read(path, 4)
    nb.cells.append(new_code_cell("1"))
    nbformat.write(nb, path)
    second = go(path, config)
    assert second.record.index == 2 and "data.zip" in second.kept and "data.zip" not in second.sent
    got = repositories.repository(config=config).download(second.record.id, "data.zip", path.parent / "got.zip")
    with zipfile.ZipFile(got) as archive:
        assert archive.testzip() is None and len(archive.namelist()) == 111


def test_the_notebook_is_what_the_records_page_shows_first(path: Path, config: Config) -> None:
    """In each version, though a repository forgets it with a file that is replaced, and takes it for none that is not there."""
    first = go(path, config)
    assert first.record.preview == "rain.ipynb"
    nb = nbformat.read(path, 4)
    nb.cells.append(new_code_cell("1 + 1"))
    nbformat.write(nb, path)
    second = go(path, config)
    assert (second.record.index, second.record.preview) == (2, "rain.ipynb")
