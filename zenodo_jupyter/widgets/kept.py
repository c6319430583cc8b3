"""Kept: what a person typed into a form and has not published yet, in a file beside the journal.

It is never in the notebook, nor in the state of widgets that a front end may save, since both get published.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ..config import Config
from ..keeping import keep


@dataclass
class Kept:
    """What was typed for one notebook.

    Attributes
    ----------
    notebook : str
        Absolute path.
    said : dict
        The fields that the person changed, by name; None where one was emptied.
    data, exclude : list of str
        Files to take along, and to leave out.
    to : str
        The repository; empty for the usual one.
    when : str
        ISO 8601; empty where nothing is kept.
    """

    notebook: str
    said: dict[str, Any] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)
    exclude: list[str] = field(default_factory=list)
    to: str = ""
    when: str = ""

    @classmethod
    def read(cls, notebook: Path, config: Config) -> Kept:
        """Return what is kept for a notebook, empty where there is nothing that can be read."""
        notebook = notebook.expanduser().resolve()
        try:
            found = json.loads(_file(notebook, config).read_text(encoding="utf-8"))
            return cls(**{f.name: found[f.name] for f in fields(cls) if f.name in found})
        except (FileNotFoundError, ValueError, TypeError):
            return cls(str(notebook))

    def write(self, config: Config) -> None:
        """Write it, whole or not at all.

        Raises
        ------
        DiskFull, BadInput
            When it cannot be written; see `keeping.keep`.
        """
        self.when = datetime.now(timezone.utc).isoformat(timespec="seconds")
        keep(_file(Path(self.notebook), config), json.dumps(asdict(self), ensure_ascii=False, indent=1))

    def forget(self, config: Config) -> None:
        """Remove the file: it was published, or thrown away."""
        _file(Path(self.notebook), config).unlink(missing_ok=True)


def _file(notebook: Path, config: Config) -> Path:
    name = hashlib.sha256(str(notebook).encode()).hexdigest()[:32]
    return Path(config.data_dir) / "forms" / f"{name}.json"
