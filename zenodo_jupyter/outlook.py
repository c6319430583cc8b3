"""Outlook: which steps to an environment there are for a notebook, and what each would install, before anything is."""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import conda, distributions, environment, era, installers, interpreters, isolation, packages
from . import notebook as notebooks
from .errors import BadInput
from .interpreters import Interpreter

if TYPE_CHECKING:
    from .config import Config

#: From the first choice to the last.
STEPS = ("satisfied", "lock", "pins", "conda", "era", "today", "current")
#: Days: of a record that is younger, the era is today.
_YOUNG = 30


@dataclass(frozen=True)
class Outlook:
    """What can be done for a notebook; nothing was installed and nobody asked yet.

    Attributes
    ----------
    steps : tuple of str
        Those of `STEPS` that can be tried, in order.
    archived : packages.Archived
        What the record says.
    modules : dict
        What the notebook imports from packages, each with its distribution.
    wanted : tuple of str
        Requirements by the notebook's code and the record's loose ones.
    python : Interpreter
        The nearest on this machine to the one that was used.
    asked_python : str
        The version of that one; empty where nothing tells.
    published : date
        The day whose packages are looked for.
    place : Path
        Where environments are kept.
    folder : Path
        Where the notebook lies.
    here : dict
        What is installed beside zenodo_jupyter: normalised name to version.
    """

    steps: tuple[str, ...]
    archived: packages.Archived
    modules: Mapping[str, str]
    wanted: tuple[str, ...]
    python: Interpreter
    asked_python: str
    published: date
    place: Path
    folder: Path
    here: Mapping[str, str]

    @property
    def words(self) -> str:
        """What would be installed, in the words of a question."""
        first = self.steps[0]
        locked, pinned = len(self.archived.lock), len(self.archived.pins or self.archived.versions)
        named = ", ".join(self.wanted[:8]) + (f" and {len(self.wanted) - 8} more" if len(self.wanted) > 8 else "")
        what = {
            "satisfied": "The packages it was published with are installed here; it runs with them.",
            "lock": f"Installed for it: {locked} packages of its lock, each file compared with its checksum.",
            "pins": f"Installed for it: {pinned} packages in the versions of its requirements.txt.",
            "conda": f"Installed for it: what its {self.archived.conda and self.archived.conda.name} says.",
            "era": f"Installed for it: packages of {self.published:%B %Y}, by what it imports ({named}).",
            "today": f"Installed for it: today's packages, by what it imports ({named}).",
            "current": "It runs with the packages of this computer; nothing is installed.",
        }[first]
        parts = [what]
        if first not in ("satisfied", "current"):
            parts.append(
                f"They come {self.from_where(first)} into a folder of their own in {self.place}; installing may run code of "
                f"theirs{', out of sight of the same places as its own' if isolation.is_possible() else ''}. Where that fails, "
                "other versions are tried, and at last what is here."
            )
            parts += self.about_python()
        return " ".join([*parts, *self.about_ignored()])

    def from_where(self, step: str) -> str:
        """Say where a step takes packages from, with the addresses that only the record names."""
        if step == "conda" and self.archived.conda:
            hosts = conda.named(self.archived.conda)
            return f"from {', '.join(hosts[:8]) or 'the channels that you have set'}"
        lines = (*self.archived.pins, *self.archived.loose)
        addresses = [line.partition(" @ ")[2].strip() for line in lines if " @ " in line]
        more = f" and {len(addresses) - 5} more" if len(addresses) > 5 else ""
        named = f", and from addresses that the record names ({', '.join(addresses[:5])}{more})," if addresses else ""
        return f"from your package index{named}"

    def about_python(self) -> list[str]:
        """Say so where the Python that was used is not on this machine."""
        if interpreters.is_met(self.asked_python, self.python.version):
            return []
        minor = ".".join(self.asked_python.split(".")[:2])
        # Not done unasked: half a hundred MB of a program, from elsewhere than the person's package index.
        have = f" To have it: uv python install {minor}." if installers.find_uv() and minor.startswith("3.") else ""
        return [
            f"It was written with Python {minor}, which is not on this machine; {self.python.version} is the nearest.{have}"
        ]

    def about_ignored(self) -> list[str]:
        """Say which lines of the record are not followed."""
        lines = self.archived.ignored
        shown = "; ".join(lines[:5]) + (f" and {len(lines) - 5} more" if len(lines) > 5 else "")
        return [f"Not followed, since they lead elsewhere than to your index: {shown}."] if lines else []


def require(step: str | None) -> None:
    """Raise BadInput for what is none of `STEPS`."""
    if step is not None and step not in STEPS:
        raise BadInput(f"There is no environment {step!r}.", f"Say one of {', '.join(STEPS)}.")


def look(
    folder: Path,
    name: str,
    nb: Mapping[str, Any],
    *,
    published: date,
    config: Config,
    only: str | None = None,
    anew: bool = False,
) -> Outlook:
    """Look what can be done for a notebook.

    Parameters
    ----------
    folder : Path
        The record's files.
    name : str
        The notebook's name among them.
    nb : NotebookNode
        The notebook.
    published : date
        When the record was published.
    config : Config
        For the folder in which environments are kept.
    only : str, optional
        One of `STEPS`, to try nothing else.
    anew : bool
        Whether to make the environment anew also where what is installed here would do.

    Raises
    ------
    BadInput
        When `only` is none of them.
    """
    require(only)
    beside = (folder / name).parent
    archived = packages.read(folder, name)
    modules = distributions.imported(nb, beside)
    wanted = tuple(dict.fromkeys([*archived.loose, *distributions.wanted(nb, beside)]))
    asked = archived.python or notebooks.kernel(nb).version
    if not re.match(r"3\.\d+", asked):
        asked = asked if asked.startswith("2.") else ""
    guess = asked or (era.python_of(published) if wanted or archived.says_something else "")
    here = environment.versions()
    steps = (only,) if only else _steps(archived, wanted, published, {} if anew else here)
    python = interpreters.nearest(guess) if steps[0] not in ("satisfied", "current") else interpreters.own()
    return Outlook(
        steps, archived, modules, wanted, python, asked, published, Path(config.data_dir) / "environments", beside, here
    )


def _steps(
    archived: packages.Archived, wanted: tuple[str, ...], published: date, here: Mapping[str, str]
) -> tuple[str, ...]:
    """Return the steps that can be tried here, the first choice first."""
    if (
        archived.versions
        and not archived.loose
        and packages.differences(archived, here, platform.python_version()) == ()
    ):
        return ("satisfied",)
    steps = []
    if archived.lock:
        steps.append("lock")
    if archived.pins or archived.lock:
        steps.append("pins")
    if archived.conda and conda.tool_for(archived.conda):
        steps.append("conda")
    if wanted:
        is_young = (date.today() - published).days < _YOUNG
        steps += ["era", "today"] if installers.find_uv() and not is_young else ["today"]
    return (*steps, "current")
