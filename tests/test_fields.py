from __future__ import annotations

import json

from zenodo_jupyter.metadata import Metadata, choices, fields
from zenodo_jupyter.metadata.fields import Field


def every(rows=None):
    """All rows, sub-fields included."""
    for row in fields.FIELDS if rows is None else rows:
        yield row
        yield from every(row.fields)


def test_a_new_row_is_enough(monkeypatch):
    """A row added to the table should be validated, sent, read back and shown, with no other change."""
    row = Field("mood", "Mood", "How it felt.", "choice", "Basics", "metadata.mood", choices=(("good", "Good"), ("bad", "Bad")),
                vocabulary="moods", required=True, aliases=("feeling",))  # fmt: skip
    monkeypatch.setattr(fields, "FIELDS", (*fields.FIELDS, row))

    work = Metadata.from_dict({"feeling": "Good"})
    assert work.mood == "good"
    assert work.to_native()["metadata"] == {"mood": {"id": "good"}}
    assert Metadata.from_native(work.to_native()).to_dict()["mood"] == "good"
    assert [e.field for e in Metadata.from_dict({"mood": "sour"}).validate(for_publish=False)] == ["metadata.mood.id"]
    assert "metadata.mood" in [e.field for e in Metadata().validate()]
    assert fields.fields_json()[-1]["label"] == "Mood"


def test_essentials_come_first():
    """A form should be able to show eleven essentials and fold the rest."""
    shown = fields.fields_json()
    assert [row.get("essential", False) for row in shown[:12]] == [True] * 11 + [False]
    assert shown[0]["name"] == "title"


def test_table_is_json():
    """TypeScript should get the whole table, sub-fields and choices included."""
    table = {row["name"]: row for row in json.loads(json.dumps(fields.fields_json()))}
    orcid = next(row for row in table["creators"]["fields"] if row["name"] == "orcid")
    assert orcid["rule"] == "orcid" and orcid["label"] == "ORCID iD"
    assert {"id": "mit", "label": "MIT License"} in table["rights"]["fields"][0]["choices"]
    assert table["creators"]["fields"][1]["when"] == ["type", "personal"]


def test_every_row_is_complete():
    """Each field should have a label, a known type, a group if it stands alone, and words that explain it."""
    types = {"text", "longtext", "html", "edtf", "date", "bool", "url", "choice", "localized", "group"}
    for row in every():
        assert row.label and row.type in types, row.name
        assert bool(row.fields) == (row.type == "group"), row.name
    for row in fields.FIELDS:
        assert row.group, row.name
        assert row.path or row.name in ("communities", "preset")


def test_names_and_aliases_are_unambiguous():
    """No two fields of one level should answer to the same name."""
    for rows in [fields.FIELDS, *(row.fields for row in every() if row.fields)]:
        names = [name for row in rows for name in (row.name, *row.aliases)]
        assert len(names) == len(set(names))


def test_defaults_are_choices():
    """What a form starts with should be something that may be chosen."""
    for row in every():
        if row.default:
            assert row.default in dict(row.choices)


def test_choices_have_no_doubles():
    """An id should stand once in its list, with a label of its own."""
    for name in ("RESOURCE_TYPES", "ROLES", "RELATION_TYPES", "LICENSES", "LANGUAGES", "SCHEMES", "DATE_TYPES"):
        pairs = getattr(choices, name)
        assert len(dict(pairs)) == len(pairs) == len({label for _, label in pairs}), name
    assert len(choices.LICENSES) >= 40
