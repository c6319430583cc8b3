"""Stamping: the DOI goes into everything that carries it, in the published copy and in the notebook on disk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import badge, card, companions, evidence, locking, notebook, packages, packing, rendering, standing
from . import bundle as bundles
from .collect import Plan
from .companions import crate
from .companions.work import Work
from .errors import ZenodoJupyterError
from .packages import LOCK
from .records import Draft, Record
from .unpacking import MANIFEST

if TYPE_CHECKING:
    from .repository import Repository

#: The names of the files that `lists` makes.
LISTS = ("ro-crate-metadata.json", MANIFEST)
#: Why each of the files is made, by its role.
REASONS = {
    "rendering": "made for you: to read without Jupyter",
    "environment": "made for you: the packages the notebook needs",
    "citation": "made for you: how to cite",
    "readme": "made for you: what this is",
    "crate": "made for you: for machines",
    "manifest": "made for you: checksums of all files",
    "rehearsal": "made for you: what came of running it before",
}
#: The name of the script that Binder runs while it builds, and what it is.
UNPACK = "postBuild"
_UNPACK = '''#!/usr/bin/env python3
"""Unpack what the record could not hold file by file; Binder runs this by itself."""
import os
import zipfile

for name in {zips!r}:
    with zipfile.ZipFile(name) as archive:
        archive.extractall()
    os.remove(name)
'''
# Findings that tell others what to expect, and nothing about the author's machine; and how many of them.
_HINDER = ("DAT1", "DAT3", "ORD1", "ORD2", "ORD3", "RND1", "SYS1", "SYS2", "ENV1", "ENV2")
_MOST = 10
#: The name of what a rehearsal told.
REHEARSAL = "rehearsal.json"
#: The report of a re-run, which the crate tells of; larger than this it is none of ours, in bytes.
REPORT, LARGEST_REPORT = "reproduction-report.json", 50_000_000


def to_be_made(plan: Plan) -> list[dict[str, str]]:
    """Return key, role and reason of the files that `published_copy` and `lists` will add to those of the plan."""
    needed, described = plan.environment, [*_described(plan)]
    if needed and needed.pins and not locking.missing() and LOCK not in described and not _is_pinned(plan):
        described.append(LOCK)
    roles = {
        plan.notebook.with_suffix(".html").name: "rendering", **dict.fromkeys(described, "environment"),
        **({REHEARSAL: "rehearsal"} if plan.rehearsal else {}),
        "CITATION.cff": "citation", "README.md": "readme", LISTS[0]: "crate", LISTS[1]: "manifest",
    }  # fmt: skip
    taken = {f.key for f in plan.bundle.files}
    return [{"key": key, "role": role, "reason": REASONS[role]} for key, role in roles.items() if key not in taken]


def to_be_packed(plan: Plan) -> list[dict[str, Any]]:
    """Return the zips that will be made of files that the record cannot hold one by one: key, and how many are in it."""
    others = len(to_be_made(plan)) + 1  # and what unpacks them
    zips = packing.outlook(plan.bundle, standing.limits(plan.repository), others)
    return [{"key": key, "files": inside} for key, inside in zips.items()]


def published_copy(plan: Plan, draft: Draft, deposit: badge.Deposit) -> bundles.Bundle:
    """Return the files as they are published: the notebook with its badge, and the files that explain it.

    What lists the checksums of all of them comes from `lists`, when they are known.
    """
    stamped = badge.stamp(plan.nb, deposit, badge_of(plan.repository, draft))
    card.settle(stamped, {**card.of(draft, plan.repository), "files": 0})
    files = plan.bundle.with_notebook(notebook.dumps(stamped, like=plan.notebook))
    return files.adding(companions_of(plan, draft, stamped, files))


def unpackable(packed: bundles.Bundle) -> bundles.Bundle:
    """Return a bundle with a script that unpacks its zips, if there are any: repo2docker, and so Binder, runs ``postBuild``."""
    zips = [file.key for file in packed.files if file.role == "archive"]
    if not zips or any(file.key == UNPACK for file in packed.files):
        return packed
    script, reason = _UNPACK.format(zips=zips).encode(), "made for you: unpacks the zips on Binder"
    return packed.adding([bundles.BundleFile(UNPACK, "environment", reason, content=script)])


def lists(plan: Plan, draft: Draft | None, files: bundles.Bundle) -> list[bundles.BundleFile]:
    """Return the files that have the checksums of all others in them.

    They are made last: a file that is sent is hashed on its way, and need not be read for its checksum before. Without a draft
    they name no DOI and no page.
    """
    taken, listed = {f.key for f in files.files}, files.files
    made: list[bundles.BundleFile] = []
    work = _work(plan, draft)
    if LISTS[0] not in taken:
        text = crate.ro_crate(work, listed, [*_actions(listed), *_rehearsed(plan)])
        made.append(bundles.BundleFile(LISTS[0], "crate", REASONS["crate"], content=text.encode()))
    if LISTS[1] not in taken:
        text = bundles.manifest_sha256([*listed, *made])
        made.append(bundles.BundleFile(LISTS[1], "manifest", REASONS["manifest"], content=text.encode()))
    return made


def put_badge(path: Path, deposit: badge.Deposit, repository: Repository, record: Record) -> str:
    """Put badge and Deposit into the notebook file as it is now, and say where the badge stands."""
    markdown = badge_of(repository, record)
    try:
        stamped = badge.stamp(notebook.read(path), deposit, markdown)
        notebook.write(path, stamped)
    except ZenodoJupyterError as e:  # the record is public all the same
        return f"The badge could not be written into {path.name}: {e.message} Copy it from here: {markdown}"
    position = badge.badge_index(stamped) or 0
    return f"The badge stands in cell {position + 1} of {path.name}, and in the published copy."


def badge_of(repository: Repository, record: Record) -> str:
    """Return the badge of a draft or record as Markdown."""
    assert record.doi is not None  # nothing is stamped before a DOI is reserved
    registered = repository.row.registers(record.doi)
    return badge.badge_markdown(record.doi, record.html_url, registered, repository.badge_url(record.doi))


def companions_of(plan: Plan, draft: Draft | None, stamped: Any, files: bundles.Bundle) -> list[bundles.BundleFile]:
    """Make the small files that explain the record; what the person has under the same name goes before."""
    taken = {f.key for f in files.files}
    made: list[bundles.BundleFile] = []

    def add(key: str, role: str, text: str | bytes) -> None:
        if key not in taken:
            content = text.encode() if isinstance(text, str) else text
            made.append(bundles.BundleFile(key=key, role=role, reason=REASONS[role], content=content))

    work = _work(plan, draft)
    add(plan.notebook.with_suffix(".html").name, "rendering", rendering.render_html(stamped, plan.metadata.title))
    for key, text in _described(plan).items():
        add(key, "environment", text)
    if plan.rehearsal:
        add(REHEARSAL, "rehearsal", json.dumps(plan.rehearsal, indent=2, ensure_ascii=False) + "\n")
    add("CITATION.cff", "citation", companions.citation_cff(work))
    listed = [*files.files, *made]
    add("README.md", "readme", companions.readme_md(work, listed))
    return made


def _described(plan: Plan) -> dict[str, str]:
    """Return the files that describe the environment of the notebook's kernel, without a lock that others contradict."""
    files = plan.environment.to_files() if plan.environment else {}
    return {key: text for key, text in files.items() if key != LOCK or not _is_pinned(plan)}


def _is_pinned(plan: Plan) -> bool:
    """Whether a person brings exact versions of their own: beside those, the lock of this kernel would say something else."""
    own = next((file for file in plan.bundle.files if file.key == "requirements.txt"), None)
    if own is None or own.size > LARGEST_REPORT:
        return False
    with own.open() as stream:
        return packages.is_exact(stream.read().decode("utf-8", "replace"))


def _work(plan: Plan, draft: Draft | None) -> Work:
    told = (plan.rehearsal or {}).get("verdict", "")
    doi, page = (draft.doi, draft.html_url) if draft and not plan.anonymous else (None, "")
    language = notebook.kernel(plan.nb).version
    found = {finding.message: None for finding in plan.findings if finding.id in _HINDER and finding.severity != "info"}
    hindrances = () if plan.anonymous else tuple(found)[:_MOST]
    return Work(
        plan.metadata, doi, page, plan.notebook.name, plan.repository.title, told, language, hindrances,
        registered=plan.repository.row.registers(doi),
    )  # fmt: skip


def _rehearsed(plan: Plan) -> list[dict[str, Any]]:
    """Return what a crate says of the rehearsal."""
    told = plan.rehearsal
    return [evidence.rehearsed(told, crate.iri(plan.bundle.notebook.key), REHEARSAL)] if told else []


def _actions(files: Sequence[bundles.BundleFile]) -> list[dict[str, Any]]:
    """Return what a crate says of a re-run, where its report is among the files."""
    found = next((file for file in files if file.key == REPORT), None)
    if found is None or found.size > LARGEST_REPORT:
        return []
    try:
        with found.open() as stream:
            told = json.load(stream)
        return evidence.action(
            told, [crate.iri(file.key) for file in files if file.role == "notebook" or file.key == REPORT]
        )
    except (ValueError, TypeError, LookupError):  # somebody else's file of that name
        return []
