"""Fields that marshmallow does not have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load

from . import edtf, text

#: Marshmallow's own words for a field that is not there, needed where a rule asks for one.
REQUIRED = "Missing data for required field."


class Text(fields.String):
    """Mended text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return text.mend(super()._deserialize(value, attr, data, **kwargs) or "")


class Html(fields.String):
    """Sanitised HTML."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return text.sanitise(super()._deserialize(value, attr, data, **kwargs) or "")


def edtf_date(*, time: bool = False, **options: Any) -> fields.String:
    """Return a field for an EDTF date or interval, on request also a time of day."""
    valid = edtf.is_date_or_time if time else edtf.is_date

    def check(value: str) -> None:
        if not valid(value):
            raise ValidationError("Please provide a valid date or interval.")

    return fields.String(validate=check, **options)


def i18n(**options: Any) -> fields.Dict:
    """Return a field for ``{"en": "…"}``."""

    def two_letters(value: str) -> None:
        if not (len(value) == 2 and value.isascii() and value.isalpha() and value.islower()):
            raise ValidationError("String does not match expected pattern.")

    return fields.Dict(keys=fields.String(validate=two_letters), values=Text(), **options)


class DistinctList(fields.List):
    """A list of identifiers in which a key may occur only once.

    Parameters
    ----------
    cls_or_instance : Field
        The items.
    key : callable
        What is compared.
    message : str
        What is said when it occurs twice.
    """

    def __init__(self, cls_or_instance: fields.Field, key: Callable[[Any], Any], message: str, **options: Any) -> None:
        super().__init__(cls_or_instance, **options)
        self._key, self._message = key, message

    def _validate(self, value: Any) -> None:
        if len({self._key(item) for item in value}) != len(value):
            raise ValidationError(self._message)
        super()._validate(value)


class Clean(Schema):
    """A schema that accepts its own output: what is only shown is dropped on the way in."""

    shown_only: tuple[str, ...] = ()

    @pre_load
    def drop_shown_only(self, data: Any, **_: Any) -> Any:
        """Drop what the repository adds to its answers."""
        if not isinstance(data, dict) or not self.shown_only:
            return data
        return {key: value for key, value in data.items() if key not in self.shown_only}
