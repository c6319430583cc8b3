"""Collect: look at a notebook and say what publishing it would do. Nothing is sent and nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import bundle as bundles
from . import checks, environment, locking, notebook, proposals, repositories, standing, submission, underway
from .checks import switches
from .communities import Community
from .errors import BadInput, Blocked, FieldError
from .metadata import Metadata, presets
from .proposals import writeback
from .report import Progress, Report, silent
from .watching import Watched

if TYPE_CHECKING:
    from .config import Config
    from .repository import Repository


#: Fields that say nothing new of the work: when and as what it is published, and where it is offered.
_OF_NO_VERSION = frozenset(("publication_date", "version", "communities", "preset"))


@dataclass(frozen=True)
class Plan:
    """What would be published; nothing was sent yet.

    Attributes
    ----------
    notebook : Path
        The notebook.
    repository : Repository
        Where to.
    bundle : Bundle
        The files, with the reason why each is in, and what is left out.
    metadata : Metadata
        What the person gave, completed by proposals.
    sources : dict
        Field name to where a proposal came from.
    findings : tuple of Finding
        What the checks found.
    standing : Standing
        Where the notebook stands, and what publishing would make of it.
    environment : Environment or None
        The packages that the notebook needs; None where its kernel could not be asked.
    redescribed : bool
        Whether the person says something else of the work than the version before.
    conflicts : tuple of Conflict
        Where two sources of the description disagree.
    notes : tuple of str
        What else is to be known, such as a file that could not be read.
    data : tuple of Path
        What the person named, now or for the version before.
    communities : tuple of Community
        Those that the description names and that the repository has.
    unknown : tuple of FieldError
        Those that it has not, or that take nothing from this account.
    digest, nb : str, dict
        The notebook as it was read.
    rehearsal : dict or None
        What the last rehearsal of just these files told, which goes into the record.
    anonymous : bool
        Whether it is a copy for reviewers, in which nothing leads to its authors.
    """

    notebook: Path
    repository: Repository
    bundle: bundles.Bundle
    metadata: Metadata
    sources: dict[str, str]
    findings: tuple[checks.Finding, ...]
    standing: standing.Standing
    environment: environment.Environment | None
    redescribed: bool
    conflicts: tuple[proposals.Conflict, ...]
    notes: tuple[str, ...]
    data: tuple[Path, ...]
    communities: tuple[Community, ...]
    unknown: tuple[FieldError, ...]
    digest: str
    nb: Any
    rehearsal: dict[str, Any] | None = None
    anonymous: bool = False

    @property
    def blockers(self) -> tuple[checks.Finding, ...]:
        """The findings that forbid publishing."""
        return tuple(f for f in self.findings if f.severity == "block")

    @property
    def errors(self) -> tuple[FieldError, ...]:
        """What is missing or wrong in the description."""
        return (*self.metadata.validate(for_publish=True), *self.unknown)

    @property
    def review(self) -> Community | None:
        """The community whose review this publication goes through; None for a version, which is where its record is."""
        return self.communities[0] if self.communities and not self.standing.previous_id else None

    @property
    def changed_fields(self) -> tuple[str, ...]:
        """What the description says otherwise than that of the version before, but for date and label."""
        if not self.standing.previous:
            return ()
        before, now = Metadata.from_native(self.standing.previous).to_dict(), self.metadata.to_dict()
        return tuple(
            name for name in {**before, **now} if name not in _OF_NO_VERSION and before.get(name) != now.get(name)
        )

    def to_json(self) -> dict[str, Any]:
        """Return the plan as the doors show it."""
        return {
            "notebook": str(self.notebook),
            "repository": {"name": self.repository.name, "title": self.repository.title, "url": self.repository.url},
            "files": [{"key": f.key, "size": f.size, "role": f.role, "reason": f.reason} for f in self.bundle.files],
            "left_out": [{"name": n, "reason": r} for n, r in self.bundle.left_out],
            "metadata": self.metadata.to_dict(),
            "sources": self.sources,
            "conflicts": [asdict(c) for c in self.conflicts],
            "notes": list(self.notes),
            "redescribed": self.redescribed,
            "changed_fields": list(self.changed_fields),
            "errors": [e.to_json() for e in self.errors],
            "communities": [c.to_json() for c in self.communities],
            "findings": [f.to_json() for f in self.findings],
            "standing": self.standing.to_json(),
        }


def collect(
    path: Path,
    *,
    data: Sequence[Path] = (),
    exclude: Sequence[str] = (),
    to: str | Repository | None = None,
    metadata: Metadata | None = None,
    without: Sequence[str] = (),
    new: bool = False,
    version_of: str | None = None,
    config: Config,
    today: date | None = None,
    report: Report = silent,
) -> Plan:
    """Look at a notebook and say what publishing it would do. Nothing is sent and nothing is written.

    Parameters
    ----------
    path : Path
        The notebook.
    data : sequence of Path
        Files and folders to take along besides those that its code reads and writes.
    exclude : sequence of str
        Names or patterns of files to leave out.
    to : str or Repository, optional
        The repository, or its name or address; the configured default otherwise.
    metadata : Metadata, optional
        What the person says of the work; proposals fill what is missing.
    without : sequence of str
        Fields whose proposal the person does not want.
    new : bool
        Make a new record even where this notebook was published before.
    version_of : str, optional
        DOI or id of the record that this is the next version of; needed only where the journal does not know.
    config : Config
        Repositories, data folder, policy.
    today : date, optional
        The publication date that is proposed.
    report : Report
        Is told of progress.

    Raises
    ------
    BadInput
        When the notebook or a named file cannot be used, or the repository is not known.
    """
    path = Path(path).expanduser()
    report(Progress("collect", f"Looking at {path.name}"))
    repository = repositories.repository(to, config=config) if to is None or isinstance(to, str) else to
    nb = notebook.read(path)
    digest = bundles.file_digest(path)
    entry = standing.entry_of(path, nb, repository, config)
    data = data or standing.named_data(entry, path)
    seen = Watched(path, config.data_dir).uses(nb)
    bundle = bundles.collect(
        path, data=data, exclude=exclude, seen=seen, limits=standing.limits(repository), report=report
    )
    standing.compare_by_content(entry, bundle, report)
    stand = standing.stand(path, nb, entry, bundle, repository, new=new, version_of=version_of, config=config)
    previous = Metadata.from_native(stand.previous) if stand.previous else None
    proposal = proposals.propose(path, nb, previous=previous, today=today or date.today())
    given = said_in(nb, metadata)
    wanted = proposal.metadata.replace(**dict.fromkeys(without))
    full = wanted.merge(given) if given else wanted
    full, filled = presets.filled(full, given)
    full = _complete(full, repository, stand, given)
    communities, unknown = submission.find(repository, full.communities)
    notes = (*proposal.notes, *locking.missing())
    if unknown and not (given and given.communities):  # a file for another place named them, and nobody here did
        full, unknown = full.replace(communities=[c.slug for c in communities] or None), ()
        notes = (*notes, f"Communities that {repository.title} does not have are left out.")
    if not stand.previous_id:
        unknown += submission.closed_to_us(communities)
    report(Progress("check", "Checking what goes into the record"))
    described = environment.describe(nb, folder=path.resolve().parent)
    findings = checks.run(
        nb, bundle, full, repositories.known_tokens(config), described=described, within=standing.limits(repository),
        switches=switches.read(path.resolve().parent),
    )  # fmt: skip
    meanwhile = underway.edited(repository, entry.act)
    findings = (*findings, meanwhile) if meanwhile else tuple(findings)
    said = given.values if given else {}
    sources = {k: v for k, v in {**proposal.sources, **filled}.items() if k in full.values and k not in said}
    return Plan(
        path, repository, bundle, full, sources, findings, stand, described,
        _redescribed(given, without, previous), proposal.conflicts, notes,
        tuple(data), communities, unknown, digest, nb,
    )  # fmt: skip


def write_back(path: Path, metadata: Metadata | None = None) -> str:
    """Write what a person settled into the CITATION.cff and .zenodo.json that say otherwise, and say what was done.

    Parameters
    ----------
    path : Path
        The notebook; the files lie beside it or at the top of its git work tree.
    metadata : Metadata, optional
        What was settled, besides the notebook's ``%%zenodo metadata`` cells.

    Raises
    ------
    BadInput
        When nothing was said, or a file cannot be read or written.
    """
    said = said_in(notebook.read(path), metadata)
    if said is None:
        raise BadInput(
            "Nothing was settled that could be written back.", "Say it in a %%zenodo metadata cell or --metadata."
        )
    git = proposals.gitfolder.look(path.resolve())
    told = []
    for folder in dict.fromkeys((path.resolve().parent, *((git.root,) if git else ()))):
        for file in (folder / name for name in writeback.WRITERS):
            if file.is_file():
                text, fields = writeback.written(file.name, file.read_text("utf-8"), said)
                if fields:
                    notebook.swap_in(file, text.encode())
                    told.append(f"{file.name}: {', '.join(fields)}")
    return "\n".join(told) or "No file says otherwise; nothing was written."


def said_in(nb: Any, metadata: Metadata | None) -> Metadata | None:
    """Return what the person says: in ``%%zenodo metadata`` cells, and over that what is passed in."""
    for cell in nb["cells"]:
        first, _, rest = cell["source"].partition("\n")
        if cell["cell_type"] == "code" and first.split() == ["%%zenodo", "metadata"]:
            said = Metadata.from_yaml(rest)
            metadata = said.merge(metadata) if metadata else said
    return metadata


def _redescribed(given: Metadata | None, without: Sequence[str], previous: Metadata | None) -> bool:
    """Whether a version with the same files would still say something new.

    Date and version label alone do not, and to be offered to a community needs no version.
    """
    if previous is None:
        return False
    before, now = previous.to_dict(), given.to_dict() if given else {}
    said = any(before.get(k) != v for k, v in now.items() if k not in _OF_NO_VERSION)
    return said or any(name in before for name in without)


def _complete(full: Metadata, repository: Repository, stand: standing.Standing, given: Metadata | None) -> Metadata:
    """Fill what follows from where and when it is published."""
    changes: dict[str, Any] = {}
    if not full.publisher:
        changes["publisher"] = repository.row.publisher or repository.title
    if not (given and given.version):
        changes["version"] = f"v{stand.next_index}"
    known = {r.get("identifier") for r in full.related_identifiers}
    if stand.derived_from and stand.derived_from not in known:
        derivation = {"identifier": stand.derived_from, "scheme": "doi", "relation": "isderivedfrom"}
        changes["related_identifiers"] = [*full.related_identifiers, derivation]
    return full.replace(**changes)


def refuse_what_is_blocked(plan: Plan, accept: Sequence[str]) -> None:
    """Raise Blocked when a check forbids publishing and nobody decided otherwise."""
    refuse(plan.blockers, accept)


def refuse(blockers: Sequence[checks.Finding], accept: Sequence[str]) -> None:
    """Raise Blocked when there are findings that forbid publishing, but for those that a person accepts."""
    blocked = tuple(f for f in blockers if not {f.id, f"{f.id}@{f.where}"} & set(accept))
    if blocked:
        raise Blocked(
            f"{len(blocked)} thing{'s' if len(blocked) > 1 else ''} must be fixed first: "
            + "; ".join(f.message for f in blocked),
            "A published record cannot be taken back. Nothing was sent.",
            blocked,
        )
