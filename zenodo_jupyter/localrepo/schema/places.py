"""Geometry of places: the three GeoJSON shapes that InvenioRDM takes (RFC 7946, section 3.1)."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

_SHAPES = ("Point", "MultiPoint", "Polygon")
_POSITION = "a position must have exactly 2 or 3 values"
_RING = "Each linear ring must contain at least 4 positions"
_CLOSED = "Each linear ring must end where it started"


def _numbers(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, int | float) and not isinstance(v, bool) for v in value)


def _wrong(shape: str, coordinates: Any) -> str | None:
    """Return what is wrong with coordinates, or None."""
    if shape == "Point":
        return None if _numbers(coordinates) and len(coordinates) in (2, 3) else _POSITION
    if not isinstance(coordinates, list):
        return "Not a valid list."
    if shape == "MultiPoint":
        return next((w for c in coordinates if (w := _wrong("Point", c))), None)
    for ring in coordinates:
        if not isinstance(ring, list) or len(ring) < 4:
            return _RING
        if ring[0] != ring[-1]:
            return _CLOSED
        if wrong := _wrong("MultiPoint", ring):
            return wrong
    return None


class Geometry(Schema):
    """A point, several points, or an area."""

    type = fields.String(required=True)
    coordinates = fields.Raw(required=True)

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        """Check the coordinates against the shape."""
        if data["type"] not in _SHAPES:
            raise ValidationError({"type": [f"Unsupported value: {data['type']}"]})
        if wrong := _wrong(data["type"], data["coordinates"]):
            raise ValidationError({"geojson": {"coordinates": wrong}})  # type: ignore[dict-item]
