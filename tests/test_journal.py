"""The journal of acts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from zenodo_jupyter.errors import BadInput, Busy
from zenodo_jupyter.journal import Act, Journal

URL = "https://repository.example"


def test_entry_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """Should remember deposits and the act under way."""
    journal = Journal(tmp_path / "journal")
    notebook = tmp_path / "a.ipynb"
    entry = journal.read(notebook, URL)
    entry.deposits.append({"doi": "10.5072/zenodo.1", "record_id": "1"})
    entry.act = Act(kind="next", previous_id="1", draft_id="2")
    journal.write(entry)
    again = journal.read(notebook, URL + "/")
    assert again.last == {"doi": "10.5072/zenodo.1", "record_id": "1"}
    assert again.act == entry.act


def test_one_notebook_reached_by_a_link_has_one_entry(tmp_path: Path) -> None:
    """Should not take a linked notebook for another one, which would give it a second record."""
    (tmp_path / "real.ipynb").write_text("{}")
    (tmp_path / "link.ipynb").symlink_to("real.ipynb")
    journal = Journal(tmp_path / "journal")
    entry = journal.read(tmp_path / "real.ipynb", URL)
    entry.deposits.append({"record_id": "1"})
    journal.write(entry)
    assert journal.read(tmp_path / "link.ipynb", URL).last == {"record_id": "1"}


def test_other_process_is_told_that_it_is_busy(tmp_path: Path) -> None:
    """Should let one process at a time publish a notebook, and see that from outside."""
    journal = Journal(tmp_path)
    code = (
        "import sys; from pathlib import Path; from zenodo_jupyter.journal import Journal\n"
        "with Journal(Path(sys.argv[1])).locked(Path('a.ipynb'), 'u'):\n    print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        assert journal.is_locked(Path("a.ipynb"), "u")
        with pytest.raises(Busy), journal.locked(Path("a.ipynb"), "u"):
            pass
        other.kill()
    assert not journal.is_locked(Path("a.ipynb"), "u")
    with journal.locked(Path("a.ipynb"), "u"):
        pass


def test_damaged_entry_is_told_and_kept(tmp_path: Path) -> None:
    """Should not overwrite a file that it cannot read, since it may be the memory of a DOI."""
    journal = Journal(tmp_path)
    journal.write(journal.read(Path("a.ipynb"), URL))
    (file,) = tmp_path.glob("*.json")
    file.write_text('{"notebook": "a.ip')
    with pytest.raises(BadInput, match=file.name):
        journal.read(Path("a.ipynb"), URL)
    assert file.read_text() == '{"notebook": "a.ip'
