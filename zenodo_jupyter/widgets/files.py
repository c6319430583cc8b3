"""Files: what goes into the record and why, with a tick for each; what is left out and why."""

from __future__ import annotations

import glob
import html
from collections.abc import Callable
from pathlib import Path

import ipywidgets as W

from ..card import size
from ..collect import Plan
from . import look
from .kept import Kept

#: What publishing adds, so that others can read and run it.
MADE = "the page to read without Jupyter, the packages it needs, README.md, CITATION.cff, ro-crate-metadata.json, checksums"
#: More rows than this are not drawn one by one.
MANY = 200


class Files:
    """The files of a notebook.

    Parameters
    ----------
    kept : Kept
        Its ``data`` and ``exclude`` are what the person decides here.
    again : callable
        Looks at the notebook again after a decision.
    """

    def __init__(self, kept: Kept, again: Callable[[], None]) -> None:
        self._kept = kept
        self._again = again
        self._list = look.with_classes(W.VBox(()), "zw-files")
        self._name = look.with_classes(
            W.Text(description="A further file or folder", placeholder="data/raw.csv", continuous_update=False),
            "zw-field",
            "zw-grow",
        )
        add = look.button("Add", self._add, tooltip="Take this file or folder along")
        self.widget = W.VBox((self._list, look.line(self._name, add)))

    def show(self, plan: Plan) -> None:
        """Show a plan's files."""
        if not self._kept.data:
            self._kept.data = [str(path) for path in plan.data]
        rows: list[W.Widget] = [
            self._row(f.key, f.size, f.reason, f.role == "notebook") for f in plan.bundle.files[:MANY]
        ]
        if len(plan.bundle.files) > MANY:
            rows.append(look.words(f"and {len(plan.bundle.files) - MANY} more", "zw-soft"))
        rows.append(look.words(f"Made for you: {MADE}.", "zw-soft"))
        left_out = plan.bundle.left_out
        if left_out:
            rows.append(look.words("Left out", "zw-head"))
            rows += [self._left_out(name, reason) for name, reason in left_out[:MANY]]
        self._list.children = tuple(rows)

    def _row(self, key: str, count: int, reason: str, is_notebook: bool) -> W.Widget:
        tick = look.with_classes(
            W.Checkbox(True, description=key, indent=False, disabled=is_notebook, tooltip=f"Take {key} along"),
            "zw-tick",
        )
        tick.observe(lambda _: self._leave_out(key), "value")
        return W.VBox((tick, look.raw(f'<div class="zw-soft zw-body">{size(count)} · {html.escape(reason)}</div>')))

    def _left_out(self, name: str, reason: str) -> W.Widget:
        pattern = glob.escape(name)
        if pattern in self._kept.exclude:
            tick = look.with_classes(
                W.Checkbox(False, description=name, indent=False, tooltip=f"Take {name} along"), "zw-tick"
            )
            tick.observe(lambda _: self._bring_back(pattern), "value")
            return W.VBox((tick, look.raw('<div class="zw-soft zw-body">left out by you</div>')))
        return look.raw(
            f'<div class="zw-body"><span>{html.escape(name)}</span> <span class="zw-soft">{html.escape(reason)}</span></div>'
        )

    def _leave_out(self, key: str) -> None:
        folder = Path(self._kept.notebook).parent
        named = [name for name in self._kept.data if (folder / name).resolve() == (folder / key).resolve()]
        if named:
            self._kept.data = [name for name in self._kept.data if name not in named]
        else:
            self._kept.exclude.append(glob.escape(key))
        self._again()

    def _bring_back(self, pattern: str) -> None:
        self._kept.exclude.remove(pattern)
        self._again()

    def _add(self) -> None:
        name = self._name.value.strip()
        if name:
            self._kept.data.append(name)
            self._name.value = ""
            self._again()
