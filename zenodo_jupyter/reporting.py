"""Publish the report of a reproduction as a record of its own, linked to the one that was reproduced."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import evidence, notebook, proposals
from .errors import BadInput
from .metadata import Metadata
from .publish import Published, publish
from .report import Report, silent
from .reproduction import Reproduction

if TYPE_CHECKING:
    from .collect import Plan
    from .config import Config

#: What says which packages are needed; taken along where the re-run used them.
ENVIRONMENT = ("requirements.txt", "runtime.txt", "pylock.toml")


def publish_report(
    done: Reproduction,
    *,
    to: str | None = None,
    metadata: Metadata | None = None,
    yes: bool = False,
    confirm: Callable[[Plan, str], bool] | None = None,
    config: Config,
    report: Report = silent,
) -> Published:
    """Publish the re-run notebook with its reports; again for the same record makes the next version.

    Parameters
    ----------
    done : Reproduction
        What is reported.
    to : str, optional
        The repository; the default one otherwise.
    metadata : Metadata, optional
        What the person says, such as who ran it again; otherwise that is taken from git or the account on this computer.
    yes, confirm, config, report
        See `publish.publish`.

    Raises
    ------
    BadInput
        When nothing tells who ran it.
    InvalidMetadata, Blocked, NeedsConsent
        See `publish.publish`.
    """
    path, data = _laid_out(done)
    said = _description(done, path)
    said = said.merge(metadata) if metadata else said
    if not said.creators:
        raise BadInput(
            f"Nothing tells who ran it again, so the report is not published; it is {done.report_html}.",
            'Say it to git (git config --global user.name "Ada Doe"), or in a file (--metadata FILE: creators).',
        )
    return publish(path, data=data, to=to, metadata=said, yes=yes, confirm=confirm, config=config, report=report)


def _laid_out(done: Reproduction) -> tuple[Path, list[Path]]:
    """Put what is published into a folder of its own, without the badge of the record that was reproduced."""
    # A path of its own for each notebook, by which the journal knows a later report for its next version.
    folder = done.folder / done.report_html.stem
    folder.mkdir(exist_ok=True)
    path = folder / "executed.ipynb"
    notebook.write(path, notebook.unstamp(notebook.read(done.executed)))
    sources = [done.report_html.with_suffix(suffix) for suffix in (".json", ".html", ".md", ".svg")]
    targets = [folder / f"reproduction-report{source.suffix}" for source in sources]
    for source, target in zip(sources, targets, strict=True):
        shutil.copyfile(source, target)
    return path, [*targets, *_environment(done, folder)]


def _environment(done: Reproduction, folder: Path) -> list[Path]:
    """Write down what the re-run used: the record's own words where they were followed, else what was installed for it."""
    for name in ENVIRONMENT:
        (folder / name).unlink(missing_ok=True)
        if not done.environment.inferred and (done.folder / name).is_file():
            shutil.copyfile(done.folder / name, folder / name)
    here = done.environment.step in ("satisfied", "current")  # then publishing looks at the packages itself
    if not here and not (folder / ENVIRONMENT[0]).exists() and done.requirements:
        lines = [f"# The packages that the notebook was run again with: {done.environment.words}", *done.requirements]
        (folder / "requirements.txt").write_text("\n".join(lines) + "\n", "utf-8")
        (folder / "runtime.txt").write_text(f"python-{done.environment.python}\n", "utf-8")
    return [folder / name for name in ENVIRONMENT if (folder / name).is_file()]


def _description(done: Reproduction, path: Path) -> Metadata:
    """Return what the report says of itself. Its authors are who ran it, not who wrote the notebook."""
    doi, record = done.record.doi, done.record
    nobody: dict[str, Any] = {"cells": [], "metadata": {}}
    found = proposals.propose(path, nobody, today=date.today()).metadata.to_dict()
    work = {"identifier": str(doi) if doi else record.html_url, "scheme": "doi" if doi else "url"}
    said = {
        "title": f"Reproduction of: {record.title}",
        "description": "\n\n".join(_told(done)),
        "creators": found.get("creators"),
        "rights": [right["id"] for right in record.metadata.get("rights", []) if right.get("id")],
        "related_identifiers": [{**work, "relation": relation} for relation in ("isderivedfrom", "issupplementto")],
    }
    return Metadata.from_dict({name: value for name, value in said.items() if value})


def _told(done: Reproduction) -> Iterator[str]:
    """Yield the paragraphs of the description, in Markdown; there is more in the reports."""
    report = done.report()
    yield evidence.plain(f"{report['verdict']}")
    if report["failure"]:
        yield evidence.plain(f"Likely cause: {report['failure']['words']}")
    at = report["ran"]["at"][:10]
    yield evidence.plain(
        f"{done.notebook} of {done.record.doi or done.record.id}, run again on {at}. The page has the evidence."
    )
