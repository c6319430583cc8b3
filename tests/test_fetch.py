"""One file of a record, for use in an analysis."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from nbformat import write
from nbformat.v4 import new_code_cell, new_notebook

import zenodo_jupyter
from zenodo_jupyter import publish, repositories
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import CouldNotAsk, Mismatch, RecordNotFound
from zenodo_jupyter.metadata import Metadata

ABOUT = {"title": "Rain in Seattle", "creators": ["Doe, Ada"], "rights": ["cc-by-4.0"]}


@pytest.fixture
def lab(served: Any, config: Config) -> Any:
    """A repository over HTTP that this user knows, and can publish to."""
    config.repositories = {"lab": {"url": served.url, "title": "Our lab", "doi_prefixes": ["10.5072"]}}
    config.allowed_repositories = ["lab"]
    from zenodo_jupyter.tokens import TokenStore

    TokenStore(config).set(repositories.repository("lab", config=config).row, served.token)
    return served


def put(folder: Path, config: Config, **files: str) -> publish.Published:
    """Publish a notebook with files, the next version where it was published before."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / "data" / f"{name}.csv").write_text(text)
    write(new_notebook(cells=[new_code_cell("1 + 1")]), folder / "rain.ipynb")
    return publish.publish(
        folder / "rain.ipynb",
        data=[folder / "data"],
        to="lab",
        metadata=Metadata.from_dict(ABOUT),
        yes=True,
        config=config,
    )


def test_gives_the_path_of_a_verified_file(lab: Any, config: Config, tmp_path: Path) -> None:
    """Should give a file with the record's bytes under its own name, by any spelling of the DOI."""
    done = put(tmp_path / "work", config, rain="day,mm\n1,3\n")
    path = zenodo_jupyter.fetch(f"doi:{done.record.doi}", "data/rain.csv", config=config)
    assert path.name == "rain.csv" and path.read_text() == "day,mm\n1,3\n"
    assert path.is_relative_to(config.data_dir)


def test_is_there_offline_once_fetched(lab: Any, config: Config, tmp_path: Path) -> None:
    """Should ask nobody a second time for a version's file; for one that was never fetched it says that it cannot ask."""
    done = put(tmp_path / "work", config, rain="1\n", wind="2\n")
    first = zenodo_jupyter.fetch(str(done.record.doi), "data/rain.csv", config=config)
    lab.stop()
    assert zenodo_jupyter.fetch(str(done.record.doi), "data/rain.csv", config=config) == first
    with pytest.raises(CouldNotAsk):
        zenodo_jupyter.fetch(str(done.record.doi), "data/wind.csv", config=config)


def test_doi_of_all_versions_means_the_newest(lab: Any, config: Config, tmp_path: Path) -> None:
    """Should follow to the newest version, and offline take the last known one with a warning."""
    first = put(tmp_path / "work", config, rain="1\n", wind="same\n")
    concept = str(first.record.concept_doi)
    wind = zenodo_jupyter.fetch(concept, "data/wind.csv", config=config)
    assert zenodo_jupyter.fetch(concept, "data/rain.csv", config=config).read_text() == "1\n"
    put(tmp_path / "work", config, rain="22\n")
    assert zenodo_jupyter.fetch(concept, "data/rain.csv", config=config).read_text() == "22\n"
    assert zenodo_jupyter.fetch(str(first.record.doi), "data/rain.csv", config=config).read_text() == "1\n"
    assert zenodo_jupyter.fetch(concept, "data/wind.csv", config=config) == wind, "an unchanged file is kept once"
    lab.stop()
    with pytest.warns(UserWarning, match="newest that was fetched"):
        assert zenodo_jupyter.fetch(concept, "data/rain.csv", config=config).read_text() == "22\n"


def test_file_that_somebody_changed_is_fetched_again(lab: Any, config: Config, tmp_path: Path) -> None:
    """Should not give a file whose size is another than the record's; it is kept where nobody writes by accident."""
    done = put(tmp_path / "work", config, rain="day,mm\n")
    path = zenodo_jupyter.fetch(str(done.record.doi), "data/rain.csv", config=config)
    assert not path.stat().st_mode & 0o222
    path.chmod(0o644)
    path.write_text("mine")
    assert zenodo_jupyter.fetch(str(done.record.doi), "data/rain.csv", config=config).read_text() == "day,mm\n"


def test_wrong_bytes_are_thrown_away(lab: Any, config: Config, tmp_path: Path) -> None:
    """Should give no file at all rather than one whose checksum is wrong."""
    done = put(tmp_path / "work", config, rain="day,mm\n")
    for blob in (tmp_path / "served").rglob("*"):
        if blob.is_file() and blob.read_bytes() == b"day,mm\n":
            blob.chmod(0o600)
            blob.write_bytes(b"dax,mm\n")
    with pytest.raises(Mismatch):
        zenodo_jupyter.fetch(str(done.record.doi), "data/rain.csv", config=config)
    assert not list(Path(config.data_dir).rglob("rain.csv"))


def test_notebooks_that_fetch_at_once_get_one_file(lab: Any, config: Config, tmp_path: Path) -> None:
    """Should keep the file once and whole, and leave nothing else, when several processes ask for it at one time."""
    done = put(tmp_path / "work", config, rain="day,mm\n" * 100_000)
    code = (
        "import sys, zenodo_jupyter; sys.stdin.readline()\n"
        f"print(zenodo_jupyter.fetch({str(done.record.doi)!r}, 'data/rain.csv', from_={lab.url!r}))"
    )
    environ = {**os.environ, "ZENODO_JUPYTER_DATA": str(config.data_dir)}
    asking = [
        subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, stderr=-1, text=True, env=environ)
        for _ in range(3)
    ]
    for process in asking:  # all have started by now
        assert process.stdin is not None
        process.stdin.write("now\n")
        process.stdin.flush()
    told = [process.communicate(timeout=60) for process in asking]
    paths = {out.strip() for out, _ in told}
    assert len(paths) == 1 and not any(process.returncode for process in asking), told
    path = Path(paths.pop())
    assert path.read_text() == "day,mm\n" * 100_000
    assert {each.name for each in path.parent.iterdir()} <= {"rain.csv", ".lock"}


def test_file_that_was_packed_is_found(lab: Any, config: Config, tmp_path: Path) -> None:
    """Should take a file out of the zip that a record of many files has it in, by its name, verified, once."""
    done = put(tmp_path / "work", config, **{f"day{number}": f"{number}\n" for number in range(120)})
    assert done.record.file("data/day7.csv") is None
    path = zenodo_jupyter.fetch(str(done.record.doi), "data/day7.csv", config=config)
    assert path.name == "day7.csv" and path.read_text() == "7\n"
    lab.stop()
    with pytest.raises(CouldNotAsk):
        zenodo_jupyter.fetch(str(done.record.doi), "data/day8.csv", config=config)


def test_name_that_is_not_there_is_told_with_those_that_are(lab: Any, config: Config, tmp_path: Path) -> None:
    """Should name the record's files."""
    done = put(tmp_path / "work", config, rain="1\n")
    with pytest.raises(RecordNotFound, match=r"data/rain\.csv"):
        zenodo_jupyter.fetch(str(done.record.doi), "rain.csv", config=config)


def test_importing_the_package_brings_nothing_heavy() -> None:
    """Should keep `import zenodo_jupyter` cheap, and still offer `fetch`."""
    code = (
        "import sys, zenodo_jupyter\n"
        "heavy = {'requests', 'nbformat', 'flask', 'IPython', 'ipywidgets', 'jupyter_server'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "assert callable(zenodo_jupyter.fetch) and zenodo_jupyter.fetch is zenodo_jupyter.fetch\n"
        "assert not {'IPython', 'ipywidgets', 'jupyter_server'} & set(sys.modules)\n"
    )
    with warnings.catch_warnings():
        subprocess.run([sys.executable, "-c", code], check=True)
