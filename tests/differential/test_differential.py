"""The same requests to the embedded repository and to a real InvenioRDM: every difference is explained in DIFFERENCES.md."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .compare import Side, needed, rows, unexplained

CASES = Path(__file__).with_name("cases.jsonl")
PEOPLE = {"alice": "main", "bob": "other", "admin": "admin", "bad-token": "bad"}
pytestmark = pytest.mark.rdm


def content(body: Any) -> Any:
    """Return what a case sends: JSON, or as many bytes as were sent then."""
    if isinstance(body, dict) and "_bytes" in body:
        text = body["_text"].encode() or b" "
        return (text * (body["_bytes"] // len(text) + 1))[: body["_bytes"]]
    return body


def test_the_cases_of_a_session(sides: tuple[Side, Side]) -> None:
    """Should answer the 509 requests of one long session as the real one does."""
    run = uuid.uuid4().hex[:10]
    wrong = []
    for line in CASES.read_text(encoding="utf-8").splitlines():
        case = json.loads(line.replace("{run}", run))
        method, path = case["ask"].split(" ", 1)
        name = case.get("as", "alice")
        who = PEOPLE[name] if name else None
        shown = []
        for side in sides:
            asked = path.replace("<token of alice>", side.tokens["main"])
            answer = side.ask(method, asked, who, content(case.get("body")), case.get("headers"))
            for steps, then in case.get("ids", ()):
                side.learn(answer.json() if answer.content else None, steps, then)
            shown.append(side.shown(answer))
        wrong += unexplained(case["name"], *shown)
    assert not wrong, "\n".join(wrong)


# Anything that JSON has, and what metadata have, mixed.
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20)
PERSON = st.fixed_dictionaries(
    {"type": st.sampled_from(["personal", "organizational", "other"])},
    optional={
        "name": TEXT,
        "family_name": TEXT,
        "given_name": TEXT,
        "identifiers": st.lists(
            st.fixed_dictionaries({"identifier": st.sampled_from(["0000-0002-1825-0097", "0000-0002-1825-0098", "x"])}),
            max_size=2,
        ),
    },
)
METADATA = st.fixed_dictionaries(
    {},
    optional={
        "title": TEXT,
        "publisher": TEXT,
        "version": TEXT,
        "description": TEXT,
        "publication_date": st.sampled_from(["2024", "2024-05", "2024-05-17", "2024/2025", "24", "2024-13", ""]) | TEXT,
        "resource_type": st.sampled_from([{"id": "dataset"}, {"id": "software"}, {}, "dataset"]),
        "creators": st.lists(st.fixed_dictionaries({"person_or_org": PERSON}), max_size=2),
        "languages": st.lists(st.sampled_from([{"id": "eng"}, {"id": "deu"}, {}]), max_size=2),
        "subjects": st.lists(st.fixed_dictionaries({}, optional={"subject": TEXT}), max_size=2),
        "rights": st.lists(st.sampled_from([{"id": "mit"}, {"title": {"en": "Mine"}}, {"id": "mit", "link": "x"}]), max_size=2),
        "references": st.lists(st.fixed_dictionaries({}, optional={"reference": TEXT}), max_size=2),
        "nonsense": st.integers(),
    },
)  # fmt: skip
SLOW = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@SLOW
@given(metadata=METADATA)
def test_any_metadata(sides: tuple[Side, Side], metadata: dict[str, Any]) -> None:
    """Should keep, mend and refuse the same of metadata, when they are saved and when they are published."""
    shown: list[list[Any]] = [[], []]
    for side, seen in zip(sides, shown, strict=True):
        made = side.ask("POST", "/api/records", "main", {"metadata": metadata, "files": {"enabled": False}})
        seen.append(side.shown(made))
        if made.status_code == 201:
            path = f"/api/records/{made.json()['id']}/draft"
            seen.append(side.shown(side.ask("POST", f"{path}/actions/publish")))
            side.ask("DELETE", path)
    wrong = unexplained("any-metadata", {"steps": shown[0]}, {"steps": shown[1]})
    assert not wrong, "\n".join(wrong)


NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="/?#%\\"), min_size=1, max_size=30
)
ACTS = st.lists(st.sampled_from(["init", "content", "commit", "delete", "read", "list", "publish", "edit"]), max_size=8)


@SLOW
@given(name=NAMES, acts=ACTS)
def test_any_order_of_acts_on_any_name(sides: tuple[Side, Side], name: str, acts: list[str]) -> None:
    """Should answer the same, whatever is done with a file in whatever order."""
    from urllib.parse import quote

    about = {"title": "Any order", "publication_date": "2024", "publisher": "Z", "resource_type": {"id": "dataset"}}
    about["creators"] = [{"person_or_org": {"type": "organizational", "name": "Org"}}]
    shown: list[list[Any]] = [[], []]
    for side, seen in zip(sides, shown, strict=True):
        made = side.ask("POST", "/api/records", "main", {"metadata": about})
        draft = f"/api/records/{made.json()['id']}/draft"
        file = f"{draft}/files/{quote(name)}"
        calls: dict[str, tuple[str, str, Any]] = {
            "init": ("POST", f"{draft}/files", [{"key": name}]),
            "content": ("PUT", f"{file}/content", b"data"),
            "commit": ("POST", f"{file}/commit", None),
            "delete": ("DELETE", file, None),
            "read": ("GET", f"{file}/content", None),
            "list": ("GET", f"{draft}/files", None),
            "publish": ("POST", f"{draft}/actions/publish", None),
            "edit": ("POST", draft, None),
        }
        for act in acts:
            method, path, data = calls[act]
            headers = {"Content-Type": "application/octet-stream"} if act == "content" else None
            seen.append(side.shown(side.ask(method, path, "main", data, headers)))
        side.ask("DELETE", draft)
    wrong = unexplained("any-acts", {"steps": shown[0]}, {"steps": shown[1]})
    assert not wrong, "\n".join([repr((name, acts)), *wrong])


def test_the_table_has_no_row_too_many() -> None:
    """Should excuse nothing that no longer differs; it looks at what the tests above needed."""
    assert not set(rows()) - needed
