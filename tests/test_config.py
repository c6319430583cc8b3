"""Where the settings come from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import BadInput


def write(folder: Path, name: str, text: str) -> str:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return str(folder)


def test_without_files_the_embedded_repository_is_meant_and_all_are_allowed():
    """A fresh machine needs no configuration."""
    config = Config.load([])
    assert (config.default_repository, config.repositories, config.allowed_repositories) == ("local", {}, None)
    assert config.data_dir.is_absolute()


def test_json_and_python_files_are_read_and_the_first_folder_wins(tmp_path, monkeypatch):
    """What a user writes goes before what the system says, key by key."""
    monkeypatch.delenv("ZENODO_JUPYTER_DATA")
    system = write(
        tmp_path / "system",
        "jupyter_zenodo_config.json",
        json.dumps(
            {"Config": {"default_repository": "lab", "allowed_repositories": ["lab", "local"], "data_dir": "/srv/z"}}
        ),
    )
    user = write(tmp_path / "user", "jupyter_zenodo_config.py", "c.Config.default_repository = 'local'\n")
    config = Config.load([user, system])
    assert config.default_repository == "local"
    assert config.allowed_repositories == ["lab", "local"]
    assert config.data_dir == Path("/srv/z").absolute()


def test_the_environment_names_the_data_folder_before_any_file(tmp_path, monkeypatch):
    """ZENODO_JUPYTER_DATA moves everything, for tests and for classes."""
    folder = write(tmp_path / "c", "jupyter_zenodo_config.json", json.dumps({"Config": {"data_dir": "/srv/z"}}))
    monkeypatch.setenv("ZENODO_JUPYTER_DATA", str(tmp_path / "data"))
    assert Config.load([folder]).data_dir == tmp_path / "data"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("jupyter_zenodo_config.json", "{"),
        ("jupyter_zenodo_config.py", "c.Config.default_repository ="),
        ("jupyter_zenodo_config.py", "1 / 0"),
        ("jupyter_zenodo_config.json", '{"Config": {"default_repository": 3}}'),
    ],
)
def test_a_broken_file_is_named(tmp_path, name, text):
    """Should say which file it is, rather than go on without it."""
    with pytest.raises(BadInput) as caught:
        Config.load([write(tmp_path / "c", name, text)])
    assert name.split(".")[0] in str(caught.value)


def test_the_data_folder_may_begin_with_the_home(monkeypatch, tmp_path):
    """``~`` is the home folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert Config(data_dir="~/zenodo").data_dir == tmp_path / "zenodo"
