"""A record of one small notebook, and what comes of preparing an environment for it out of a small index."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from small_index import Index

from zenodo_jupyter import installers
from zenodo_jupyter.config import Config
from zenodo_jupyter.execute import run_notebook
from zenodo_jupyter.outlook import Outlook, look
from zenodo_jupyter.preparing import Prepared

PYTHON = ".".join(map(str, sys.version_info[:2]))


class Small:
    """Records in a folder.

    Parameters
    ----------
    folder : Path
        Where their files are written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, files=(), source="import tinypkg; print(tinypkg.__version__)") -> Path:
        """Write a record's files and return its folder."""
        self.folder.mkdir(exist_ok=True)
        nb = new_notebook(metadata={"language_info": {"name": "python", "version": f"{PYTHON}.0"}})
        nb.cells.append(new_code_cell(source))
        nbformat.write(nb, self.folder / "n.ipynb")
        for name, text in dict(files).items():
            (self.folder / name).write_text(text)
        return self.folder


def served(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Index]:
    """Yield an index with three versions of ``tinypkg``, the only one that is asked."""
    folder.mkdir()
    index = Index(folder)
    for version, came in (("1.0", "2020-02-01"), ("2.0", "2022-02-01"), ("3.0", "2024-02-01")):
        index.add("tinypkg", version, came)
    for name in ("UV_DEFAULT_INDEX", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        patch.setenv(name, index.url)
    for name in ("UV_OFFLINE", "PIP_NO_INDEX", "PIP_FIND_LINKS"):
        patch.delenv(name, raising=False)
    yield index
    index.close()


def outlook_of(folder: Path, published=date(2022, 6, 1), only=None) -> Outlook:
    """Return what can be done for the notebook of a folder."""
    nb = nbformat.read(folder / "n.ipynb", 4)
    return look(folder, "n.ipynb", nb, published=published, config=Config.load(), only=only)


def installed(done: Prepared) -> dict[str, str]:
    """Return the versions in an environment that was prepared."""
    return installers.installed(done.python, Path(Config.load().data_dir) / "environments")[1]


def lock(sha256):
    """Return a lock of tinypkg 1.0, as another tool might write it."""
    return (
        'lock-version = "1.0"\ncreated-by = "a test"\n[[packages]]\nname = "tinypkg"\nversion = "1.0"\n'
        f'wheels = [{{ path = "tinypkg-1.0-py3-none-any.whl", hashes = {{ sha256 = "{sha256}" }} }}]\n'
    )


def sha256_of(index, name="tinypkg-1.0-py3-none-any.whl"):
    """Return the checksum of a wheel of the index."""
    return hashlib.sha256((index.folder / name).read_bytes()).hexdigest()


def runs_with(folder, python):
    """Run the notebook with an interpreter and return what it printed."""
    done = run_notebook(folder / "n.ipynb", folder / "executed.ipynb", cwd=folder, python=python)
    assert done.ok, done
    return nbformat.read(folder / "executed.ipynb", 4).cells[0].outputs[0].text
