"""Verdict: the level that a reproduction reached, in which environment, and the sentence that says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any

from .compare.comparison import Comparison
from .compare.levels import Level
from .packages import PackageDifference

#: Steps by which the environment is the one that the record describes; by any other it is inferred.
DESCRIBED_STEPS = frozenset({"satisfied", "lock", "pins", "conda"})
#: The share of outputs that must stand at `Level.LOOKS_SAME` or better for `Rung.REPRODUCED`.
ENOUGH = 0.95


class Rung(IntEnum):
    """How far a reproduction came: the highest rung whose own test holds.

    `DESCRIBED` is said beside the verdict and needed by no other rung, so that a record that says nothing of its
    environment can still be reproduced, in an inferred one.
    """

    #: Every file came with the checksum that the repository has for it.
    VERIFIED = 0
    #: The record names its packages, licence and authors, and holds the files that the notebook reads.
    DESCRIBED = 1
    #: Every cell ran, top to bottom.
    EXECUTABLE = 2
    #: It ran a second time with the same outputs.
    REPEATABLE = 3
    #: At least 95 % of the outputs look the same as the published ones, and none differs, is missing or new.
    REPRODUCED = 4
    #: Every output is the same but for layout and what changes from run to run.
    IDENTICAL = 5


@dataclass(frozen=True)
class UsedEnvironment:
    """The environment that a notebook was run again in.

    Attributes
    ----------
    step : str
        How it was found: ``satisfied`` (what is installed is what the record asks for), ``lock``, ``pins`` or ``conda`` (made
        from the record's lock, exact versions, or conda's or pixi's file), ``era`` (the newest packages of a day, by the
        notebook's imports), ``today`` (today's, by the imports), ``current`` (what is installed here, as it is).
    python : str
        Its Python's version, such as ``3.11.2``; empty for another language.
    differences : tuple of PackageDifference or None
        What is another version than the record says; None where it says nothing.
    day : str
        ISO date; of ``era``, the day whose packages were taken.
    tried : tuple of (str, str)
        Steps that were tried before, each with the reason why it did not do.
    language : str
        What the notebook is written in.
    """

    step: str
    python: str
    differences: tuple[PackageDifference, ...] | None = None
    day: str = ""
    tried: tuple[tuple[str, str], ...] = ()
    language: str = "Python"

    @property
    def inferred(self) -> bool:
        """Whether it is another one than the record describes."""
        return self.step not in DESCRIBED_STEPS

    @property
    def words(self) -> str:
        """The packages in words, as they stand behind "with".

        >>> UsedEnvironment("era", "3.8.5", day="2020-11-01").words
        'the packages of November 2020'
        """
        if not self.python:
            return f"the {self.language} of this computer"
        if self.step == "era" and self.day:
            return f"the packages of {date.fromisoformat(self.day):%B %Y}"
        if self.step == "today":
            return "today's packages"
        if not self.inferred:
            return "the packages it was published with"
        if self.differences is None:
            return "the packages of this computer (the record does not say which it needs)"
        count = len(self.differences)
        return f"the packages of this computer, {count} of them not the published version"

    def to_json(self) -> dict[str, Any]:
        """Return the fields as a dictionary, with ``inferred``."""
        return {
            "step": self.step,
            "inferred": self.inferred,
            "language": self.language,
            "python": self.python,
            "day": self.day or None,
            "differences": None if self.differences is None else [d.to_json() for d in self.differences],
            "tried": [{"step": step, "reason": reason} for step, reason in self.tried],
        }


def holds(
    comparison: Comparison, *, ran: bool, again: Comparison | None = None, described: bool = False
) -> frozenset[Rung]:
    """Return every rung whose own test holds.

    Parameters
    ----------
    comparison : Comparison
        The published outputs and those of the re-run.
    ran : bool
        Whether every cell ran.
    again : Comparison, optional
        The re-run and a second one in the same environment. What differs there too is not deterministic, and that is not
        held against the author: `Rung.REPRODUCED` is judged by the other outputs.
    described : bool
        Whether the record says what a stranger needs.
    """
    found = {Rung.VERIFIED} | ({Rung.DESCRIBED} if described else set())
    if not ran:
        return frozenset(found)
    found.add(Rung.EXECUTABLE)
    outputs = comparison.outputs
    steady = [o for o in outputs if o.verdict != "unsteady"]
    good = sum(o.is_reproduced for o in steady)
    if again is not None and all(o.is_reproduced for o in again.outputs):
        found.add(Rung.REPEATABLE)
    if steady and good >= ENOUGH * len(steady) and all(o.level < Level.DIFFERENT for o in steady):
        found.add(Rung.REPRODUCED)
    if outputs and all(o.level <= Level.VOLATILE for o in outputs):
        found.add(Rung.IDENTICAL)
    return frozenset(found)


def rung(held: frozenset[Rung]) -> Rung:
    """Return the highest of the rungs that hold; `Rung.DESCRIBED` is said beside it and does not count."""
    return max(held - {Rung.DESCRIBED})
