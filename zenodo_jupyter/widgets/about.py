"""About: the description of the work, edited field by field as the field table has them."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as W

from ..collect import Plan
from ..errors import FieldError, InvalidMetadata
from ..metadata import Metadata
from ..metadata import fields as table
from ..metadata.fields import Field
from . import look
from .inputs import Input, Surroundings, make
from .suggesting import Suggest

#: Words of the button that takes a change back.
BACK = "Back to what is proposed"
_EMPTY: tuple[Any, ...] = (None, "", [], {}, ())


class About:
    """The description. What the person changes goes before what is proposed; what is not touched follows the notebook.

    Parameters
    ----------
    said : dict
        What was changed before, by field; None where it was emptied.
    changed : callable
        Told after each change.
    suggest : callable
        See `suggesting.Suggester`.
    elsewhere : mapping
        Parts of the form that show the group of their name themselves, by `part`.
    """

    def __init__(
        self,
        said: dict[str, Any],
        changed: Callable[[], None],
        suggest: Suggest,
        elsewhere: Mapping[str, look.Fold] | None = None,
    ) -> None:
        self.said = said
        self._changed = changed
        self._suggest = suggest
        self._inputs: dict[str, Input] = {}
        self._back: dict[str, W.Button] = {}
        self._plan: Plan | None = None
        self._proposed: dict[str, Any] = {}
        self._loading = False
        self._summary = look.raw("")
        self._elsewhere = elsewhere or {}
        groups = dict.fromkeys(field.group for field in table.FIELDS if not field.essential)
        self.folds = {
            name: look.Fold(name, lambda name=name: self._group(name, (False,)))  # type: ignore[misc]
            for name in groups
            if name not in self._elsewhere
        }

    def build(self) -> W.Widget:
        """Make the inputs: the essential fields at once, the others when their group is opened."""
        groups = dict.fromkeys(field.group for field in table.FIELDS if field.group not in self._elsewhere)
        first = [self._group(name, (True,)) for name in groups]
        return W.VBox((self._summary, *first, *(fold.widget for fold in self.folds.values())))

    def part(self, name: str) -> W.Widget:
        """Make the inputs of a group that another part of the form shows."""
        return self._group(name, (True, False))

    def show(self, plan: Plan) -> None:
        """Show what is proposed, and over it what the person said."""
        self._plan = plan
        self._proposed = plan.metadata.to_dict()
        self._loading = True
        for name in self._inputs:
            self._fill(name)
        self._loading = False
        for name, fold in self.folds.items():
            filled = [f.label for f in table.FIELDS if f.group == name and not f.essential and self._value(f.name)]
            fold.summarise(", ".join(filled) or "none")

    def metadata(self) -> Metadata:
        """Return what the person said, the emptied fields included.

        Raises
        ------
        InvalidMetadata
            Where it cannot be read.
        """
        rows = {row.name: row for row in table.FIELDS}
        said = {name: value for name, value in self.said.items() if name in rows}  # a field may be gone since
        found = Metadata.from_dict({name: value for name, value in said.items() if value not in _EMPTY})
        emptied: dict[str, Any] = {n: [] if rows[n].repeat else None for n, value in said.items() if value in _EMPTY}
        return Metadata({**found.values, **emptied})

    def say(self, errors: Sequence[FieldError], metadata: Metadata | None = None) -> None:
        """Show errors beside their fields, and how many there are on top; nothing takes them away.

        Parameters
        ----------
        errors : sequence of FieldError
            At InvenioRDM's paths, or without `metadata` at those of plain dictionaries.
        metadata : Metadata, optional
            What the errors were found in.
        """
        for each in self._inputs.values():
            each.clear()
        found: dict[int, tuple[Input, list[str]]] = {}
        elsewhere: list[str] = []
        for error in errors:
            path = metadata.locate(error.field) if metadata else _path(error.field)
            top = next((row for row in table.FIELDS if path and path[0] in (row.name, *row.aliases)), None)
            if top is None:
                elsewhere.append(str(error))
                continue
            fold = self._elsewhere.get(top.group) or (None if top.essential else self.folds[top.group])
            if fold is not None:
                fold.open()
            place = self._inputs[top.name].at(path[1:])
            found.setdefault(id(place), (place, []))[1].extend(error.messages)
        for place, messages in found.values():
            place.say(messages)
        self._sum_up([f"{place.field.label}: {' '.join(messages)}" for place, messages in found.values()] + elsewhere)
        for place, _ in found.values():
            place.focus()  # the first one is where a person goes on
            break

    def _sum_up(self, lines: list[str]) -> None:
        count = f"{len(lines)} thing{'s' if len(lines) != 1 else ''} to fix"
        items = "".join(f"<div>{html.escape(line)}</div>" for line in lines)
        self._summary.value = f'<div class="zw-note zw-stop"><b>{count}</b>{items}</div>' if lines else ""

    def _group(self, name: str, essential: Sequence[bool]) -> W.Widget:
        fields = [field for field in table.FIELDS if field.group == name and field.essential in essential]
        rows = [self._row(field) for field in fields]
        self._loading = True
        for field in fields if self._plan is not None else ():
            self._fill(field.name)
        self._loading = False
        return W.VBox(rows)

    def _row(self, field: Field) -> W.Widget:
        made = make(field, Surroundings(lambda: self._edited(field.name), self._suggest))
        self._inputs[field.name] = made
        back = look.button(BACK, lambda: self._take_back(field.name), tooltip=f"{BACK}: {field.label}")
        self._back[field.name] = back
        look.show(back, False)
        return W.VBox((made.widget, back))

    def _value(self, name: str) -> Any:
        return self.said[name] if name in self.said else self._proposed.get(name)

    def _fill(self, name: str) -> None:
        self._inputs[name].set(self._value(name))
        self._explain(name)

    def _explain(self, name: str) -> None:
        """Say where a value comes from, or how to get the proposed one back."""
        assert self._plan is not None
        edited, source = name in self.said, self._plan.sources.get(name, "")
        notes = [str(c) for c in self._plan.conflicts if c.field == name and not edited]
        self._inputs[name].hint(" · ".join([part for part in ("yours" if edited else source, *notes) if part]))
        look.show(self._back[name], edited)

    def _edited(self, name: str) -> None:
        if self._loading:
            return
        self.said[name] = self._inputs[name].get()
        self._inputs[name].clear()
        try:
            errors = [e for e in self.metadata().validate(for_publish=False) if self._is_about(e, name)]
            for error in errors:
                self._inputs[name].at(self.metadata().locate(error.field)[1:]).say(error.messages)
        except InvalidMetadata as e:
            for error in e.errors:
                path = _path(error.field)
                if path[0] == name:
                    self._inputs[name].at(path[1:]).say(error.messages)
        if self._plan is not None:
            self._explain(name)
        self._changed()

    def _is_about(self, error: FieldError, name: str) -> bool:
        return self.metadata().locate(error.field)[:1] == (name,)

    def _take_back(self, name: str) -> None:
        """Give the proposed value back."""
        self.said.pop(name, None)
        self._loading = True
        self._inputs[name].clear()
        self._fill(name)
        self._loading = False
        self._inputs[name].focus()
        self._changed()


def _path(text: str) -> tuple[str | int, ...]:
    return tuple(int(part) if part.isdigit() else part for part in text.split("."))
