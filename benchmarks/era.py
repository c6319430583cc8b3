"""Reproduce old notebooks by their DOI with packages that are inferred, beside today's, and say what came out and when.

    python -m benchmarks.era [NAME …]

Each is published alone, with the day of its time and no word on packages, to an embedded repository of its own. Reference is
what was measured by hand with a fitting Python: of pvlib's tutorial of 2020, 44 of 48 outputs and all 15 figures. It needs uv,
a package index that says when a file came, Python 3.8 and 3.11 for a fair comparison, and ``make corpus``.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import ZenodoJupyterError
from zenodo_jupyter.reproduce import Reproduction, reproduce

from .answers import CORPUS, published


@dataclass(frozen=True)
class Old:
    """A notebook of its time.

    Attributes
    ----------
    name : str
        Its folder in the corpus and its file.
    day : str
        The publication date of its record.
    outputs, figures : int
        How many came out the same by hand.
    alone : bool
        Whether it needs no files beside it.
    """

    name: str
    day: str
    outputs: int
    figures: int
    alone: bool = False


OLD = (
    Old("pvlib/solarposition.ipynb", "2020-11-01", 44, 15, alone=True),
    Old("pysindy/PySINDy.ipynb", "2022-01-01", 8, 4),
    Old("lmfit/discuss_model_eval_uncertainty.ipynb", "2024-06-01", 28, 10),
)


def tell(old: Old, step: str, done: Reproduction) -> None:
    """Print what came of one."""
    figures = sum(o.is_figure and o.is_reproduced for o in done.comparison.outputs)
    took = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in done.timings.items())
    print(f"{old.name}, {step}: {done.verdict} Python {done.environment.python}.")
    by_hand = f" (by hand {old.outputs} and {old.figures})" if step == "era" else ""
    print(f"  {done.comparison.reproduced} outputs, {figures} figures{by_hand}; {took}")
    for note in done.notes:
        print(f"  {note}")
    for output in done.comparison.outputs:
        if not output.is_reproduced and step == "era":
            print(f"    cell {output.cell_index + 1}: {output.verdict}, {output.mime}, {output.detail[:120]}")


def main(names: list[str]) -> None:
    """Reproduce them with the packages of their day, and with today's."""
    for old in OLD:
        path = CORPUS / old.name
        if names and not any(name in old.name for name in names):
            continue
        if not path.exists():
            print(f"{old.name} is not there (make corpus), left out")
            continue
        for step in ("era", "today"):
            with tempfile.TemporaryDirectory() as folder:
                config = Config(data_dir=Path(folder, "data"))
                doi = published(path, config, old.day, old.alone)
                try:
                    done = reproduce(
                        doi, Path(folder, "record"), from_="local", yes=True, environment=step, config=config
                    )
                except ZenodoJupyterError as error:
                    print(f"{old.name}, {step}: {error.message}")
                    continue
                tell(old, step, done)


if __name__ == "__main__":
    main(sys.argv[1:])
