"""The inputs of the forms: made from the field table alone, and losing nothing of what a record says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import ipywidgets as W
import pytest

from zenodo_jupyter import repositories
from zenodo_jupyter.config import Config
from zenodo_jupyter.metadata import Metadata, fields
from zenodo_jupyter.metadata.fields import Field
from zenodo_jupyter.widgets.inputs import Input, Surroundings, make
from zenodo_jupyter.widgets.known import Known
from zenodo_jupyter.widgets.rows import Rows
from zenodo_jupyter.widgets.suggesting import Suggester

FULL = {
    "title": "Rain in Seattle",
    "creators": [
        {
            "family_name": "Doe",
            "given_name": "Ada",
            "orcid": "0000-0002-1825-0097",
            "affiliations": ["Hamburg University"],
        },
        {"type": "organizational", "name": "Rain Consortium", "ror": "01ggx4157"},
    ],
    "description": "It *rains*.",
    "rights": ["mit", {"title": "My own licence", "link": "https://example.org/licence"}],
    "subjects": ["rain", "weather"],
    "resource_type": "software-computationalnotebook",
    "publication_date": "2026-03",
    "version": "2.0",
    "publisher": "Zenodo",
    "access": {
        "record": "public",
        "files": "restricted",
        "embargo": {"active": True, "until": "2999-01-01", "reason": "paper"},
    },
    "additional_titles": [{"title": "Regen", "type": "translated-title", "lang": "deu"}],
    "contributors": [{"name": "Roe, Max", "role": "datacollector"}],
    "languages": ["eng"],
    "dates": [{"date": "2012/2015", "type": "collected"}],
    "funding": [{"funder": {"name": "Rain Fund"}, "award": {"number": "7", "title": "Drops"}}],
    "related_identifiers": [{"identifier": "10.5281/zenodo.1", "scheme": "doi", "relation": "isderivedfrom"}],
    "code_repository": "https://example.org/rain",
    "programming_languages": ["python"],
    "journal": {"title": "Journal of Rain", "volume": "3"},
}


def no_suggestions(*args: Any) -> None:
    """Search nothing."""


@pytest.fixture
def told() -> list[str]:
    """What the inputs told of changes."""
    return []


@pytest.fixture
def around(told: list[str]) -> Surroundings:
    """A form around inputs."""
    return Surroundings(lambda: told.append("changed"), no_suggestions)


@pytest.fixture
def input_of(around: Surroundings) -> Callable[[str], Input]:
    """Make the input of a field by its name."""
    return lambda name: make(next(row for row in fields.FIELDS if row.name == name), around)


def widgets_below(widget: W.Widget) -> list[W.Widget]:
    """A widget and all that is in it."""
    return [widget, *(below for child in getattr(widget, "children", ()) for below in widgets_below(child))]


def button(of: Input, text: str, which: int = 0) -> W.Button:
    """The button with a text."""
    return [w for w in widgets_below(of.widget) if isinstance(w, W.Button) and w.description.startswith(text)][which]


def test_every_field_of_the_table_comes_through_the_form_as_it_was(around: Surroundings) -> None:
    """Should send the same to a repository after a form has shown it, for every field of the table."""
    work = Metadata.from_dict(FULL)
    shown = work.to_dict()
    said = {}
    for row in fields.FIELDS:
        each = make(row, around)
        each.set(shown.get(row.name))
        said[row.name] = each.get()
    again = Metadata.from_dict({name: value for name, value in said.items() if value not in (None, [], "")})
    assert again.to_native() == work.to_native()


def test_new_row_of_the_table_has_an_input(around: Surroundings) -> None:
    """Should need no second edit for a new field, whatever its type."""
    subfields = (
        Field("depth", "Depth"),
        Field("unit", "Unit", type="choice", choices=(("m", "metres"), ("ft", "feet"))),
    )
    for row in (Field("well", "Well", type="group", fields=subfields, repeat=True), Field("dry", "Dry", type="bool")):
        made = make(row, around)
        value = [{"depth": "3", "unit": "m"}] if row.repeat else True
        made.set(value)
        assert made.get() == value


def test_every_control_has_its_label(around: Surroundings) -> None:
    """Should tie a label to each control, since the description of a widget is its HTML label."""
    controls = (W.Text, W.Textarea, W.Combobox, W.Dropdown, W.Checkbox, W.DatePicker)
    for row in fields.FIELDS:
        made = make(row, around)
        made.set(Metadata.from_dict(FULL).to_dict().get(row.name))
        assert [w for w in widgets_below(made.widget) if isinstance(w, controls) and not w.description] == []


def test_authors_are_added_removed_and_moved(input_of: Any, told: list[str]) -> None:
    """Should keep the order of citation as the person puts it, and tell of each change."""
    authors = input_of("creators")
    authors.set([{"family_name": "Doe"}, {"family_name": "Roe"}])
    button(authors, "Up", 1).click()
    assert [a["family_name"] for a in authors.get()] == ["Roe", "Doe"]
    button(authors, "Add").click()
    authors.at([2, "family_name"]).control.value = "Poe"
    button(authors, "Remove", 0).click()
    assert [a["family_name"] for a in authors.get()] == ["Doe", "Poe"]
    assert told


def test_empty_row_is_nobody(input_of: Any) -> None:
    """Should not make an author of a row that was added and not filled in."""
    authors = input_of("creators")
    button(authors, "Add").click()
    assert authors.get() is None


def test_fields_that_do_not_apply_are_hidden(input_of: Any) -> None:
    """Should ask an organisation for its name and a person for the family name."""
    authors = input_of("creators")
    authors.set([{"family_name": "Doe"}])
    group = authors.rows[0].input
    assert group.inputs["name"].widget.layout.display == "none"
    group.inputs["type"].control.value = "organizational"
    assert group.inputs["name"].widget.layout.display is None
    assert group.inputs["family_name"].widget.layout.display == "none"
    assert "family_name" not in (group.get() or {})


def test_error_stands_beside_its_field(input_of: Any) -> None:
    """Should show the error at the control, and take it away again."""
    authors = input_of("creators")
    authors.set([{"family_name": "Doe", "orcid": "1"}])
    place = authors.at([0, "orcid"])
    place.say(["A digit is missing."])
    assert "A digit is missing." in place.widget.children[1].value and "alert" in place.widget.children[1].value
    assert place.control.description == "ORCID iD ✖ A digit is missing.", "it is read with the control"
    assert authors.rows[0].fold.is_open, "the row with the error is open"
    authors.clear()
    assert "A digit is missing." not in place.widget.children[1].value
    assert place.control.description == "ORCID iD"


def test_licence_is_chosen_by_its_name(input_of: Any) -> None:
    """Should keep the id of what was picked by its words, and what was typed as it is."""
    licences = input_of("rights")
    licences.set(["mit"])
    one = licences.rows[0].input
    assert isinstance(one, Known) and "MIT" in one.control.value
    one.control.value = next(label for label in one.control.options if "Apache" in label)
    assert Metadata.from_dict({"rights": licences.get()}).rights == ({"id": "apache-2.0"},)
    one.open()
    one.at(["title"]).control.value = "My own"
    one.at(["id"]).control.value = ""
    assert licences.get() == [{"title": "My own"}]


def test_texts_in_several_languages_are_kept(around: Surroundings) -> None:
    """Should change the language that is shown and leave the others."""
    made = make(Field("title", "Title", type="localized"), around)
    made.set({"en": "Rain", "de": "Regen"})
    assert made.get() == {"en": "Rain", "de": "Regen"}
    made.control.value = "Drizzle"
    assert made.get() == {"en": "Drizzle", "de": "Regen"}


def test_vocabulary_answers_while_one_types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should offer what the repository knows, and keep the id of what was taken."""
    config = Config(data_dir=tmp_path / "user")
    repository = repositories.repository("local", config=config)
    started: list[Any] = []
    monkeypatch.setattr("threading.Timer.start", lambda timer: started.append(timer))
    row = next(row for row in fields.FIELDS if row.name == "creators")
    affiliations = next(row for row in row.fields if row.name == "affiliations")
    made = make(replace(affiliations, repeat=True), Surroundings(lambda: None, Suggester(lambda: repository)))
    assert isinstance(made, Rows)
    button(made, "Add").click()
    control = made.rows[0].input.control  # type: ignore[attr-defined]
    control.value = "Hamb"
    control.value = "Hamburg"
    assert len(started) == 2 and started[0].finished.is_set(), "only the last is asked for"
    started[-1].function(*started[-1].args)
    label = next(label for label in control.options if "Hamburg" in label)
    control.value = label
    assert made.get()[0]["id"] == "00g30e956"
