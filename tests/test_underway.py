"""What was stopped, what was lost, and what somebody edited on the repository's site meanwhile."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell
from publishing import Died, go

from zenodo_jupyter import repositories, standing, underway
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import Blocked, RecordNotFound


def dies_at(step: str) -> Any:
    """Return a report that ends everything at a step."""

    def report(progress: Any) -> None:
        if progress.step == step:
            raise Died

    return report


def edit(repository: Any, draft_id: str, **metadata: Any) -> None:
    """Change a draft as somebody does in the browser."""
    draft = repository.get_draft(draft_id)
    body = {"metadata": {**draft.metadata, **metadata}, "custom_fields": draft.custom_fields, "access": draft.access}
    repository.update_draft(draft_id, {**body, "files": {"enabled": True}})


def change(path: Path) -> None:
    """Write another cell into the notebook."""
    nb = nbformat.read(path, 4)
    nb.cells.append(new_markdown_cell("More."))
    nbformat.write(nb, path)


def test_what_was_stopped_can_be_gone_on_with_or_discarded(path: Path, config: Config) -> None:
    """It is listed with its draft; discarded, its draft is gone and the notebook was never published."""
    with pytest.raises(Died):
        go(path, config, report=dies_at("publish"))
    found = underway.everything(config=config)
    assert [(u.state, Path(u.notebook).name, bool(u.doi)) for u in found] == [("stopped", "rain.ipynb", True)]
    underway.discard(found[0].draft_id, config=config)
    assert underway.everything(config=config) == []
    with pytest.raises(RecordNotFound):
        repositories.repository(config=config).get_draft(found[0].draft_id)
    assert standing.read(path, config=config).state == "never"
    assert go(path, config).record.index == 1


def test_what_runs_is_said_to_run(path: Path, config: Config) -> None:
    """Seen from another place while a process is at it."""
    seen: list[str] = []

    def look(progress: Any) -> None:
        if progress.step == "publish":
            seen.extend(u.state for u in underway.everything(config=config))

    go(path, config, report=look)
    assert seen and set(seen) == {"running"}
    assert underway.everything(config=config) == []


def test_draft_whose_making_was_not_heard_of_is_offered(path: Path, config: Config) -> None:
    """It carries a mark; other drafts of the account are not touched, and nor is the one that will be gone on with."""
    repository = repositories.repository(config=config)
    mine = repository.create_draft({"metadata": {"title": "By hand"}}).id
    with pytest.raises(Died):
        go(path, config, report=dies_at("upload"))
    act = standing.journal(config).read(path, repository.url).act
    assert act is not None
    mark = {"identifier": act.mark, "scheme": "urn"}
    twin = repository.create_draft({"metadata": {"title": "Rain", "identifiers": [mark]}}).id  # found too late
    lost = [u for u in underway.everything(config=config) if u.state == "lost"]
    assert [u.draft_id for u in lost] in ([twin], []) and mine not in [u.draft_id for u in lost]
    assert [u.draft_id for u in lost] == [twin]
    underway.discard(twin, config=config)
    assert go(path, config).record.index == 1
    assert [d.id for d in repository.my_drafts()] == [mine]


def test_draft_that_was_left_for_another_is_offered(path: Path, config: Config) -> None:
    """Who wants a new record in place of the next version leaves the draft of that."""
    go(path, config)
    change(path)
    with pytest.raises(Died):
        go(path, config, report=dies_at("upload"))
    go(path, config, new=True)
    assert [u.state for u in underway.everything(config=config)] == ["lost"]


@pytest.mark.parametrize("version", [1, 2])
def test_what_was_edited_in_the_browser_is_not_written_over_unasked(path: Path, config: Config, version: int) -> None:
    """It is said which fields; accepting it writes over them."""
    for _ in range(version - 1):
        go(path, config)
        change(path)
    with pytest.raises(Died):
        go(path, config, report=dies_at("publish"))
    repository = repositories.repository(config=config)
    draft = repository.my_drafts()[0].id
    edit(repository, draft, title="A better title")
    repository.init_files(draft, ["letter.txt"])
    with pytest.raises(Blocked) as caught:
        go(path, config)
    assert [f.id for f in caught.value.findings] == ["DRAFT"]
    assert "title" in str(caught.value) and "letter.txt" in str(caught.value)
    assert repository.get_draft(draft).title == "A better title"
    done = go(path, config, accept=["DRAFT"])
    assert (done.record.id, done.record.title) == (draft, "Rain in Seattle")


def test_what_nobody_edited_is_gone_on_with_unasked(path: Path, config: Config) -> None:
    """At whatever step it was stopped; what this tool wrote itself is no edit of others."""
    for step in ("draft", "metadata", "reserve", "stamp", "upload", "publish"):
        with pytest.raises(Died):
            go(path, config, report=dies_at(step))
    assert go(path, config).record.index == 1
    change(path)
    for step in ("draft", "metadata", "upload", "publish"):
        with pytest.raises(Died):
            go(path, config, report=dies_at(step))
    assert go(path, config).record.index == 2


def test_next_version_that_was_begun_in_the_browser(path: Path, config: Config) -> None:
    """Its text is somebody's work."""
    first = go(path, config)
    repository = repositories.repository(config=config)
    draft = repository.new_version(first.record.id).id
    edit(repository, draft, title="Rain and snow", publication_date="2026-04-01")
    change(path)
    with pytest.raises(Blocked, match="title"):
        go(path, config)
    assert repository.get_draft(draft).title == "Rain and snow"
    assert go(path, config, accept=["DRAFT"]).record.id == draft


def test_the_command_line_says_what_is_under_way_and_discards_it(path: Path, config: Config) -> None:
    """With a notebook or without one; for scripts as JSON too."""
    from zenodo_jupyter import grammar, verbs

    def told(*words: str) -> Any:
        return verbs.run(grammar.parser().parse_args(["status", *words]), verbs.Door(config))

    assert told().text == "Nothing is under way."
    with pytest.raises(Died):
        go(path, config, report=dies_at("publish"))
    shown = told(str(path))
    draft = shown.data["underway"][0]["draft_id"]
    assert shown.data["state"] == "stopped" and f"--discard {draft}" in shown.text
    assert "rain.ipynb was stopped" in told().text
    assert draft in told("--discard", draft).text
    assert told().text == "Nothing is under way."


def test_file_that_somebody_put_in_place_of_ours_is_not_written_over_unasked(path: Path, config: Config) -> None:
    """Also under the same name; it is known by its md5."""
    with pytest.raises(Died):
        go(path, config, report=dies_at("publish"))
    repository = repositories.repository(config=config)
    draft = repository.my_drafts()[0].id
    repository.delete_file(draft, "README.md")
    theirs = repository.upload(draft, "README.md", lambda: io.BytesIO(b"Mine."), size=5).md5
    with pytest.raises(Blocked, match=r"the file README\.md\."):
        go(path, config)
    done = go(path, config, accept=["DRAFT"])
    assert done.record.id == draft and next(f for f in done.record.files if f.key == "README.md").md5 != theirs


def test_edit_during_the_sending_is_not_written_over(path: Path, config: Config) -> None:
    """What is shown first is said once more after the files, and that takes nothing away."""
    repository = repositories.repository(config=config)

    def meddle(progress: Any) -> None:
        if progress.step == "upload" and not progress.done:
            edit(repository, repository.my_drafts()[0].id, title="A better title")

    with pytest.raises(Blocked, match="title"):
        go(path, config, report=meddle)
    assert repository.my_drafts()[0].title == "A better title"
