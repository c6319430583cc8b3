"""A publication that a person leaves as a draft, and what the next version of a record would change."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from publishing import ABOUT, go

from zenodo_jupyter import collect, publish, repositories, stamping, standing
from zenodo_jupyter.cli import main
from zenodo_jupyter.config import Config
from zenodo_jupyter.metadata import Metadata


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A notebook that reads the files beside it."""
    for name in ("rain", "snow"):
        (tmp_path / f"{name}.csv").write_text(f"day,{name}\n1,3\n")
    code = "import glob\n[open(name).read() for name in glob.glob('*.csv')]"
    nb = new_notebook(
        cells=[new_markdown_cell("# Rain"), new_code_cell(code)], metadata={"language_info": {"name": "python"}}
    )
    nbformat.write(nb, tmp_path / "rain.ipynb")
    return tmp_path / "rain.ipynb"


def test_draft_is_left_and_gone_on_with(path: Path, config: Config) -> None:
    """Should leave all files and a DOI on the repository, and the notebook as it is, say so, and publish that draft then."""
    local, before = repositories.repository("local", config=config), path.read_bytes()
    saved = go(path, config, draft=True)
    assert saved.draft and path.read_bytes() == before
    assert local.search("").total == 0
    assert {"rain.csv", "snow.csv", "rain.ipynb"} <= {file.key for file in local.list_files(saved.record.id)}
    found = standing.read(path, config=config)
    assert (found.state, found.saved, found.doi) == ("stopped", True, str(saved.record.doi))
    assert found.words == f"Draft with DOI {saved.record.doi} reserved; nothing is published"
    again = go(path, config, draft=True)
    assert (again.record.id, again.sent) == (saved.record.id, ())
    done = go(path, config)
    assert (done.record.id, done.record.doi, done.draft) == (saved.record.id, saved.record.doi, False)
    assert standing.read(path, config=config).state == "published"


def test_draft_asks_for_no_consent_and_the_command_line_says_what_it_is(
    path: Path, config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    """Should not ask about what can be undone, and tell the way on."""
    path.with_suffix(".yaml").write_text("{title: Rain in Seattle, creators: ['Doe, Ada'], rights: [mit]}")
    assert main(["publish", str(path), "--draft", "--metadata", str(path.with_suffix(".yaml"))]) == 0
    told = capsys.readouterr().out
    assert "nothing is published" in told and "goes on with this draft" in told
    assert main(["status", str(path)]) == 0
    assert "reserved; nothing is published" in capsys.readouterr().out


def test_what_the_next_version_changes(path: Path, config: Config) -> None:
    """Should name the files that are new, others or gone, and the fields that say something else, and no others."""
    go(path, config)
    (path.parent / "rain.csv").write_text("day,rain\n1,4\n")
    (path.parent / "snow.csv").unlink()
    (path.parent / "wind.csv").write_text("day,wind\n1,9\n")
    about = Metadata.from_dict({**ABOUT, "title": "Rain and wind in Seattle"})
    plan = collect.collect(path, metadata=about, config=config)
    found = plan.standing.to_json()
    assert found["changed_files"] == ["rain.csv", "snow.csv", "wind.csv"] and found["added_files"] == ["wind.csv"]
    assert plan.to_json()["changed_fields"] == ["title"]
    assert publish.publish(path, metadata=about, config=config).record.title == "Rain and wind in Seattle"


def test_packing_is_told_as_it_will_be(path: Path, config: Config) -> None:
    """Should name before publishing the zips that the record then has, with the files in them."""
    for number in range(120):
        (path.parent / f"station-{number:03}.csv").write_text(f"day,rain\n{number},1\n")
    (told,) = stamping.to_be_packed(collect.collect(path, metadata=Metadata.from_dict(ABOUT), config=config))
    done = go(path, config)
    assert told["key"] == "data.zip" and told["key"] in {file.key for file in done.record.files}
    assert len(told["files"]) == 122
    assert len(done.record.files) <= 100
