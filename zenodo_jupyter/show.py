"""Outcomes in words: the same sentences on the command line, in cells and, through their data, in scripts."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import card as cards
from .card import size
from .checks import SEVERITIES
from .metadata.people import name_of
from .report import Progress

if TYPE_CHECKING:
    from .collect import Plan
    from .communities import Community, Request
    from .edit import Edited
    from .harvest import Harvested
    from .publish import Published
    from .records import Record
    from .rehearsing import Rehearsal
    from .repository import Repository, SearchPage
    from .reproduce import Fetched, Reproduction
    from .standing import Standing
    from .underway import Underway

#: How many outputs that are not the same are told one by one.
TOLD = 20


@dataclass(frozen=True)
class Outcome:
    """What a verb came to.

    Attributes
    ----------
    text : str
        For people, with line breaks.
    data : dict
        For machines; JSON.
    code : int
        The exit code of the command line.
    card : dict or None
        The record that it is about, as `card.of` gives it; shown in a notebook instead of the text.
    """

    text: str
    data: dict[str, Any] = field(default_factory=dict)
    code: int = 0
    card: dict[str, Any] | None = None

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        if self.card:
            return {**cards.bundle(self.card), "text/plain": self.text}
        return {"text/html": f"<pre>{html.escape(self.text)}</pre>", "text/plain": self.text}

    def __repr__(self) -> str:
        return self.text


def told(progress: Progress) -> str:
    """Return a progress as a line: what, how much of how much, files, rate, time left, as far as each is known.

    Examples
    --------
    >>> told(Progress("upload", "Sending a.csv", 4_000_000, 10_000_000, "B", "a.csv", 2, 5, 7, 2e6, 3.0))
    'Sending a.csv: 4.0 MB of 10.0 MB, 2 of 5 files, 7 there already, 2.0 MB/s, 3 s left'
    >>> told(Progress("execute", "Running cell 2", 1, 9, "cells"))
    'Running cell 2: 1 of 9 cells'
    """
    amount = size if progress.unit == "B" else lambda count: f"{count:.0f}"
    parts = []
    if progress.total and progress.done is not None:
        unit = f" {progress.unit}" if progress.unit not in ("", "B") else ""
        parts.append(f"{amount(progress.done)} of {amount(progress.total)}{unit}")
    parts += [said for said in (files_told(progress),) if said]
    if progress.rate is not None:
        parts.append(f"{size(progress.rate)}/s")
    if progress.seconds_left is not None:
        parts.append(f"{duration(progress.seconds_left)} left")
    return f"{progress.message}: {', '.join(parts)}" if parts else progress.message


def files_told(progress: Progress) -> str:
    """Return how many files are through, and how many were there already; nothing where there is one only."""
    several = progress.files_total is not None and progress.files_total > 1
    parts = [f"{progress.files_done} of {progress.files_total} files"] if several else []
    parts += [f"{progress.files_there} there already"] if progress.files_total and progress.files_there else []
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """Return a time to come in words, no more exact than it can be known.

    >>> duration(8.4), duration(200), duration(9000)
    ('8 s', '3 min', '2 h 30 min')
    """
    if seconds < 99:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 99 else f"{minutes // 60} h {minutes % 60} min"


def line(text: str, **data: Any) -> Outcome:
    """Return a sentence."""
    return Outcome(text, {"message": text, **data})


def published(done: Published) -> Outcome:
    """Show what came of publishing."""
    record, where = done.record, done.repository
    local = "" if where.row.registers(record.doi) else " (not registered at doi.org)"
    if done.unchanged:
        label = record.version or f"v{record.index}"
        text = f"Nothing has changed since {record.doi} ({label}): no new version was made."
        text = "\n".join([text, *(offered.words for offered in done.offered)])
        return Outcome(text, done.to_json(), card=cards.of(record, where, text))
    if done.review:
        rows = [
            ("Submitted", f"{record.title}, to {done.community} on {where.title}"),
            ("Now", f"waiting for review by {done.community}: nothing is published yet"),
            ("DOI", f"{record.doi} is reserved, and registered when they accept"),
            ("Request", f"{done.review.html_url or done.review.id}"),
            ("Badge", done.badge),
        ]
        return Outcome(_table(rows), done.to_json())
    if done.anonymous:
        rows = [
            (
                "Anonymous copy",
                f"a draft on {where.title}, searched for all that would tell who made it; nothing is published",
            ),
            ("For reviewers", done.link or f"{where.title} makes no secret links: hand the files on in another way"),
            ("DOI", f"{record.doi} is reserved; it is in no file of the copy"),
            ("Then", "publish without --anonymous: the names come into the same draft, and it is published"),
        ]
        return Outcome(_table(rows), done.to_json())
    if done.draft:
        rows = [
            ("Draft", f"{record.title}, on {where.title}, with all its files; nothing is published"),
            ("DOI", f"{record.doi} is reserved"),
            ("Page", record.html_url),
            ("Then", "publish again: it goes on with this draft"),
        ]
        return Outcome(_table(rows), done.to_json())
    rows = [
        ("Published", f"{record.title}, {record.version}, on {where.title}"),
        ("DOI", f"{record.doi}{local}"),
        ("All versions", f"{record.concept_doi or 'no DOI of its own here'}"),
        ("Landing page", record.html_url),
    ]
    if done.sent or done.kept:  # neither where it was sent before, and is public only now
        rows.append(("Sent", f"{_files(done.sent)}, {size(done.sent_bytes)}"))
    if done.kept:
        rows.append(("Not sent again", f"{_files(done.kept)}, {size(done.kept_bytes)}: already there, unchanged"))
    if done.removed:
        rows.append(("No longer in it", _files(done.removed)))
    rows += [("Community", offered.words) for offered in done.offered]
    rows.append(("Badge", done.badge))
    return Outcome(_table(rows), done.to_json(), card=cards.of(record, where, done.badge))


def plan(found: Plan, put_right: str = "", *, fail_on: str | None = None) -> Outcome:
    """Show what would be published and what the checks found, after what was put right just now.

    The exit code is 7 where something blocks and 2 where the description lacks something; with `fail_on`, 7 where a finding
    is at least of that severity, and 0 otherwise.
    """
    lines = ["Put right", *(f"  {told}" for told in put_right.splitlines()), ""] if put_right else []
    lines += [f"{found.standing.words} on {found.repository.title}.", "", "Files"]
    width = max((len(f.key) for f in found.bundle.files), default=0)
    lines += [f"  {f.key:<{width}}  {size(f.size):>9}  {f.reason}" for f in found.bundle.files]
    if found.bundle.left_out:
        lines += ["Left out", *(f"  {name}: {reason}" for name, reason in found.bundle.left_out)]
    description = found.metadata
    lines += ["", "About", f"  title: {description.title or 'none yet'}{_source(found, 'title')}"]
    names = "; ".join(name_of(c) for c in description.creators)
    lines.append(f"  creators: {names or 'none yet'}{_source(found, 'creators')}")
    lines += [f"  community: {c.title}. {c.note}" for c in found.communities]
    lines += [f"  must be given: {e}" for e in found.errors]
    if found.standing.unchanged and found.redescribed:
        lines.append("  only the description has changed: `edit` changes it in place, `publish` makes a new version")
    marks = {"block": "must be fixed", "error": "to look at", "warning": "to look at", "info": "note"}
    lines += ["", "Checks"]
    for f in found.findings:
        where = f"{f.where}: " if f.where else ""
        can = f" Or: --fix {' or '.join(f.remedies)}." if f.remedies else ""
        lines.append(f"  {marks[f.severity]}: {where}{f.message} {f.fix}{can} [{f.id}]")
    if not found.findings:
        lines.append("  all passed")
    code = 7 if found.blockers else 2 if found.errors else 0
    if fail_on is not None:
        grave = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
        code = 7 if any(f.severity in grave for f in found.findings) else 0
    return Outcome("\n".join(lines), found.to_json(), code=code)


def plans(several: Sequence[Outcome]) -> Outcome:
    """Show several, each under its notebook's name."""
    text = "\n\n".join(f"{one.data['notebook']}\n{one.text}" for one in several)
    return Outcome(text, {"plans": [one.data for one in several]}, code=max(one.code for one in several))


def edited(done: Edited) -> Outcome:
    """Show what came of editing."""
    what = f"Changed: {', '.join(done.changed)}." if done.changed else "It says all that already: nothing was changed."
    stays = (
        " Its DOI stays. Its files stay too, with what they say of it: a new version renews them."
        if done.changed
        else ""
    )
    lines = [f"{done.record.title}, {done.record.doi}", what + stays, *(offered.words for offered in done.offered)]
    return Outcome("\n".join(lines), done.to_json(), card=cards.of(done.record, done.repository, what + stays))


def communities(found: Sequence[Community], repository: Repository) -> Outcome:
    """Show communities and what handing in a record leads to."""
    lines = [f"{c.slug:<24}  {c.title}. {c.note}" for c in found]
    text = "\n".join(lines) if found else f"{repository.title} has no such community."
    return Outcome(text, {"communities": [c.to_json() for c in found]})


def requests(found: Sequence[Request], repository: Repository) -> Outcome:
    """Show requests, with what one may do with each."""
    lines = [f"{r.id}  {r.status}: {r.title or r.type}  {' '.join(r.actions)}".rstrip() for r in found]
    text = "\n".join(lines) if found else f"There is nothing for you on {repository.title}."
    return Outcome(text, {"requests": [r.to_json() for r in found]})


def request(asked: Request, said: Sequence[str]) -> Outcome:
    """Show a request with what was said about it."""
    rows = [
        ("Request", f"{asked.title or asked.type}, {asked.status}"),
        *(("Said", comment) for comment in said),
        ("You may", ", ".join((*asked.actions, "comment"))),
        ("Page", asked.html_url),
    ]
    return Outcome(_table(rows), {**asked.to_json(), "comments": list(said)})


def fetched(done: Fetched) -> Outcome:
    """Show what was got."""
    record = done.record
    rows = [
        ("Got", f"{record.title}, {record.version or f'v{record.index}'}, from {done.repository.title}"),
        ("DOI", str(record.doi)),
        ("Into", str(done.folder)),
        ("Files", f"{len(done.files)}, {size(record.total_bytes)}; every checksum compared and right"),
        *(("Note", note) for note in done.notes),
    ]
    return Outcome(_table(rows), done.to_json(), card=cards.of(record, done.repository, f"In {done.folder}"))


def harvested(done: Harvested) -> Outcome:
    """Show what came of a harvest."""
    gone = {"deleted": "deleted", "hidden": "hidden from the public", "left": "no longer in it"}
    files = {"brought": "brought and compared", "none": "none", "restricted": "restricted", "failed": "did not come"}
    rows = [
        ("Harvested", f"{done.community.title}, from {done.repository.title}, into {done.folder}"),
        ("Records", f"{done.records}: {done.new} new here, {done.changed} changed"),
        *(("Gone", f"{n} {gone[state]}; what came of them stays") for state, n in done.gone.items()),
        *(("Files", f"of {n} records: {files[kind]}") for kind, n in done.files.items()),
        *(("Note", note) for note in done.notes[:TOLD]),
    ]
    return Outcome(_table(rows), done.to_json())


def reproduction(done: Reproduction, reported: Published | None = None) -> Outcome:
    """Show how much came out the same, and where the report was published."""
    rows = [
        ("Record", f"{done.record.title}, {done.record.doi}"),
        ("Verdict", done.verdict),
        *(("Note", note) for note in done.notes),
        ("Report", str(done.report_html)),
        ("Run again", str(done.executed)),
    ]
    data = done.to_json()
    if reported:
        rows.append(("Report published", f"{reported.record.doi}, {reported.record.html_url}"))
        data["published_report"] = reported.to_json()
    return Outcome(_table(rows), data, code=done.exit_code, card=verdict(done))


def reproductions(each: Sequence[Outcome]) -> Outcome:
    """Show what came of several notebooks of one record, one after another, with a summary at the end."""
    if len(each) == 1:
        return each[0]
    same = sum(one.data["reproduced"] for one in each)
    summary = f"{same} of {len(each)} notebooks reproduced"
    told = [f"{one.data['notebook']}\n{one.text}" for one in each]
    data = {"summary": summary, "reproduced": same == len(each), "notebooks": [one.data for one in each]}
    return Outcome("\n\n".join([*told, f"{summary}."]), data, code=max(one.code for one in each))


def verdict(done: Reproduction) -> dict[str, Any]:
    """Return the card of a reproduction: the record, with what became of each output."""
    compared = done.comparison
    other = [o for o in compared.outputs if o.verdict != "same"]
    details = [f"Cell {o.cell_index + 1}: {cards.VERDICTS[o.verdict]}. {o.detail}".strip() for o in other[:TOLD]]
    if len(other) > TOLD:
        details.append(f"and {len(other) - TOLD} more, which the report lists")
    report = done.report_html.relative_to(
        done.folder.parent
    ).as_posix()  # not where it is on this disk: cards get published
    return cards.of(
        done.record, done.repository, f"{done.verdict} The report is in {report}.",
        verdict={name: compared.count(name) for name in cards.VERDICTS}, outputs=[o.verdict for o in compared.outputs],
        details=details,
    )  # fmt: skip


def verdicts(several: Sequence[Reproduction]) -> dict[str, Any]:
    """Return the card of several notebooks of one record: what became of all their outputs, and a sentence for each."""
    if len(several) == 1:
        return verdict(several[0])
    outputs = [output.verdict for done in several for output in done.comparison.outputs]
    same = sum(done.reproduced for done in several)
    return cards.of(
        several[0].record, several[0].repository, f"{same} of {len(several)} notebooks came out the same.",
        verdict={name: outputs.count(name) for name in cards.VERDICTS}, outputs=outputs,
        details=[f"{done.notebook}: {done.verdict} The report is {done.report_html.name}." for done in several],
    )  # fmt: skip


def rehearsal(done: Rehearsal) -> Outcome:
    """Show what came of a rehearsal; it forbids nothing, so that it always ends well."""
    rows = [("Rehearsed", f"{done.notebook}, in an environment and a folder of its own"), ("Verdict", done.verdict)]
    if done.advice:
        rows.append(("To do", done.advice))
    other = [o for o in done.comparison.outputs if not o.is_reproduced]
    rows += [
        ("Cell " + str(o.cell_index + 1), f"{cards.VERDICTS[o.verdict]}. {o.detail}".strip()) for o in other[:TOLD]
    ]
    rows += [("Tried", f"{step}: {reason}") for step, reason in done.environment.tried]
    rows += [("Note", note) for note in done.notes]
    rows.append(("Kept", "it goes into the record, if notebook and files are the same when you publish"))
    return Outcome(_table(rows), done.to_json())


def found(page: SearchPage, repository: Repository) -> Outcome:
    """Show a page of search results."""
    lines = [f"{page.total} record{'s' if page.total != 1 else ''} on {repository.title}"]
    for r in page.records:
        state = r.version or f"v{r.index}"
        lines.append(f"  {r.doi or r.id}  {r.title}  ({state}, {r.metadata.get('publication_date', '')})")
    data = {"total": page.total, "page": page.page, "size": page.size, "records": [r.to_json() for r in page.records]}
    return Outcome("\n".join(lines), data)


def citation(text: str, record: Record, style: str) -> Outcome:
    """Show a citation."""
    return Outcome(text, {"doi": str(record.doi), "style": style, "citation": text})


def standing(path: Path | None, stand: Standing | None, underway: Sequence[Underway] = ()) -> Outcome:
    """Show where a notebook stands, if one is given, and what is under way."""
    lines, data = [], {}
    if path is not None and stand is not None:
        doi = f" ({stand.doi})" if stand.doi else ""
        files = f" Changed: {', '.join(stand.changed_files)}." if stand.changed_files else ""
        lines.append(f"{path.name}: {stand.words}{doi}.{files}")
        data = {"notebook": str(path), **stand.to_json()}
    for one in underway:
        lines.append(f"{one.words}.")
        about = [
            ("Draft", one.draft_id), ("DOI", one.doi), ("Title", one.title), ("Notebook", one.notebook),
            ("Look at it", one.html_url),
        ]  # fmt: skip
        if one.draft_id and one.state != "running":
            about.append(("Discard", f"jupyter zenodo status --to {one.repository} --discard {one.draft_id}"))
        lines += [f"  {row}" for row in _table([(name, value) for name, value in about if value]).splitlines()]
    return Outcome(
        "\n".join(lines) or "Nothing is under way.", {**data, "underway": [one.to_json() for one in underway]}
    )


def tokens(listed: list[tuple[str, str]]) -> Outcome:
    """Show which repositories there are tokens for, never the tokens."""
    if not listed:
        return Outcome("No tokens are kept. The embedded repository needs none.", {"tokens": []})
    return Outcome(_table(listed), {"tokens": [{"repository": n, "kept_in": w} for n, w in listed]})


def _source(found: Plan, field: str) -> str:
    return f"  ({found.sources[field]})" if field in found.sources else ""


def _files(names: tuple[str, ...]) -> str:
    if not names:
        return "no files"
    shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    return f"{len(names)} file{'s' if len(names) != 1 else ''} ({shown})"


def _table(rows: list[tuple[str, str]]) -> str:
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:>{width}}  {value}" for name, value in rows)
