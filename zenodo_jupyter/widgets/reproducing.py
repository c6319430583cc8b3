"""ReproduceForm: look at a record by its DOI, run its notebook again, and see how much came out the same."""

from __future__ import annotations

import threading
from pathlib import Path

import ipywidgets as W

from .. import card, repositories, show
from ..choosing import ALL, in_order
from ..config import Config
from ..errors import BadInput, SeveralNotebooks, ZenodoJupyterError
from ..records import Record
from ..report import Progress, Report
from ..repository import Repository
from ..reproduce import reproduce_each
from ..reproduction import Reproduction
from . import look, words
from .doing import Doing
from .shown import Shown


class ReproduceForm(Shown):
    """A form that gets a record and runs its notebook again.

    Parameters
    ----------
    doi : str
        A DOI in any spelling; can be given in the form.
    from_ : str, optional
        Name or address of the repository, where it is not clear.
    config : Config, optional
        Read from the files and the environment otherwise.

    Attributes
    ----------
    reproductions : tuple of Reproduction
        What came of each notebook that was run.
    """

    instead = (
        "ReproduceForm() runs a record's notebook again where a person can say yes. Without: %zenodo reproduce DOI."
    )

    def __init__(self, doi: str = "", *, from_: str | None = None, config: Config | None = None) -> None:
        super().__init__()
        self.config = config or Config.load()
        self.reproductions: tuple[Reproduction, ...] = ()
        self._from = from_
        self._doing = Doing()
        self._error = look.raw("")
        self._doi = _text("DOI", doi, "10.5281/zenodo.1234567")
        self._folder = _text("Folder to put it in", "", "a new one, named after the record")
        self._found = look.raw("")
        self._which = look.with_classes(
            W.SelectMultiple(description="Which notebooks? They run in this order", rows=4), "zw-field", "zw-grow"
        )
        look.show(self._which, False)
        self._look = look.button("Look", self.look, "zw-main")
        self._go = look.button("Get it and run it again…", self.go, "zw-main")
        self._question = look.raw("", "zw-note")
        self._answer: bool | None = None
        self._answered = threading.Event()
        self._consent = W.VBox((
            self._question,
            look.line(
                look.button("Run it", lambda: self.answer(True), "zw-main"),
                look.button("Do not run it", lambda: self.answer(False)),
            ),
        ))  # fmt: skip
        look.show(self._consent, False)
        look.show(self._go, False)
        self._ask = W.VBox((look.line(self._doi, self._look), self._found, self._which, self._folder, self._go))
        look.show(self._folder, False)
        self.put(self._ask, self._doing.widget, self._consent, self._error)

    def begin(self) -> None:
        """Look at the record, if there is one."""
        if self._doi.value:
            self.look()

    def wait(self, timeout: float | None = None) -> None:
        """Wait until what is being done is done; for scripts. `timeout` is in seconds."""
        self._doing.wait(timeout)

    def look(self) -> None:
        """Look at the record that the DOI means."""
        self._error.value = ""
        self._doing.start(self._resolve, self._show, self._failed)

    def _resolve(self, report: Report) -> tuple[Repository, Record]:
        text = self._doi.value.strip()
        report(Progress("resolve", f"Looking for {text}"))
        if not text:
            raise BadInput("Which record?", "Paste its DOI.")
        return repositories.resolve(text, from_=self._from, config=self.config)

    def _show(self, found: tuple[Repository, Record]) -> None:
        repository, record = found
        self._found.value = card.html(card.of(record, repository))
        self._offer(in_order([file.key for file in record.files if file.key.endswith(".ipynb")]))
        look.show(self._folder, True)
        look.show(self._go, True)

    def _offer(self, notebooks: list[str]) -> None:
        """Let the person choose among several; all in order, unless they say otherwise."""
        several = notebooks if len(notebooks) > 1 else []
        self._which.options = several
        self._which.value = tuple(several)
        look.show(self._which, bool(several))

    @property
    def _wanted(self) -> tuple[str, ...]:
        chosen = tuple(self._which.value)
        return (ALL,) if chosen == tuple(self._which.options) and chosen else chosen

    def go(self) -> None:
        """Get the record, ask, run its notebook, compare."""
        self._error.value = ""
        self._answered.clear()
        look.show(self._ask, False)
        self._doing.start(self._reproduce, self._done, self._failed)

    def _reproduce(self, report: Report) -> tuple[Reproduction, ...]:
        folder = self._folder.value.strip()
        return reproduce_each(
            self._doi.value.strip(), Path(folder) if folder else None, from_=self._from, wanted=self._wanted,
            config=self.config, report=report, confirm=lambda summary: self._confirm(summary, report),
        )  # fmt: skip

    def _confirm(self, summary: str, report: Report) -> bool:
        """Show what would be run, and wait in the thread for an answer; Cancel is one."""
        self._question.value = look.words(summary).value
        look.show(self._consent, True)
        report(Progress("environment", "Waiting for your answer"))
        try:
            while not self._answered.wait(0.2):
                report(Progress("environment", "Waiting for your answer"))
        finally:
            look.show(self._consent, False)
        return bool(self._answer)

    def answer(self, yes: bool) -> None:
        """Say whether the record's code may be run."""
        self._answer = yes
        self._answered.set()

    def _done(self, done: tuple[Reproduction, ...]) -> None:
        self.reproductions = done
        self.settle(show.verdicts(done))

    def _failed(self, error: ZenodoJupyterError) -> None:
        look.show(self._ask, True)
        if isinstance(error, SeveralNotebooks):  # they were in an archive, which nobody could look into before
            self._offer(list(error.notebooks))
        self._error.value = words.error(error)


def _text(label: str, value: str, placeholder: str) -> W.Text:
    return look.with_classes(W.Text(value, description=label, placeholder=placeholder), "zw-field", "zw-grow")
