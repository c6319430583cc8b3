"""Known: an input for things that a vocabulary knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets as W

from ..metadata.fields import Field
from . import look
from .inputs import Group, Input, Surroundings, describe


class Known(Input):
    """A thing that a vocabulary knows, or not: found by typing, or written as it is; its sub-fields on demand."""

    def __init__(self, field: Field, around: Surroundings) -> None:
        key = next(f for f in field.fields if f.name == field.key)
        self._found: dict[str, Any] = {label: {field.key: value} for value, label in key.choices}
        self.control = look.with_classes(
            W.Combobox(
                description=field.label, options=tuple(self._found), placeholder=field.example or "type to search",
                layout=W.Layout(width="auto"),
            ),
            "zw-field",
        )  # fmt: skip
        around.suggest(self.control, field.vocabulary, self._found, field)
        self._around = around
        self._value: tuple[str, Any] = ("", None)
        self._parts: Group | None = None
        self._place = W.VBox(())
        self._more = look.button("More", self.open, tooltip=f"Edit each field of this entry: {field.label}")
        self.control.add_class("zw-grow")
        super().__init__(field, look.line(self.control, self._more), self._place, labelled=self.control)
        self._help = ""
        self._draw()
        self.control.observe(lambda _: around.changed(), "value")

    def get(self) -> Any:
        """See `Input.get`."""
        if self._parts is not None:
            return self._parts.get()
        text = self.control.value.strip()
        if text == self._value[0]:  # untouched: what is not shown of it stays
            return self._value[1]
        return self._found.get(text, text) or None

    def set(self, value: Any) -> None:
        """See `Input.set`."""
        if self._parts is not None:
            self._parts.set(value)
            return
        text = value if isinstance(value, str) else describe(self.field, value or {})
        for label, found in self._found.items():
            if found == {self.field.key: text} or found == value:
                text = label
        self._value = (text, value)
        self.control.value = text

    def open(self) -> None:
        """Show the sub-fields instead of the one control."""
        if self._parts is None:
            value = self.get()
            self._parts = Group(self.field, self._around)
            self._parts.set(value)
            self._place.children = (self._parts.widget,)
            errors = self._errors
            self.clear()
            self.labelled = None  # what is still to be said of the whole is said beside the sub-fields
            self.say(errors)
            look.show(self.control, False)
            look.show(self._more, False)

    def at(self, path: Sequence[str | int]) -> Input:
        """See `Input.at`."""
        return self._parts.at(path) if self._parts is not None else self

    def focus(self) -> None:
        """See `Input.focus`."""
        self.control.focus()

    def clear(self) -> None:
        """See `Input.clear`."""
        super().clear()
        if self._parts is not None:
            self._parts.clear()
