"""Inputs: one for each row of the field table, made by its type alone, so that a new row needs nothing here."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ipywidgets as W

from ..metadata.fields import Field
from ..metadata.people import name_of
from . import look
from .suggesting import Suggest

_EMPTY: tuple[Any, ...] = (None, "", [], {}, ())
#: Types that are written in a box of several lines, with their heights.
_LONG = {"html": 5, "longtext": 3}


@dataclass(frozen=True)
class Surroundings:
    """What inputs need of the form that they are in.

    Attributes
    ----------
    changed : callable
        Called after each change by the person.
    suggest : callable
        Starts a search in a vocabulary; see `suggesting.Suggester`.
    """

    changed: Callable[[], None]
    suggest: Suggest


class Input:
    """What a person says in one field.

    Attributes
    ----------
    field : Field
        Its row of the table.
    widget : VBox
        Label, control and what is to be said about it.
    labelled : DOMWidget or None
        The one control, where it is one.
    """

    def __init__(
        self, field: Field, *above: W.Widget, below: Sequence[W.Widget] = (), labelled: W.DOMWidget | None = None
    ) -> None:
        self.field = field
        self.labelled = labelled
        self._label = labelled.description if labelled is not None else ""
        self._about = look.raw("")
        self._errors: tuple[str, ...] = ()
        self._help = field.help
        self.widget = W.VBox((*above, self._about, *below))
        self._draw()

    def get(self) -> Any:
        """Return what was said, in the spelling of plain dictionaries; None where nothing was."""
        raise NotImplementedError

    def set(self, value: Any) -> None:
        """Show a value."""
        raise NotImplementedError

    def at(self, path: Sequence[str | int]) -> Input:
        """Return the input of a place below this one, or the nearest there is."""
        return self

    def focus(self) -> None:
        """Move the keyboard's focus here."""

    def say(self, messages: Sequence[str]) -> None:
        """Show what is wrong, beside the control; nothing takes it away.

        Of one control it stands in the label, which is what a screen reader reads with the control, and is told once aloud:
        widgets have no ``aria-describedby``.
        """
        self._errors = tuple(messages)
        if self.labelled is not None:
            self.labelled.description = " ".join([self._label, *(f"✖ {m}" for m in self._errors)])
            (self.labelled.add_class if messages else self.labelled.remove_class)("zw-wrong")
        self._draw()

    def clear(self) -> None:
        """Take all errors away, here and below."""
        if self._errors:
            self.say(())

    def hint(self, text: str) -> None:
        """Put a sentence before the help, such as where a value comes from."""
        self._help = " · ".join(part for part in (text, self.field.help) if part)
        self._draw()

    def _draw(self) -> None:
        kind = "zw-error" if self.labelled is None else "zw-aloud"
        errors = "".join(f'<div class="{kind}" role="alert">✖ {html.escape(m)}</div>' for m in self._errors)
        about = f'<div class="zw-soft">{html.escape(self._help)}</div>' if self._help else ""
        self._about.value = errors + about
        look.show(self._about, bool(errors or about))


class Simple(Input):
    """One control: a text, a date, a tick, a choice."""

    def __init__(self, field: Field, around: Surroundings) -> None:
        self._labels = {label: key for key, label in field.choices}
        self._whole: Any = None
        self.control = self._make(field, around)
        super().__init__(field, self.control, labelled=self.control)
        self.control.observe(lambda _: around.changed(), "value")

    def _make(self, field: Field, around: Surroundings) -> W.DOMWidget:
        label = field.label + (" (required)" if field.required else "")
        if field.type == "bool":
            return look.with_classes(W.Checkbox(description=label, indent=False), "zw-tick")
        common = {"description": label, "layout": W.Layout(width="auto"), "style": {"description_width": "auto"}}
        if field.type == "choice" and field.choices and not field.open:
            options = [("", ""), *((text, key) for key, text in field.choices)]
            made: Any = W.Dropdown(options=options, value=field.default, **common)
        elif field.type == "choice" or field.vocabulary:
            made = W.Combobox(options=tuple(self._labels), placeholder=field.example or "type to search", **common)
            around.suggest(made, field.vocabulary, self._labels)
        elif field.type in _LONG:
            made = W.Textarea(rows=_LONG[field.type], continuous_update=False, placeholder=field.example, **common)
        elif field.type == "date":
            made = W.DatePicker(**common)
        else:
            made = W.Text(continuous_update=False, placeholder=field.example, **common)
        return look.with_classes(made, "zw-field")

    def get(self) -> Any:
        """See `Input.get`."""
        value = self.control.value
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, str):
            value = value.strip()
            if isinstance(self._whole, Mapping):  # of several languages only one is shown
                language = _shown_language(self._whole)
                return {**self._whole, language: value} if value else None
            return self._labels.get(value, value) or None
        return value or None

    def set(self, value: Any) -> None:
        """See `Input.set`."""
        self._whole = value
        if isinstance(value, Mapping):
            value = value[_shown_language(value)]
        if self.field.type == "bool":
            self.control.value = bool(value)
        elif self.field.type == "date":
            self.control.value = date.fromisoformat(value) if value else None
        elif isinstance(self.control, W.Dropdown):
            known = [key for _, key in self.control.options]
            if value and value not in known:
                self.control.options = [*self.control.options, (value, value)]
            self.control.value = value or self.field.default
        else:
            words = {key: label for label, key in self._labels.items()}
            self.control.value = words.get(value, value) or ""

    def focus(self) -> None:
        """See `Input.focus`."""
        self.control.focus()


class Group(Input):
    """Sub-fields; those that do not apply beside their siblings are hidden."""

    def __init__(self, field: Field, around: Surroundings, titled: bool = True) -> None:
        self.inputs = {f.name: make(f, around) for f in field.fields}
        self._rest: dict[str, Any] = {}
        heading = [look.words(field.label, "zw-head")] if titled else []
        super().__init__(field, *heading, below=[i.widget for i in self.inputs.values()])
        if not titled:
            self._help = ""
            self._draw()
        for name in {f.when[0] for f in field.fields if f.when}:
            sibling = self.inputs[name]
            if isinstance(sibling, Simple):
                sibling.control.observe(lambda _: self._apply(), "value")
        self._apply()

    def _apply(self) -> None:
        for each in self.inputs.values():
            look.show(each.widget, self._counts(each.field))

    def _counts(self, field: Field) -> bool:
        return field.when is None or self.inputs[field.when[0]].get() == field.when[1]

    def get(self) -> Any:
        """See `Input.get`; what has no input, of the version before, goes along."""
        said = {n: i.get() for n, i in self.inputs.items() if self._counts(i.field)}
        said = {n: v for n, v in said.items() if v not in _EMPTY}
        defaults = {f.name: f.default for f in self.field.fields if f.default}
        meant = self._rest or not self.field.repeat or any(defaults.get(n) != v for n, v in said.items())
        return {**self._rest, **said} if said and meant else None

    def set(self, value: Any) -> None:
        """See `Input.set`; a text is taken apart as the table says."""
        if isinstance(value, str) and self.field.tidy:
            value = self.field.tidy(value)
        value = value if isinstance(value, Mapping) else {}
        self._rest = {n: v for n, v in value.items() if n not in self.inputs}
        for name, each in self.inputs.items():
            each.set(value.get(name))
        self._apply()

    def at(self, path: Sequence[str | int]) -> Input:
        """See `Input.at`."""
        return self.inputs[str(path[0])].at(path[1:]) if path and path[0] in self.inputs else self

    def focus(self) -> None:
        """See `Input.focus`."""
        next(iter(self.inputs.values())).focus()

    def clear(self) -> None:
        """See `Input.clear`."""
        super().clear()
        for each in self.inputs.values():
            each.clear()


def make(field: Field, around: Surroundings) -> Input:
    """Return the input of a row of the table."""
    if field.repeat:
        from .rows import Rows

        return Rows(field, around)
    return make_one(field, around)


def make_one(field: Field, around: Surroundings, titled: bool = True) -> Input:
    """Return the input of one item of a list, or of a field that is none."""
    if field.type != "group":
        return Simple(field, around)
    from .known import Known

    # Only where the table says how to read a text can one control stand for all sub-fields.
    return Known(field, around) if field.key and field.tidy else Group(field, around, titled)


def words_of(field: Field, value: Any) -> str:
    """Return a few words by which a person knows an item again."""
    if isinstance(value, Mapping):
        return describe(field, value)
    return dict(field.choices).get(value, str(value or ""))


def describe(field: Field, value: Mapping[str, Any]) -> str:
    """Return a few words by which a person knows a group of sub-fields again."""
    shown = field.show(value) if field.show and value else ""
    texts = (value.get(f.name) for f in field.fields if f.type not in ("choice", "bool"))
    first = next((t for t in texts if isinstance(t, str) and t), "")
    return str(shown or name_of(value) or first)


def _shown_language(texts: Mapping[str, str]) -> str:
    return "en" if "en" in texts else next(iter(texts), "en")
