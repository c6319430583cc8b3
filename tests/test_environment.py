"""The environment is asked from the kernel's own Python and can be installed by others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from zenodo_jupyter import environment
from zenodo_jupyter.environment import describe


def notebook(*sources, kernel="python3", language="python"):
    spec = {"name": kernel, "display_name": kernel, "language": language}
    return new_notebook(metadata={"kernelspec": spec}, cells=[new_code_cell(source) for source in sources])


def install(site, name, version="1.0", files=("{0}.py",), requires=(), direct_url=None, top_level=True):
    """Put a distribution into a folder as an installer would leave it."""
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {name}",
        f"Version: {version}",
        *(f"Requires-Dist: {r}" for r in requires),
    ]
    (info / "METADATA").write_text("\n".join(lines) + "\n")
    names = [file.format(name.replace("-", "_")) for file in files]
    (info / "RECORD").write_text("".join(f"{n},,\n" for n in names))
    if top_level:
        (info / "top_level.txt").write_text("\n".join({n.split("/")[0].removesuffix(".py") for n in names}))
    if direct_url:
        (info / "direct_url.json").write_text(json.dumps(direct_url))


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder on the path of the Python that is asked, for distributions made up here."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(site))
    return site


def test_pins_what_is_imported_and_what_that_needs():
    """Exact versions of the imports under their distribution's name, then of their requirements; nothing of the rest."""
    nb = notebook("%matplotlib inline\nimport numpy as np, json", "from PIL import Image\nimport yaml")
    files = describe(nb).to_files()
    lines = files["requirements.txt"].splitlines()
    imported = lines[lines.index("# Imported by the notebook") + 1 : lines.index("# Needed by those") - 1]
    assert imported == [f"{name}=={version(name)}" for name in ("ipykernel", "numpy", "pillow", "PyYAML")]
    assert f"pyzmq=={version('pyzmq')}" in lines
    assert not any(line.startswith(("pytest", "Flask", "json")) for line in lines)
    assert files["runtime.txt"] == f"python-{sys.version_info.major}.{sys.version_info.minor}\n"
    assert files == describe(notebook("import yaml", "import numpy\nfrom PIL import Image")).to_files()


def test_requirements_follow_markers_and_extras(site):
    """Only the requirements that hold here and the extras that are asked for are followed."""
    install(site, "top", requires=["middle[fast]", "never ; sys_platform == 'amiga'", "absent"])
    install(site, "middle", requires=["quick ; extra == 'fast'", "slow ; extra == 'careful'"])
    for name in ("quick", "slow", "never"):
        install(site, name)
    described = describe(notebook("import top"), python=sys.executable)
    assert {pin.name for pin in described.pins} >= {"top", "middle", "quick"}
    assert not {pin.name for pin in described.pins} & {"slow", "never", "absent"}


def test_shared_namespaces_and_wheels_without_top_level(site):
    """Of the distributions that share a namespace the right one is found, by their files."""
    install(site, "cloud-store", files=("cloudy/store/__init__.py",), top_level=False)
    install(site, "cloud-mail", files=("cloudy/mail/__init__.py",), top_level=False)
    described = describe(notebook("from cloudy import store"), python=sys.executable)
    assert [pin.name for pin in described.pins if pin.imported and "cloud" in pin.name] == ["cloud-store"]


def test_no_address_that_leads_home_or_holds_a_secret(site):
    """Local, private and secret addresses never get into the files; public ones do."""
    install(site, "mine", direct_url={"url": "file:///home/ada/secret-project", "dir_info": {"editable": True}})
    install(
        site,
        "hidden",
        direct_url={"url": "https://ada:hunter2@git.lab.example/x.git", "vcs_info": {"vcs": "git", "commit_id": "1"}},
    )
    install(site, "inner", direct_url={"url": "https://intranet/x.whl"})
    install(
        site, "open", direct_url={"url": "https://github.com/o/o.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}}
    )
    install(site, "built", version="2.1+cu118")
    described = describe(notebook("import mine, hidden, inner, open, built"), python=sys.executable)
    text = described.to_files()["requirements.txt"]
    assert "# mine 1.0 was installed from a folder or file of the author's machine" in text
    for line in ("hidden==1.0", "inner==1.0", "open @ git+https://github.com/o/o.git@abc", "built==2.1"):
        assert f"\n{line}\n" in text
    for word in ("hunter2", "/home", "ada:", "intranet", "file:"):
        assert word not in text


def test_missing_and_local_modules(tmp_path):
    """A module that is nowhere is named; one beside the notebook is no package."""
    (tmp_path / "helper.py").write_text("")
    described = describe(notebook("import helper, no_such_thing.part\n%load_ext no_such_extension"), folder=tmp_path)
    assert described.missing == ("no_such_extension", "no_such_thing")
    assert "# no_such_thing is imported, but was not installed" in described.to_files()["requirements.txt"]


def test_asks_the_python_of_the_kernel(tmp_path, monkeypatch):
    """A kernel in another environment is asked, not the one that this package runs in."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "other"], check=True)
    python = tmp_path / "other" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    spec = tmp_path / "share/kernels/other/kernel.json"
    spec.parent.mkdir(parents=True)
    spec.write_text(
        json.dumps({"argv": [str(python), "-m", "ipykernel_launcher"], "display_name": "O", "language": "python"})
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share"))
    described = describe(notebook("import numpy", kernel="other"))
    assert (described.pins, described.missing, described.note) == ((), ("numpy",), "")


def test_an_interpreter_is_asked_again_when_something_was_installed(site, monkeypatch):
    """Should fail if the same question takes a second each time, or if an answer outlives an installation."""
    asked, run = [], subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: asked.append(args) or run(*args, **options))
    install(site, "first")
    nb = notebook("import first, second")
    assert [describe(nb).missing for _ in range(3)] == [("second",)] * 3 and len(asked) == 1
    install(site, "second")
    assert describe(nb).missing == () and len(asked) == 2


def test_unknown_kernel_is_said():
    """Where the kernel is not here, the packages beside this one stand in, and the file says so."""
    described = describe(notebook("import numpy", kernel="far-away"))
    assert "numpy" in {pin.name for pin in described.pins}
    assert "far-away is not installed" in described.to_files()["requirements.txt"]


def test_python_that_does_not_answer_is_said(tmp_path):
    """An interpreter that fails is not the end of it."""
    described = describe(notebook("import numpy"), python=str(tmp_path / "python"))
    assert "could not be asked" in described.note
    assert described.pins


def test_files_beside_the_notebook_are_not_run(tmp_path, monkeypatch):
    """A json.py in the current folder does not get in the way."""
    (tmp_path / "json.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    assert describe(notebook("import numpy")).note == ""


def test_other_languages_have_none():
    """For R there is nothing to ask Python for."""
    assert describe(notebook("library(dplyr)", kernel="ir", language="R")) is None


def test_kernels_own_python_is_found():
    """The kernel of this very environment runs in this interpreter."""
    assert Path(environment.kernel_python("python3")[0]).resolve() == Path(sys.executable).resolve()


def test_notebook_that_imports_nothing_is_described_too():
    """Should not stumble over a notebook that needs nothing but Python."""
    described = describe(notebook("1 + 1"))
    assert described is not None and not described.missing
