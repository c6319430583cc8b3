"""What is kept for a user, where it cannot be kept."""

from __future__ import annotations

import errno
import json
import os
import stat
import sys
from pathlib import Path

import pytest

from zenodo_jupyter import keeping
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import BadInput, DiskFull
from zenodo_jupyter.journal import Journal
from zenodo_jupyter.localrepo.store import Store
from zenodo_jupyter.rows import rows
from zenodo_jupyter.tokens import TokenStore

URL = "https://repository.example"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_nobody_else_reads_it(tmp_path: Path) -> None:
    """Should be its owner's alone, the folder made for it too, and leave nothing beside it."""
    path = tmp_path / "new" / "a.json"
    keeping.keep(path, "{}")
    keeping.keep(path, json.dumps("half \ud83d", ensure_ascii=False))
    assert json.loads(path.read_text()) == "half \ud83d"
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)
    assert [p.name for p in path.parent.iterdir()] == ["a.json"]


def test_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should say that there is no room, and keep what was there."""
    path = tmp_path / "a.json"
    keeping.keep(path, "old")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull, match="no room"):
        keeping.keep(path, "new")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a.json", "old")]


def test_data_folder_that_is_a_file(tmp_path: Path) -> None:
    """Should be said in words, whoever is first to use it."""
    folder = tmp_path / "data"
    folder.write_text("")
    journal = Journal(folder / "journal")
    entry = journal.read(tmp_path / "a.ipynb", URL)
    with pytest.raises(BadInput, match="ZENODO_JUPYTER_DATA"):
        journal.write(entry)
    with pytest.raises(BadInput, match="cannot be used"), journal.locked(tmp_path / "a.ipynb", URL):
        pass
    with pytest.raises(BadInput, match="cannot be used"):
        TokenStore(Config(data_dir=folder)).set(rows()["sandbox"], "x" * 20)
    with pytest.raises(BadInput, match="cannot be used"):
        Store(folder / "repository")


def test_database_that_is_none(tmp_path: Path) -> None:
    """Should say which file it is, and leave it as it is."""
    (tmp_path / "repository.sqlite").write_text("not a database at all, " * 100)
    with pytest.raises(BadInput, match=r"repository\.sqlite"):
        Store(tmp_path)
    assert (tmp_path / "repository.sqlite").read_text().startswith("not a database")
