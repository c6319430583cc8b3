"""One act, one DOI: whatever dies, runs at the same time, or is done by hand in between."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell
from publishing import Died, go

from zenodo_jupyter import repositories, standing
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import Busy


def change(path: Path) -> None:
    """Write another cell into the notebook."""
    nb = nbformat.read(path, 4)
    nb.cells.append(new_markdown_cell("More."))
    nbformat.write(nb, path)


def dies_at(step: str) -> Any:
    """Return a report that ends everything at a step."""

    def report(progress: Any) -> None:
        if progress.step == step:
            raise Died

    return report


def records(config: Config) -> list[str]:
    """The ids of all published versions."""
    return [r.id for r in repositories.repository(config=config).search("", all_versions=True, size=100).records]


def test_second_call_that_began_before_the_first_ended(path: Path, config: Config) -> None:
    """Should be told that the first is at it already while it looks at the notebook, and make no second record."""
    answers: list[type[BaseException] | None] = []

    def at_the_same_time(progress: Any) -> None:
        if progress.step == "check" and not answers:
            answers.append(None)
            try:
                go(path, config)
            except Busy:
                answers[0] = Busy

    done = go(path, config, report=at_the_same_time)
    assert answers == [Busy]
    assert records(config) == [done.record.id]


@pytest.mark.parametrize(
    ("version", "step"),
    [
        (1, "draft"),
        (1, "reserve"),
        (1, "publish"),
        (1, "badge"),
        (2, "draft"),
        (2, "upload"),
        (2, "publish"),
        (2, "verify"),
    ],
)
def test_death_at_any_step_costs_no_second_doi(path: Path, config: Config, version: int, step: str) -> None:
    """Should go on with the same draft, or see that it was published, and leave no draft behind."""
    for _ in range(version - 1):
        go(path, config)
        change(path)
    with pytest.raises(Died):
        go(path, config, report=dies_at(step))
    done = go(path, config)
    assert done.record.index == version and not done.unchanged
    assert len(records(config)) == version
    assert not repositories.repository(config=config).my_drafts()
    assert go(path, config).unchanged


def test_draft_that_was_discarded_by_hand(path: Path, config: Config) -> None:
    """Should begin with a new one."""
    with pytest.raises(Died):
        go(path, config, report=dies_at("publish"))
    repository = repositories.repository(config=config)
    repository.discard(repository.my_drafts()[0].id)
    assert go(path, config).record.index == 1
    assert not repository.my_drafts()


def test_version_that_was_published_elsewhere_meanwhile(path: Path, config: Config, tmp_path: Path) -> None:
    """Should follow the newest version, whoever made it."""
    first = go(path, config)
    other = tmp_path / "other" / "rain.ipynb"
    other.parent.mkdir()
    other.write_bytes(path.read_bytes())
    change(other)
    elsewhere = go(other, config, version_of=str(first.record.doi))
    assert elsewhere.record.index == 2
    change(path)
    assert go(path, config).record.index == 3


def test_two_computers_with_one_notebook(path: Path, served: Any, tmp_path: Path) -> None:
    """Should not take the copy on the second for the next version, unless a person says so, whichever computer it is."""
    there = {"lab": {"url": served.url, "title": "Lab", "practice": True}}
    one, two = (Config(data_dir=tmp_path / name, repositories=there, default_repository="lab") for name in "ab")
    from zenodo_jupyter.tokens import TokenStore

    for config in (one, two):
        TokenStore(config).set(repositories.repository(config=config).row, served.token)
    first = go(path, one)
    second = go(path, two, version_of=str(first.record.concept_doi))
    assert (second.record.index, second.record.concept_id) == (2, first.record.concept_id)
    change(path)
    third = go(path, one)
    assert (third.record.index, third.record.concept_id) == (3, first.record.concept_id)


def test_change_after_a_death_is_not_taken_for_published(path: Path, config: Config) -> None:
    """Should know what the record holds, and offer what was written since as the next version."""
    with pytest.raises(Died):
        go(path, config, report=dies_at("verify"))
    change(path)
    assert standing.read(path, config=config).state == "stopped"
    assert go(path, config).record.index == 1
    assert standing.read(path, config=config).state == "changed"
    assert go(path, config).record.index == 2
