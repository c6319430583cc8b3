"""What came of a reproduction: the verdict with its evidence, as JSON and as a page to send around."""

from __future__ import annotations

import html
import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .compare.comparison import Comparison, OutputVerdict
from .execute import Execution
from .packages import PackageDifference
from .records import Record
from .verdict import UsedEnvironment

if TYPE_CHECKING:
    from .repository import Repository

#: Of the JSON report; a reader can tell by it what to expect.
SCHEMA_VERSION = "1.0"
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

    @property
    def reproduced(self) -> bool:
        """Whether it ran to its end and every output came out the same, or close enough to look the same."""
        whole = self.comparison.reproduced == self.comparison.total == len(self.comparison.outputs)
        return self.execution.ok and whole

    @property
    def exit_code(self) -> int:
        """0 when it was reproduced, 10 when outputs differ, 11 when it did not run to its end."""
        if not self.execution.ok:
            return EXIT_STOPPED
        return 0 if self.reproduced else EXIT_DIFFERENT

    @property
    def verdict(self) -> str:
        """The result in one or two sentences."""
        packages = f"with Python {self.environment.python} and {self.environment.words}"
        if self.execution.ok:
            return f"{self.comparison.summary()}, {packages}."
        where = "" if self.execution.failed_cell is None else f" at cell {self.execution.failed_cell + 1}"
        return f"It stopped{where}: {self.execution.error.rstrip('.')}. {self.comparison.summary()}, {packages}."

    def to_json(self) -> dict[str, Any]:
        """Return everything, as it is in ``reproduction-report.json``."""
        return {
            "schema_version": SCHEMA_VERSION,
            "verdict": self.verdict,
            "reproduced": self.reproduced,
            "record": {
                "id": self.record.id,
                "doi": str(self.record.doi) if self.record.doi else None,
                "title": self.record.title,
                "version": self.record.version,
                "url": self.record.html_url,
                "repository": self.repository.url,
            },
            "notebook": self.notebook,
            "environment": {**self.environment.to_json(), "platform": platform.platform()},
            "execution": self.execution.to_json(),
            "comparison": self.comparison.to_json(),
            "folder": str(self.folder),
            "executed": str(self.executed),
            "report": str(self.report_html),
            "notes": list(self.notes),
        }

    def write(self, archived: Mapping[str, Any], rerun: Mapping[str, Any]) -> None:
        """Write both reports.

        Parameters
        ----------
        archived, rerun : NotebookNode
            The notebooks, for the pictures that differ.
        """
        self.report_json.write_text(json.dumps(self.to_json(), indent=2, ensure_ascii=False) + "\n", "utf-8")
        self.report_html.write_text(_page(self, archived, rerun), "utf-8")


# --- the page ---------------------------------------------------------------------------------------------------------

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#1a1a1a}
h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em}
.verdict{font-size:1.15em;padding:.8em 1em;border-left:6px solid;margin:1em 0}
.yes{border-color:#2e7d32;background:#eef7ee}.no{border-color:#c62828;background:#fdf0f0}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.3em .6em;border-bottom:1px solid #ddd}
td.v{font-weight:600;white-space:nowrap}.same{color:#2e7d32}.close{color:#8a6d00}
.differs,.failed,.missing{color:#c62828}.extra{color:#1565c0}
.strip{display:flex;flex-wrap:wrap;gap:2px}.strip i{width:14px;height:14px;background:currentColor;border-radius:2px}
pre{background:#f6f6f6;padding:.8em;overflow-x:auto;font-size:13px}img{max-width:100%;border:1px solid #ddd;background:#fff}
figure{margin:0}.pair{display:grid;grid-template-columns:1fr 1fr;gap:1em;margin:.5em 0}figcaption{color:#555;font-size:13px}
"""


def _page(done: Reproduction, archived: Mapping[str, Any], rerun: Mapping[str, Any]) -> str:
    """Return one page that loads nothing from elsewhere; whatever comes from the record is escaped."""
    e = html.escape
    doi = str(done.record.doi or done.record.id)
    link = done.record.doi.url if done.record.doi and done.repository.row.registered_dois else done.record.html_url
    name = f'<a href="{e(link)}">{e(doi)}</a>' if link.startswith(("http://", "https://")) else e(doi)
    parts = [
        f"<h1>{e(done.record.title)}</h1>",
        f"<p>{name} · {e(done.record.version)} · {e(done.notebook)} · {e(done.repository.title)}</p>",
        f'<p class="verdict {"yes" if done.reproduced else "no"}">{e(done.verdict)}</p>',
        *(f"<p>{e(note)}</p>" for note in done.notes),
        _strip(done.comparison),
    ]
    if done.execution.traceback or done.execution.error:
        text = done.execution.traceback or done.execution.error
        parts.append(f"<h2>Where it stopped</h2><pre>{e(text[-8000:])}</pre>")
    parts.append(_packages(done.environment.differences))
    parts.append("<h2>Outputs</h2><table><tr><th>Cell</th><th>Output</th><th>Verdict</th><th>What differs</th></tr>")
    parts += [_row(verdict) for verdict in done.comparison.outputs]
    parts.append("</table>")
    if done.comparison.aside:
        parts.append("<h2>Set aside by the author</h2><table>")
        parts += [_row(verdict) for verdict in done.comparison.aside]
        parts.append("</table>")
    parts += [_pair(v, archived, rerun) for v in done.comparison.outputs if v.is_figure and v.verdict != "same"]
    took = f"{done.execution.seconds:.1f} s, {done.execution.cells} code cells"
    parts.append(f"<p>Run on {e(platform.platform())}: {took}.</p>")
    title = e(f"Reproduction of {doi}")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">"
        f"<title>{title}</title><style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _strip(comparison: Comparison) -> str:
    squares = (f'<i class="{o.verdict}" title="cell {o.cell_index + 1}: {o.verdict}"></i>' for o in comparison.outputs)
    return f'<div class="strip">{"".join(squares)}</div>'


def _row(verdict: OutputVerdict) -> str:
    e = html.escape
    return (
        f"<tr><td>{verdict.cell_index + 1}</td><td>{e(verdict.mime)}</td>"
        f'<td class="v {verdict.verdict}">{verdict.verdict} (L{int(verdict.level)})</td><td>{e(verdict.detail)}</td></tr>'
    )


def _packages(differences: tuple[PackageDifference, ...] | None) -> str:
    if differences is None:
        return "<h2>Packages</h2><p>The record does not say which packages it needs.</p>"
    if not differences:
        return "<h2>Packages</h2><p>All are those of the publication.</p>"
    e = html.escape
    rows = "".join(
        f"<tr><td>{e(d.name)}</td><td>{e(d.archived)}</td><td>{e(d.used or 'not installed')}</td></tr>"
        for d in differences
    )
    return f"<h2>Packages</h2><table><tr><th>Package</th><th>Published with</th><th>Now</th></tr>{rows}</table>"


def _pair(verdict: OutputVerdict, archived: Mapping[str, Any], rerun: Mapping[str, Any]) -> str:
    """Show a figure as it was published beside what came out now."""
    before = _picture(archived, verdict)
    after = _picture(rerun, verdict)
    return (
        f"<h2>Figure of cell {verdict.cell_index + 1}</h2><div class='pair'>"
        f"<figure>{before}<figcaption>published</figcaption></figure>"
        f"<figure>{after}<figcaption>now</figcaption></figure></div>"
    )


def _picture(notebook: Mapping[str, Any], verdict: OutputVerdict) -> str:
    cells = notebook["cells"]
    by_id = [c for c in cells if verdict.cell_id and c.get("id") == verdict.cell_id]
    cell = by_id[0] if by_id else cells[verdict.cell_index] if verdict.cell_index < len(cells) else {}
    shown = [o for o in cell.get("outputs", ()) if o.get("output_type") != "stream"]
    data = shown[verdict.output_index].get("data", {}) if verdict.output_index < len(shown) else {}
    if "image/png" not in data:
        return "<em>no picture</em>"
    png = "".join(data["image/png"].split())
    return f'<img alt="" src="data:image/png;base64,{html.escape(png)}">'
