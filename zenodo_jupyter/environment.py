"""The packages that a notebook needs, asked from the Python that its kernel runs in, as files that others can install from."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import distributions
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .cells import imports, python_cells
from .notebook import kernel
from .packages import LOCK, normal

# Asked in the kernel's Python, which may be old and have nothing but the standard library. It reads itself which distribution
# an import comes from: packages_distributions() came with Python 3.10, where it still missed every wheel without top_level.txt.
# It takes the current folder off the path first, or a json.py that lies there would be run.
QUESTION = r"""
import sys
sys.path[:] = [folder for folder in sys.path if folder]
import json, os, platform
try:
    import importlib.metadata as metadata
except ImportError:
    import importlib_metadata as metadata  # Python 3.7 and older, where ipykernel brings it along
def provides(dist):
    declared = (dist.read_text("top_level.txt") or "").split()
    if declared:
        return declared, []
    files = [str(f).replace(os.sep, "/") for f in dist.files or () if str(f).endswith((".py", ".so", ".pyd"))]
    return sorted({f.split("/")[0].split(".")[0] for f in files if not f.startswith("..")}), files
found = []
for dist in metadata.distributions():
    if not dist.metadata["Name"]:
        continue
    top, files = provides(dist)
    found.append({"name": dist.metadata["Name"], "version": dist.version, "requires": dist.requires or [], "top": top,
                  "files": files, "direct_url": json.loads(dist.read_text("direct_url.json") or "null")})
version = platform.python_version()
implementation = sys.implementation
json.dump({
    "distributions": found,
    "path": [folder for folder in sys.path if os.path.isdir(folder)],
    "stdlib": sorted(getattr(sys, "stdlib_module_names", ())),
    "markers": {
        "implementation_name": implementation.name, "implementation_version": version, "os_name": os.name,
        "platform_machine": platform.machine(), "platform_python_implementation": platform.python_implementation(),
        "platform_release": platform.release(), "platform_system": platform.system(),
        "platform_version": platform.version(), "python_full_version": version,
        "python_version": ".".join(version.split(".")[:2]), "sys_platform": sys.platform,
    },
}, sys.stdout)
"""
# What interpreters answered, by their path and what is added to theirs, with the states of the folders that they looked into.
_answers: dict[tuple[str, str], tuple[dict[str, int], dict[str, Any]]] = {}
#: Seconds; reading some hundred distributions takes about one, on a cold network disk much more.
_PATIENCE = 60


@dataclass(frozen=True)
class Pin:
    """One installed distribution that the notebook needs.

    Attributes
    ----------
    name, version : str
        As it calls itself.
    imported : bool
        Whether the notebook imports it, or only something that it imports needs it.
    address : str
        Where it was installed from, if that is a public address; empty for a package index.
    local : bool
        Whether it was installed from a folder or file of this machine, so that nobody else can get it.
    """

    name: str
    version: str
    imported: bool
    address: str = ""
    local: bool = False

    @property
    def requirement(self) -> str:
        """The line of a requirements file; a comment where there is nothing that others could install."""
        if self.local:
            return f"# {self.name} {self.version} was installed from a folder or file of the author's machine"
        if self.address:
            return f"{self.name} @ {self.address}"
        # A build label such as +cu118 is unknown to the public index; the version itself matches that build too.
        return f"{self.name}=={self.version.split('+', 1)[0]}"


@dataclass(frozen=True)
class Environment:
    """What a notebook needs to run.

    Attributes
    ----------
    python : str
        The version of the Python that was asked, such as ``3.11``.
    pins : tuple of Pin
        Sorted by name.
    missing : tuple of str
        Modules that are imported and belong to no installed distribution, nor to the standard library or the notebook's folder.
    note : str
        What a person should know about how this was found; empty where the kernel's own Python was asked.
    machine : str
        What it ran on: Python, its implementation, the system and the processor, and the kernel's name.
    lock : str
        The same packages as ``pylock.toml``, see `locking`; empty where no index could be asked.
    """

    python: str
    pins: tuple[Pin, ...]
    missing: tuple[str, ...]
    note: str = ""
    machine: str = ""
    lock: str = field(default="", repr=False)

    def to_files(self) -> dict[str, str]:
        """Return ``requirements.txt`` and ``runtime.txt``, as pip and Binder read them, and ``pylock.toml`` if there is one."""
        lines = ["# The packages that the notebook was run with. Install them: pip install -r requirements.txt"]
        if self.machine:
            lines.append(f"# {self.machine}")
        if self.note:
            lines.append(f"# {self.note}")
        imported = [pin.requirement for pin in self.pins if pin.imported]
        needed = [pin.requirement for pin in self.pins if not pin.imported]
        lines += ["", "# Imported by the notebook", *imported] if imported else []
        lines += ["", "# Needed by those", *needed] if needed else []
        if self.missing:
            lines += ["", *(f"# {name} is imported, but was not installed" for name in self.missing)]
        files = {"requirements.txt": "\n".join(lines) + "\n", "runtime.txt": f"python-{self.python}\n"}
        return {**files, LOCK: self.lock} if self.lock else files


def describe(nb: Mapping[str, Any], *, python: str | None = None, folder: Path | None = None) -> Environment | None:
    """Find out what a notebook needs to run; None for a language other than Python.

    Parameters
    ----------
    nb : NotebookNode
        The notebook.
    python : str, optional
        The interpreter to ask; without it that of the notebook's kernel.
    folder : Path, optional
        Where the notebook lies; modules found there are no packages.
    """
    if kernel(nb).language not in ("python", ""):
        return None
    codes = list(python_cells(nb))
    names = {name for code in codes if code.tree for name in imports(code.tree)}
    lines = [line.split() for code in codes for line in code.magics]
    names |= {words[1] for words in lines if words[0] == "%load_ext" and len(words) > 1}
    executable, note = (python, "") if python else kernel_python(kernel(nb).name)
    answer = _ask(executable)
    if answer is None:
        note = (
            f"{Path(executable).name} of the kernel could not be asked; these are the packages beside zenodo_jupyter."
        )
        answer = _ask(sys.executable) or {
            "distributions": [],
            "markers": {"python_version": _own_version()},
            "stdlib": [],
        }
    return _environment(names, answer, folder, note, kernel(nb).name)


def versions() -> dict[str, str]:
    """Return what is installed here: normalised name to version."""
    return {normal(d.metadata["Name"]): d.version for d in reversed([*distributions()]) if d.metadata["Name"]}


def told_versions(answer: Mapping[str, Any]) -> dict[str, str]:
    """Return what is installed for an interpreter by its answer to `QUESTION`: normalised name to version."""
    return {normal(d["name"]): d["version"] for d in reversed(answer["distributions"])}


def kernel_python(name: str) -> tuple[str, str]:
    """Return the interpreter that a kernel runs in, and a note where it is not known and our own stands in for it."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        command = KernelSpecManager().get_kernel_spec(name or "python3").argv
    except NoSuchKernel:
        return sys.executable, f"The kernel {name} is not installed here; these are the packages beside zenodo_jupyter."
    first = command[0] if command else ""
    if re.fullmatch(r"python(?:\d(?:\.\d+)?)?", first):
        return sys.executable, ""  # jupyter_client itself starts these with its own interpreter
    if os.path.isabs(first) and os.path.basename(first).startswith(("python", "pypy")) and os.access(first, os.X_OK):
        return first, ""
    return (
        sys.executable,
        f"The Python of the kernel {name} is not known; these are the packages beside zenodo_jupyter.",
    )


def _ask(python: str) -> dict[str, Any] | None:
    """Ask an interpreter for its distributions; None when it does not answer.

    It takes most of a second, so an answer is used again until something is installed or removed: that changes a folder.
    """
    asked = python, os.environ.get("PYTHONPATH", "")
    before, known = _answers.get(asked, ({}, {}))
    if before and before == _states(before):
        return known
    try:
        done = subprocess.run([python, "-c", QUESTION], capture_output=True, timeout=_PATIENCE, check=True)
        answer = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    if not isinstance(answer, dict):
        return None
    _answers[asked] = _states(answer["path"]), answer
    return answer


def _states(folders: Iterable[str]) -> dict[str, int]:
    """Return when folders changed last, in nanoseconds; 0 for those that are gone."""
    return {folder: os.stat(folder).st_mtime_ns if os.path.isdir(folder) else 0 for folder in folders}


def _environment(
    names: Iterable[str], answer: dict[str, Any], folder: Path | None, note: str, kernel_name: str
) -> Environment:
    from packaging.utils import canonicalize_name

    # Reversed, since of two with one name the first on the path counts.
    installed: dict[str, Any] = {str(canonicalize_name(d["name"])): d for d in reversed(answer["distributions"])}
    stdlib = set(answer["stdlib"]) or sys.stdlib_module_names
    direct: set[str] = {"ipykernel"} & set(installed)  # it runs the notebook
    missing = set()
    for name in _longest(names):
        top = name.partition(".")[0]
        if top in stdlib or (folder and ((folder / f"{top}.py").exists() or (folder / top).is_dir())):
            continue
        owners = _owners(name, installed)
        direct |= owners
        if not owners:
            missing.add(top)
    needed = _closure(direct, installed, answer["markers"])
    pins = [_pin(installed[key], key in direct) for key in sorted(needed)]
    markers = answer["markers"]
    return Environment(
        markers["python_version"], tuple(pins), tuple(sorted(missing)), note, _machine(markers, kernel_name)
    )


def _machine(markers: dict[str, str], kernel_name: str) -> str:
    """Say what it ran on, without the machine's name or its system's release."""
    if "python_full_version" not in markers:
        return ""
    python = f"Python {markers['python_full_version']} ({markers['platform_python_implementation']})"
    where = f"{markers['platform_system']} {markers['platform_machine']}".strip()
    return f"{python} on {where}" + (f", kernel {kernel_name}" if kernel_name else "")


def _longest(names: Iterable[str]) -> list[str]:
    """Drop a name that only begins others: of ``google`` and ``google.cloud.storage`` the latter tells more."""
    names = set(names)
    return sorted(name for name in names if not any(other.startswith(f"{name}.") for other in names))


def _owners(name: str, installed: dict[str, Any]) -> set[str]:
    """Return the distributions that a module comes from; of those that share a namespace, the ones that have the module."""
    parts = name.split(".")
    owners = {key for key, d in installed.items() if parts[0] in d["top"]}
    if len(owners) > 1:
        for depth in range(len(parts), 1, -1):
            path = "/".join(parts[:depth])
            exact = {
                key for key in owners if any(f.startswith((f"{path}/", f"{path}.")) for f in installed[key]["files"])
            }
            if exact:
                return exact
    return owners


def _closure(direct: set[str], installed: dict[str, Any], markers: dict[str, str]) -> set[str]:
    """Return the distributions and all that they require, as far as it is installed."""
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    seen: set[tuple[str, str]] = set()
    todo: list[tuple[str, str]] = [(key, "") for key in direct]
    while todo:
        key, extra = todo.pop()
        if (key, extra) in seen:
            continue
        seen.add((key, extra))
        for text in installed[key]["requires"]:
            try:
                requirement = Requirement(text)
            except InvalidRequirement:  # of an old package; pip would refuse it too
                continue
            target = canonicalize_name(requirement.name)
            wanted = requirement.marker is None or requirement.marker.evaluate({**markers, "extra": extra})
            if wanted and target in installed:
                todo += [(target, ""), *((target, more) for more in requirement.extras)]
    return {key for key, _ in seen}


def _pin(distribution: dict[str, Any], imported: bool) -> Pin:
    address, local = _address(distribution["direct_url"])
    return Pin(distribution["name"], distribution["version"], imported, address, local)


def _address(direct_url: dict[str, Any] | None) -> tuple[str, bool]:
    """Read where a distribution was installed from (PEP 610): a public address, or whether from this machine.

    An address with a user, a password or a query may hold a secret and is not told; the version then stands alone.
    """
    if not direct_url:
        return "", False
    url = str(direct_url.get("url") or "")
    parts = urlsplit(url)
    if parts.scheme == "file" or not parts.scheme:
        return "", True
    if parts.scheme != "https" or parts.username or parts.password or parts.query or "." not in (parts.hostname or ""):
        return "", False
    vcs = direct_url.get("vcs_info") or {}
    return (f"{vcs['vcs']}+{url}@{vcs['commit_id']}" if {"vcs", "commit_id"} <= set(vcs) else url), False


def _own_version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"
