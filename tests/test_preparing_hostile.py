"""Packages that a stranger chose: what their code finds while they are built and whenever their Python starts."""

from __future__ import annotations

from small_record import outlook_of

from zenodo_jupyter import isolation
from zenodo_jupyter.preparing import prepare

#: Looks for a secret in the environment and in the files that are named, and writes down what it finds.
_LOOKS = """
import os
found = "hunter2" in str(dict(os.environ))
for path in {paths!r}:
    try:
        found = found or "hunter2" in open(path).read()
    except OSError:
        pass
open({told!r}, "a").write({where!r} + str(found) + " ")
"""


def looking(where, paths, told):
    """Return that code in one line."""
    code = _LOOKS.format(paths=list(map(str, paths)), told=str(told), where=where)
    return f"exec({code!r})"


def test_packages_find_no_credentials_while_they_are_built_or_started(index, record, own_home, monkeypatch, tmp_path):
    """Should fail if a package reads a token: in its build, or as its Python is started to see what is installed."""
    told = tmp_path / "told.txt"
    monkeypatch.setenv("ZENODO_TOKEN", "hunter2")
    (own_home / ".netrc").write_text("hunter2")
    (own_home / "zenodo").mkdir(exist_ok=True)
    (own_home / "zenodo" / "tokens.json").write_text("hunter2")
    files = [own_home / ".netrc", own_home / "zenodo" / "tokens.json"] if isolation.is_possible() else []
    index.add_source("builds", "1.0", "2020-01-01", f"    {looking('build ', files, told)}\n")
    index.add("starts", "1.0", "2020-01-01", {"starts.pth": f"import os; {looking('start ', files, told)}\n"})
    prepare(outlook_of(record({"requirements.txt": "builds==1.0\nstarts==1.0\ntinypkg==1.0\n"})))
    said = told.read_text()
    assert "build False" in said and "start False" in said
    assert "True" not in said


def test_who_is_asked_reads_from_where_packages_would_come(index, record, monkeypatch, tmp_path):
    """Should fail if a person agrees to the own index, and packages come from addresses that the record names."""
    lines = "tinypkg==1.0\nz @ https://evil.example/z-1.tar.gz\nlan @ https://10.0.0.7/x.whl\nhere @ https://localhost:8888/x.whl\n"
    words = outlook_of(record({"requirements.txt": lines})).words
    assert "from addresses that the record names (https://evil.example/z-1.tar.gz)" in words
    assert "Not followed" in words and "10.0.0.7" in words.partition("Not followed")[2]
    tool = tmp_path / "micromamba"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    file = "channels: [conda-forge, https://evil.example/c]\ndependencies:\n- pip:\n  - x @ git+https://host.example/x.git\n"
    words = outlook_of(record({"environment.yml": file}), only="conda").words
    assert "from conda-forge, evil.example, host.example" in words
