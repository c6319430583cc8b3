"""``%zenodo`` and ``%%zenodo``: the verbs of the command line, in a cell."""

from __future__ import annotations

import getpass
import shlex
import sys
from typing import Any

from IPython.core.magic import Magics, line_cell_magic, magics_class

from . import frontend, grammar, kernelwatch, verbs
from .config import Config
from .errors import ZenodoJupyterError
from .frontend import RERUN as RERUN
from .show import Outcome

ACTING = (
    "publish", "edit", "review", "rehearse", "get", "harvest", "reproduce", "token", "serve",
    "backup", "restore", "export", "dois", "promote",
)  # fmt: skip


@magics_class
class ZenodoMagics(Magics):
    """The ``%zenodo`` magic."""

    @line_cell_magic
    def zenodo(self, line: str, cell: str | None = None) -> Outcome | None:
        """From notebook to DOI and back.

        PUBLISH THIS NOTEBOOK

            %zenodo check                   what would be published, and what to put right first; sends nothing
            %zenodo publish                 to this computer: practice, no account, no network
            %zenodo publish --to sandbox    to Zenodo's sandbox, with an account; for real: --to zenodo
            %zenodo status                  never published, published, changed since
            %zenodo rehearse                run what would be published in an empty folder, and compare
            %zenodo watch                   see which files the cells use while they run, where the code does not tell

        The notebook goes with its outputs, the data files that its code names, and the packages that it needs. It gets a DOI,
        and the badge appears below its title. Publishing it again after a change makes the next version of the same record.

            %zenodo publish --community SLUG    to a community's review; publish again when it has accepted
            %zenodo review list             what waits for a community; accept, decline, cancel, comment
            %zenodo edit --set title=...    change what the record says, in place, under the same DOI

        SAY WHAT IT IS, in a cell of its own; publishing finds it there

            %%zenodo metadata
            title: Rain in Seattle
            creators:
              - name: Doe, Ada
                orcid: 0000-0002-1825-0097
            rights: [cc-by-4.0]

        USE WHAT OTHERS PUBLISHED; any spelling of a DOI will do

            %zenodo search WORDS --from zenodo
            %zenodo get 10.5281/zenodo.1234567 FOLDER
            %zenodo harvest SLUG FOLDER --from zenodo     all of a community, and later what has changed
            %zenodo reproduce 10.5281/zenodo.1234567      run its notebook again, and compare every output
            %zenodo cite 10.5281/zenodo.1234567 --style bibtex

            import zenodo_jupyter
            path = zenodo_jupyter.fetch("10.5281/zenodo.1234567", "data/a.csv")      one file, kept for next time

        FORMS, for those who would rather click

            from zenodo_jupyter.widgets import PublishForm, ReproduceForm, RecordCard
            PublishForm()

        ACCOUNTS AND PLACES

            %zenodo token set sandbox       asks for a token and keeps it; `login`, `list`, `test` and `forget` are there too
            %zenodo fixity                  read all files of this computer's repository again; `backup` and `restore` it,
                                            `export` records as bags, `promote` them to another repository
            %zenodo dois                    which of its DOIs wait to be registered, where DataCite is configured
            %zenodo serve                   the records on this computer, in a browser

        ``%zenodo VERB --help`` tells every option; Tab completes verbs, options, repositories and recent DOIs. The result of
        a line can be used: ``done = %zenodo publish`` and then ``done.data["doi"]``.
        """
        try:
            if cell is not None:
                return self._cell(line, cell)
            words = shlex.split(line)
            if words and words[0] in ACTING and frontend.is_rerun():
                print(f"This notebook is only being run again: `%zenodo {line}` was not done.")
                return None
            if words[:1] == ["watch"]:
                if frontend.is_rerun():
                    return None
                return kernelwatch.watch(self.shell, words[1:], frontend.notebook(), Config.load())
            args = grammar.parser("%zenodo").parse_args(words)
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
        from .errors import BadInput, InvalidMetadata
        from .metadata import Metadata

        if line.strip() != "metadata":
            raise BadInput(f"`%%zenodo {line}` is not known.", "`%%zenodo metadata` takes the description as YAML.")
        metadata = Metadata.from_yaml(cell)
        errors = metadata.validate(for_publish=False)
        if errors:
            raise InvalidMetadata("The description has mistakes.", errors, "Correct them and run the cell again.")
        return show.line(f"Good: {metadata.title or 'no title yet'}. Publishing takes the description from this cell.")

    def _door(self) -> verbs.Door:
        person = frontend.cell_id() is not None or sys.stdin.isatty()
        return verbs.Door(
            Config.load(), frontend.Told(),
            ask=(lambda q: input(f"{q} Type yes to go on: ").strip().lower() in ("y", "yes")) if person else None,
            secret=getpass.getpass if person else None, notebook=frontend.notebook, publish=frontend.publish,
        )  # fmt: skip


def completer(shell: Any, event: Any) -> list[str]:
    """Complete a line of ``%zenodo``, as IPython asks for it."""
    from .completing import complete

    try:
        return complete(event.text_until_cursor, Config.load())
    except ZenodoJupyterError:  # settings that cannot be read are told when a verb is run
        return []


def load(shell: Any) -> None:
    """Make the magics and their completion known to a shell, and ask the front end which notebook this is."""
    shell.register_magics(ZenodoMagics)
    for name in ("%zenodo", "zenodo"):
        shell.set_hook("complete_command", completer, str_key=name)
    frontend.listen()
