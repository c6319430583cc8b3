"""A record runs on Binder: repo2docker, unchanged, gets it by its DOI and makes the recipe of an image out of it."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from zenodo_jupyter import publish
from zenodo_jupyter.bundle import Limits
from zenodo_jupyter.config import Config
from zenodo_jupyter.metadata import Metadata

from .conftest import Zenodo

ABOUT = {"title": "Rain", "creators": [{"name": "Doe, Ada"}], "description": "It rains.", "rights": ["mit"]}
#: What repo2docker does without its last step, which would start Docker.
FETCH = """
import json, os, sys
from repo2docker.app import Repo2Docker
from repo2docker.contentproviders import Zenodo
provider = Zenodo()
os.mkdir("got")
page = provider.doi2url(sys.argv[1]).replace("http:", "https:")  # which the server of the tests does not speak
for line in provider.fetch(provider.detect(page), "got"):
    pass
os.chdir("got")
app = Repo2Docker()
pack = next(pack for pack in (kind(app.base_image) for kind in app.buildpacks) if pack.detect())
pack.platform = "linux/amd64"
files = sorted(os.path.relpath(os.path.join(at, name)) for at, _, names in os.walk(".") for name in names)
print(json.dumps({"pack": type(pack).__name__, "files": files, "dockerfile": pack.render()}))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A notebook that reads three files, one of them empty."""
    folder = tmp_path / "analysis"
    (folder / "data").mkdir(parents=True)
    for name, text in (("data/a.csv", "1\n"), ("data/b.csv", "2\n"), ("data/none.csv", "")):
        (folder / name).write_text(text)
    source = "[open(name).read() for name in ('data/a.csv', 'data/b.csv', 'data/none.csv')]"
    about = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(
        new_notebook(cells=[new_markdown_cell("# Rain"), new_code_cell(source)], metadata=about), folder / "rain.ipynb"
    )
    return folder / "rain.ipynb"


def binder(zenodo: Zenodo, path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Publish a notebook, let repo2docker get it by its DOI, and return what came of it."""
    monkeypatch.setenv("ZENODO_JUPYTER_URL", zenodo.server.url)
    monkeypatch.setenv("ZENODO_JUPYTER_TOKEN", zenodo.server.token)
    config = Config(data_dir=path.parent.parent / "user")
    done = publish.publish(
        path, to=zenodo.server.url, config=config, metadata=Metadata.from_dict(ABOUT), today=date(2026, 3, 1), yes=True
    )
    said: dict[str, object] = json.loads(zenodo.run("python", "-c", FETCH, str(done.record.doi)).splitlines()[-1])
    return said


def test_runs_as_it_is(zenodo: Zenodo, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should get every file in its folder, and install the notebook's packages for the Python that it was run with."""
    (path.parent / "data" / "none.csv").write_text("3\n")
    said = binder(zenodo, path, monkeypatch)
    assert said["pack"] == "PythonBuildPack"
    assert {"rain.ipynb", "data/a.csv", "data/b.csv", "data/none.csv", "requirements.txt", "runtime.txt"} <= set(
        said["files"]
    )  # type: ignore[call-overload]
    assert "postBuild" not in said["files"] and "requirements.txt" in said["dockerfile"]  # type: ignore[operator]


def test_unpacks_what_had_to_be_packed(zenodo: Zenodo, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should bring a script that puts the files of zips in their places, which Binder runs while it builds."""
    monkeypatch.setattr("zenodo_jupyter.standing.limits", lambda repository: Limits(max_files=11, allow_empty=False))
    said = binder(zenodo, path, monkeypatch)
    got = zenodo.folder / "got"
    assert "data.zip" in said["files"] and "postBuild" in said["dockerfile"]  # type: ignore[operator]
    assert not (got / "data").exists()
    subprocess.run([sys.executable, "postBuild"], cwd=got, check=True)
    assert [(got / "data" / name).read_text() for name in ("a.csv", "b.csv", "none.csv")] == ["1\n", "2\n", ""]
    assert not (got / "data.zip").exists()
