"""``%zenodo`` and ``%%zenodo``: the verbs of the command line, in a cell."""

from __future__ import annotations

import getpass
import os
import shlex
import sys
from pathlib import Path
from typing import Any

from IPython.core.magic import Magics, line_cell_magic, magics_class

from . import verbs
from .config import Config
from .errors import ZenodoJupyterError
from .report import Progress
from .show import Outcome

#: Set while a notebook is only being run again; acting verbs then say what they would do.
RERUN = "ZENODO_JUPYTER_RERUN"
ACTING = ("publish", "get", "reproduce", "token", "serve")


@magics_class
class ZenodoMagics(Magics):
    """The ``%zenodo`` magic."""

    @line_cell_magic
    def zenodo(self, line: str, cell: str | None = None) -> Outcome | None:
        """From notebook to DOI and back.

        ``%zenodo publish``, ``check``, ``get DOI``, ``reproduce DOI``, ``search WORDS``, ``cite DOI``, ``status``: the same
        verbs and options as ``jupyter zenodo``; ``%zenodo VERB --help`` tells them. In its own notebook, ``publish``,
        ``check`` and ``status`` need no name. What is published is the notebook as it was last saved.

        ``%%zenodo metadata`` takes the description as YAML in the cell, checks it, and publishing finds it there::

            %%zenodo metadata
            title: Rain in Seattle
            creators:
              - name: Doe, Ada
                orcid: 0000-0002-1825-0097
            rights: [cc-by-4.0]
        """
        try:
            if cell is not None:
                return self._cell(line, cell)
            words = shlex.split(line)
            if words and words[0] in ACTING and os.environ.get(RERUN):
                print(f"This notebook is only being run again: `%zenodo {line}` was not done.")
                return None
            args = verbs.parser("%zenodo").parse_args(words)
            return verbs.run(args, self._door())
        except ZenodoJupyterError as e:
            print(f"{type(e).__name__}: {e}", file=sys.stderr)
            for finding in getattr(e, "findings", ()):
                print(f"  {finding.id}: {finding.where}: {finding.message} {finding.fix}", file=sys.stderr)
        except SystemExit:  # --help and --version have printed what was asked for
            pass
        return None

    def _cell(self, line: str, cell: str) -> Outcome | None:
        from . import show
        from .errors import BadInput
        from .metadata import Metadata

        if line.strip() != "metadata":
            raise BadInput(f"`%%zenodo {line}` is not known.", "`%%zenodo metadata` takes the description as YAML.")
        metadata = Metadata.from_yaml(cell)
        return show.line(f"Good: {metadata.title or 'no title yet'}. Publishing takes the description from this cell.")

    def _door(self) -> verbs.Door:
        last = ""

        def report(progress: Progress) -> None:
            nonlocal last
            if progress.message != last and not (progress.unit == "B" and progress.done):
                last = progress.message
                print(last, file=sys.stderr, flush=True)

        person = self._front_end() is not None or sys.stdin.isatty()
        return verbs.Door(
            Config.load(), report,
            ask=(lambda q: input(f"{q} Type yes to go on: ").strip().lower() in ("y", "yes")) if person else None,
            secret=getpass.getpass if person else None, notebook=self._notebook, held=self._front_end() is not None,
        )  # fmt: skip

    def _front_end(self) -> str | None:
        """Return the id that a front end gave the running cell, or None under nbclient, papermill and scripts."""
        kernel = getattr(self.shell, "kernel", None)
        parent: dict[str, Any] = kernel.get_parent("shell") if kernel is not None else {}
        return (parent.get("metadata") or {}).get("cellId")

    def _notebook(self) -> Path | None:
        """Return the notebook that this kernel serves, where the server or VS Code has told it."""
        namespace = self.shell.user_ns if self.shell is not None else {}
        told = namespace.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME") or namespace.get("__session__")
        return Path(told) if told and str(told).endswith(".ipynb") and Path(told).is_file() else None
