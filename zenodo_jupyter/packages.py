"""Which packages a notebook was published with, and which are used now."""

from __future__ import annotations

import platform
import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class PackageDifference:
    """A package, or Python itself, that is another one now.

    Attributes
    ----------
    name : str
        As the record has it; ``Python`` for the language.
    archived : str
        The version at publication.
    used : str
        The version now; empty where it is not installed.
    """

    name: str
    archived: str
    used: str

    def to_json(self) -> dict[str, Any]:
        """Return the fields as a dictionary."""
        return dict(self.__dict__)

    def __str__(self) -> str:
        return f"{self.name} {self.archived} → {self.used or 'not installed'}"


def differences(folder: Path) -> tuple[PackageDifference, ...] | None:
    """Compare a record's ``requirements.txt`` and ``runtime.txt`` with what this Python has installed.

    Parameters
    ----------
    folder : Path
        Where the record's files are.

    Returns
    -------
    tuple of PackageDifference, or None
        None where the record says nothing of packages. Only exact versions (``==``) are compared.
    """
    requirements, runtime = folder / "requirements.txt", folder / "runtime.txt"
    if not requirements.is_file():
        return None
    found = []
    python = re.match(r"python-(\d+(?:\.\d+)+)", runtime.read_text("utf-8", "replace")) if runtime.is_file() else None
    if python and not _same_python(python[1], platform.python_version()):
        found.append(PackageDifference("Python", python[1], platform.python_version()))
    for name, archived in _pins(requirements.read_text("utf-8", "replace")):
        used = _installed(name)
        if used != archived:
            found.append(PackageDifference(name, archived, used))
    return tuple(found)


def _pins(text: str) -> list[tuple[str, str]]:
    """Return name and version of every exact requirement whose marker fits here."""
    from packaging.requirements import InvalidRequirement, Requirement

    pins = []
    for line in text.splitlines():
        try:
            requirement = Requirement(re.sub(r"\s+#.*|\s+--\S.*|\\$", "", line).strip())
        except InvalidRequirement:  # options, comments, addresses
            continue
        exact = [s.version for s in requirement.specifier if s.operator in ("==", "===") and "*" not in s.version]
        if exact and (requirement.marker is None or requirement.marker.evaluate()):
            pins.append((requirement.name, exact[0]))
    return pins


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _same_python(archived: str, used: str) -> bool:
    """Compare as far as the archived one says: 3.11 is met by 3.11.7."""
    return f"{used}.".startswith(f"{archived}.")
