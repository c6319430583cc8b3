"""Editing a published record in place: the same DOI, the same files, other words."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from publishing import Died

from zenodo_jupyter import edit, publish, repositories, standing
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import BadInput, ChangedMeanwhile, InvalidMetadata, NeedsConsent, RecordNotFound
from zenodo_jupyter.metadata import Metadata
from zenodo_jupyter.records import Record
from zenodo_jupyter.repository import Repository
from zenodo_jupyter.tokens import TokenStore

ABOUT = {
    "title": "Rain in Seattle",
    "creators": [{"name": "Doe, Ada"}],
    "description": "<p>How much it rains.</p>",
    "rights": ["cc-by-4.0"],
    "subjects": ["rain"],
}


@pytest.fixture
def repository(config: Config) -> Repository:
    """The embedded repository."""
    return repositories.repository(config=config)


@pytest.fixture
def record(path: Path, config: Config) -> Record:
    """Its record."""
    return publish.publish(path, config=config, metadata=Metadata.from_dict(ABOUT), today=date(2026, 3, 1)).record


def said(**fields: Any) -> Metadata:
    """Return a description."""
    return Metadata.from_dict(fields)


def test_by_doi(record: Record, config: Config, repository: Repository) -> None:
    """Should change what is said and nothing else, and be seen by whoever gets the record."""
    done = edit.edit(str(record.doi), metadata=said(title="Rain in Tacoma"), without=["subjects"], config=config)
    now = repository.get(record.id)
    assert now.title == "Rain in Tacoma" and "subjects" not in now.metadata
    assert (now.doi, now.index, now.preview, now.version) == (record.doi, 1, record.preview, record.version)
    assert [(f.key, f.md5) for f in now.files] == [(f.key, f.md5) for f in record.files]
    assert now.metadata["description"] == record.metadata["description"]
    assert set(done.changed) == {"title", "subjects"} and done.record == now
    assert edit.edit(str(record.doi), metadata=said(title="Rain in Tacoma"), config=config).changed == ()


def test_by_notebook(record: Record, path: Path, config: Config) -> None:
    """Should take the description from its cell, and leave the notebook without a reason for a version."""
    nb = nbformat.read(path, 4)
    nb.cells.append(new_code_cell("%%zenodo metadata\ntitle: Rain in Tacoma\n"))
    nbformat.write(nb, path)
    assert edit.edit(path, config=config).record.title == "Rain in Tacoma"
    copy = path.with_name("copy.ipynb")
    copy.write_bytes(path.read_bytes())
    with pytest.raises(BadInput, match="not published from here"):
        edit.edit(copy, config=config)


def test_unchanged_notebook_stands_unchanged_after_it(record: Record, path: Path, config: Config) -> None:
    """Should not be offered as a new version because of words that stand in the record already."""
    corrected = said(**{**ABOUT, "title": "Rain in Tacoma"})
    with pytest.raises(NeedsConsent, match="in place"):
        publish.publish(path, config=config, metadata=corrected)
    edit.edit(path, metadata=corrected, config=config)
    assert publish.publish(path, config=config, metadata=corrected).unchanged
    assert standing.read(path, config=config).state == "published"


def test_embargo_and_its_end(record: Record, config: Config, repository: Repository) -> None:
    """Should close the files until a day, and open them before it."""
    closed = {"files": "restricted", "embargo": {"active": True, "until": "2999-01-01", "reason": "The article."}}
    edit.edit(str(record.doi), metadata=said(access=closed), config=config)
    assert repository.get(record.id).access["status"] == "embargoed"
    opened = {"files": "public", "embargo": {"active": False}}
    edit.edit(str(record.doi), metadata=said(access=opened), config=config)
    assert repository.get(record.id).access["status"] == "open"


def test_wrong_fields_change_nothing(record: Record, config: Config, repository: Repository) -> None:
    """Should name them and leave no draft of changes."""
    with pytest.raises(InvalidMetadata) as refused:
        edit.edit(str(record.doi), metadata=said(publication_date="yesterday"), without=["title"], config=config)
    assert {e.field for e in refused.value.errors} == {"metadata.publication_date", "metadata.title"}
    with pytest.raises(RecordNotFound):
        repository.get_draft(record.id)
    assert repository.get(record.id).title == record.title


@pytest.mark.parametrize("step", ["metadata", "publish", "verify"])
def test_death_at_any_step(record: Record, config: Config, repository: Repository, step: str) -> None:
    """Should go on with the same call, to the same end."""

    def dies(progress: Any) -> None:
        if progress.step == step:
            raise Died

    with pytest.raises(Died):
        edit.edit(str(record.doi), metadata=said(title="Rain in Tacoma"), config=config, report=dies)
    edit.edit(str(record.doi), metadata=said(title="Rain in Tacoma"), config=config)
    now = repository.get(record.id)
    assert (now.title, now.doi) == ("Rain in Tacoma", record.doi)
    with pytest.raises(RecordNotFound):
        repository.get_draft(record.id)


def native(record: Record, title: str) -> dict[str, Any]:
    """Return the JSON by which somebody in a browser changes a title."""
    return {"metadata": {**record.metadata, "title": title}, "access": record.access, "files": {"enabled": True}}


def test_changes_of_somebody_else_are_not_overwritten(record: Record, config: Config, repository: Repository) -> None:
    """Should say what they are, and throw them away only when told to."""
    repository.update_draft(repository.edit(record.id).id, native(record, "Typed in a browser"))
    with pytest.raises(ChangedMeanwhile, match="title"):
        edit.edit(str(record.doi), metadata=said(subjects=["snow"]), config=config)
    assert repository.get_draft(record.id).title == "Typed in a browser"
    done = edit.edit(str(record.doi), metadata=said(subjects=["snow"]), overwrite=True, config=config)
    assert done.record.title == record.title and done.record.metadata["subjects"] == [{"subject": "snow"}]


def test_somebody_else_at_the_same_time(
    record: Record, config: Config, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should not publish what somebody wrote between our writing and our publishing."""
    describe = edit.describe

    def and_then_a_browser(*args: Any, **options: Any) -> Any:
        draft = describe(*args, **options)
        repository.update_draft(draft.id, native(record, "Typed in a browser"))
        return draft

    monkeypatch.setattr(edit, "describe", and_then_a_browser)
    with pytest.raises(ChangedMeanwhile):
        edit.edit(str(record.doi), metadata=said(title="Rain in Tacoma"), config=config)
    assert repository.get(record.id).title == record.title


def test_who_may_see_a_real_record_is_asked_about(path: Path, served: Any, tmp_path: Path) -> None:
    """Should change the words of a real record unasked, which can be changed back, but not who may see it."""
    real = {"lab": {"url": served.url, "title": "Lab", "practice": False}}
    config = Config(data_dir=tmp_path / "user", repositories=real, default_repository="lab")
    TokenStore(config).set(repositories.repository(config=config).row, served.token)
    record = publish.publish(path, config=config, metadata=Metadata.from_dict(ABOUT), yes=True).record
    assert edit.edit(record.id, metadata=said(title="Rain in Tacoma"), config=config).changed == ("title",)
    closed = said(access={"files": "restricted"})
    with pytest.raises(NeedsConsent, match="unseen"):
        edit.edit(record.id, metadata=closed, config=config)
    assert edit.edit(record.id, metadata=closed, config=config, confirm=lambda question: True).changed == ("access",)
