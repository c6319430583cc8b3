"""Reproduce old notebooks by their DOI with packages that are inferred, beside today's, and say what came out and when.

    python -m benchmarks.era [NAME …]

Each is published alone, with the day of its time and no word on packages, to an embedded repository of its own. Reference is
what was measured by hand with a fitting Python: of pvlib's tutorial of 2020, 44 of 48 outputs and all 15 figures. By hand
more things were counted as outputs: the parts of a stream, and what only tells how long something took. It needs uv, a
package index that says when a file came, Python 3.7, 3.8 and 3.11 for a fair comparison, and ``make corpus``.
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
    by_hand : str
        How much came out the same by hand.
    alone : bool
        Whether it needs no files beside it.
    """

    name: str
    day: str
    by_hand: str
    alone: bool = False


OLD = (
    Old("pvlib/solarposition.ipynb", "2020-11-01", "44 of 48 outputs, 15 of 15 figures", alone=True),
    Old("pysindy/PySINDy.ipynb", "2022-01-01", "8 of 12 outputs, 4 of 4 figures"),
    Old("lmfit/discuss_model_eval_uncertainty.ipynb", "2024-06-01", "28 of 32 outputs"),
)


def tell(old: Old, step: str, done: Reproduction) -> None:
    """Print what came of one."""
    took = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in done.timings.items())
    print(f"{old.name}, {step}: {done.verdict} Python {done.environment.python}.")
    print(f"  {f'by hand {old.by_hand}; ' if step == 'era' else ''}{took}")
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
