"""Edit: change what a published record says of itself, in place and under the same DOI.

the record · the draft of its changes · metadata · publish · read back

There is no journal, because that draft remembers enough: after a death it says what the record says, or what the same call
means it to say, and the call goes on. Whatever else it says was written by somebody else, in a browser perhaps, and is not
overwritten unasked. The files of a published record cannot be changed: what they say of the work is renewed by a version.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import collect as collecting
from . import consent, notebook, repositories, standing, submission
from .describing import describe
from .errors import BadInput, ChangedMeanwhile, InvalidMetadata, RecordNotFound, RefusedMetadata
from .metadata import Metadata
from .records import Draft, Record
from .report import Progress, Report, silent
from .submission import Offered

if TYPE_CHECKING:
    from .config import Config
    from .repository import Repository

#: What an edit does not change: a community is asked, a preset only fills in, and neither is in a draft.
_NOT_HERE = ("communities", "preset")


@dataclass(frozen=True)
class Edited:
    """What came of editing.

    Attributes
    ----------
    record : Record
        As the repository gave it back.
    repository : Repository
        Where it is.
    changed : tuple of str
        Names of the fields that say something else than before.
    offered : tuple of Offered
        What became of it in the communities that were named.
    """

    record: Record
    repository: Repository
    changed: tuple[str, ...]
    offered: tuple[Offered, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as the doors show it."""
        return {
            "record": self.record.to_json(),
            "repository": self.repository.name,
            "doi": str(self.record.doi),
            "landing_page": self.record.html_url,
            "changed": list(self.changed),
            "communities": [offered.to_json() for offered in self.offered],
        }


def edit(
    what: str | Path,
    *,
    metadata: Metadata | None = None,
    without: Sequence[str] = (),
    to: str | None = None,
    overwrite: bool = False,
    message: str = "",
    yes: bool = False,
    confirm: Callable[[str], bool] | None = None,
    config: Config,
    report: Report = silent,
) -> Edited:
    """Change what a published record says of itself; DOI, version and files stay.

    Parameters
    ----------
    what : str or Path
        A notebook that was published from this path (its newest version is meant, and its ``%%zenodo metadata`` cell
        counts), or a DOI, address or id of a record.
    metadata : Metadata, optional
        What the person wants to say; fields that are not in it stay as they are.
    without : sequence of str
        Fields to empty.
    to : str, optional
        The repository.
    overwrite : bool
        Throw away unpublished changes that somebody made elsewhere.
    message : str
        For the communities that the description names and that the record is not in yet.
    yes : bool
        The person has already said yes to a change of who may see what.
    confirm : callable, optional
        Is given a question and answers yes or no; asked where the DOI is real and access changes, since what was seen
        cannot be unseen.
    config : Config
        Repositories, data folder, policy.
    report : Report
        Is told of progress.

    Raises
    ------
    BadInput
        When the notebook was not published there from this path.
    InvalidMetadata, RefusedMetadata
        Fields are wrong; nothing was changed.
    ChangedMeanwhile
        Somebody changed the record's draft, before or at the same time; nothing was overwritten.
    NeedsConsent
        Nobody said yes.
    CouldNotAsk, WasRefused
        See `errors`; the same call goes on where it stopped.
    """
    repository, record, said = _find(what, metadata, to, config)
    before = _says(record)
    wanted = (before.merge(said) if said else before).replace(**dict.fromkeys(without))
    communities, unknown = submission.find(repository, said.communities if said else ())
    errors = (*wanted.validate(for_publish=True), *unknown, *submission.closed_to_us(communities, record))
    if errors:
        raise InvalidMetadata("The description is not right.", errors, "Nothing was changed. Correct it and try again.")
    changed = _differing(before, wanted)
    if changed:
        consent.ask_first(_question(repository, changed), yes, confirm)
        report(Progress("metadata", f"Changing the description of {record.doi or record.id}"))
        draft = _open(repository, record, wanted, overwrite)
        draft = _describe(repository, draft, wanted)
        if repository.get_draft(draft.id).revision != draft.revision:
            raise _somebody_else(repository, draft, ())
        report(Progress("publish", f"Publishing the changes on {repository.title}"))
        repository.publish(draft.id)
        report(Progress("verify", "Reading the record back"))
        record = repository.get(record.id)
        if differing := _differing(_says(draft), _says(record)):
            raise _somebody_else(repository, record, differing)
    return Edited(record, repository, changed, submission.offer(repository, record, communities, message))


def _find(
    what: str | Path, metadata: Metadata | None, to: str | None, config: Config
) -> tuple[Repository, Record, Metadata | None]:
    path = Path(what).expanduser()
    if path.suffix != ".ipynb":
        repository, record = repositories.resolve(str(what), from_=to, config=config)
        return repository, record, metadata
    repository, nb = repositories.repository(to, config=config), notebook.read(path)
    last = standing.entry_of(path, nb, repository, config).last
    if last is None:
        raise BadInput(
            f"{path.name} was not published from here to {repository.title}.",
            "Name the record by its DOI, or the repository with --to.",
        )
    return repository, repository.get(last["record_id"]), collecting.said_in(nb, metadata)


def _says(record: Record) -> Metadata:
    return Metadata.from_native(record.description)


def _differing(one: Metadata, other: Metadata) -> tuple[str, ...]:
    """Return the names of the fields in which two descriptions differ."""
    a, b = one.to_dict(), other.to_dict()
    return tuple(name for name in {**a, **b} if a.get(name) != b.get(name) and name not in _NOT_HERE)


def _question(repository: Repository, changed: Sequence[str]) -> str:
    """Return what is asked before it changes who may see a real record; words can be changed back."""
    if "access" not in changed or repository.row.practice:
        return ""
    return f"Change who may see this record and its files on {repository.title}? What was seen cannot be unseen."


def _open(repository: Repository, record: Record, wanted: Metadata, overwrite: bool) -> Draft:
    """Return the draft of the record's changes, which has none but ours."""
    try:
        draft = repository.get_draft(record.id)
    except RecordNotFound:
        return repository.edit(record.id)
    theirs = _differing(_says(record), _says(draft))
    if theirs and _differing(wanted, _says(draft)):
        if not overwrite:
            raise _somebody_else(repository, draft, theirs)
        repository.discard(draft.id)
    return repository.edit(record.id)


def _describe(repository: Repository, draft: Draft, wanted: Metadata) -> Draft:
    try:
        return describe(repository, draft.id, wanted, draft.preview, files=bool(draft.files))
    except RefusedMetadata as e:
        repository.discard(draft.id)
        raise RefusedMetadata(e.message, e.errors, "Nothing was changed. Correct these fields and try again.") from e


def _somebody_else(repository: Repository, found: Record, fields: Sequence[str]) -> ChangedMeanwhile:
    what = f" of {', '.join(fields)}" if fields else ""
    return ChangedMeanwhile(
        f"Somebody else is changing this record on {repository.title}: there are changes{what} that are not yours. Nothing "
        "of them was overwritten.",
        f"Publish or discard them on its page ({found.html_url}), or throw them away with --overwrite.",
    )
