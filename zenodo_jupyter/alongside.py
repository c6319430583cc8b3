"""Files beside a notebook that describe its environment for other tools than pip: they are carried along as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

#: What each is for. A requirements.txt is not among them: ours has the exact versions that the notebook was run with.
FILES = {
    "environment.yml": "conda",
    "environment.yaml": "conda",
    "conda-lock.yml": "conda",
    "pixi.toml": "pixi",
    "pixi.lock": "pixi",
    "renv.lock": "R",
    "install.R": "R",
    "Project.toml": "Julia",
    "Manifest.toml": "Julia",
    "apt.txt": "the system's packages, for Binder",
}
# A user, password or token in an address, or an address on this machine.
_PRIVATE = re.compile(r"://[^/\s\"']*@|://[^\s\"']*/t/[\w-]{8,}/|file://")
# Where conda keeps the environment on this machine; conda itself ignores the line.
_PREFIX = re.compile(r"^prefix:.*\n?", re.MULTILINE)


class Alongside(NamedTuple):
    """One such file.

    Attributes
    ----------
    name, tool : str
        The file's name, and what reads it.
    content : bytes
        What others get.
    fault : str
        Why it cannot be carried along; empty where it can.
    """

    name: str
    tool: str
    content: bytes
    fault: str = ""


def found(folder: Path) -> Iterator[Alongside]:
    """Yield the files of a folder that describe an environment, without what is only true of this machine."""
    for name, tool in FILES.items():
        path = folder / name
        if path.is_file() and not path.is_symlink():
            text = path.read_bytes().decode("utf-8", "replace")
            private = (
                "it has an address with a user or token, or of this machine, in it" if _PRIVATE.search(text) else ""
            )
            content = path.read_bytes() if tool != "conda" else _PREFIX.sub("", text).encode()
            yield Alongside(name, tool, content, private)
