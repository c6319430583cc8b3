"""What the forms say about a plan, a result, an error: the words that the panel uses as well."""

from __future__ import annotations

import html

from ..card import size
from ..collect import Plan
from ..errors import Cancelled, ZenodoJupyterError
from ..publish import Published
from . import look

#: By state of a notebook: a mark of its own shape.
_MARKS = {
    "never": "◌", "stopped": "⚠", "waiting": "◷", "declined": "⚠", "published": "✔", "changed": "●", "foreign": "◌",
}  # fmt: skip


def state(plan: Plan) -> str:
    """Return the line that says where the notebook stands, as HTML."""
    stand = plan.standing
    told = html.escape(stand.words + (f", {stand.doi}" if stand.doi else ""))
    return (
        f'<div class="zw-head">{_MARKS[stand.state]} {told}</div>'
        f'<div class="zw-soft">{html.escape(plan.notebook.name)} · as it was last saved</div>'
    )


def files(plan: Plan) -> str:
    """Return what goes, in a few words."""
    bundle = plan.bundle
    left_out = f", {len(bundle.left_out)} left out" if bundle.left_out else ""
    return f"{_count(len(bundle.files), 'file')}, {size(bundle.total_bytes)}{left_out}"


def about(plan: Plan) -> str:
    """Return what it is, in a few words."""
    missing = f"; {len(plan.errors)} to fix" if plan.errors else ""
    return f"{plan.metadata.title or 'no title yet'}, {_count(len(plan.metadata.creators), 'author')}{missing}"


def verb(plan: Plan) -> str:
    """Return what the main button says."""
    stand = plan.standing
    if stand.state == "stopped":
        return "Publish with names" if stand.anonymous else "Resume"
    if stand.state == "waiting":
        return "Ask what became of it"
    if plan.review and not plan.review.skips_review:
        return f"Submit to {plan.review.title}"
    return f"Publish version {stand.next_index}" if stand.previous_id else "Publish"


def promise(plan: Plan, new: bool) -> str:
    """Return what pressing the main button would do.

    Parameters
    ----------
    plan : Plan
        What would be published.
    new : bool
        Whether the person wants a new record in any case.
    """
    stand = plan.standing
    if stand.unchanged and not new:
        return "Nothing has changed since; there is nothing to publish."
    if stand.previous_id:
        cells = [_count(stand.changed_cells, "cell")] if stand.changed_cells else []
        changes = ", ".join([*cells, *stand.changed_files]) or "the description"
        return f"Version {stand.next_index} changes: {changes}. What is unchanged is not sent again."
    if stand.state == "waiting":
        return f"{stand.words}. It can be taken back with `%zenodo review cancel`."
    derived = f" It says that it is derived from {stand.derived_from}." if stand.derived_from else ""
    return f"Nothing becomes public before you press Publish.{derived}"


def done(result: Published) -> str:
    """Return what came of publishing."""
    if result.unchanged:
        return "Nothing has changed since: no new version was made."
    if result.review:
        return f"Submitted to {result.community}, which publishes it when they accept. {result.badge}"
    how = "Public" if result.repository.row.registered_dois else "Published for practice"
    return f"{how}, and every file arrived unchanged. {result.badge}"


def copied(result: Published) -> str:
    """Return what came of making an anonymous copy, as HTML."""
    where = (
        f'<span class="zw-mono">{look.link(result.link, result.link)}</span>'
        if result.link
        else "none, since the repository makes none."
    )
    told = "Nothing in it leads to you, as far as a search of all its files tells; nothing is published."
    return f'<div class="zw-note" role="status">A draft without names is there; the link for reviewers: {where}<br>{told}</div>'


def error(problem: ZenodoJupyterError) -> str:
    """Return what went wrong, as HTML; having been stopped is not wrong."""
    kind = "" if isinstance(problem, Cancelled) else "zw-stop"
    return f'<div class="zw-note {kind}" role="alert">{html.escape(f"{problem.message} {problem.hint}")}</div>'


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
