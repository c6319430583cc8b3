"""Environments by conda's and pixi's own files, where those tools are on the machine."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import threading
from pathlib import Path

import yaml

from . import installers, packages
from .errors import NotInstallable
from .keeping import in_words, keep
from .report import Progress, Report, silent

#: For ``environment.yml``: the quickest first.
_CONDAS = ("micromamba", "mamba", "conda")
_DONE = "zenodo_jupyter.json"


def tool_for(file: Path) -> str | None:
    """Return the path of the tool that reads a file; None where it is not on the machine."""
    names = ("pixi",) if file.name == "pixi.lock" else _CONDAS
    return next(filter(None, map(shutil.which, names)), None)


def named(file: Path) -> list[str]:
    """Return the channels and hosts that a file names, each once: where its packages would come from."""
    data, _ = packages.conda_file(file)
    text = json.dumps(data) if data else file.read_text("utf-8", "replace")
    channels = [channel for channel in (data or {}).get("channels", ()) if "://" not in channel or "file:" in channel]
    return list(dict.fromkeys([*channels, *re.findall(r"\w+://(?:[^\s/@\"']*@)?([\w.:-]+)", text)]))


def build(file: Path, place: Path, *, report: Report = silent, cancel: threading.Event | None = None) -> str:
    """Return the interpreter of an environment made from ``environment.yml`` or ``pixi.lock``; built once.

    Parameters
    ----------
    file : Path
        That file.
    place : Path
        The folder in which environments are kept.
    report, cancel
        See `installers.uv`.

    Raises
    ------
    NotInstallable, CouldNotAsk, Cancelled
        See `installers.uv`.
    """
    tool = tool_for(file)
    if tool is None:
        raise NotInstallable(f"No tool for {file.name} is on this machine.", "Install pixi, or micromamba.")
    folder = place / f"conda-{hashlib.sha256(file.read_bytes()).hexdigest()[:18]}"
    say = f"Installing by {file.name} with {Path(tool).stem}"
    report(Progress("environment", say))
    with in_words(folder):
        if not (folder / _DONE).is_file():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True, mode=0o700)
            try:
                _make(tool, file, folder, say, report, cancel)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            keep(folder / _DONE, json.dumps({"file": file.name}) + "\n")
    return str(_python_of(folder))


def _make(tool: str, file: Path, folder: Path, say: str, report: Report, cancel: threading.Event | None) -> None:
    with tempfile.TemporaryDirectory(prefix="zenodo-jupyter-", ignore_cleanup_errors=True) as name:
        if file.name == "pixi.lock":
            for part in ("pixi.lock", "pixi.toml", "pyproject.toml"):
                if (file.parent / part).is_file():
                    shutil.copyfile(file.parent / part, folder / part)
            command = [tool, "install", "--frozen", "--manifest-path", str(folder)]
        else:
            data, _ = packages.conda_file(file)
            if data is None:
                raise NotInstallable(f"{file.name} is not understood.")
            followed = Path(name, "environment.yml")
            followed.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
            command = [tool, "env", "create", "--quiet", "--prefix", str(folder / "env"), "--file", str(followed)]
            command += ["--yes"] * Path(tool).stem.startswith(("mamba", "micromamba"))
        installers.call(command, _settings(), Path(name), folder.parent, say, report=report, cancel=cancel)
        python = _python_of(folder)
        if not python.is_file():
            raise NotInstallable(f"{file.name} brings no Python.")
        kernel = [str(python), "-m", "pip", "install", "--quiet", "ipykernel>=5.3"]
        installers.call(kernel, _settings(), Path(name), folder.parent, say, report=report, cancel=cancel)


def _settings() -> dict[str, str]:
    """Return what tells conda and its like, and the pip in it, the person's mirrors: another HOME would hide their files."""
    own = Path.home() / ".condarc"
    given = {"CONDARC": str(own)} if own.is_file() and "CONDARC" not in os.environ else {}
    return {**installers.pip_settings(), **given}


def _python_of(folder: Path) -> Path:
    prefix = folder / "env" if (folder / "env").is_dir() else folder / ".pixi" / "envs" / "default"
    return prefix / ("python.exe" if sys.platform == "win32" else "bin/python")
