"""The kernel that a re-run is done by: one made for a Python, or the installed one of another language."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from . import isolation
from .errors import BadInput

#: The name of the kernel made for a run; nobody's own kernel is called so.
NAME = "zenodo-jupyter-rerun"
# What provides a language, by what notebooks call it.
_PROVIDES = {"r": "IRkernel", "julia": "IJulia", "bash": "bash_kernel", "octave": "octave_kernel", "c++": "xeus-cling"}
# Where packages of a language lie below the person's HOME, which is another one in a run.
_LIBRARIES = {"r": ("R_LIBS_USER", "R/%p-library/%v"), "julia": ("JULIA_DEPOT_PATH", ".julia")}


@dataclass(frozen=True)
class Spec:
    """What starts a kernel.

    Attributes
    ----------
    argv : tuple of str
        Its command line.
    language : str
        As it calls itself, such as ``R``.
    env : dict
        Variables for it.
    """

    argv: tuple[str, ...]
    language: str = "python"
    env: Mapping[str, str] = field(default_factory=dict)

    def write(self, jupyter: Path, *, isolated: bool) -> None:
        """Write it as a kernelspec below a Jupyter folder; the user's own stay as they are."""
        folder = jupyter / "kernels" / NAME
        folder.mkdir(parents=True)
        command = list(self.argv)
        spec = {
            "argv": isolation.within(command) if isolated else command,
            "display_name": "Re-run",
            "language": self.language,
            "env": dict(self.env),
        }
        (folder / "kernel.json").write_text(json.dumps(spec), "utf-8")


def of_python(python: str) -> Spec:
    """Return the kernel of an interpreter, which must have ipykernel."""
    # A module path and user packages of this interpreter are not for another one.
    foreign = {} if python == sys.executable else {"PYTHONPATH": "", "PYTHONNOUSERSITE": "1"}
    return Spec((python, "-m", "ipykernel_launcher", "-f", "{connection_file}"), "python", foreign)


def installed(name: str, language: str) -> Spec:
    """Return the installed kernel of a language other than Python.

    Parameters
    ----------
    name : str
        What the notebook calls its kernel; of several for one language, the one of this name goes first.
    language : str
        Its language, in any case of letters.

    Raises
    ------
    BadInput
        When there is none; it says which is missing.
    """
    from jupyter_client.kernelspec import KernelSpecManager

    found = KernelSpecManager().get_all_specs()
    fitting = {n: one for n, one in found.items() if str(one["spec"].get("language", "")).lower() == language.lower()}
    if not fitting:
        provider = _PROVIDES.get(language.lower())
        raise BadInput(
            f"It is written in {language}, and no kernel for that is installed here"
            + (f" (the notebook names {name!r})." if name else "."),
            f"Install {provider} and try again."
            if provider
            else "Install one: `jupyter kernelspec list` shows it then.",
        )
    one = fitting.get(name) or next(iter(fitting.values()))
    spec = one["spec"]
    argv = tuple(word.replace("{resource_dir}", one["resource_dir"]) for word in spec["argv"])
    variable, below = _LIBRARIES.get(language.lower(), ("", ""))
    own = {variable: os.environ.get(variable) or str(Path.home() / below)} if variable else {}
    return Spec(argv, str(spec["language"]), {**own, **spec.get("env", {})})
