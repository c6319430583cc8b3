"""Findings: what the checks found, with what to do about it."""

from __future__ import annotations

import html
from collections.abc import Callable

import ipywidgets as W

from ..checks import Finding
from ..collect import Plan
from . import look

#: By severity: a mark, and the words that all doors use.
MARKS = {
    "block": ("⬣", "must be fixed"),
    "error": ("▲", "to look at"),
    "warning": ("▲", "to look at"),
    "info": ("ℹ", "note"),
}


class Findings:
    """The list of findings.

    Parameters
    ----------
    changed : callable
        Told when the person decides to publish in spite of one.

    Attributes
    ----------
    accepted : set of str
        Those that the person decided to publish in spite of.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self.accepted: set[str] = set()
        self._changed = changed
        self.widget = W.VBox(())

    def show(self, plan: Plan) -> None:
        """Show what was found in a plan."""
        rows = [self._row(finding) for finding in plan.findings]
        self.widget.children = tuple(rows) or (look.words("All passed."),)

    def open_blockers(self, plan: Plan) -> list[Finding]:
        """Return the findings that forbid publishing and that nobody decided about."""
        return [f for f in plan.blockers if name_of(f) not in self.accepted]

    def summary(self, plan: Plan) -> str:
        """Return how many there are, in words."""
        blocked = len(self.open_blockers(plan))
        look_at = sum(f.severity in ("error", "warning") for f in plan.findings)
        parts = [f"{blocked} must be fixed"] if blocked else []
        parts += [f"{look_at} to look at"] if look_at else []
        return ", ".join(parts) or "passed"

    def _row(self, finding: Finding) -> W.Widget:
        mark, words = MARKS[finding.severity]
        where = f"{finding.where}: " if finding.where else ""
        text = look.raw(
            f'<div><b class="{"zw-error" if finding.severity == "block" else ""}">{mark} {words}</b> '
            f'{html.escape(where + finding.message)} <span class="zw-soft">{html.escape(finding.fix)}</span></div>'
        )
        if finding.severity != "block":
            return text
        tick = look.with_classes(
            W.Checkbox(name_of(finding) in self.accepted, description="Publish it in spite of this", indent=False),
            "zw-tick",
        )
        tick.observe(lambda change: self._decide(finding, change["new"]), "value")
        return W.VBox((text, tick))

    def _decide(self, finding: Finding, accepted: bool) -> None:
        (self.accepted.add if accepted else self.accepted.discard)(name_of(finding))
        self._changed()


def name_of(finding: Finding) -> str:
    """Return what `publish` takes in `accept`: the check and the place."""
    return f"{finding.id}@{finding.where}"
