"""Promote: move records with their versions, files and communities to another repository, once each, and compare them there.

What was moved is written down in the user's data folder before and after each step that cannot be undone, so a promotion that
was cut goes on where it was, and one that is repeated moves nothing again.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from . import carried
from .communities import Community
from .consent import ask_first
from .errors import BadInput, Busy, Mismatch, RecordNotFound, RefusedMetadata, WasRefused
from .keeping import keep
from .records import Draft, Record
from .report import Progress, Report, silent

if TYPE_CHECKING:
    from .config import Config
    from .repository import Repository


@dataclass
class Promotion:
    """What came of one version.

    Attributes
    ----------
    source, target : str
        Its id here and there.
    doi : str
        Its DOI there.
    url : str
        Its page there.
    moved : bool
        Whether it was moved now, and not before.
    notes : list of str
        What is not as it was, in words.
    """

    source: str
    target: str
    doi: str = ""
    url: str = ""
    moved: bool = True
    notes: list[str] = field(default_factory=list)


def promote(
    which: str | None,
    *,
    to: str,
    yes: bool = False,
    confirm: Callable[[str], bool] | None = None,
    config: Config,
    report: Report = silent,
) -> list[Promotion]:
    """Move a record with all its versions, or all records, from the embedded repository to another one.

    Parameters
    ----------
    which : str or None
        A DOI or id of any of its versions; all of one's own records otherwise.
    to : str
        Name or address of the other repository.
    yes : bool
        Said already: DOIs that are made there cannot be undone.
    confirm : callable, optional
        Asks a person.
    config, report
        As everywhere.

    Returns
    -------
    list of Promotion
        One per version, the oldest first.

    Raises
    ------
    BadInput
        When both are the same place.
    NeedsConsent
        When nobody said yes.
    Mismatch
        When a record there is not what it is here.
    Busy
        When another process is promoting to the same place.
    """
    from . import repositories

    source, target = repositories.repository("local", config=config), repositories.repository(to, config=config)
    if source.url == target.url:
        raise BadInput("Records are promoted to another repository than the embedded one.", "Name it with --to.")
    concepts = [[*reversed(source.versions(i))] for i in _concepts(source, which)]
    number = sum(map(len, concepts))
    if not target.row.practice:
        ask_first(
            f"Publish {number} versions of {len(concepts)} records on {target.title} with account {target.test_token()}? "
            "The records and their DOIs are public and cannot be undone.", yes, confirm,
        )  # fmt: skip
    with _Notes(Path(config.data_dir), target.url) as notes:
        done: list[Promotion] = []
        for versions in concepts:
            before = ""
            for record in versions:
                report(Progress("publish", f"Moving {record.title}", len(done), number, "records", record.id))
                made = _promoted(source, target, record, before, notes, report)
                done.append(made)
                before = made.target
            done[-1].notes += _communities(source, target, versions[-1], before)
    return done


def _concepts(source: Repository, which: str | None) -> Iterator[str]:
    """Yield the newest version's id of each record that is meant, the oldest record first."""
    if which is not None:
        from .doi import DOI

        doi = DOI.find(which)
        record = source.find_doi(doi) if doi else source.get(which)
        if record is None:
            raise RecordNotFound(f"{which} is not in the embedded repository.", "`search` shows what is.")
        yield source.latest(record.id).id
        return
    params = {"q": "is_published:true", "sort": "oldest", "shared_with_me": "false"}
    for hit in list(source.hits("/user/records", params, "your records")):
        if hit.get("is_published"):
            yield source.latest(str(hit["id"])).id


def _promoted(
    source: Repository, target: Repository, record: Record, before: str, notes: _Notes, report: Report
) -> Promotion:
    """Move one version, unless it was; go on with its draft, if there is one."""
    kept = notes.of(record.id)
    there = _published(target, kept.get("draft", "")) if kept else None
    if there is None:
        draft = _draft(target, record, before, kept, notes)
        _fill(source, target, record, draft, report)
        lost = _describe(target, draft, record)
        notes.write(record.id, draft=draft.id, lost=lost)  # from here on it may be published
        there = target.publish(draft.id)
        moved = True
    else:
        lost, moved = kept.get("lost", []), not kept.get("done", False)
    wrong = carried.differences(record, there, target.list_files(there.id, draft=False))
    if wrong:
        raise Mismatch(
            f"Record {there.id} on {target.title} is not what {record.id} is here: {'; '.join(wrong)}.",
            "It was published; look at both before going on.",
        )
    notes.write(record.id, draft=there.id, lost=lost, done=True)
    return Promotion(record.id, there.id, str(there.doi or ""), there.html_url, moved, list(lost))


def _published(target: Repository, id: str) -> Record | None:
    if not id:
        return None
    try:
        return target.get(id)
    except RecordNotFound:
        return None


def _draft(target: Repository, record: Record, before: str, kept: dict[str, Any], notes: _Notes) -> Draft:
    """Return the draft that was begun, or begin it."""
    if kept.get("draft"):
        try:
            return target.get_draft(kept["draft"])
        except RecordNotFound:
            pass  # somebody discarded it
    if before:
        draft = target.new_version(before)  # asking twice gives the same draft
    else:
        mark = {"identifier": notes.mark(record.id), "scheme": "urn"}
        # The rest is written afterwards, in one place; what is not understood does not hide the draft.
        begun = {"metadata": {"title": record.title, "identifiers": [mark]}, "files": {"enabled": bool(record.files)}}
        draft = target.find_draft_by_mark(mark["identifier"]) or target.create_draft(begun)
    notes.write(record.id, draft=draft.id)
    return draft


def _describe(target: Repository, draft: Draft, record: Record) -> list[str]:
    """Write the draft's metadata, and return what the other repository does not take of them.

    Fields of an instance's own (``custom_fields``) may be unknown there; a record is not kept back for them.
    """
    lost: list[str] = []
    try:
        written = target.update_draft(draft.id, body := carried.body(record))
    except RefusedMetadata:  # of an unknown id it is said only that there is one
        written = target.update_draft(draft.id, body := carried.body(record, named=True))
        lost.append("organisations are there by their names, without the ids of ROR")
    wrong = [e for e in written.errors if not e.field.startswith("custom_fields")]
    if wrong:
        said = "; ".join(f"{e.field}: {' '.join(e.messages)}" for e in wrong)
        raise RefusedMetadata(f"{target.title} does not take record {record.id}: {said}.", tuple(wrong))
    if not written.errors:
        return lost
    bad = {e.field.split(".")[1] for e in written.errors if "." in e.field}
    body["custom_fields"] = {k: v for k, v in body["custom_fields"].items() if k not in bad}
    target.update_draft(draft.id, body)
    return [*lost, *(f"{name} is not known there and was left out" for name in sorted(bad))]


def _fill(source: Repository, target: Repository, record: Record, draft: Draft, report: Report) -> None:
    """Bring the files that the draft has not, and take away those that it should not have."""
    wanted = {entry.key: entry for entry in record.files}
    have = {entry.key: entry for entry in target.list_files(draft.id)} if wanted else {}
    if draft.index > 1 and wanted and not have:
        have = {entry.key: entry for entry in target.import_files(draft.id)}
    for key, entry in have.items():
        if key not in wanted or (entry.status == "completed" and entry.md5 != wanted[key].md5):
            target.delete_file(draft.id, key)
    with tempfile.TemporaryDirectory(prefix="promote-") as folder:
        for entry in wanted.values():
            there = have.get(entry.key)
            if there and there.status == "completed" and there.md5 == entry.md5:
                continue
            path = source.download(record.id, entry.key, Path(folder) / "file", entry=entry)
            report(Progress("upload", f"Sending {entry.key}", item=entry.key))
            target.upload(draft.id, entry.key, path, size=entry.size or 0, md5=entry.md5)
            path.unlink()


def _communities(source: Repository, target: Repository, record: Record, there: str) -> list[str]:
    """Bring the record into its communities, which are founded where there are none; return what is still open."""
    said = []
    inside = {community.slug for community in target.get(there).communities}
    for community in record.communities:
        if community.slug in inside:
            continue
        try:
            asked = target.offer(there, _community(source, target, community))
            if asked.status == "submitted":
                asked = target.act_on(asked.id, "accept")
        except WasRefused as error:
            said.append(f"community {community.slug}: {error.message}")
            continue
        if asked.status != "accepted":
            said.append(f"community {community.slug} was asked and has not answered yet")
    return said


def _community(source: Repository, target: Repository, community: Community) -> Community:
    try:
        return target.community(community.slug)
    except RecordNotFound:
        said = source.ask_json("GET", f"/communities/{community.slug}", what=f"community {community.slug}")
        body = {"slug": community.slug, "metadata": said["metadata"], "access": said["access"]}
        target.ask_json("POST", "/communities", json=body, idempotent=False, what=f"community {community.slug}")
        return target.community(community.slug)


class _Notes:
    """What was moved to one place: a JSON file, written for one process at a time."""

    def __init__(self, data_dir: Path, url: str) -> None:
        name = hashlib.sha256(url.encode()).hexdigest()[:16]
        self._url, self._path = url, data_dir / "promotions" / f"{name}.json"
        self._lock = FileLock(f"{self._path}.lock", timeout=0)
        self._said: dict[str, Any] = {}

    def __enter__(self) -> _Notes:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._lock.acquire()
        except Timeout:
            raise Busy("Another process is promoting to the same place.", "Wait for it.") from None
        if self._path.exists():
            self._said = json.loads(self._path.read_text(encoding="utf-8"))["records"]
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def of(self, id: str) -> dict[str, Any]:
        """Return what is known of a record."""
        return dict(self._said.get(id, {}))

    def write(self, id: str, **said: Any) -> None:
        """Write down what is known of a record, to the disk."""
        self._said[id] = {**self._said.get(id, {}), **said}
        keep(self._path, json.dumps({"url": self._url, "records": self._said}, indent=1))

    def mark(self, id: str) -> str:
        """Return the mark of a record's first draft: the same at every try, so that it is found again."""
        return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{self._url} {self._path} {id}')}"
