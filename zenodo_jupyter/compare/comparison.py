"""What came of comparing two notebooks: a verdict for each output, and the sum of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .levels import Level

#: Weights of the index in [0, 1], after Hossain and Malik (arXiv:2509.23645), by level.
WEIGHTS = (1.0, 1.0, 1.0, 1.0, 0.95, 0.95, 0.8, 0.5, 0.0)


@dataclass(frozen=True)
class OutputVerdict:
    """What became of one output.

    Attributes
    ----------
    cell_index : int
        Of the cell in the archived notebook, from 0; of the re-run for an extra output of a cell that it alone has.
    cell_id : str
        Empty where the notebook has no ids.
    output_index : int
        From 0, within the cell; streams of one name are one output.
    mime : str
        What it is: the richest MIME type.
    level : Level
        Where it stands on the ladder.
    verdict : str
        ``same`` (up to `Level.ROUNDING`), ``close`` (up to `Level.FIVE_PERCENT`), ``differs``, ``failed`` (its cell stopped
        with an error, or was not reached because of one), ``missing``, or ``extra`` (the archived notebook has none).
    detail : str
        What differs.
    """

    cell_index: int
    cell_id: str
    output_index: int
    mime: str
    level: Level
    verdict: str
    detail: str = ""

    @property
    def is_figure(self) -> bool:
        """Whether it is a picture or a chart."""
        return self.mime.startswith("image/") or "plotly" in self.mime or "vega" in self.mime

    def to_json(self) -> dict[str, Any]:
        """Return the fields as a dictionary; the level is a number."""
        return {**self.__dict__, "level": int(self.level)}


@dataclass(frozen=True)
class Comparison:
    """All verdicts of one re-run.

    Attributes
    ----------
    outputs : tuple of OutputVerdict
        Those that count.
    aside : tuple of OutputVerdict
        Those of cells that the author marked as volatile; looked at, but not counted.
    acts : int
        Code cells that publish or fetch (``%zenodo …``); not compared.
    without_outputs : int
        Archived code cells that have no stored output to compare with.
    """

    outputs: tuple[OutputVerdict, ...]
    aside: tuple[OutputVerdict, ...] = ()
    acts: int = 0
    without_outputs: int = 0

    @property
    def total(self) -> int:
        """How many outputs of the archived notebook were compared."""
        return sum(o.verdict != "extra" for o in self.outputs)

    def count(self, verdict: str, *, figures: bool = False) -> int:
        """Return how many outputs (or only figures) have this verdict."""
        return sum(o.verdict == verdict and (o.is_figure or not figures) for o in self.outputs)

    @property
    def all_same(self) -> bool:
        """Whether every output came out the same and nothing was added."""
        return all(o.verdict == "same" for o in self.outputs)

    @property
    def reproduced(self) -> int:
        """How many stand at `Level.LOOKS_SAME` or better."""
        return sum(o.level <= Level.LOOKS_SAME for o in self.outputs if o.verdict != "extra")

    @property
    def index(self) -> float | None:
        """The mean weight of all outputs, from 0 to 1; None when there was nothing to compare."""
        weights = [WEIGHTS[o.level] for o in self.outputs if o.verdict != "extra"]
        return sum(weights) / len(weights) if weights else None

    def summary(self) -> str:
        """Return the result as a sentence without a final stop.

        Examples
        --------
        >>> one = OutputVerdict(0, "", 0, "image/png", Level.IDENTICAL, "same")
        >>> Comparison((one,)).summary()
        '1 of 1 outputs came out the same (1 of 1 figures)'
        """
        if not self.outputs:
            return "The archived notebook has no stored outputs to compare with"
        text = f"{self.count('same')} of {self.total} outputs came out the same"
        figures = sum(o.is_figure and o.verdict != "extra" for o in self.outputs)
        if figures:
            text += f" ({self.count('same', figures=True)} of {figures} figures)"
        words = {
            "close": "close",
            "differs": "different",
            "failed": "not reached or failed",
            "missing": "missing",
            "extra": "new",
        }
        rest = [f"{self.count(verdict)} {word}" for verdict, word in words.items() if self.count(verdict)]
        if self.aside:
            rest.append(f"{len(self.aside)} set aside by the author")
        return ", ".join([text, *rest])

    def to_json(self) -> dict[str, Any]:
        """Return counts and every verdict."""
        verdicts = ("same", "close", "differs", "failed", "missing", "extra")
        return {
            "summary": self.summary(),
            "total": self.total,
            "counts": {verdict: self.count(verdict) for verdict in verdicts},
            "figures": {verdict: self.count(verdict, figures=True) for verdict in verdicts},
            "reproduced": self.reproduced,
            "index": self.index,
            "acts": self.acts,
            "without_outputs": self.without_outputs,
            "outputs": [o.to_json() for o in self.outputs],
            "aside": [o.to_json() for o in self.aside],
        }
