"""Crates are what their specifications ask for, says a validator that other people wrote."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pytest
import requests
import rocrate
import urllib3
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from zenodo_jupyter import publish, rehearsing
from zenodo_jupyter.config import Config
from zenodo_jupyter.metadata import Metadata
from zenodo_jupyter.reproduce import get

ABOUT = {
    "title": "Rain in Seattle",
    "creators": [{"name": "Doe, Ada", "orcid": "0000-0002-1825-0097", "affiliations": ["Free Lab"]}],
    "description": "<p>How much it rains.</p>",
    "rights": ["cc-by-4.0"],
    "programming_languages": ["python"],
    "related_identifiers": [{"cites": "10.1234/x"}],
}
TOLD = {
    "schema_version": "1.0", "kind": "rehearsal", "at": "2026-03-01T10:00:00Z", "notebook": "Régen in May.ipynb",
    "level": "R3", "verdict": "1 of 1 outputs the same.", "ran": True, "error": "",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a record as anybody gets them, of a notebook that was rehearsed."""
    top = tmp_path_factory.mktemp("crate")
    config = Config(data_dir=top / "user")
    path = top / "work" / "Régen in May.ipynb"
    (path.parent / "data").mkdir(parents=True)
    (path.parent / "data" / "stations #1 ä.csv").write_text("id\n1\n")
    language = {"language_info": {"name": "python", "version": "3.11.2"}}
    cells = [new_markdown_cell("# Rain"), new_code_cell("open('data/stations #1 ä.csv').read()")]
    nbformat.write(new_notebook(cells=cells, metadata=language), path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rehearsing, "kept", lambda plan, config: TOLD)
        done = publish.publish(path, config=config, metadata=Metadata.from_dict(ABOUT), today=date(2026, 3, 1))
    get(str(done.record.doi), top / "got", config=config)
    return top / "got"


@pytest.fixture
def problems(tmp_path: Path, folder: Path) -> Any:
    """Return what the validator finds; RO-Crate's context comes from the library that has a copy, and nothing from the net."""
    from rocrate_validator import services
    from rocrate_validator.utils.http import HttpRequester

    cache = str(tmp_path / "cache")
    HttpRequester.initialize_cache(cache_path=cache, cache_max_age=-1)
    context = requests.Response()
    context.status_code, context.url = 200, "https://w3id.org/ro/crate/1.3/context"
    context.headers["Content-Type"] = "application/ld+json"
    context._content = (Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld").read_bytes()
    context.request = requests.Request("GET", context.url).prepare()
    context.raw = urllib3.HTTPResponse(io.BytesIO(context._content), context.headers, 200, preload_content=False)
    HttpRequester().session.cache.save_response(context)

    def validate(profile: str, **more: Any) -> list[tuple[str, str]]:
        settings = {
            "rocrate_uri": str(folder),
            "profile_identifier": profile,
            "offline": True,
            "cache_path": cache,
            **more,
        }
        result = services.validate(settings)
        assert len(result.executed_checks) > 30
        return [(issue.check.identifier, issue.message) for issue in result.get_issues()]

    return validate


def test_obeys_ro_crate(problems: Any) -> None:
    """Should find nothing that RO-Crate 1.3 requires to be missing, with all files of the record beside it."""
    assert problems("ro-crate-1.3") == []


def test_obeys_process_run_crate(problems: Any) -> None:
    """Should find nothing that the profile requires of a crate that tells of a run; the base is asked by the test above."""
    assert problems("process-run-crate-0.5", disable_inherited_profiles_issue_reporting=True) == []


def test_the_validator_can_say_no(problems: Any, folder: Path) -> None:
    """Should have something found in a crate whose run has no instrument."""
    path = folder / "ro-crate-metadata.json"
    sound = path.read_text("utf-8")
    crate = json.loads(sound)
    for entity in crate["@graph"]:
        entity.pop("instrument", None)
    path.write_text(json.dumps(crate), encoding="utf-8")
    try:
        assert problems("process-run-crate-0.5", disable_inherited_profiles_issue_reporting=True)
    finally:
        path.write_text(sound, encoding="utf-8")
