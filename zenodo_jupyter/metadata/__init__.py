"""What a human says about a work, and how a repository wants it said."""

from __future__ import annotations

import copy
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ..errors import FieldError, InvalidMetadata
from . import fields as table
from . import mapping, plain, yamltext

#: Said in full each time, since InvenioRDM keeps what it had where ``access`` leaves something out.
_OPEN = {"record": "public", "files": "public", "embargo": {"active": False}}
_TEXTS = frozenset(("text", "longtext", "html", "edtf", "date", "url", "choice"))


@dataclass(frozen=True)
class Metadata:
    """What a human says about a work, field by field as `fields.FIELDS` has them.

    Build one with `from_dict`, `from_yaml` or `from_native`. Each field is an attribute (None, or an empty tuple for a list,
    where nothing is said); creators and other groups are dictionaries named as in the table, so that a new row of the table
    needs no class of its own.

    Attributes
    ----------
    values : dict
        The fields that are set, by name, checked for their shape.

    Examples
    --------
    >>> work = Metadata.from_dict({"title": "Rain in May", "authors": ["Ada Lovelace"], "license": "MIT"})
    >>> work.creators[0]["family_name"], work.rights
    ('Lovelace', ({'id': 'mit'},))
    """

    values: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        row = next((row for row in table.FIELDS if row.name == name), None)
        if row is None:
            raise AttributeError(f"Metadata has no field {name!r}.")
        return tuple(self.values.get(name, ())) if row.repeat else self.values.get(name)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Metadata:
        """Read a plain dictionary.

        Parameters
        ----------
        data : mapping
            Fields by name or by a common other name (``authors``, ``license``, ``keywords``), in any usual spelling: creators
            as ``"Lovelace, Ada"``, licences as ``"MIT"``, languages as ``"en"``, descriptions in Markdown.

        Raises
        ------
        InvalidMetadata
            Where a field is unknown or not of its type, all of them at once; paths are those of ``data``.
        """
        problems: list[FieldError] = []
        if not isinstance(data, Mapping):
            raise InvalidMetadata(
                "The metadata are not a mapping of fields.", hint="Expected title, creators and so on."
            )
        values = plain.read(table.FIELDS, data, problems)
        if problems:
            raise InvalidMetadata(_count("field", problems) + " could not be read.", tuple(problems))
        return cls(copy.deepcopy(values))

    @classmethod
    def from_yaml(cls, text: str) -> Metadata:
        """Read YAML, as in a ``%%zenodo metadata`` cell.

        Fields may be missing, since the cell is completed by proposals; those that are there must be right.

        Raises
        ------
        InvalidMetadata
            With line numbers.
        """
        data, lines = yamltext.parse(text)
        try:
            metadata = cls.from_dict(data)
        except InvalidMetadata as error:
            paths = [_path(e.field) for e in error.errors]
            raise InvalidMetadata(error.message, yamltext.with_lines(error.errors, paths, lines)) from error
        errors = metadata.validate(for_publish=False)
        if errors:
            paths = [metadata._typed(e.field, data) for e in errors]
            raise InvalidMetadata(
                _count("field", errors) + " cannot be right.", yamltext.with_lines(errors, paths, lines)
            )
        return metadata

    @classmethod
    def from_native(cls, data: Mapping[str, Any]) -> Metadata:
        """Read InvenioRDM's JSON, of a draft or record.

        What it adds for people's eyes (titles of vocabulary items, icons, computed names) is dropped; what the table has no row
        for is kept, and goes back with `to_native`.
        """
        said = {key: data.get(key) or {} for key in ("metadata", "access", "custom_fields")}
        values = mapping.load(table.FIELDS, said)
        entries = ((data.get("parent") or {}).get("communities") or {}).get("entries") or ()
        slugs = [entry.get("slug") or entry.get("id") for entry in entries]
        return cls({**values, **({"communities": slugs} if slugs else {})})

    def to_dict(self) -> dict[str, Any]:
        """Return the friendliest plain dictionary that `from_dict` reads as the same."""
        return copy.deepcopy(plain.show(table.FIELDS, self.values))

    def to_native(self, custom_fields: bool | Container[str] = True) -> dict[str, Any]:
        """Return InvenioRDM's ``{"metadata", "access", "custom_fields"}``.

        Parameters
        ----------
        custom_fields : bool or container of str
            False leaves them out; a container names those that the repository knows. An InvenioRDM without Zenodo's answers
            ``Unknown field.`` to the others.
        """
        said = mapping.dump(table.FIELDS, self.values)
        extra = said.get("custom_fields", {})
        if not isinstance(custom_fields, bool):
            extra = {key: value for key, value in extra.items() if key in custom_fields}
        return {
            "metadata": said.get("metadata", {}),
            "access": {**copy.deepcopy(_OPEN), **said.get("access", {})},
            "custom_fields": extra if custom_fields is not False else {},
        }

    def validate(
        self,
        for_publish: bool = True,
        *,
        today: date | None = None,
        vocabularies: Mapping[str, Container[str]] | None = None,
    ) -> tuple[FieldError, ...]:
        """Return what InvenioRDM would find wrong, at its paths and in its words.

        Parameters
        ----------
        for_publish : bool
            Whether a required field may not be missing.
        today : datetime.date, optional
            An embargo must end after it.
        vocabularies : mapping of str to container of str, optional
            Ids that the repository knows, by vocabulary; without them, those of a plain InvenioRDM or Zenodo.
        """
        found: dict[str, list[str]] = {}
        for place in self._places():
            top = len(place.plain) == 1
            if place.value in (None, "", [], {}):
                if place.field.required and (for_publish or not top):
                    found.setdefault(place.native, []).append(place.field.missing)
                continue
            for below, message in _problems(place, today or date.today(), vocabularies or {}):
                found.setdefault(f"{place.native}.{below}" if below else place.native, []).append(message)
        return tuple(FieldError(path, tuple(messages)) for path, messages in found.items())

    def locate(self, path: str) -> tuple[str | int, ...]:
        """Return the place in `to_dict` of an InvenioRDM path, so that its error can stand beside its field.

        >>> work = Metadata.from_dict({"creators": [{"name": "Lovelace, Ada", "orcid": "0000-0002-1825-0098"}]})
        >>> work.locate("metadata.creators.0.person_or_org.identifiers.0.identifier")
        ('creators', 0, 'orcid')
        """
        nearest = ("", ())
        for place in self._places():
            if len(place.native) >= len(nearest[0]) and f"{path}.".startswith(f"{place.native}."):
                nearest = (place.native, place.plain)  # type: ignore[assignment]
        return nearest[1]

    def merge(self, other: Metadata) -> Metadata:
        """Return these metadata with what ``other`` says instead, field by field; lists are replaced as a whole."""
        return Metadata(copy.deepcopy({**self.values, **other.values}))

    def replace(self, **changes: Any) -> Metadata:
        """Return a copy with some fields changed, each in any spelling that `from_dict` reads; None takes one out."""
        kept = {name: value for name, value in self.values.items() if name not in changes}
        return Metadata(copy.deepcopy(kept)).merge(Metadata.from_dict(changes))

    def without_id(self, refused: str) -> Metadata:
        """Return a copy without a vocabulary id that the repository does not know.

        InvenioRDM answers 400 ``Invalid value ….`` to such an id and names no field. In its place comes what can stand for it:
        the free text beside it, or ``software`` for a notebook's type; where there is nothing, it is left out.
        """
        values = copy.deepcopy(self.values)
        if values.get("resource_type") == refused != table.resource_type_fallback:
            values["resource_type"] = table.resource_type_fallback
        return Metadata(_without(values, refused))

    def _places(self) -> Iterator[mapping.Place]:
        places = mapping.places(table.FIELDS, self.values, mapping.dump(table.FIELDS, self.values))
        return (place for place in places if place.native)

    def _typed(self, path: str, data: Mapping[str, Any]) -> tuple[str | int, ...]:
        """Return `locate`, with the field's name as it was typed (``license``, say)."""
        name, *rest = self.locate(path) or ("",)
        row = next((row for row in table.FIELDS if row.name == name), None)
        typed = next((key for key in data if row and key.lower() in (row.name, *row.aliases)), name)
        return (typed, *rest)


def _problems(
    place: mapping.Place, today: date, vocabularies: Mapping[str, Container[str]]
) -> Iterator[tuple[str, str]]:
    """Say what is wrong with one value; places as in `rules`."""
    row, value = place.field, place.value
    if place.whole:
        if row.unique and any(item in value[:i] for i, item in enumerate(value)):
            yield "", "Duplicated identifier entry is not allowed."
        return
    if row.type in _TEXTS:
        if not isinstance(value, str):
            yield "", "Not a valid string."
            return
        if len(value) < row.minimum:
            yield "", f"Shorter than minimum length {row.minimum}."
        if row.maximum and len(value) > row.maximum:
            yield "", f"Longer than maximum length {row.maximum}."
        yield from _unknown(row, value, vocabularies)
    if row.type == "bool" and not isinstance(value, bool):
        yield "", "Not a valid boolean."
    if row.rule:
        below = "id" if row.vocabulary and row.type == "choice" else ""
        for where, message in row.rule(value, today):
            yield where or below, message


def _unknown(row: table.Field, value: str, vocabularies: Mapping[str, Container[str]]) -> Iterator[tuple[str, str]]:
    own = [key for key, _ in row.choices]
    if row.vocabulary and value not in vocabularies.get(row.vocabulary, [value] if row.open or not own else own):
        yield "id", f"Invalid value {value}."
        hint = plain.suggestion(value, own)
        if hint:
            yield "id", hint
    elif not row.vocabulary and own and not row.open and value not in own:
        yield "", f"Invalid value. Choose one of {sorted(own)}."


def _without(value: Any, refused: str) -> Any:
    if isinstance(value, list):
        return [kept for kept in (_without(item, refused) for item in value if item != refused) if kept not in ({}, "")]
    if isinstance(value, dict):
        kept = {
            key: _without(item, refused) for key, item in value.items() if item != refused or key in ("title", "name")
        }
        return {key: item for key, item in kept.items() if item not in ({}, [])}
    return value


def _path(text: str) -> tuple[str | int, ...]:
    return tuple(int(part) if part.isdigit() else part for part in text.split("."))


def _count(noun: str, items: Any) -> str:
    return f"{len(items)} {noun}{'s' if len(items) != 1 else ''}"
