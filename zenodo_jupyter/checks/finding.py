"""Finding: one result of a check, with what to do about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

#: From what forbids publishing to what is good to know.
SEVERITIES = ("block", "error", "warning", "info")


@dataclass(frozen=True)
class Finding:
    """One result of a check.

    Attributes
    ----------
    id : str
        The check's stable name, such as ``SEC1``.
    severity : str
        ``block`` forbids publishing, ``error`` will keep others from running the notebook, ``warning`` may, ``info`` is good to
        know.
    message : str
        What was found, a sentence.
    fix : str
        What to do about it, a sentence.
    where : str
        The cell (``cell [4]``) or file it is about; empty for the whole.
    cell : int or None
        That cell's position, from 0.
    share : str
        How often this is why published notebooks fail, where it was measured (15,817 Python notebooks from papers: Samuel and
        Mietchen, GigaScience 2024, doi 10.1093/gigascience/giad113).
    remedies : tuple of str
        What can be done about it at the press of a button; see `remedies`.
    """

    id: str
    severity: str
    message: str
    fix: str
    where: str = ""
    cell: int | None = None
    share: str = ""
    remedies: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the fields as a dictionary."""
        return asdict(self)
