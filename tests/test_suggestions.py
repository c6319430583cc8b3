"""What is offered while a person types, from a repository's own vocabularies and one's own records."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from zenodo_jupyter import publish, suggestions
from zenodo_jupyter.config import Config
from zenodo_jupyter.metadata import Metadata

Call = Callable[..., Awaitable[tuple[int, Any]]]
ADA = {"type": "personal", "family_name": "Lovelace", "given_name": "Ada", "orcid": "0000-0002-1825-0097"}


@pytest.mark.parametrize("typed", ["european organization for nucl", "https://ror.org/01ggx4157", "01ggx4157", "CERN"])
async def test_organisation_is_found_by_its_name_and_by_its_id(call: Call, typed: str) -> None:
    """Should offer the organisation with the id and the name that are kept of it."""
    status, found = await call("GET", "suggest", vocabulary="affiliations", q=typed)
    assert status == 200, found
    first = found["suggestions"][0]
    assert (
        first["value"]["id"] == "01ggx4157" and first["value"]["name"] == "European Organization for Nuclear Research"
    )
    assert first["label"].startswith(first["value"]["name"]) and "CERN" in first["label"]


@pytest.mark.parametrize(
    ("hit", "label"),
    [
        ({"id": "deu", "title_l10n": "German"}, "German"),  # as a real InvenioRDM 14 answers for its generic lists
        ({"id": "deu", "title": {"en": "German"}}, "German"),
        ({"id": "deu", "title": {"de": "Deutsch"}}, "Deutsch"),
        ({"id": "deu"}, "deu"),
        ({"id": "x::7", "title": {"en": "Rain"}, "number": "7"}, "Rain, 7"),
        ({"id": "1", "subject": "Rain", "scheme": "MeSH"}, "Rain, MeSH"),
    ],
)
def test_label_is_in_words(hit: dict[str, Any], label: str) -> None:
    """Should be what people call it, however a repository spells that."""
    assert suggestions.label_of(hit) == label


async def test_what_no_list_has(call: Call) -> None:
    """Should offer nothing for words that nothing has, and say which list is missing where none is named or there is none."""
    assert (await call("GET", "suggest", vocabulary="affiliations", q="qqqqq"))[1] == {"suggestions": []}
    assert (await call("GET", "suggest", vocabulary="affiliations", q=" "))[1] == {"suggestions": []}
    assert (await call("GET", "suggest", q="x"))[0] == 400
    assert (await call("GET", "suggest", vocabulary="stars", q="x"))[0] == 404


def test_person_is_told_as_the_form_keeps_people() -> None:
    """Should read a person of InvenioRDM's list of names, whose ORCID iD was pasted as a link."""
    asked = []

    class Names:
        def vocabulary(self, kind: str, q: str, size: int) -> list[dict[str, Any]]:
            asked.append((kind, q))
            ids = [{"scheme": "isni", "identifier": "x"}, {"scheme": "orcid", "identifier": ADA["orcid"]}]
            return [{"id": "1", "name": "Lovelace, Ada", "family_name": "Lovelace", "given_name": "Ada", "identifiers": ids,
                     "affiliations": [{"name": "CERN", "id": "01ggx4157"}]}]  # fmt: skip

    (found,) = suggestions.suggest(Names(), "names", f" https://orcid.org/{ADA['orcid']} ")  # type: ignore[arg-type]
    assert asked == [("names", ADA["orcid"])]
    assert found.label == f"Lovelace, Ada, {ADA['orcid']}"
    assert found.value == {**ADA, "affiliations": [{"name": "CERN", "id": "01ggx4157"}]}
    assert Metadata.from_dict({"creators": [found.value]}).creators


async def test_people_of_the_last_records_are_offered_once(call: Call, jp_root_dir: Path) -> None:
    """Should offer authors and contributors of what was published before, with their ids, and nobody twice."""
    assert (await call("GET", "people"))[1] == {"suggestions": []}
    for name, more in (("a", []), ("b", [{**ADA, "role": "editor"}])):
        path = jp_root_dir / f"{name}.ipynb"
        nbformat.write(new_notebook(cells=[new_markdown_cell(f"# Rain {name}")]), path)
        about = {"title": name * 3, "creators": [ADA, "Tide Consortium"], "contributors": more, "rights": ["mit"]}
        publish.publish(path, metadata=Metadata.from_dict(about), config=Config.load())
    found = (await call("GET", "people"))[1]["suggestions"]
    assert [one["label"] for one in found] == ["Lovelace, Ada", "Tide Consortium"]
    assert found[0]["value"] == ADA
