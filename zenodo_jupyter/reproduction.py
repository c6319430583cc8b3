"""What came of a reproduction: the verdict with its evidence, as JSON and as a page to send around."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import __version__, evidence
from .compare.comparison import Comparison
from .execute import Execution
from .records import Record
from .verdict import Rung, UsedEnvironment, holds, rung

if TYPE_CHECKING:
    from .repository import Repository

#: Of the JSON report; a reader can tell by it what to expect. ``evidence/report.schema.json`` describes it.
SCHEMA_VERSION = "1.1"
#: Exit codes of the command line, beside those of the errors: it ran and is different; it did not run to its end.
EXIT_DIFFERENT, EXIT_STOPPED = 10, 11


@dataclass(frozen=True)
class Reproduction:
    """The verdict on one notebook of one record.

    Attributes
    ----------
    record : Record
        What was reproduced.
    repository : Repository
        Where it is.
    folder : Path
        The record's files, as they were got.
    notebook : str
        Its name in the record.
    execution : Execution
        How the run ended.
    comparison : Comparison
        Output by output.
    environment : UsedEnvironment
        What it ran in, and how that differs from what the record says.
    executed : Path
        The notebook with the outputs of the re-run, beside the original.
    report_json, report_html : Path
        The reports.
    notes : tuple of str
        What else is to know, such as that a newer version exists.
    again : Comparison or None
        The re-run and a second one in the same environment, where there was one.
    lacking : tuple of str
        What the record does not say or hold that a stranger needs.
    requirements : tuple of str
        What was installed where it ran, as exact lines.
    parameters : dict
        Values that were set otherwise than its author did.
    timings : dict
        Seconds by step.
    ended : datetime
        When it was done.
    """

    record: Record
    repository: Repository
    folder: Path
    notebook: str
    execution: Execution
    comparison: Comparison
    environment: UsedEnvironment
    executed: Path
    report_json: Path
    report_html: Path
    notes: tuple[str, ...] = ()
    again: Comparison | None = None
    lacking: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)
    ended: datetime = field(default_factory=lambda: datetime.now(timezone.utc))

    @property
    def holds(self) -> frozenset[Rung]:
        """Every level whose own test holds."""
        return holds(self.comparison, ran=self.execution.ok, again=self.again, described=not self.lacking)

    @property
    def rung(self) -> Rung:
        """The highest of them."""
        return rung(self.holds)

    @property
    def reproduced(self) -> bool:
        """Whether it ran to its end and every output came out the same, or close enough to look the same.

        What is not deterministic does not count.
        """
        return self.execution.ok and all(o.is_reproduced or o.verdict == "unsteady" for o in self.comparison.outputs)

    @property
    def exit_code(self) -> int:
        """0 when it was reproduced, 10 when outputs differ, 11 when it did not run to its end."""
        if not self.execution.ok:
            return EXIT_STOPPED
        return 0 if self.reproduced else EXIT_DIFFERENT

    @property
    def verdict(self) -> str:
        """The result in one or two sentences."""
        inferred = " in an inferred environment" if self.environment.inferred else ""
        found = f"{self.comparison.summary(f'R{int(self.rung)}{inferred}')}, with {self.environment.words}"
        values = ", ".join(f"{name} = {str(value)[:40]}" for name, value in self.parameters.items())
        found += f", and with other parameters than published: {values}." if values else "."
        if self.execution.ok:
            return found
        where = "" if self.execution.failed_cell is None else f" at cell {self.execution.failed_cell + 1}"
        return f"It stopped{where}: {self.execution.error.rstrip('.: ')}. {found}"

    def report(self) -> dict[str, Any]:
        """Return what can be sent around, as it is in ``reproduction-report.json``: nothing in it is of this disk."""
        cause = evidence.likely_cause(self.execution, inferred=self.environment.inferred)
        compared = self.comparison.to_json()
        compared["figures"] |= {
            "total": self.comparison.figures,
            "reproduced": sum(o.is_figure and o.is_reproduced for o in self.comparison.outputs),
        }
        again = None
        if self.again is not None:
            moving = sum(not o.is_reproduced for o in self.again.outputs)
            again = {"summary": self.again.summary(), "not_the_same": moving}
        execution = self.execution.to_json()
        for key in ("error", "evalue", "traceback"):
            execution[key] = _without_home(execution[key])
        began = datetime.fromtimestamp(self.ended.timestamp() - sum(self.timings.values()), timezone.utc)
        return {
            "schema_version": SCHEMA_VERSION,
            "verdict": _without_home(self.verdict),
            "level": {
                "rung": int(self.rung),
                "name": self.rung.name.capitalize(),
                "inferred": self.environment.inferred,
                "holds": sorted(map(int, self.holds)),
            },
            "described": {"holds": not self.lacking, "lacking": list(self.lacking)},
            "reproduced": self.reproduced,
            "record": self._record(),
            "notebook": self.notebook,
            "parameters": dict(self.parameters),
            "environment": {**self.environment.to_json(), "platform": platform.platform()},
            "data": [
                {"file": f.key, "bytes": f.size, "checksum": f"md5:{f.md5}" if f.md5 else None, "verified": bool(f.md5)}
                for f in self.record.files
            ],
            "execution": execution,
            "failure": cause._asdict() if cause else None,
            "comparison": compared,
            "again": again,
            "timings": dict(self.timings),
            "ran": {
                "at": began.isoformat(timespec="seconds"),
                "ended": self.ended.isoformat(timespec="seconds"),
                "with": f"zenodo_jupyter {__version__}",
                "platform": platform.platform(),
            },
            "notes": [_without_home(note) for note in self.notes],
        }

    def to_json(self) -> dict[str, Any]:
        """Return the report, and where things are on this disk."""
        paths = {"folder": self.folder, "executed": self.executed, "report": self.report_html}
        return {**self.report(), **{name: str(path) for name, path in paths.items()}}

    def write(self, archived: Mapping[str, Any], rerun: Mapping[str, Any]) -> None:
        """Write the reports: a page, JSON, a summary in Markdown, and a badge.

        Parameters
        ----------
        archived, rerun : NotebookNode
            The notebooks, for what is shown of the outputs that differ.
        """
        report = self.report()
        self.report_json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", "utf-8")
        self.report_html.write_text(evidence.page(report, archived, rerun), "utf-8", "replace")
        self.report_html.with_suffix(".md").write_text(evidence.markdown(report), "utf-8", "replace")
        self.report_html.with_suffix(".svg").write_text(evidence.badge(report), "utf-8")

    def _record(self) -> dict[str, Any]:
        record, registered = self.record, self.repository.row.registers(self.record.doi)
        rights = [r.get("title", {}).get("en") or r.get("id") or "" for r in record.metadata.get("rights", [])]
        return {
            "id": record.id,
            "doi": str(record.doi) if record.doi else None,
            "concept_doi": str(record.concept_doi) if record.concept_doi else None,
            "title": record.title,
            "version": record.version,
            "authors": [c.get("person_or_org", {}).get("name", "") for c in record.metadata.get("creators", [])],
            "licence": ", ".join(filter(None, rights)),
            "published": str(record.metadata.get("publication_date", "")),
            "url": record.html_url,
            "link": record.doi.url if record.doi and registered else record.html_url,
            "repository": self.repository.url,
            "repository_title": self.repository.title,
        }


def _without_home(text: str) -> str:
    """Return a text that does not tell the user's name by a path."""
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text
