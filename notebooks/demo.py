"""The main job, start to end: a notebook becomes a record with a DOI, gets a second version, comes back and is run again.

    python notebooks/demo.py NOTEBOOK FILE [--keep FOLDER]

FILE is the data file, relative to the notebook, that changes between the versions. Everything happens in a scratch folder,
on an embedded repository of its own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from zenodo_jupyter import execute, grammar, verbs
from zenodo_jupyter.cli import Bars, Lines
from zenodo_jupyter.config import Config
from zenodo_jupyter.errors import ZenodoJupyterError
from zenodo_jupyter.show import Outcome


def say(text: str) -> None:
    """Print a heading for the next step."""
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n== {text}", flush=True)


class Demo:
    """One notebook's way around the circle."""

    def __init__(self, notebook: Path, changing: str, scratch: Path, cites: Path | None, may_differ: bool) -> None:
        self.scratch = scratch
        self.may_differ = may_differ
        self.changing = changing
        os.environ["ZENODO_JUPYTER_DATA"] = str(scratch / "data")
        self.report = Bars() if sys.stderr.isatty() else Lines()
        self.work = scratch / "work"
        shutil.copytree(notebook.parent, self.work)
        self.notebook = self.work / notebook.name
        self.options = ["--metadata", str(cites.resolve())] if cites else []

    def command(self, *words: str) -> Outcome:
        """Do one command of `jupyter zenodo`, as a person would type it, and print what it says."""
        say("$ jupyter zenodo " + " ".join(words))
        args = grammar.parser().parse_args(list(words))
        outcome = verbs.run(args, verbs.Door(Config.load(), self.report))
        self.report.close()
        print(outcome.text, flush=True)
        return outcome

    def run(self) -> None:
        """Run the notebook, as its author does before publishing."""
        say(f"Running {self.notebook.name}")
        executed = self.work / ".executed.ipynb"
        done = execute.run_notebook(self.notebook, executed, cwd=self.work, report=self.report)
        self.report.close()
        if not done.ok:
            sys.exit(f"{self.notebook.name} does not run: {done.error}")
        os.replace(executed, self.notebook)

    def change(self) -> None:
        """Change one data file: its last row goes."""
        path = self.work / self.changing
        if path.suffix == ".npy":
            import numpy

            numpy.save(path, numpy.load(path)[:-1])
        else:
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            path.write_text("".join(lines[:-1]), encoding="utf-8")
        say(f"Changed {self.changing}: its last row is gone")

    def circle(self) -> str:
        """Go around; return the DOI of the newest version."""
        self.run()
        self.command("check", str(self.notebook), *self.options)
        first = self.command("publish", str(self.notebook), *self.options)
        self.change()
        self.run()
        second = self.command("publish", str(self.notebook), *self.options)
        assert self.changing in second.data["sent"], "the changed file was not sent"
        back = self.scratch / "version-1"
        self.command("get", first.data["doi"], str(back))
        again = self.command("reproduce", first.data["doi"], str(self.scratch / "reproduced"), "--yes")
        if again.code and not (self.may_differ and again.code == 10):
            sys.exit("Version 1 did not come out the same.")
        return second.data["doi"]


def main() -> None:
    """Do it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebook", type=Path)
    parser.add_argument("changing", help="the data file that changes, relative to the notebook")
    parser.add_argument("--metadata", type=Path, help="the description, as YAML, where the folder has none")
    parser.add_argument("--may-differ", action="store_true", help="the notebook draws random numbers without a seed")
    args = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="zenodo-jupyter-demo-"))
    try:
        demo = Demo(args.notebook.resolve(), args.changing, scratch, args.metadata, args.may_differ)
        doi = demo.circle()
    except ZenodoJupyterError as e:
        sys.exit(f"{type(e).__name__}: {e}")
    folder = Path(sys.executable).parent
    say("Look at it:")
    print(f"{os.path.relpath(folder)}/jupyter zenodo serve --data {scratch / 'data' / 'repository'} --open {doi}")


if __name__ == "__main__":
    main()
