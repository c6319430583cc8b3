"""What came of comparing two notebooks: a verdict for each output, and the sum of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from .levels import Level

#: Weights of the index in [0, 1], after Hossain and Malik (arXiv:2509.23645), by level.
WEIGHTS = (1.0, 1.0, 1.0, 1.0, 0.95, 0.95, 0.8, 0.5, 0.0)
#: Verdicts that are told one by one, with their words.
WORDS = {
    "close": "close",
    "differs": "different",
    "unsteady": "not deterministic",
    "failed": "not reached or failed",
    "missing": "missing",
    "extra": "new",
}


@dataclass(frozen=True)
class OutputVerdict:
    """What became of one output.

    Attributes
    ----------
    cell_index : int
        Of the cell in the archived notebook, from 0; of the re-run for an extra output of a cell that it alone has.
    cell_id : str
        Empty where the notebook has no ids.
    output_index, rerun_index : int or None
        From 0, within the archived cell and within the re-run one; None where it has none. Streams of one name are one
        output, after all others.
    mime : str
        What it is: the richest MIME type.
    level : Level
        Where it stands on the ladder.
    verdict : str
        ``same`` (up to `Level.ROUNDING`), ``close`` (up to `Level.FIVE_PERCENT`), ``differs``, ``failed`` (its cell stopped
        with an error, or was not reached because of one), ``missing``, ``extra`` (the archived notebook has none), or
        ``unsteady`` (it differs, and so it does between two re-runs in the same environment).
    detail : str
        What differs.
    """

    cell_index: int
    cell_id: str
    output_index: int | None
    rerun_index: int | None
    mime: str
    level: Level
    verdict: str
    detail: str = ""

    @property
    def is_reproduced(self) -> bool:
        """Whether it looks the same as the archived one."""
        return self.level <= Level.LOOKS_SAME

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
        return sum(o.output_index is not None for o in self.outputs)

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
        return sum(o.is_reproduced for o in self.outputs)

    @property
    def figures(self) -> int:
        """How many of the archived outputs are pictures or charts."""
        return sum(o.is_figure and o.output_index is not None for o in self.outputs)

    @property
    def index(self) -> float | None:
        """The mean weight of all outputs, from 0 to 1, unsteady ones left out; None when there was nothing to compare."""
        weights = [WEIGHTS[o.level] for o in self.outputs if o.output_index is not None and o.verdict != "unsteady"]
        return sum(weights) / len(weights) if weights else None

    def beside(self, again: Comparison) -> Comparison:
        """Return the comparison with what is not deterministic called ``unsteady``.

        Parameters
        ----------
        again : Comparison
            The re-run beside a second one in the same environment.
        """
        # By id, since papermill may add cells; by place where the archived notebook has no ids (papermill then makes some up).
        moving = {(o.cell_id, o.output_index) for o in again.outputs if not o.is_reproduced}
        places = {(o.cell_index, o.output_index) for o in again.outputs if not o.is_reproduced}

        def mark(o: OutputVerdict) -> OutputVerdict:
            moves = (o.cell_id, o.rerun_index) in moving if o.cell_id else (o.cell_index, o.rerun_index) in places
            unsteady = moves and not o.is_reproduced and o.verdict in ("close", "differs")
            return replace(o, verdict="unsteady") if unsteady else o

        return replace(self, outputs=tuple(map(mark, self.outputs)))

    def summary(self, level: str = "") -> str:
        """Return the result as a sentence without a final stop.

        Parameters
        ----------
        level : str
            What stands in brackets behind the number of outputs.

        Examples
        --------
        >>> one = OutputVerdict(0, "", 0, 0, "image/png", Level.IDENTICAL, "same")
        >>> Comparison((one,)).summary("R5")
        '1 of 1 outputs reproduced (R5), 1 of 1 figures'
        """
        beside = f" ({level})" if level else ""
        parts = [f"{self.reproduced} of {self.total} outputs reproduced{beside}"]
        if not self.total:
            parts = [f"The archived notebook has no stored outputs to compare with{beside}"]
        if self.figures:
            parts.append(f"{sum(o.is_figure and o.is_reproduced for o in self.outputs)} of {self.figures} figures")
        counts = {word: self.count(verdict) for verdict, word in WORDS.items()}
        counts["close"] = sum(o.verdict == "close" and not o.is_reproduced for o in self.outputs)
        counts["set aside by the author"] = len(self.aside)
        return ", ".join(parts + [f"{count} {word}" for word, count in counts.items() if count])

    def to_json(self) -> dict[str, Any]:
        """Return counts and every verdict."""
        verdicts = ("same", *WORDS)
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
