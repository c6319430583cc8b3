"""The environment of a re-run: each step to it, from a lock to what is here, out of an index on this machine."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import nbformat
import packaging.pylock
import pytest
import yaml
from small_record import PYTHON, installed, lock, outlook_of, runs_with, sha256_of

from zenodo_jupyter import installers, interpreters, locking, packages, venvs
from zenodo_jupyter.config import Config
from zenodo_jupyter.environment import Environment, Pin
from zenodo_jupyter.errors import BadInput, Cancelled, CouldNotAsk, NotInstallable
from zenodo_jupyter.packages import read, read_toml
from zenodo_jupyter.preparing import prepare

# --- the steps ----------------------------------------------------------------------------------------------------------


def test_a_lock_is_rebuilt_once_and_the_notebook_runs_in_it(index, record):
    """Should fail if the locked version is not what runs, if a kernel of the person is touched, or it is built twice."""
    folder = record({"pylock.toml": lock(sha256_of(index)), "requirements.txt": "tinypkg==1.0\n"})
    outlook = outlook_of(folder)
    assert outlook.steps == ("lock", "pins", "era", "today", "current")
    assert "1 packages of its lock, each file compared with its checksum" in outlook.words
    told = []
    done = prepare(outlook, report=lambda p: told.append(p.message))
    assert (done.used.step, done.used.inferred, done.used.differences, done.used.tried) == ("lock", False, (), ())
    assert runs_with(folder, done.python) == "1.0\n"
    assert any("Installing" in message for message in told)
    index.close()
    told.clear()
    assert prepare(outlook_of(folder), report=lambda p: told.append(p.message)).python == done.python
    assert not any("Installing" in message for message in told)


def test_a_checksum_that_lies_installs_nothing(index, record):
    """Should fail if a file with another checksum than the lock's is installed; the next step is taken, and that is said."""
    folder = record({"pylock.toml": lock("0" * 64), "requirements.txt": "tinypkg==1.0\n"})
    done = prepare(outlook_of(folder))
    assert (done.used.step, done.used.differences) == ("pins", ())
    assert done.used.tried[0][0] == "lock"
    assert "hash" in done.used.tried[0][1].lower()
    assert "http" not in done.used.tried[0][1]
    assert len(list((Path(Config.load().data_dir) / "environments").glob("*/zenodo_jupyter.json"))) == 1


def test_what_is_installed_and_right_is_used_as_it_is(index, record):
    """Should fail if something is built although all that the record asks for is here."""
    folder = record({"requirements.txt": f"nbformat=={nbformat.__version__}\n", "runtime.txt": f"python-{PYTHON}\n"})
    outlook = outlook_of(folder)
    assert outlook.steps == ("satisfied",)
    done = prepare(outlook)
    assert (done.python, done.used.step, done.used.differences) == (sys.executable, "satisfied", ())
    assert not index.asked


def test_without_a_network_it_runs_with_what_is_here_and_says_so(index, record):
    """Should fail if every step waits for an index that nobody can reach, or if that is not told."""
    folder = record({"requirements.txt": "tinypkg==1.0\n"})
    index.close()
    done = prepare(outlook_of(folder))
    assert (done.used.step, done.python) == ("current", sys.executable)
    assert [(d.name, d.used) for d in done.used.differences] == [("tinypkg", "")]
    assert done.used.tried == (("pins", "The package index cannot be reached."),)


def test_only_the_step_that_was_asked_for(index, record):
    """Should fail if another step is taken instead, or a word that is none passes."""
    folder = record({"requirements.txt": "tinypkg==9.9\n"})
    assert prepare(outlook_of(folder, only="current")).used.step == "current"
    assert not index.asked
    with pytest.raises(NotInstallable, match=r"tinypkg==9\.9"):
        prepare(outlook_of(folder, only="pins"))
    with pytest.raises(BadInput, match="satisfied, lock, pins"):
        outlook_of(folder, only="magic")


def test_pip_stands_in_where_there_is_no_uv(index, record, monkeypatch):
    """Should fail if without uv nothing can be rebuilt, with checksums too."""
    monkeypatch.setattr(installers, "find_uv", lambda: None)
    interpreters._found.cache_clear()
    folder = record({"pylock.toml": lock(sha256_of(index))})
    done = prepare(outlook_of(folder))
    assert (done.used.step, installed(done)["tinypkg"]) == ("lock", "1.0")


def test_cancel_leaves_nothing_half_made(index, record):
    """Should fail if a stopped installation is taken for a finished one."""
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        prepare(outlook_of(record({"requirements.txt": "tinypkg==1.0\n"})), cancel=cancel)
    assert not list((Path(Config.load().data_dir) / "environments").glob("*/pyvenv.cfg"))


def test_an_environment_that_nobody_uses_goes(index, tmp_path, monkeypatch):
    """Should fail if environments pile up for ever, or one that is in use is thrown away."""
    recipe = venvs.Recipe(interpreters.own(), ("tinypkg==1.0",))
    old = Path(venvs.build(recipe, tmp_path / "kept")[0]).parent.parent
    monkeypatch.setattr(venvs, "UNUSED", -1)
    monkeypatch.setattr(venvs.os, "utime", lambda path: None)
    venvs._throw_away_unused(tmp_path / "kept")
    assert not old.exists()


def test_a_python_that_is_not_here_is_said_and_the_nearest_is_taken(index, record):
    """Should fail if the record's Python is passed over in silence."""
    folder = record({"requirements.txt": "tinypkg==1.0\n", "runtime.txt": "python-3.99\n"})
    outlook = outlook_of(folder)
    assert "It was written with Python 3.99, which is not on this machine" in outlook.words
    assert "To have it: uv python install 3.99." in outlook.words
    done = prepare(outlook)
    assert done.used.differences[0].name == "Python"
    assert any("3.99" in note for note in done.notes)


def test_condas_file_is_used_where_a_conda_is(index, record, tmp_path, monkeypatch):
    """Should fail if a record's environment.yml is passed over though a tool for it is there, or may read a file here."""
    tools = tmp_path / "tools"
    tools.mkdir()
    tool = tools / "micromamba"  # makes the folder that it is told to, as the real one would
    packages = f"$5/lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    tool.write_text(
        f'#!/bin/sh\ncp "$7" {tmp_path}/asked.yml\n'
        f'\'{sys.executable}\' -m venv --without-pip "$5" && mkdir "{packages}/pip" && '
        f'touch "{packages}/pip/__init__.py" "{packages}/pip/__main__.py"\n'
    )
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tools), prepend=os.pathsep)
    elsewhere = ["-r /etc/passwd", "--index-url https://evil.example", "x @ file:///etc"]
    asked = {"channels": ["conda-forge"], "dependencies": ["python", {"pip": ["tinypkg==1.0"]}]}
    told = {
        **asked,
        "prefix": "/etc",
        "variables": {"LD_PRELOAD": "x"},
        "dependencies": ["python", {"pip": [*elsewhere, "tinypkg==1.0"]}],
    }
    folder = record({"environment.yml": yaml.safe_dump(told)})
    outlook = outlook_of(folder)
    assert outlook.steps[0] == "conda"
    assert "what its environment.yml says. They come from conda-forge into" in outlook.words
    assert all(line in outlook.words.partition("Not followed")[2] for line in elsewhere)
    done = prepare(outlook)
    assert yaml.safe_load((tmp_path / "asked.yml").read_text()) == asked
    assert done.used.step == "conda"
    assert str(Config.load().data_dir) in done.python


# --- what a record says -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "not toml [",
        "packages = 3",
        '[[packages]]\nname = "x"\nversion = "1"\ndirectory = { path = "/etc" }\n',
        '[[packages]]\nname = "x; import os"\nversion = "1"\nwheels = [{ hashes = { sha256 = "0" } }]\n',
        '[[packages]]\nname = "x"\nversion = "1 --extra-index-url http://evil"\nwheels = [{ hashes = { sha256 = "0" } }]\n',
        f'[[packages]]\nname = "x"\nversion = "1"\nwheels = [{{ hashes = {{ sha256 = "{"0" * 64} --pre" }} }}]\n',
    ],
)
def test_a_lock_that_is_none_or_smuggles_is_not_followed(tmp_path, text):
    """Should fail if what a stranger wrote into a lock becomes an option, a path or another index."""
    (tmp_path / "pylock.toml").write_text(text)
    assert read(tmp_path).lock == ()


def test_only_names_versions_and_public_addresses_are_followed(tmp_path):
    """Should fail if a requirements file can install from this machine, or name an index."""
    (tmp_path / "requirements.txt").write_text(
        "a==1 ; python_version > '3'\nb==2 ; python_version < '3'\nc @ https://example.org/c.whl\nd @ file:///etc/d\n"
        "e @ https://me:pw@example.org/e.whl\n-r /etc/passwd\n../f\n--find-links /g\nh==1 \\\n  --hash=sha256:00\n"
    )
    archived = read(tmp_path)
    assert archived.pins == ("a==1", "c @ https://example.org/c.whl", "h==1")
    assert len(archived.ignored) == 5


# --- the lock of a publication ------------------------------------------------------------------------------------------


def test_a_lock_has_the_checksum_of_every_file_and_no_address(index, tmp_path):
    """Should fail if the lock is none by its standard, misses a checksum, or tells where an index of one's own is."""
    needed = Environment(PYTHON, (Pin("tinypkg", "1.0", True), Pin("mine", "1", True, local=True)), ())
    text = locking.locked(needed, tmp_path / "locks").lock
    parsed = packaging.pylock.Pylock.from_dict(read_toml(text))
    assert [(p.name, str(p.version)) for p in parsed.packages] == [("tinypkg", "1.0")]
    assert parsed.packages[0].wheels[0].hashes["sha256"] == sha256_of(index)
    assert "127.0.0.1" not in text and "://" not in text and str(tmp_path) not in text
    index.close()
    assert locking.lock(needed, tmp_path / "locks") == text  # kept: nobody is asked again
    (tmp_path / "pylock.toml").write_text(text)
    assert packages.read(tmp_path).lock == (f"tinypkg==1.0 --hash=sha256:{sha256_of(index)}",)


def test_addresses_stay_where_they_are_public_and_secrets_never():
    """Should fail if an address with a password or of this machine is kept, or a public one is lost."""
    files = [
        ("https://files.example.org/a/x-1-py3-none-any.whl", True),
        ("https://me:hunter2@files.example.org/x-1-py3-none-any.whl", False),
        ("https://files.example.org/x-1-py3-none-any.whl?token=hunter2", False),
        ("http://files.example.org/x-1-py3-none-any.whl", False),
        ("https://intranet/x-1-py3-none-any.whl", False),
        ("file:///home/ada/x-1-py3-none-any.whl", False),
    ]
    for address, stays in files:
        text = (
            f'lock-version = "1.0"\ncreated-by = "uv"\n[[packages]]\nname = "x"\nversion = "1"\nindex = "{address}"\n'
            f'wheels = [{{ url = "{address}", hashes = {{ sha256 = "{"0" * 64}" }} }}]\n'
        )
        tidy = locking.tidied(text, keep_addresses=True)
        packaging.pylock.Pylock.from_dict(read_toml(tidy))
        assert (address in tidy) == stays
        assert "hunter2" not in tidy and "ada" not in tidy and "index" not in tidy
        assert "://" not in locking.tidied(text, keep_addresses=False)


def test_no_lock_is_no_failure(index, tmp_path):
    """Should fail if publishing stops because an index has not one of the packages, or cannot be reached."""
    told = []
    needed = Environment(PYTHON, (Pin("of-our-lab-only", "1.0", True),), ())
    assert locking.locked(needed, tmp_path / "locks", report=told.append) == needed
    assert "of-our-lab-only was not found" in told[-1].message
    index.close()
    assert locking.locked(needed, tmp_path / "locks", report=told.append) == needed
    assert "cannot be reached" in told[-1].message
    with pytest.raises(CouldNotAsk):
        locking.lock(needed, tmp_path / "locks")


def test_pips_configuration_holds_for_uv_too(monkeypatch, tmp_path):
    """Should fail if an institute's mirror, which only pip is told of, is passed over."""
    for name in ("UV_DEFAULT_INDEX", "PIP_NO_INDEX", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "pip.conf").write_text("[global]\nindex-url = https://mirror.example/simple\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    assert installers.index_settings()["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://own.example/simple")
    assert installers.index_settings() == {"UV_DEFAULT_INDEX": "https://own.example/simple"}


def test_the_nearest_python():
    """Should fail if another minor version is taken where the right one is there."""
    assert interpreters.nearest(f"{PYTHON}.0").version.startswith(f"{PYTHON}.")
    assert interpreters.own() in interpreters.found()
    assert interpreters.is_met("3.11", "3.11.7") and not interpreters.is_met("3.1", "3.11.7")
