"""Reproduce notebooks whose verdict is known, and say how many come out as expected, and how long each stage takes.

    python -m benchmarks.answers [--environment STEP] [NAME …]

The notebooks are those of `make corpus`. Each is published with its data to an embedded repository of its own, as files that
say nothing of packages, and reproduced from there by its DOI. What is expected here holds for the step ``current`` (the
environment that `make corpus` fills); other steps install packages, and may do better.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from zenodo_jupyter import repositories
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import BadInput
from zenodo_jupyter.reproduce import Reproduction, reproduce
from zenodo_jupyter.transfer import Upload, upload_files

CORPUS = Path(__file__).parent.parent / "corpus"


@dataclass(frozen=True)
class Answer:
    """What is known of one notebook.

    Attributes
    ----------
    name : str
        Its folder in the corpus and its file.
    why : str
        What it is in the corpus for.
    rung : int
        The lowest level that is expected.
    causes : tuple of str
        Why it stops, of `evidence.likely_cause`; several where that depends on the computer; empty where it must run through.
    reproduced : bool or None
        Whether all outputs come out the same; None where that depends on the packages.
    unsteady : bool
        Whether it has outputs that are not deterministic.
    refused : bool
        Whether it is not run at all where no kernel of its language is installed.
    """

    name: str
    why: str
    rung: int = 2
    causes: tuple[str, ...] = ()
    reproduced: bool | None = None
    unsteady: bool = False
    refused: bool = False

    def fits(self, done: Reproduction | None) -> bool:
        """Tell whether a verdict is the expected one; None stands for a notebook that was refused."""
        if done is None:
            return self.refused
        cause = done.report()["failure"]
        if not done.execution.ok:
            return bool(cause) and cause["kind"] in self.causes
        stops = bool(self.causes) and "" not in self.causes
        steady = done.comparison.count("unsteady") == 0
        right = self.reproduced is None or done.reproduced == self.reproduced
        return not stops and right and int(done.rung) >= self.rung and not (self.unsteady and steady)


ANSWERS = (
    Answer("hdbscan/Looking at cluster consistency.ipynb", "the same twice; its live figures need a browser", 3),
    Answer("hdbscan/How HDBSCAN Works.ipynb", "draws random data without a seed", unsteady=True),
    Answer(
        "hdbscan/How Soft Clustering for HDBSCAN Works.ipynb", "uses numpy.int, which is gone", causes=("drift", "data")
    ),
    Answer("hdbscan/Python vs Java.ipynb", "reads three files that are not shipped", causes=("data",)),
    Answer("lmfit/discuss_model_eval_uncertainty.ipynb", "a fit, ten figures"),
    Answer("pysindy/PySINDy.ipynb", "needs a package, and an old one", causes=("package", "drift")),
    Answer("seaborn/relational.ipynb", "loads its data from the web; has no stored outputs", causes=("network", "")),
    Answer("jupytext/ir_notebook.ipynb", "is written in R", refused=True),
    Answer("papermill/sysexit0.ipynb", "ends with sys.exit(0)"),
    Answer("papermill/sysexit1.ipynb", "ends with sys.exit(1)", causes=("other",)),
    Answer("papermill/broken1.ipynb", "raises an error", causes=("other", "drift")),
    Answer(
        "papermill/keyboard_interrupt.ipynb", "was interrupted by a person, which does not come again", reproduced=False
    ),
    Answer("papermill/line_magic_error.ipynb", "a magic that fails", causes=("other", "drift", "data")),
    Answer("nbval/test-exceptions-fail-storedmismatch.ipynb", "another error than the stored one", reproduced=False),
    Answer("nbval/test-latex-fail-randomoutput.ipynb", "a random formula", reproduced=True, unsteady=True),
    Answer("nbval/test-latex-pass-correctouput.ipynb", "a formula", 4, reproduced=True),
    Answer("nbval/test-latex-pass-failsbutignoreoutput.ipynb", "a formula that the author set aside", reproduced=True),
    Answer("nbval/test-stream-fail-missingoutput.ipynb", "a cell that was run without output", reproduced=False),
    Answer("nbval/test-stream-pass-missing-unexecuted-output.ipynb", "a cell that was not run", 4, reproduced=True),
)


def published(path: Path, config: Config, day: str = "2026-11-01", alone: bool = False) -> str:
    """Publish a notebook with the data beside it (or alone), as it is and with a date, and return the DOI."""
    repository = repositories.repository("local", config=config)
    others = {".ipynb", ".yaml", ".html", ".md"}
    beside = [] if alone else sorted(path.parent.iterdir())
    files = [path, *(p for p in beside if p.is_file() and p.suffix not in others)]
    body = {
        "metadata": {
            "title": path.stem,
            "publication_date": day,
            "publisher": "A corpus",
            "resource_type": {"id": "software-computationalnotebook"},
            "creators": [{"person_or_org": {"type": "organizational", "name": path.parent.name}}],
        },
        "access": {"record": "public", "files": "public"},
        "files": {"enabled": True},
    }
    draft = repository.create_draft(body)
    upload_files(
        repository, draft.id, [Upload(p.name, partial(io.BytesIO, p.read_bytes()), p.stat().st_size) for p in files]
    )
    return str(repository.publish(draft.id).doi)


def main() -> None:
    """Reproduce each, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="only those whose name contains one of these")
    parser.add_argument("--environment", default="current", help="the step of the ladder (default: current), or ladder")
    args = parser.parse_args()
    step = None if args.environment == "ladder" else args.environment
    right, stages, outputs = 0, Counter[str](), Counter[str]()
    chosen = [a for a in ANSWERS if not args.names or any(name in a.name for name in args.names)]
    with tempfile.TemporaryDirectory() as folder:
        config = Config(data_dir=Path(folder, "data"), allowed_repositories=["local"])
        for number, answer in enumerate(chosen):
            if not (CORPUS / answer.name).exists():
                sys.exit(f"{answer.name} is not there: make corpus")
            doi = published(CORPUS / answer.name, config)
            try:
                done = reproduce(doi, Path(folder, str(number)), yes=True, environment=step, timeout=300, config=config)
            except BadInput:
                done = None
            fits = answer.fits(done)
            right += fits
            print(f"{'as expected' if fits else 'OTHERWISE':<12}{answer.name}: {answer.why}")
            if done is not None:
                print(f"{'':<12}{done.verdict}")
                stages.update(done.timings)
                outputs.update({"reproduced": done.comparison.reproduced, "all": done.comparison.total})
    print(f"\n{right} of {len(chosen)} as expected; {outputs['reproduced']} of {outputs['all']} outputs reproduced")
    print("seconds by stage: " + ", ".join(f"{name} {took:.1f}" for name, took in stages.items()))


if __name__ == "__main__":
    main()
