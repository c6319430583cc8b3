"""Where a notebook stands on a repository, and what publishing it would make: a first version, the next, or nothing new."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import badge, notebook, repositories
from . import bundle as bundles
from .errors import BadInput, CouldNotAsk, RecordDeleted, RecordNotFound, WasRefused
from .journal import Act, Entry, Journal
from .records import Record
from .report import Report, silent

if TYPE_CHECKING:
    from .config import Config
    from .repository import Repository


#: The step of an act that a person left as a draft.
SAVED = "saved"
#: Seconds that a status line waits for a repository.
_GLANCE = 10.0


@dataclass(frozen=True)
class Standing:
    """Where a notebook stands.

    Attributes
    ----------
    state : str
        ``never``, ``stopped`` (a publish was interrupted), ``waiting`` (for a community's review), ``declined`` (by it),
        ``published`` (unchanged since), ``changed``, or ``foreign`` (it carries the Deposit of a record that was not
        published from this path).
    words : str
        The same as a line for people.
    previous_id : str
        The record that the next version follows; empty where publishing makes a new record.
    previous : dict
        That record's native metadata, access and custom fields; empty where there is none.
    next_index : int
        The number that the new version would have.
    doi : str
        Of the version before, or reserved for the stopped one.
    changed_cells, changed_files : int, tuple of str
        What is different from the version before.
    added_files : tuple of str
        Those of the changed files that the version before had not.
    derived_from : str
        DOI of the record that a new record is derived from (a copy, a hand-out, a notebook that came by its DOI).
    anonymous : bool
        Whether a copy without names is with reviewers.
    saved : bool
        Whether a person left it as a draft, with all its files and its DOI.
    """

    state: str
    words: str
    previous_id: str = ""
    previous: dict[str, Any] = field(default_factory=dict)
    next_index: int = 1
    doi: str = ""
    changed_cells: int = 0
    changed_files: tuple[str, ...] = ()
    derived_from: str = ""
    anonymous: bool = False
    added_files: tuple[str, ...] = ()
    saved: bool = False

    @property
    def unchanged(self) -> bool:
        """Whether a new version would be the same as the one before."""
        return self.state == "published"

    def to_json(self) -> dict[str, Any]:
        """Return the fields, without the previous metadata."""
        data = asdict(self)
        del data["previous"]
        data |= {"changed_files": list(self.changed_files), "added_files": list(self.added_files)}
        return data


def stand(
    path: Path,
    nb: Any,
    entry: Entry,
    bundle: bundles.Bundle,
    repository: Repository,
    *,
    new: bool = False,
    version_of: str | None = None,
    config: Config,
) -> Standing:
    """Find out where a notebook stands.

    The next version of a record is made only where the journal says that it was published from this very path, or where a
    person names the record (`version_of`). A Deposit inside the notebook is a memory of where it came from, no more.
    """
    deposit = badge.read_deposit(nb)
    last = entry.last
    if entry.act is not None and entry.act.step in ("review", "declined") and entry.act.draft_id:
        return _in_review(entry.act, repository)
    if version_of:
        _, record = repositories.resolve(version_of, from_=repository.name, config=config)
        return _next(record, last, nb, bundle)
    strayed = bool(deposit and last and deposit.concept_doi and deposit.concept_doi != last.get("concept_doi"))
    if last is None or new or strayed:
        derived = deposit.doi if deposit and deposit.doi and not _is_same(deposit, last) else ""
        if entry.act is not None and entry.act.draft_id and not new:
            return _stopped(entry.act)
        if derived:
            return Standing("foreign", f"Comes from {derived}; publishing makes a new record, derived from it",
                            derived_from=derived)  # fmt: skip
        return Standing("never", "Never published")
    try:
        record = repository.latest(last["record_id"])
    except (RecordNotFound, RecordDeleted):
        return Standing("never", f"Never published; record {last['record_id']} is no longer there")
    found = _next(record, last, nb, bundle)
    if entry.act is not None and entry.act.draft_id == record.id:  # its end was not heard of
        words = f"{_label(record.index)} is published, and the badge still to come: publish again"
        return replace(found, state="stopped", words=words)
    if entry.act is not None and entry.act.draft_id and entry.act.step != "anonymous":
        begun = _stopped(entry.act)
        words = begun.words if begun.saved else f"Stopped while publishing {_label(found.next_index)}; can be resumed"
        return replace(found, state="stopped", doi=begun.doi or found.doi, words=words, saved=begun.saved)
    return replace(found, anonymous=entry.act is not None and entry.act.step == "anonymous")


def _in_review(act: Act, repository: Repository) -> Standing:
    """Ask what became of a draft that was handed in to a community."""
    try:
        review = repository.get_draft(act.draft_id).review
    except RecordNotFound:
        try:
            repository.get(act.draft_id)
        except RecordNotFound:
            return Standing("stopped", "Stopped; its draft was discarded, and publishing makes another")
        words = f"{act.community} accepted it, and it is published; the badge still to come: publish again"
        return Standing("stopped", words, doi=act.doi)
    if review is not None and review.is_open:
        return _waiting(act)
    if review is not None and review.status != "created":
        return _declined(act)
    return _stopped(act)


def _waiting(act: Act) -> Standing:
    words = f"Waiting for review by {act.community}; its DOI is reserved, and registered when they accept"
    return Standing("waiting", words, doi=act.doi)


def _declined(act: Act) -> Standing:
    words = f"{act.community} did not take it; change it and publish again to submit it once more"
    return Standing("declined", words, doi=act.doi)


def _stopped(act: Act) -> Standing:
    doi = act.doi
    if act.step == "anonymous":
        words = f"An anonymous copy is with reviewers; publish without --anonymous to publish it with names, DOI {doi}"
        return Standing("stopped", words, doi=doi, anonymous=True)
    if act.step == SAVED:
        return Standing("stopped", f"Draft with DOI {doi} reserved; nothing is published", doi=doi, saved=True)
    return Standing("stopped", f"Stopped; draft{f' with DOI {doi} reserved' if doi else ''}, can be resumed", doi=doi)


def _next(record: Record, last: dict[str, Any] | None, nb: Any, bundle: bundles.Bundle) -> Standing:
    known = last if last and last.get("record_id") == record.id else None
    found = _since(known, record.index, nb, bundle)
    return replace(found, previous_id=record.id, previous=record.description, doi=str(record.doi or ""))


def _since(known: dict[str, Any] | None, index: int, nb: Any, bundle: bundles.Bundle) -> Standing:
    """Return what changed since the newest version, as far as the journal knows that version."""
    cells, files = _changes(known, nb, bundle) if known else (-1, ())
    added = tuple(name for name in files if known and name not in (known.get("files") or {}))
    label = _label(index)
    if known and not cells and not files:
        state, words = "published", f"Published, {label}, unchanged"
    else:
        what = [f"{cells} cell{'s' if cells != 1 else ''}"] if cells > 0 else []
        if files:
            what.append(f"{len(files)} file{'s' if len(files) != 1 else ''}")
        state, words = "changed", f"Published, {label}, {' and '.join(what) or 'perhaps'} changed since"
    return Standing(
        state, words, next_index=index + 1, changed_cells=max(cells, 0), changed_files=files, added_files=added
    )


def remember(nb: Any, bundle: bundles.Bundle, data: Sequence[str]) -> dict[str, Any]:
    """Return what the journal keeps of a version's content, so that changes can be told cell by cell and file by file."""
    return {
        "checksum": notebook.fingerprint(nb),
        "cells": cell_fingerprints(nb),
        "data": list(data),
        "files": {f.key: {"md5": f.md5, "size": f.size} for f in bundle.files if f.role != "notebook"},
    }


def cell_fingerprints(nb: Any) -> dict[str, str]:
    """Return a hash per cell, by id where cells have one and by position where not; the badge cell is not counted."""
    found = {}
    for index, cell in enumerate(c for c in nb["cells"] if not badge.is_badge(c)):
        text = f"{cell['cell_type']}\n{cell['source']}".encode(
            "utf-8", "backslashreplace"
        )  # half of a surrogate pair too
        digest = hashlib.sha256(text).hexdigest()[:16]
        found[cell.get("id") or str(index)] = digest
    return found


def cells_digest(nb: Any) -> str:
    """Return one digest of all cells but the badge's."""
    told = "\n".join(f"{cell} {digest}" for cell, digest in cell_fingerprints(nb).items())
    return hashlib.sha256(told.encode("utf-8", "backslashreplace")).hexdigest()


def _changes(known: dict[str, Any], nb: Any, bundle: bundles.Bundle) -> tuple[int, tuple[str, ...]]:
    """Count the cells and name the files that differ from a remembered version."""
    before, now = known.get("cells") or {}, cell_fingerprints(nb)
    cells = sum(before.get(k) != now.get(k) for k in {**before, **now})
    if not cells and known.get("checksum") != notebook.fingerprint(nb):
        cells = 1  # the same code with other results
    old = known.get("files") or {}
    current = {f.key: f for f in bundle.files if f.role != "notebook"}
    files = [
        key
        for key in sorted({**old, **current})
        if key not in old
        or key not in current
        or old[key]["size"] != current[key].size
        or old[key]["md5"] != current[key].md5
    ]
    return cells, tuple(files)


def is_as_read(path: Path, digest: str, nb: Any) -> bool:
    """Whether a notebook says what it said; outputs may have gone on, as those of the cell that publishes do."""
    try:
        return bundles.file_digest(path) == digest or cell_fingerprints(notebook.read(path)) == cell_fingerprints(nb)
    except (OSError, BadInput):
        return False


def compare_by_content(entry: Entry, bundle: bundles.Bundle, report: Report) -> None:
    """Read the files once of which only the content tells whether they changed: those of the size that they had."""
    old = (entry.last or {}).get("files") or {}
    same = (f for f in bundle.files if f.key in old and old[f.key]["size"] == f.size)
    bundles.hash_all(same, report, "collect")


def _is_same(deposit: badge.Deposit, last: dict[str, Any] | None) -> bool:
    return last is not None and deposit.concept_doi == last.get("concept_doi")


def journal(config: Config) -> Journal:
    """Return the journal of this user."""
    return Journal(Path(config.data_dir) / "journal")


def limits(repository: Repository) -> bundles.Limits:
    """Return what a record may hold on a repository."""
    row = repository.row
    return bundles.Limits(row.max_files, row.max_bytes, row.allow_empty_files)


def entry_of(path: Path, nb: Any, repository: Repository, config: Config) -> Entry:
    """Return what the journal says of a notebook, also of one that was renamed or moved; see `moved_from`."""
    book = journal(config)
    entry = book.read(path, repository.url)
    other = moved_from(entry, nb, book)
    return replace(entry, deposits=list(other.deposits), act=entry.act or other.act) if other else entry


def moved_from(entry: Entry, nb: Any, book: Journal) -> Entry | None:
    """Return what the journal says of a notebook under the name that it had before, if it had one.

    A notebook is taken for a moved one when it carries the Deposit of a record that was published from a path where no file
    is any more, or has the very cells whose publication was stopped there. While that file is there, it is a copy.
    """
    if entry.last:
        return None
    deposit, cells = badge.read_deposit(nb), cells_digest(nb)
    for other in book.entries():
        of_record = deposit and deposit.concept_doi and (other.last or {}).get("concept_doi") == deposit.concept_doi
        of_act = other.act is not None and entry.act is None and other.act.cells == cells
        same_place = other.repository == entry.repository and other.notebook != entry.notebook
        if same_place and (of_record or of_act) and not Path(other.notebook).exists():
            return other
    return None


def take_over(entry: Entry, nb: Any, book: Journal) -> None:
    """Go on under the new name with what was begun under the old one, so that no draft is left behind.

    Raises
    ------
    Busy
        When that is still under way.
    """
    other = moved_from(entry, nb, book) if entry.act is None else None
    if other is not None and other.act is not None:
        with book.locked(Path(other.notebook), other.repository) as left:
            entry.act, left.act = left.act, None
            book.write(entry)
            book.write(left)


def named_data(entry: Entry, path: Path) -> tuple[Path, ...]:
    """Return the files and folders that a person named for the version before and that are still there."""
    folder = path.resolve().parent
    named = (entry.last or {}).get("data") or ()
    return tuple(folder / name for name in named if (folder / name).exists())


def _label(index: int) -> str:
    return f"v{index}"


def read(path: Path, *, to: str | None = None, config: Config, report: Report = silent) -> Standing:
    """Say where a notebook stands, for a status line; where the repository cannot be asked, as far as it is known here.

    Raises
    ------
    BadInput
        When the notebook cannot be read, or the repository is not known.
    """
    repository = repositories.repository(to, config=config)
    repository.session.budget_seconds = _GLANCE
    nb = notebook.read(path)
    entry = entry_of(path, nb, repository, config)
    bundle = bundles.collect(path, data=named_data(entry, path), limits=limits(repository))
    compare_by_content(entry, bundle, report)
    try:
        return stand(path, nb, entry, bundle, repository, config=config)
    except (CouldNotAsk, WasRefused) as e:
        known = remembered(entry, nb, bundle)
        return replace(known, words=f"{known.words}. {e.message}")


def remembered(entry: Entry, nb: Any, bundle: bundles.Bundle) -> Standing:
    """Return where a notebook stands as far as the journal knows."""
    act, last = entry.act, entry.last
    if act is not None and act.draft_id:
        return {"review": _waiting, "declined": _declined}.get(act.step, _stopped)(act)
    if last is None:
        return Standing("never", "Not published from here")
    known = _since(last, last.get("index", 1), nb, bundle)
    return replace(known, previous_id=last["record_id"], doi=last["doi"])
