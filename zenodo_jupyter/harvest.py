"""Harvest: the records of a community, by OAI-PMH, in a folder that the next harvest brings up to date.

What changed since the last harvest is asked for, and then how many records the community has: a record that joins or leaves
keeps its time of change on InvenioRDM, and a deleted one is gone without a word, so that a list of changes alone tells neither.
Where the number is another one, the whole list is gone through. What is here already is not written again, so a list that has
to begin anew, for its token was too old or the harvest was cut, makes nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from . import oai
from .errors import (
    AccessDenied,
    Cancelled,
    CouldNotAsk,
    DiskFull,
    RecordDeleted,
    RecordNotFound,
    RepositoryBroken,
    TooManyRequests,
    UnsafeName,
    ZenodoJupyterError,
)
from .gathered import Entry, Gathered
from .getting import bring
from .http import PASSING, Patience
from .names import safe_join
from .report import Progress, Report, silent

if TYPE_CHECKING:
    from .communities import Community
    from .config import Config
    from .repository import Repository

#: The format that says most; InvenioRDM, Zenodo and the embedded repository have it.
FORMAT = "datacite"
#: How the set of a community is named: on Zenodo, and on other InvenioRDMs.
SETS = ("user-{}", "community-{}")
#: How far before the end of the last harvest the next one asks: Zenodo's index may be an hour behind (zenodo-rdm).
OVERLAP = timedelta(hours=1)
#: What has become of a record's files for good.
_SETTLED = ("brought", "none")
#: How often a list is begun, before it is given up.
BEGINNINGS = 5


@dataclass
class Harvested:
    """What came of a harvest.

    Attributes
    ----------
    repository, community : Repository, Community
        Whose records they are.
    folder : Path
        Where they are.
    records : int
        How many the community has now.
    new, changed : int
        How many descriptions were written: of records that were not here, and that had changed.
    gone : dict of str to int
        How many were deleted, hidden from the public, or left the community; see `gathered.Entry`.
    files : dict of str to int
        Of how many records the files were brought, are restricted, are none, or could not be brought.
    notes : list of str
        What else is to know: records that could not be written, and files that could not be brought.
    """

    repository: Repository
    community: Community
    folder: Path
    records: int = 0
    new: int = 0
    changed: int = 0
    gone: dict[str, int] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return what the doors show."""
        return {
            "repository": {"name": self.repository.name, "title": self.repository.title, "url": self.repository.url},
            "community": self.community.slug,
            "folder": str(self.folder),
            **{name: getattr(self, name) for name in ("records", "new", "changed", "gone", "files", "notes")},
        }


def harvest(
    community: str,
    folder: Path | None = None,
    *,
    from_: str | None = None,
    files: bool = False,
    whole: bool = False,
    config: Config,
    report: Report = silent,
) -> Harvested:
    """Bring the descriptions of a community's records into a folder, and their files on demand; or bring the folder up to date.

    Parameters
    ----------
    community : str
        Its slug, or the address of its page.
    folder : Path, optional
        An empty or new one, or that of an earlier harvest of the same community; named after it otherwise.
    from_ : str, optional
        Name or address of the repository.
    files : bool
        Whether each record's files come too, every checksum compared.
    whole : bool
        Go through all records and files once more, also those of which nothing says that they have changed.
    config, report
        As everywhere. To cancel, `report` raises `Cancelled`; the next call goes on.

    Raises
    ------
    RecordNotFound
        When there is no such community.
    BadInput, UnsafeName, Busy
        When the folder holds something else, it cannot be named after the community, or another process is at it.
    CouldNotAsk, WasRefused, DiskFull, Cancelled
        See `errors`. What came is kept, and the next call goes on.
    """
    from . import repositories

    slug, from_ = _named(community, from_)
    repository = repositories.repository(from_, config=config)
    found = repository.community(slug)
    target = folder or safe_join(Path.cwd(), found.slug)
    gathered = Gathered(target, {"repository": repository.url, "community": found.id})
    done = Harvested(repository, found, gathered.folder)
    with gathered.held():
        _descriptions(repository, gathered, done, whole, report)
        if files:
            _files(repository, gathered, done, whole, report)
            gathered.settle()
    done.records = sum(1 for entry in gathered.entries.values() if entry.state == "there")
    return done


def _named(community: str, from_: str | None) -> tuple[str, str | None]:
    """Return a community's slug, and the repository that its address names."""
    if "://" not in community:
        return community, from_
    path = urlsplit(community).path.split("/")
    slug = path[path.index("communities") + 1] if "communities" in path[:-1] else ""
    return slug, from_ or community


def _descriptions(repository: Repository, gathered: Gathered, done: Harvested, whole: bool, report: Report) -> None:
    """Bring the descriptions up to date, by what changed or by the whole list, and write down from when on to ask next."""
    set_ = gathered.state.get("set") or _set_of(repository, done.community.slug)
    if not set_:  # nobody is in it, or nobody whom the public may see
        return
    since = "" if whole else gathered.state.get("since", "")
    begun = _listed(repository, gathered, done, set_, since, report)
    here = sum(1 for entry in gathered.entries.values() if entry.state == "there")
    if since and oai.size(repository, set_) != here:
        begun = _listed(repository, gathered, done, set_, "", report)
    gathered.settle(set=set_, format=FORMAT, since=oai.stamp(begun - OVERLAP))


def _set_of(repository: Repository, slug: str) -> str:
    return next((name for name in (form.format(slug) for form in SETS) if oai.size(repository, name)), "")


def _listed(
    repository: Repository, gathered: Gathered, done: Harvested, set_: str, since: str, report: Report
) -> datetime:
    """Go through a list, and return when it began by the repository's clock; after the whole list, note what is not in it."""
    patience = Patience(repository.session)
    for beginning in range(1, BEGINNINGS + 1):
        begun: datetime | None = None
        told: set[str] = set()
        try:
            for part in oai.parts(repository, "ListRecords", metadataPrefix=FORMAT, set=set_, since=since):
                begun = begun or part.moment
                _take(part, gathered, done)
                told.update(record.identifier for record in part.records)
                what = f"Harvesting {done.community.title}"
                report(Progress("harvest", what, len(told), max(part.total, len(told)) or None, "records"))
            break
        except (CouldNotAsk, RepositoryBroken):
            if begun is None or beginning == BEGINNINGS or not patience.wait():
                raise
            report(Progress("harvest", "The list was cut; it begins anew, and what came is kept"))
    assert begun is not None  # a list has a part, or raises
    if not since:
        for entry in [e for e in gathered.entries.values() if e.state == "there" and e.identifier not in told]:
            state = _became(repository, entry, done.community)
            if state != entry.state:
                _gone(gathered, done, replace(entry, state=state))
    return begun


def _take(part: oai.Part, gathered: Gathered, done: Harvested) -> None:
    """Write what a part of a list has and is not here, and note it."""
    noted: list[Entry] = []
    for told in part.records:
        known = gathered.entries.get(told.identifier)
        if told.deleted:
            if known is not None and known.state != "deleted":
                _gone(gathered, done, replace(known, state="deleted", datestamp=told.datestamp))
        elif not gathered.has(told.identifier, told.datestamp):
            entry = Entry(told.identifier, told.id, told.datestamp, told.doi, told.title)
            try:
                gathered.put(entry, told.metadata)
            except UnsafeName as error:
                done.notes.append(error.message)
                continue
            noted.append(entry)
            done.changed, done.new = done.changed + (known is not None), done.new + (known is None)
    gathered.note(noted)


def _became(repository: Repository, entry: Entry, community: Community) -> str:
    """Say why a record is not in the list: it may only have changed while the list was told, and comes with the next one."""
    try:
        record = repository.get(entry.id)
    except RecordDeleted:
        return "deleted"
    except (AccessDenied, RecordNotFound):
        return "hidden"
    if record.access.get("record") == "restricted":
        return "hidden"
    return "there" if community.id in {c.id for c in record.communities} else "left"


def _gone(gathered: Gathered, done: Harvested, entry: Entry) -> None:
    gathered.note([entry])
    done.gone[entry.state] = done.gone.get(entry.state, 0) + 1


def _files(repository: Repository, gathered: Gathered, done: Harvested, whole: bool, report: Report) -> None:
    """Bring the files of every record that has not got them yet."""
    wanted = [e for e in gathered.entries.values() if e.state == "there" and (whole or e.files not in _SETTLED)]
    for number, entry in enumerate(wanted):
        report(Progress("get", f"Getting {entry.title or entry.id}", number, len(wanted), "records", entry.id))
        came = replace(entry, files=_brought(repository, entry, gathered, report))
        gathered.note([came])
        kind = came.files if came.files in (*_SETTLED, "restricted") else "failed"
        done.files[kind] = done.files.get(kind, 0) + 1
        if kind == "failed":
            done.notes.append(f"The files of {entry.doi or entry.id} did not come: {came.files}")


def _brought(repository: Repository, entry: Entry, gathered: Gathered, report: Report) -> str:
    """Bring a record's files, and say what came of that; what concerns all records ends the harvest."""
    try:
        record = repository.get(entry.id)
        if not record.files and not record.files_restricted and not repository.list_files(record.id, draft=False):
            return "none"
        bring(repository, record, gathered.place_of_files(entry), report=report)
    except (Cancelled, CouldNotAsk, DiskFull, TooManyRequests):
        raise
    except AccessDenied:
        return "restricted"
    except ZenodoJupyterError as error:
        if isinstance(error, RepositoryBroken) and error.status in PASSING:
            raise
        return error.message
    return "brought"
