"""The story of publishing, on the embedded repository."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from zenodo_jupyter import badge, environment, notebook, publish, repositories, standing
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import (
    Blocked,
    Busy,
    ChangedMeanwhile,
    CouldNotAsk,
    InvalidMetadata,
    NeedsConsent,
)
from zenodo_jupyter.metadata import Metadata
from zenodo_jupyter.tokens import TokenStore

TODAY = date(2026, 3, 1)
ABOUT = {
    "title": "Rain in Seattle",
    "creators": [{"name": "Doe, Ada"}],
    "description": "<p>How much it rains.</p>",
    "rights": ["cc-by-4.0"],
}


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """The settings of a user who has nothing yet."""
    monkeypatch.setenv("ZENODO_JUPYTER_DATA", str(tmp_path / "user"))
    return Config(data_dir=tmp_path / "user")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A notebook that reads two files, one of them in a folder."""
    folder = tmp_path / "analysis"
    (folder / "data").mkdir(parents=True)
    (folder / "rain.csv").write_text("day,mm\n1,3\n2,5\n")
    (folder / "data" / "stations.csv").write_text("id,name\n1,Sea-Tac\n")
    nb = new_notebook(
        cells=[
            new_markdown_cell("# Rain\n\nIt rains."),
            new_code_cell(
                "a = open('rain.csv').read()\nb = open('data/stations.csv').read()\nlen(a)",
                execution_count=1,
                outputs=[new_output("execute_result", {"text/plain": "15"}, execution_count=1)],
            ),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    target = folder / "rain.ipynb"
    nbformat.write(nb, target)
    return target


def go(path: Path, config: Config, **options: Any) -> publish.Published:
    """Publish with complete metadata."""
    options.setdefault("metadata", Metadata.from_dict(ABOUT))
    return publish.publish(path, config=config, today=TODAY, **options)


def records(config: Config) -> list[str]:
    """The ids of all published versions on the embedded repository."""
    return [
        r.id for r in repositories.repository("local", config=config).search("", all_versions=True, size=100).records
    ]


def cell_sources(path: Path) -> list[str]:
    """The sources of a notebook's cells, without the badge."""
    return [c["source"] for c in notebook.read(path)["cells"] if not badge.is_badge(c)]


def test_badge_stands_in_the_notebook_and_in_the_published_copy(path: Path, config: Config, tmp_path: Path) -> None:
    """Should give a DOI, put its badge below the title of both copies, and lose no cell."""
    before = cell_sources(path)
    done = go(path, config)
    doi = str(done.record.doi)
    repository = done.repository
    copy = repository.download(done.record.id, "rain.ipynb", tmp_path / "copy.ipynb")
    for each in (path, copy):
        cells = notebook.read(each)["cells"]
        assert badge.is_badge(cells[1]) and doi in cells[1]["source"]
        assert cell_sources(each) == before
        assert badge.read_deposit(notebook.read(each)).doi == doi
    assert badge.read_deposit(notebook.read(path)).concept_doi == str(done.record.concept_doi)
    assert done.record.concept_doi and done.record.concept_doi != done.record.doi


def test_record_holds_everything_that_is_needed_to_run_it_again(path: Path, config: Config) -> None:
    """Should publish the data with their folders, a rendering, the environment, and the files that explain them."""
    done = go(path, config)
    keys = {f.key for f in done.record.files}
    assert {"rain.ipynb", "rain.csv", "data/stations.csv", "rain.html", "requirements.txt", "runtime.txt"} <= keys
    assert {"README.md", "CITATION.cff", "ro-crate-metadata.json", "manifest-sha256.txt"} <= keys
    assert done.record.metadata["publication_date"] == "2026-03-01"
    assert done.record.metadata["resource_type"]["id"] == "software-computationalnotebook"


def test_next_version_sends_only_what_changed(path: Path, config: Config) -> None:
    """Should make version 2 of the same record, keeping the unchanged file on the server."""
    first = go(path, config)
    (path.parent / "rain.csv").write_text("day,mm\n1,3\n")
    second = go(path, config)
    assert second.record.concept_doi == first.record.concept_doi
    assert second.record.index == 2 and second.record.version == "v2"
    assert "rain.csv" in second.sent and "data/stations.csv" in second.kept
    assert "data/stations.csv" not in second.sent
    assert sum(badge.is_badge(c) for c in notebook.read(path)["cells"]) == 1
    assert str(second.record.doi) in notebook.read(path)["cells"][1]["source"]


def test_unchanged_notebook_makes_no_new_version(path: Path, config: Config) -> None:
    """Should say that nothing changed, and leave the repository alone."""
    first = go(path, config)
    again = go(path, config)
    assert again.unchanged and again.record.id == first.record.id
    assert len(records(config)) == 1


def test_corrected_description_may_be_a_reason_for_a_new_version(path: Path, config: Config) -> None:
    """Should ask before it makes a DOI for words alone, and then make it, and send no data again."""
    go(path, config)
    corrected = Metadata.from_dict({**ABOUT, "title": "Rain and snow in Seattle"})
    with pytest.raises(NeedsConsent, match="in place"):
        go(path, config, metadata=corrected)
    assert standing.read(path, config=config).next_index == 2
    second = go(path, config, metadata=corrected, yes=True)
    assert second.record.index == 2 and second.record.title == "Rain and snow in Seattle"
    assert {"rain.csv", "data/stations.csv"} <= set(second.kept)


def test_proposal_that_is_not_wanted_is_left_out(path: Path, config: Config) -> None:
    """Should not publish a description that was proposed and emptied."""
    about = Metadata.from_dict({k: v for k, v in ABOUT.items() if k != "description"})
    (path.parent / "CITATION.cff").write_text("cff-version: 1.2.0\ntitle: Rain\nabstract: It rains a lot in Seattle.\n")
    assert "It rains a lot" in go(path, config, metadata=about).record.metadata["description"]
    second = go(path, config, metadata=about, without=["description"], yes=True)
    assert second.record.index == 2 and "description" not in second.record.metadata


def test_data_that_a_person_named_stays_in_the_next_version(path: Path, config: Config) -> None:
    """Should remember a file that only the person knew of."""
    extra = path.parent / "notes.txt"
    extra.write_text("measured by hand")
    go(path, config, data=[extra])
    (path.parent / "rain.csv").write_text("day,mm\n1,3\n")
    second = go(path, config)
    assert "notes.txt" in second.kept


def test_copy_becomes_a_record_of_its_own(path: Path, config: Config) -> None:
    """Should not make a copy the next version of somebody's record, but say what it is derived from."""
    first = go(path, config)
    copy = path.parent / "copy.ipynb"
    shutil.copy(path, copy)
    done = go(copy, config)
    assert done.record.concept_id != first.record.concept_id
    related = done.record.metadata["related_identifiers"]
    assert [(r["identifier"], r["relation_type"]["id"]) for r in related] == [(str(first.record.doi), "isderivedfrom")]


def test_renamed_notebook_goes_on_with_its_record(path: Path, config: Config) -> None:
    """Should make the next version of the same record after a rename, since the file is not where it was."""
    first = go(path, config)
    moved = path.rename(path.with_name("rainfall.ipynb"))
    (path.parent / "rain.csv").write_text("day,mm\n1,3\n")
    second = go(moved, config)
    assert second.record.concept_id == first.record.concept_id and second.record.index == 2
    assert go(moved, config).unchanged


def test_outputs_may_go_on_while_it_is_published(path: Path, config: Config) -> None:
    """Should not stop because the cell that publishes writes its own progress into the notebook."""

    def progress_is_saved(progress: Any) -> None:
        if progress.step == "upload":
            nb = nbformat.read(path, 4)
            nb.cells[1].outputs = [new_output("stream", text="Sending the files\n")]
            nbformat.write(nb, path)

    assert go(path, config, report=progress_is_saved).record.doi


def test_incomplete_description_is_told_before_anything_is_sent(path: Path, config: Config) -> None:
    """Should name the fields, and make no draft."""
    with pytest.raises(InvalidMetadata) as raised:
        go(path, config, metadata=Metadata.from_dict({**ABOUT, "title": "x"}))
    assert "metadata.title" in [e.field for e in raised.value.errors]
    assert not repositories.repository("local", config=config).my_drafts()


def test_secret_in_an_output_blocks(path: Path, config: Config) -> None:
    """Should refuse to publish a token, name the cell and not the token."""
    nb = nbformat.read(path, 4)
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    nb.cells[1].outputs = [new_output("stream", text=f"token {token}\n")]
    nbformat.write(nb, path)
    with pytest.raises(Blocked) as raised:
        go(path, config)
    assert token not in json.dumps(raised.value.to_json()) and raised.value.findings
    assert not records(config)
    done = go(path, config, accept=[f.id for f in raised.value.findings])
    assert done.record.doi


def test_notebook_changed_meanwhile_is_not_published(path: Path, config: Config) -> None:
    """Should stop before the step that cannot be undone, and go on with the same draft and DOI at the next call."""

    def meddle(progress: Any) -> None:
        if progress.step == "upload" and "Sending" in progress.message:
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace("It rains.", "It pours."), encoding="utf-8")

    with pytest.raises(ChangedMeanwhile):
        go(path, config, report=meddle)
    assert not records(config)
    drafts = repositories.repository("local", config=config).my_drafts()
    done = go(path, config)
    assert [str(d.doi) for d in drafts] == [str(done.record.doi)]
    assert "It pours." in path.read_text(encoding="utf-8")


def test_notebook_moved_meanwhile_is_not_published(path: Path, config: Config) -> None:
    """Should say so, and find the draft again when the notebook is back."""

    def meddle(progress: Any) -> None:
        if progress.step == "upload" and path.exists():
            path.rename(path.with_name("moved.ipynb"))

    with pytest.raises(ChangedMeanwhile, match="moved"):
        go(path, config, report=meddle)
    path.with_name("moved.ipynb").rename(path)
    assert not records(config)
    assert go(path, config).record.index == 1


def test_notebook_moved_meanwhile_goes_on_with_its_draft(path: Path, config: Config) -> None:
    """Should go on under the new name with the draft that was begun under the old one, and leave none behind."""
    moved = path.with_name("moved.ipynb")

    def meddle(progress: Any) -> None:
        if progress.step == "upload" and path.exists():
            path.rename(moved)

    with pytest.raises(ChangedMeanwhile, match="moved"):
        go(path, config, report=meddle)
    (begun,) = repositories.repository("local", config=config).my_drafts()
    assert standing.read(moved, config=config).state == "stopped"
    done = go(moved, config)
    assert done.record.id == begun.id
    assert repositories.repository("local", config=config).my_drafts() == []


def test_stopped_draft_is_not_given_to_another_notebook(path: Path, config: Config) -> None:
    """Should begin a draft of its own for a notebook that is beside a deleted one whose publication was stopped."""

    def meddle(progress: Any) -> None:
        if progress.step == "upload":
            path.unlink(missing_ok=True)

    other = path.with_name("other.ipynb")
    shutil.copy(path, other)
    nb = nbformat.read(other, 4)
    nb.cells.append(new_markdown_cell("Something else."))
    nbformat.write(nb, other)
    with pytest.raises(ChangedMeanwhile):
        go(path, config, report=meddle)
    (begun,) = repositories.repository("local", config=config).my_drafts()
    assert go(other, config).record.id != begun.id


def test_standing_is_known_without_the_repository(path: Path, config: Config, served: Any) -> None:
    """Should say from the journal where a notebook stands when the repository does not answer, and why no more is known."""
    config.repositories = {"lab": {"url": served.url, "title": "Our lab", "practice": True}}
    TokenStore(config).set(repositories.repository("lab", config=config).row, served.token)
    done = go(path, config, to="lab")
    served.stop()
    stands = standing.read(path, to="lab", config=config)
    assert (stands.state, stands.doi, stands.next_index) == ("published", str(done.record.doi), 2)
    assert "Our lab" in stands.words or "answer" in stands.words


def test_two_processes_do_not_publish_the_same_notebook_at_once(path: Path, config: Config) -> None:
    """Should tell the second that the first is at it."""
    url = repositories.repository("local", config=config).url
    with standing.journal(config).locked(path, url), pytest.raises(Busy):
        go(path, config)
    assert not records(config)


def test_real_repository_wants_a_yes_that_names_the_account(path: Path, config: Config, served: Any) -> None:
    """Should ask before a DOI is real, and send nothing without the yes."""
    config.repositories = {"lab": {"url": served.url, "title": "Our lab", "practice": False, "registered_dois": True}}
    TokenStore(config).set(repositories.repository("lab", config=config).row, served.token)
    asked: list[str] = []

    def confirm(plan: publish.Plan, question: str) -> bool:
        asked.append(question)
        return False

    with pytest.raises(NeedsConsent):
        go(path, config, to="lab", confirm=confirm)
    assert "Our lab" in asked[0] and "account" in asked[0]
    with pytest.raises(NeedsConsent):
        go(path, config, to="lab")
    assert go(path, config, to="lab", yes=True).record.doi


def test_metadata_cell_describes_the_work(path: Path, config: Config) -> None:
    """Should take the description from a `%%zenodo metadata` cell."""
    nb = nbformat.read(path, 4)
    nb.cells.append(
        new_code_cell("%%zenodo metadata\ntitle: Rain, told in a cell\ncreators: ['Doe, Ada']\nrights: [mit]\n")
    )
    nbformat.write(nb, path)
    done = publish.publish(path, config=config, today=TODAY)
    assert done.record.title == "Rain, told in a cell"


class Crash(BaseException):
    """The process ends here."""


class Crashing:
    """A session door that lets `n` requests through and then ends the process, before or after the next one is done."""

    def __init__(self, session: Any, n: int, after: bool) -> None:
        self.left, self.after, self.send = n, after, session.send
        session.send = self

    def __call__(self, request: Any, **options: Any) -> Any:
        if self.left == 0:
            if self.after:
                self.send(request, **options).content  # noqa: B018 - the answer is read and lost
            raise Crash
        self.left -= 1
        return self.send(request, **options)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_crash_at_any_request_leaves_one_record_with_one_doi(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    """Should, wherever the process ends, publish exactly one record when it is called again, and leave no draft behind."""
    real = repositories.repository
    described = environment.describe(notebook.read(path))  # asked once, since it takes as long as all the rest
    monkeypatch.setattr(environment, "describe", lambda *args, **options: described)
    n = crashes = 0
    while True:
        config = Config(data_dir=tmp_path / f"user-{n}")

        def crashing(*args: Any, n: int = n, **options: Any) -> Any:
            repository = real(*args, **options)
            Crashing(repository.session, n, after)
            return repository

        with monkeypatch.context() as patch:
            patch.setattr(repositories, "repository", crashing)
            try:
                go(path, config)
            except Crash:
                crashes += 1
            else:
                break
        done = go(path, config)
        assert len(records(config)) == 1, f"after a crash at request {n}"
        assert not real("local", config=config).my_drafts(), f"after a crash at request {n}"
        assert str(done.record.doi) in notebook.read(path)["cells"][1]["source"]
        n += 1
        notebook.write(path, badge.unstamp(notebook.read(path)))
    assert crashes > 10


def test_repository_that_is_not_there_is_told_plainly(path: Path, config: Config, free_port: int) -> None:
    """Should say that nobody answered, and lose nothing."""
    before = path.read_bytes()
    with pytest.raises(CouldNotAsk):
        go(path, config, to=f"http://127.0.0.1:{free_port}", yes=True)
    assert path.read_bytes() == before
