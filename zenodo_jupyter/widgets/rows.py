"""Rows: a list of things, with add, remove and reorder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import ipywidgets as W

from ..metadata.fields import Field
from . import look
from .inputs import Group, Input, Surroundings, make_one, words_of

#: More sub-fields than this are folded away behind a line that says who or what it is.
_FEW = 2


class _Row:
    """One item, with its buttons."""

    def __init__(self, field: Field, around: Surroundings, rows: Rows) -> None:
        self.input = make_one(field, around, titled=False)
        self.fold: look.Fold | None = None
        buttons = look.line(
            look.button("Up", lambda: rows.move(self, -1), tooltip="Move up"),
            look.button("Down", lambda: rows.move(self, 1), tooltip="Move down"),
            look.button("Remove", lambda: rows.remove(self)),
        )
        self.first_button = buttons.children[0]
        if isinstance(self.input, Group) and len(self.input.inputs) > _FEW:
            self.fold = look.Fold("New", lambda: self.input.widget)
            self.fold.widget.remove_class("zw-part")
            self.widget = look.with_classes(W.VBox((self.fold.widget, buttons)), "zw-row")
        else:
            self.input.widget.add_class("zw-grow")
            self.input.widget.add_class(
                "zw-unlabelled"
            )  # the list's heading says it; screen readers get it all the same
            self.widget = look.line(self.input.widget, buttons)

    def name(self) -> None:
        """Put the item's name into the line that stands for it."""
        if self.fold is not None:
            self.fold.title = words_of(self.input.field, self.input.get() or {}) or "New"
            self.fold.summarise("")


class Rows(Input):
    """The list."""

    def __init__(self, field: Field, around: Surroundings) -> None:
        self.rows: list[_Row] = []
        self._one = replace(field, help="")
        self._around = replace(around, changed=self._changed)
        self._tell = around.changed
        self._box = W.VBox(())
        self._add = look.button(f"Add: {field.label}", self._append)
        self._quiet = False
        title = field.label + (" (required)" if field.required else "")
        super().__init__(field, look.words(title, "zw-head"), below=(self._box, self._add))

    def get(self) -> Any:
        """See `Input.get`."""
        said = [row.input.get() for row in self.rows]
        return [value for value in said if value not in (None, "", {})] or None

    def set(self, value: Any) -> None:
        """See `Input.set`."""
        items = value if isinstance(value, list | tuple) else [value] if value else []
        self._quiet = True
        self.rows = [self._row() for _ in items]
        for row, item in zip(self.rows, items, strict=True):
            row.input.set(item)
            row.name()
        self._quiet = False
        self._draw_rows()

    def at(self, path: Sequence[str | int]) -> Input:
        """See `Input.at`; a row that is folded away is opened, since something is to be said there."""
        if not path or not isinstance(path[0], int) or path[0] >= len(self.rows):
            return self
        row = self.rows[path[0]]
        if row.fold is not None:
            row.fold.open()
        return row.input.at(path[1:])

    def focus(self) -> None:
        """See `Input.focus`."""
        self._add.focus()

    def clear(self) -> None:
        """See `Input.clear`."""
        super().clear()
        for row in self.rows:
            row.input.clear()

    def move(self, row: _Row, by: int) -> None:
        """Move a row up or down; the keyboard's focus goes with it."""
        at = self.rows.index(row)
        to = at + by
        if 0 <= to < len(self.rows):
            self.rows[at], self.rows[to] = self.rows[to], self.rows[at]
            self._draw_rows()
            self._changed()
            row.first_button.focus()

    def remove(self, row: _Row) -> None:
        """Take a row out."""
        self.rows.remove(row)
        self._draw_rows()
        self._changed()
        self._add.focus()

    def _append(self) -> None:
        row = self._row()
        self.rows.append(row)
        if row.fold is not None:
            row.fold.open()
        self._draw_rows()
        row.input.focus()

    def _row(self) -> _Row:
        return _Row(self._one, self._around, self)

    def _draw_rows(self) -> None:
        self._box.children = tuple(row.widget for row in self.rows)

    def _changed(self) -> None:
        if not self._quiet:
            for row in self.rows:
                row.name()
            self._tell()
