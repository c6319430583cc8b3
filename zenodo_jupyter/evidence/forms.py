"""Short forms of a report: a summary in Markdown, a badge, an action of a crate."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from ..verdict import Rung

_TONES = {Rung.IDENTICAL: "#1a7f37", Rung.REPRODUCED: "#1a7f37", Rung.REPEATABLE: "#8a6400", Rung.EXECUTABLE: "#8a6400"}
#: Of schema.org, for how a run ended.
_STATUS = {True: "http://schema.org/CompletedActionStatus", False: "http://schema.org/FailedActionStatus"}


def markdown(report: Mapping[str, Any]) -> str:
    """Return a summary for a record's description, an issue or a job's page."""
    record, compared = report["record"], report["comparison"]
    title = (
        f"[{plain(record['title'])}]({record['link']})" if record["link"].startswith("http") else plain(record["title"])
    )
    lines = [f"## Reproduction of {title}", "", f"**{plain(report['verdict'])}**", ""]
    counts = {name: count for name, count in compared["counts"].items() if count}
    lines += ["| outputs | |", "|---|---|", *(f"| {name} | {count} |" for name, count in counts.items())]
    if compared["aside"]:
        lines.append(f"| set aside by the author | {len(compared['aside'])} |")
    if report["failure"]:
        lines += ["", f"Likely cause: {plain(report['failure']['words'])} To try: {plain(report['failure']['hint'])}"]
    if report["described"]["lacking"]:
        lines += ["", f"Not described by the record: {plain('; '.join(report['described']['lacking']))}."]
    changed = report["environment"]["differences"] or []
    if changed:
        lines += ["", "| package | published with | run again with |", "|---|---|---|"]
        lines += [
            f"| {plain(d['name'])} | {plain(d['archived'])} | {plain(d['used'] or 'none')} |" for d in changed[:20]
        ]
        lines += [f"| and {len(changed) - 20} more | | |"] if len(changed) > 20 else []
    lines += ["", f"Notebook `{report['notebook']}`, {report['ran']['at'][:10]}, {report['ran']['with']}."]
    return "\n".join(lines) + "\n"


def badge(report: Mapping[str, Any]) -> str:
    """Draw a badge (SVG) with the level and the count of outputs; it uses nothing from elsewhere."""
    level, compared = report["level"], report["comparison"]
    value = f"R{level['rung']} · {compared['reproduced']} of {compared['total']} outputs"
    value += " · inferred environment" if level["inferred"] else ""
    left, right = 82, 16 + round(len(value) * 6.2)
    tone = _TONES.get(Rung(level["rung"]), "#b3261e")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-label="reproduced: {escape(value)}">'
        f'<clipPath id="r"><rect width="{left + right}" height="20" rx="3"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#404040"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{tone}"/></g>'
        '<g fill="#ffffff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="7" y="14" textLength="{left - 14}" lengthAdjust="spacingAndGlyphs">reproduced</text>'
        f'<text x="{left + 8}" y="14" textLength="{right - 16}" lengthAdjust="spacingAndGlyphs">{escape(value)}</text>'
        "</g></svg>\n"
    )


def action(report: Mapping[str, Any], results: Sequence[str]) -> list[dict[str, Any]]:
    """Return the entities of an RO-Crate that tell of the re-run, after the Process Run Crate profile.

    The profile is at https://w3id.org/ro/wfrun/process.

    Parameters
    ----------
    report : dict
        As in ``reproduction-report.json``.
    results : sequence of str
        The files of the crate that came of it.
    """
    record, ran = report["record"], report["ran"]
    work = record["link"] or f"#{record['id']}"
    done = {
        "@id": "#reproduction",
        "@type": "CreateAction",
        "name": f"Re-run of {report['notebook']}",
        "description": report["verdict"],
        "instrument": {"@id": "#archived-notebook"},
        "object": {"@id": work},
        "result": [{"@id": name} for name in results],
        "startTime": _moment(ran["at"]),
        "endTime": _moment(ran["ended"]),
        "actionStatus": _STATUS[report["execution"]["ok"]],
    }
    if not report["execution"]["ok"]:
        done["error"] = report["execution"]["error"]
    instrument = {"@id": "#archived-notebook", "@type": "SoftwareSourceCode", "name": report["notebook"]}
    return [
        done,
        {**instrument, "isPartOf": {"@id": work}},
        {"@id": work, "@type": "Dataset", "name": record["title"]},
    ]


def rehearsed(told: Mapping[str, Any], notebook: str, result: str) -> dict[str, Any]:
    """Return the entity of an RO-Crate that tells of a rehearsal.

    Parameters
    ----------
    told : dict
        As in ``rehearsal.json``.
    notebook, result : str
        Keys of the notebook and of that file.
    """
    done = {
        "@id": "#rehearsal",
        "@type": "CreateAction",
        "name": f"Rehearsal of {told['notebook']}",
        "description": told["verdict"],
        "instrument": {"@id": notebook},
        "object": {"@id": notebook},
        "result": {"@id": result},
        "endTime": _moment(told["at"]),
        "actionStatus": _STATUS[bool(told["ran"])],
    }
    return done if told["ran"] else {**done, "error": told["error"]}


def _moment(at: str) -> str:
    """Return a time as the profile has it, which knows no Z."""
    return at.removesuffix("Z") + "+00:00" if at.endswith("Z") else at


def plain(text: str) -> str:
    """Return a text that Markdown takes as it is, in one line."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))
