"""What is under way: publications that run, that were stopped and can be gone on with, and drafts that nothing knows any more.

Also whether somebody edited the draft of a stopped one on the repository's site meanwhile: that is shown, and not written
over unasked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import repositories, standing
from .checks.finding import Finding
from .drafts import marks_of
from .errors import BadInput, RecordNotFound, ZenodoJupyterError
from .journal import Act, Entry
from .records import Draft

if TYPE_CHECKING:
    from .config import Config
    from .repository import Repository

#: The id of the finding that a draft was edited on the repository's site; accepting it writes over what is there.
EDITED = "DRAFT"
# Not compared with the version before: a repository empties them in the draft of the next one.
_EMPTIED = ("metadata.version", "metadata.publication_date")


@dataclass(frozen=True)
class Underway:
    """One publication or draft that is not at its end.

    Attributes
    ----------
    state : str
        ``running`` (a process is at it), ``stopped`` (publishing again goes on with it), ``lost`` (a draft that no
        publication will go on with).
    words : str
        The same as a line for people.
    repository : str
        Name of the repository.
    notebook : str
        Absolute path; empty for a lost draft.
    draft_id, doi, title : str
        As far as they are known.
    html_url : str
        Where the draft can be looked at and edited.
    """

    state: str
    words: str
    repository: str
    notebook: str = ""
    draft_id: str = ""
    doi: str = ""
    title: str = ""
    html_url: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the fields as a dictionary."""
        return asdict(self)


def everything(*, to: str | None = None, config: Config) -> list[Underway]:
    """Return what is under way on every repository, and the lost drafts on one.

    Parameters
    ----------
    to : str, optional
        The repository whose drafts are looked through for lost ones; the configured default otherwise.
    config : Config
        Repositories, data folder.
    """
    entries = standing.journal(config).entries()
    found = [_of_act(entry, entry.act, config) for entry in entries if entry.act is not None]
    return [*found, *_lost(repositories.repository(to, config=config), entries)]


def discard(draft_id: str, *, to: str | None = None, config: Config) -> Underway:
    """Delete an unpublished draft with its files and its reserved DOI, and forget the publication that it belongs to.

    Raises
    ------
    Busy
        When a process is at it right now.
    BadInput
        When it is no draft of something unpublished.
    RecordNotFound, CouldNotAsk, WasRefused
        See `errors`.
    """
    book = standing.journal(config)
    entry = next((e for e in book.entries() if e.act is not None and e.act.draft_id == draft_id), None)
    repository = repositories.repository(entry.repository if entry and to is None else to, config=config)
    if entry is None:
        return _discard(repository, draft_id)
    with book.locked(Path(entry.notebook), entry.repository) as held:
        done = _discard(repository, draft_id)
        if held.act is not None and held.act.draft_id == draft_id:
            held.act = None
            book.write(held)
    return done


def _discard(repository: Repository, draft_id: str) -> Underway:
    draft = repository.get_draft(draft_id)
    if draft.is_published:
        raise BadInput(
            f"{draft_id} holds changes to a published record, and is not a draft of something new.",
            "Look at it on the repository's site.",
        )
    repository.discard(draft_id)
    words = f"Discarded the draft {draft_id} on {repository.title}; its reserved DOI goes with it"
    return Underway("discarded", words, repository.name, "", draft_id, str(draft.doi or ""), draft.title)


def _of_act(entry: Entry, act: Act, config: Config) -> Underway:
    try:
        repository = repositories.repository(entry.repository, config=config)
    except ZenodoJupyterError:
        words = f"Stopped; its repository {entry.repository} is no longer configured"
        return Underway("stopped", words, entry.repository, entry.notebook, act.draft_id, act.doi)
    name = Path(entry.notebook).name
    where = {"draft_id": act.draft_id, "doi": act.doi, "html_url": _page(repository, act.draft_id)}
    if standing.journal(config).is_locked(Path(entry.notebook), entry.repository):
        words = f"{name} is being published on {repository.title}"
        return Underway("running", words, repository.name, entry.notebook, **where)
    missing = "" if Path(entry.notebook).exists() else "; the notebook is no longer there"
    stopped = f"{name} was stopped while it was published on {repository.title}{missing}; publish again to go on"
    shown = f"An anonymous copy of {name} is with reviewers on {repository.title}{missing}; publish again to publish it"
    saved = f"{name} is a draft on {repository.title}{missing}; publish again to publish it"
    words = {"anonymous": shown, standing.SAVED: saved}.get(act.step, stopped)
    return Underway("stopped", words, repository.name, entry.notebook, **where)


def _lost(repository: Repository, entries: list[Entry]) -> Iterator[Underway]:
    """Find the drafts that were begun here and that nothing will go on with: the answer to their making was lost."""
    if repository.session.token is None and not (repository.row.practice or repository.row.is_embedded):
        return
    known = {e.act.draft_id for e in entries if e.act is not None}
    left = {draft_id: e.notebook for e in entries if e.repository == repository.url for draft_id in e.left}
    marks = {e.act.mark for e in entries if e.act is not None and not e.act.draft_id}
    for draft in repository.my_drafts():
        mark = next(iter(marks_of(draft.metadata)), "")
        if draft.id in known or mark in marks or not (mark.startswith("urn:uuid:") or draft.id in left):
            continue
        begun = (
            f"begun for {Path(left[draft.id]).name}" if draft.id in left else "begun by this tool, here or elsewhere"
        )
        words = f"A draft on {repository.title} that nothing goes on with ({begun}); it can be discarded"
        yield Underway(
            "lost", words, repository.name, left.get(draft.id, ""), draft.id, str(draft.doi or ""), draft.title,
            _page(repository, draft.id),
        )  # fmt: skip


def fingerprints(described: dict[str, Any]) -> dict[str, str]:
    """Return a hash for each field that a person can edit on the repository's site.

    Parameters
    ----------
    described : dict
        ``metadata``, ``access`` and ``custom_fields``, as the repository answers them.
    """
    access = {k: v for k, v in (described.get("access") or {}).items() if k in ("record", "files")}
    parts = {
        **{f"metadata.{name}": value for name, value in (described.get("metadata") or {}).items()},
        **{f"access.{name}": value for name, value in access.items()},
        **{f"custom_fields.{name}": value for name, value in (described.get("custom_fields") or {}).items()},
    }
    text = {
        name: json.dumps(_by_id(value), sort_keys=True)
        for name, value in parts.items()
        if value not in (None, "", [], {})
    }
    return {name: hashlib.sha256(value.encode()).hexdigest()[:16] for name, value in text.items()}


def _by_id(value: Any) -> Any:
    """Return a value with nothing but the ids of what comes from vocabularies: some answers have their titles, some not."""
    if isinstance(value, dict):
        return {"id": value["id"]} if "id" in value else {k: _by_id(v) for k, v in value.items()}
    return [_by_id(v) for v in value] if isinstance(value, list) else value


def edited(repository: Repository, act: Act | None) -> Finding | None:
    """Tell whether somebody edited the draft of a stopped publication meanwhile; None also where that cannot be known."""
    if act is None or not act.draft_id or not act.described or act.step == "review":
        return None
    try:
        draft = repository.get_draft(act.draft_id)
        there = repository.list_files(act.draft_id) if act.brought else ()
    except RecordNotFound:  # published by now, or discarded
        return None
    strange = [f.key for f in there if act.brought.get(f.key, "another") not in (f.md5, "")]
    return _finding(repository, draft, act.described, strange)


def opened_elsewhere(repository: Repository, draft: Draft, previous: dict[str, Any]) -> Finding | None:
    """Tell whether the draft of a next version was begun and edited by somebody else.

    Parameters
    ----------
    repository : Repository
        Where it is.
    draft : Draft
        As it was answered to "make the next version": the one that is open, if there is one.
    previous : dict
        ``metadata``, ``access`` and ``custom_fields`` of the version before, which a fresh one has too.
    """
    return _finding(repository, draft, fingerprints(previous), (), _EMPTIED)


def _finding(
    repository: Repository, draft: Draft, written: dict[str, str], files: Any, but: tuple[str, ...] = ()
) -> Finding | None:
    now = fingerprints(draft.description)
    fields = {n for n in {*written, *now} if written.get(n) != now.get(n) and n not in but}
    changed = sorted(n.partition(".")[2] for n in fields) + [f"the file {key}" for key in files]
    if not changed:
        return None
    return Finding(
        EDITED, "block",
        f"The draft {draft.id} was edited on {repository.title} meanwhile: {', '.join(changed)}. Publishing writes over that.",
        f"Look at it at {_page(repository, draft.id)} and take over what should stay, or publish it there, or accept that it "
        "is written over.",
    )  # fmt: skip


def _page(repository: Repository, draft_id: str) -> str:
    return f"{repository.url}/uploads/{draft_id}" if draft_id and repository.url.startswith("http") else ""
