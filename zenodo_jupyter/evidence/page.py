"""The report as one page: it loads nothing, runs nothing, and can be sent around."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from ..card import VERDICTS, size
from ..verdict import Rung
from .differences import LEVELS, MARKS, WORST, differences
from .style import STYLE

#: No script, no request; pictures only where their bytes are in the page.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_RUNGS = {
    Rung.VERIFIED: ("Verified", "every file came with its checksum"),
    Rung.DESCRIBED: ("Described", "packages, licence, authors and data are named and there"),
    Rung.EXECUTABLE: ("Executable", "it runs from top to bottom"),
    Rung.REPEATABLE: ("Repeatable", "a second run gave the same"),
    Rung.REPRODUCED: ("Reproduced", "at least 95 % of the outputs look as published, none differs"),
    Rung.IDENTICAL: ("Identical", "every output is the same"),
}
#: So many outputs are told line by line.
_ROWS = 2000
_STEPS = {
    "satisfied": "What is installed here is what the record asks for.",
    "lock": "Rebuilt from the record's lock file.",
    "pins": "Rebuilt from the exact versions in the record.",
    "conda": "Rebuilt from the record's conda or pixi file.",
    "era": "Inferred: the packages that the notebook imports, as they were on a day near its publication.",
    "today": "Inferred: today's releases of the packages that the notebook imports.",
    "current": "Inferred: what is installed on the computer of the re-run.",
}


def page(report: Mapping[str, Any], archived: Mapping[str, Any], rerun: Mapping[str, Any]) -> str:
    """Return the report as HTML; whatever comes from the record is escaped.

    Parameters
    ----------
    report : dict
        As in ``reproduction-report.json``.
    archived, rerun : dict
        The notebooks, for what is shown of the outputs.
    """
    compared = report["comparison"]
    sections = differences(compared["outputs"], archived, rerun)
    parts = [
        _head(report),
        _verdict(report),
        _tiles(report),
        _strip(compared, archived),
        _stop(report),
        f"<h2>What differs</h2>{''.join(sections)}" if sections else "",
        _outputs("All outputs", compared["outputs"]),
        _outputs("Set aside by the author", compared["aside"]),
        _environment(report["environment"]),
        _data(report["data"]),
        _run(report),
    ]
    doi = report["record"]["doi"] or report["record"]["id"]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer">'
        f"<title>Reproduction of {escape(doi)}</title><style>{STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _head(report: Mapping[str, Any]) -> str:
    record = report["record"]
    facts = [
        _link(record["doi"] or record["id"], record["link"]),
        escape(record["version"]),
        escape(report["notebook"]),
    ]
    facts += [escape(record["repository_title"]), escape(record["licence"]), escape(record["published"])]
    authors = escape("; ".join(record["authors"]))
    notes = "".join(f'<p class="soft">{escape(note)}</p>' for note in report["notes"])
    return (
        f'<p class="kind">Reproduction report</p><h1>{escape(record["title"])}</h1><p>{authors}</p>'
        f'<p class="soft">{" · ".join(fact for fact in facts if fact)}</p>{notes}'
    )


def _verdict(report: Mapping[str, Any]) -> str:
    level, described = report["level"], report["described"]
    reached = Rung(level["rung"])
    tone = "good" if reached >= Rung.REPRODUCED else "mild" if reached >= Rung.EXECUTABLE else "bad"
    holds = set(level["holds"])
    rungs = []
    for rung, (name, meaning) in _RUNGS.items():
        fulfilled = rung in holds
        current = ' aria-current="true"' if rung == reached else ""
        lacks = (
            f"; lacking: {', '.join(described['lacking'])}" if rung == Rung.DESCRIBED and described["lacking"] else ""
        )
        state = "holds" if fulfilled else "not"
        hidden = "" if fulfilled else " (not reached)"
        rungs.append(
            f'<li class="{state}"{current} title="{escape(meaning + lacks + hidden)}">R{int(rung)} {name}</li>'
        )
    lacking = ""
    if described["lacking"]:
        lacking = f'<p class="soft">Not described by the record (R1): {escape("; ".join(described["lacking"]))}.</p>'
    where = "in an inferred environment" if level["inferred"] else "in the published environment"
    return (
        f'<div class="verdict {tone}"><div class="rung"><b>R{int(reached)}</b>'
        f"<span>{_RUNGS[reached][0]}<br>{where}</span></div><p>{escape(report['verdict'])}</p></div>"
        f'<ul class="ladder" aria-label="Levels">{"".join(rungs)}</ul>{lacking}'
    )


def _tiles(report: Mapping[str, Any]) -> str:
    compared = report["comparison"]
    figures = compared["figures"]
    index = compared["index"]
    tiles = [(f"{compared['reproduced']} of {compared['total']}", "outputs reproduced")]
    if figures["total"]:
        tiles.append((f"{figures['reproduced']} of {figures['total']}", "figures reproduced"))
    if index is not None:
        tiles.append((f"{index:.3f}", "similarity index, 0 to 1"))
    tiles.append((_seconds(report["execution"]["seconds"]), f"for {report['execution']['cells']} code cells"))
    return f'<div class="tiles">{"".join(f"<div><b>{escape(a)}</b><span>{escape(b)}</span></div>" for a, b in tiles)}</div>'


def _strip(compared: Mapping[str, Any], archived: Mapping[str, Any]) -> str:
    """Return one square for each code cell, by the worst of its outputs."""
    worst: dict[int, tuple[str, int]] = {}
    for number, output in enumerate(compared["outputs"], 1):
        index, verdict = output["cell_index"], output["verdict"]
        if index not in worst or WORST.index(verdict) < WORST.index(worst[index][0]):
            worst[index] = (verdict, number)
    aside = {output["cell_index"] for output in compared["aside"]}
    squares = []
    for index, cell in enumerate(archived.get("cells", ())):
        if cell.get("cell_type") != "code":
            continue
        if index in worst:
            verdict, number = worst[index]
            words = f"Cell {index + 1}: {VERDICTS[verdict]}"
            target = {"same": "#outputs", "failed": "#stopped"}.get(verdict, f"#output-{number}")
            square = f'<a class="{verdict}" href="{target}" title="{words}" aria-label="{words}">{MARKS[verdict]}</a>'
        else:
            words = f"Cell {index + 1}: {'set aside by the author' if index in aside else 'no output to compare'}"
            square = f'<span role="img" title="{words}" aria-label="{words}">{"○" if index in aside else "·"}</span>'
        squares.append(f"<li>{square}</li>")
    seen = {verdict for verdict, _ in worst.values()}
    legend = "".join(
        f'<li><span class="mark {v}">{MARKS[v]}</span> {escape(VERDICTS[v])}</li>' for v in VERDICTS if v in seen
    )
    return (
        f'<h2>Cell by cell</h2><ul class="strip" aria-label="Code cells">{"".join(squares)}</ul>'
        f'<ul class="legend">{legend}</ul>'
    )


def _stop(report: Mapping[str, Any]) -> str:
    ended, cause = report["execution"], report["failure"]
    if ended["ok"]:
        return ""
    where = "" if ended["failed_cell"] is None else f" at cell {ended['failed_cell'] + 1}"
    likely = f"<p><b>Likely cause:</b> {escape(cause['words'])}</p><p><b>To try:</b> {escape(cause['hint'])}</p>"
    trace = f"<details open><summary>Traceback</summary><pre tabindex='0'>{escape(ended['traceback'][-8000:])}</pre></details>"
    return (
        f"<h2 id='stopped'>Where it stopped{where}</h2><div class='stop'><p><code>{escape(ended['error'])}</code></p>"
        f"{likely}</div>{trace if ended['traceback'] else ''}"
    )


def _outputs(title: str, outputs: list[dict[str, Any]]) -> str:
    if not outputs:
        return ""
    rows = "".join(
        f'<tr><td class="num">{o["cell_index"] + 1}</td><td>{escape(o["mime"])}</td>'
        f'<td><span class="mark {o["verdict"]}">{MARKS[o["verdict"]]}</span> {escape(VERDICTS[o["verdict"]])}</td>'
        f"<td>{LEVELS[o['level']]} (L{o['level']})</td><td>{escape(o['detail'])}</td></tr>"
        for o in outputs[:_ROWS]
    )
    more = f"<p class='more'>… and {len(outputs) - _ROWS:,} more in the JSON report</p>" if len(outputs) > _ROWS else ""
    return (
        f'<h2 id="{"outputs" if title == "All outputs" else "aside"}">{title}</h2>'
        f'<details><summary>{len(outputs)} outputs, one by one</summary><div class="wide" tabindex="0"><table><thead><tr>'
        '<th scope="col">Cell</th><th scope="col">Output</th>'
        '<th scope="col">Verdict</th><th scope="col">Level</th><th scope="col">Detail</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{more}</details>"
    )


def _environment(used: Mapping[str, Any]) -> str:
    lines = [f"<p>{escape(_STEPS.get(used['step'], used['step']))} Python {escape(used['python'])}.</p>"]
    if used["day"]:
        lines.append(f"<p>Packages as of {escape(used['day'])}.</p>")
    lines += [f"<p class='soft'>Tried before: {escape(t['step'])}. {escape(t['reason'])}</p>" for t in used["tried"]]
    changed = used["differences"]
    if changed is None and used["step"] == "conda":
        lines.append("<p>What that file leaves open was chosen as of today.</p>")
    elif changed is None:
        lines.append("<p>The record does not say which packages it needs.</p>")
    elif not changed:
        lines.append("<p>All packages are those of the publication.</p>")
    else:
        rows = "".join(
            f"<tr><td>{escape(d['name'])}</td><td>{escape(d['archived'] or '—')}</td>"
            f"<td>{escape(d['used'] or 'not installed')}</td></tr>"
            for d in changed
        )
        lines.append(
            '<table><thead><tr><th scope="col">Package</th><th scope="col">Published with</th>'
            f'<th scope="col">Run again with</th></tr></thead><tbody>{rows}</tbody></table>'
        )
    return f"<h2>Environment</h2>{''.join(lines)}"


def _data(files: list[dict[str, Any]]) -> str:
    rows = "".join(
        f'<tr><td>{escape(f["file"])}</td><td class="num">{size(f["bytes"] or 0)}</td>'
        f"<td><code>{escape(f['checksum'] or 'none')}</code></td><td>{'✓ right' if f['verified'] else 'not compared'}</td></tr>"
        for f in files
    )
    return (
        '<h2>Files</h2><div class="wide" tabindex="0"><table><thead><tr><th scope="col">File</th><th scope="col">Size</th>'
        f'<th scope="col">Checksum</th><th scope="col">Compared</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _run(report: Mapping[str, Any]) -> str:
    ran, record = report["ran"], report["record"]
    again = ""
    if report["again"]:
        again = f"<p>A second run in the same environment, compared with the first: {escape(report['again']['summary'])}.</p>"
    stages = ", ".join(f"{escape(name)} {_seconds(took)}" for name, took in report["timings"].items())
    command = f"jupyter zenodo reproduce {record['doi'] or record['url']}"
    return (
        f"<h2>The run</h2>{again}<p>On {escape(ran['at'][:16].replace('T', ' '))} UTC, {escape(ran['platform'])}"
        f"{f'; {stages}' if stages else ''}.</p><p>To do it yourself:</p><pre tabindex='0'>{escape(command)}</pre>"
        f"<footer>Made by {escape(ran['with'])}. Compared output by output; the JSON report beside this page has everything in "
        "it. Levels say how far a re-run came, not whether the science is right.</footer>"
    )


def _link(text: str, address: str) -> str:
    if not address.startswith(("http://", "https://")):
        return escape(text)
    return f'<a href="{escape(address)}" rel="noopener noreferrer">{escape(text)}</a>'


def _seconds(took: float) -> str:
    return f"{took:.1f} s" if took < 120 else f"{took / 60:.0f} min"
