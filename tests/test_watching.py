"""Watching: files are seen by whom and how they are touched, whoever opens them, and only as long as it is true."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from zenodo_jupyter import bundle
from zenodo_jupyter.watching import Watch, Watched

linux = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with some data, which one is in; what is below the system's temporary folder counts here."""
    monkeypatch.setattr("tempfile.gettempdir", lambda: "/nowhere")
    place = tmp_path / "work"
    (place / "data").mkdir(parents=True)
    (place / "data" / "a.csv").write_text("1\n")
    (place / "b.txt").write_text("b")
    monkeypatch.chdir(place)
    return place


@pytest.fixture
def watch(folder):
    """A watch on it."""
    watching = Watch(folder)
    yield watching
    watching.close()


def seen(watch, act):
    """Return what an act touches, by name."""
    watch.begin()
    act()
    return {s.path.relative_to(watch.folder).as_posix() if s.path.is_relative_to(watch.folder) else str(s.path): s.how
            for s in watch.end()}  # fmt: skip


def test_read_and_written_are_told_apart(watch):
    """Opening, reading and writing are seen, in new folders too; what is only listed, hidden or code is not."""

    def act():
        Path("data/a.csv").read_text()
        Path("made/deep").mkdir(parents=True)
        Path("made/deep/c.csv").write_text("2")
        with open("b.txt", "a") as file:
            file.write("b")
        np.save("d.npy", np.arange(3))
        np.load("d.npy")
        list(Path(".").rglob("*"))
        Path(".hidden").write_text("")

    assert seen(watch, act) == {
        "data/a.csv": "read",
        "made/deep/c.csv": "written",
        "b.txt": "written",
        "d.npy": "written",
    }
    assert seen(watch, lambda: None) == {}


def test_nothing_is_seen_between_runs(watch, folder):
    """Only what is touched while a cell runs counts."""
    (folder / "b.txt").read_text()
    assert seen(watch, lambda: None) == {}


@linux
def test_programs_and_libraries_that_open_by_themselves(watch):
    """A program that reads and one that writes are seen, though Python opens nothing."""
    assert seen(watch, lambda: subprocess.run(["cat", "data/a.csv"], stdout=subprocess.DEVNULL)) == {
        "data/a.csv": "read"
    }
    assert seen(watch, lambda: subprocess.run(["cp", "b.txt", "copy.txt"])) == {"b.txt": "read", "copy.txt": "written"}


def test_database(watch, folder):
    """A database that was there is read, though it is opened for both."""
    with sqlite3.connect(folder / "db.sqlite") as base:
        base.execute("create table t (x)")
    base.close()
    watched = seen(watch, lambda: sqlite3.connect("db.sqlite").execute("select * from t").fetchall())
    assert watched == {"db.sqlite": "read"}


def test_files_elsewhere(watch, tmp_path):
    """A person's file elsewhere is seen where Python opens it; those of Python, the system and settings are not."""
    away = tmp_path / "away.csv"
    away.write_text("1")
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config" / "x").write_text("1")

    def act():
        away.read_text()
        (tmp_path / ".config" / "x").read_text()
        Path(os.__file__).read_text()
        Path("/etc/hostname").exists() and Path("/etc/hostname").read_text()

    assert seen(watch, act) == {str(away): "read"}


def test_sightings_hold_as_long_as_the_cell_is_there(watch, folder, tmp_path):
    """What a cell read is in the bundle with that reason, until the cell is changed or run again without it."""
    nb = new_notebook(cells=[new_code_cell("read(name)", execution_count=4), new_code_cell("write()", execution_count=5),
                             new_code_cell("again()", execution_count=6)])  # fmt: skip
    import nbformat

    nbformat.write(nb, folder / "n.ipynb")
    watched = Watched(folder / "n.ipynb", tmp_path / "user")
    for source, act in {
        "read(name)": lambda: Path("data/a.csv").read_text(),
        "write()": lambda: Path("out.csv").write_text("1"),
        "again()": lambda: Path("out.csv").read_text(),
    }.items():
        watch.begin()
        act()
        watched.note(source, watch.end())
    collected = bundle.collect(folder / "n.ipynb", seen=watched.uses(nb))
    assert [(f.key, f.role, f.reason) for f in collected.files[1:]] == [
        ("data/a.csv", "data", "read by cell [4]"), ("out.csv", "output", "written by cell [5]"),
    ]  # fmt: skip
    nb.cells[0].source = "read(other)"
    assert [use.text for use in watched.uses(nb)] == ["out.csv", "out.csv"]
    watched.note("write()", ())
    (folder / "out.csv").unlink()
    assert watched.uses(nb) == ()
    watched.forget()
    assert watched.read() == {}


def test_damaged_memory_is_none(folder, tmp_path):
    """A file of sightings that cannot be read counts as none."""
    watched = Watched(folder / "n.ipynb", tmp_path / "user")
    watched.file.parent.mkdir(parents=True)
    watched.file.write_text("{")
    assert watched.uses(new_notebook()) == ()
