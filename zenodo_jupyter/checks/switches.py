"""What a project says about the checks: a table in its pyproject.toml, and tags on cells. What blocks cannot be switched off.

::

    [tool.zenodo-jupyter.checks]
    off = ["PRV3", "RND"]                 # a check, or all whose names begin so
    severity = { DAT3 = "error" }         # another severity than ours, but never block

A cell tagged ``zenodo-ignore`` gives no findings, one tagged ``zenodo-ignore-SYS1`` none of that check.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .finding import SEVERITIES, Finding

if TYPE_CHECKING:
    from nbformat import NotebookNode

#: All checks, as the files of this package define them.
CHECKS = (
    "SEC1", "DAT1", "DAT2", "DAT3", "ORD1", "ORD2", "ORD3", "OUT1", "OUT2", "OUT3", "RND1", "SYS1", "SYS2", "PRV1", "PRV2",
    "PRV3", "SIZ1", "SIZ2", "NAM1", "ENV1", "ENV2", "ENV3", "MET1", "MET2", "MET3", "MET4", "LIC1",
)  # fmt: skip
_TABLE = "[tool.zenodo-jupyter.checks]"
_TAG = "zenodo-ignore"
#: Tags that say of a cell's outputs that they may differ (nbval's name beside ours), so its draws need no seed.
_VOLATILE = frozenset({"volatile", "nbval-ignore-output"})


@dataclass(frozen=True)
class Switches:
    """What a project wants of the checks.

    Attributes
    ----------
    off : tuple of str
        Names, or beginnings of names, of checks that are not wanted.
    severity : dict
        Check name to the severity that it shall have.
    faults : tuple of Finding
        What is wrong with the table itself.
    """

    off: tuple[str, ...] = ()
    severity: dict[str, str] = field(default_factory=dict)
    faults: tuple[Finding, ...] = ()

    def applied(self, findings: Iterable[Finding], nb: NotebookNode) -> Iterator[Finding]:
        """Yield the findings that are wanted, with the severities that are."""
        yield from self.faults
        for finding in findings:
            if finding.severity == "block":
                yield finding
            elif not finding.id.startswith(self.off or ("-",)) and not _is_ignored(finding, nb):
                yield dataclasses.replace(finding, severity=self.severity.get(finding.id, finding.severity))


def read(folder: Path) -> Switches:
    """Read the table of the project that a folder belongs to: the next pyproject.toml upwards, not beyond its repository.

    Parameters
    ----------
    folder : Path
        Where the notebook lies.
    """
    for place in (folder, *folder.parents):
        path = place / "pyproject.toml"
        if path.is_file():
            return _from_file(path)
        if (place / ".git").exists() or place == Path.home():
            break
    return Switches()


def _from_file(path: Path) -> Switches:
    try:
        import tomllib
    except ModuleNotFoundError:  # Python 3.10
        import tomli as tomllib
    try:
        tool = tomllib.loads(path.read_text("utf-8")).get("tool")
    except (OSError, ValueError):
        return Switches()  # whoever owns that file will be told by the tools that need it
    table = _mapping(_mapping(_mapping(tool).get("zenodo-jupyter")).get("checks"))
    off, severity, wrong = table.get("off") or [], table.get("severity") or {}, []
    if not isinstance(off, list) or not isinstance(severity, dict):
        return Switches(faults=(_fault("off is a list of names, severity a table of them"),))
    wrong += [f"{name} is no check" for name in off if not any(check.startswith(str(name)) for check in CHECKS)]
    wrong += [f"{name} is no check" for name in severity if name not in CHECKS]
    wrong += [f"{word} is no severity" for word in severity.values() if word not in SEVERITIES[1:]]
    return Switches(
        tuple(name for name in off if isinstance(name, str) and name),
        {name: word for name, word in severity.items() if word in SEVERITIES[1:]},
        tuple(map(_fault, wrong)),
    )


def _is_ignored(finding: Finding, nb: NotebookNode) -> bool:
    if finding.cell is None:
        return False
    tags = set(nb["cells"][finding.cell]["metadata"].get("tags") or ())
    if finding.id == "RND1" and tags & _VOLATILE:
        return True
    return bool(tags & {_TAG, f"{_TAG}-{finding.id}"})


def _fault(told: str) -> Finding:
    known = ", ".join(CHECKS)
    return Finding("SET1", "warning", f"In {_TABLE}: {told}.", f"The checks are {known}.", "pyproject.toml")


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
