"""Reproduce a record: get · choose notebooks · show and ask · run them in a copy · compare · report."""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import choosing, execute, outlook
from . import notebook as notebooks
from .attempts import Attempt, attempt
from .compare import Comparison, compare
from .errors import BadInput, Cancelled, NeedsConsent
from .evidence import lacking
from .getting import Fetched, get
from .report import Progress, Report, Timed, readable, silent
from .reproduction import Reproduction
from .rerun import Rerun

if TYPE_CHECKING:
    from .config import Config
    from .preparing import Prepared

__all__ = ["Fetched", "Reproduction", "get", "reproduce", "reproduce_each"]

#: A run of fewer seconds than this is done twice without being asked for, where its outputs differ.
QUICK = 180.0


def reproduce(
    text: str,
    folder: Path | None = None,
    *,
    from_: str | None = None,
    notebook: str | None = None,
    yes: bool = False,
    confirm: Callable[[str], bool] | None = None,
    timeout: float | None = None,
    environment: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    network: bool = True,
    twice: bool | None = None,
    config: Config,
    report: Report = silent,
    cancel: threading.Event | None = None,
) -> Reproduction:
    """Get a record, run its notebook again, and say how much came out the same.

    Parameters
    ----------
    text, folder, from_, config, report, cancel
        See `get`.
    notebook : str, optional
        Which one, where the record holds several.
    yes : bool
        Run the record's code without asking; for scripts.
    confirm : callable, optional
        Is told what would be run, and returns yes or no.
    timeout : float, optional
        The longest that one cell may run, in seconds. Otherwise ten times as long as for its author, where the notebook tells.
    environment : str, optional
        One of `outlook.STEPS`, to try no other; ``current`` installs nothing. The first that does otherwise.
    parameters : dict, optional
        Values for the notebook's cell tagged ``parameters``: the same analysis with others.
    network : bool
        Whether its code may use the network.
    twice : bool, optional
        Run it a second time in the same environment, which tells what is not deterministic. If not given, that is done
        where outputs differ and the first run was quick (`QUICK`).

    Returns
    -------
    Reproduction
        A notebook that fails is a result, not an error. The executed notebook and the reports are in the folder, beside the
        record's files.

    Raises
    ------
    BadInput
        When there is no notebook, or several and none was chosen, or no kernel of its language is installed.
    NeedsConsent
        When nobody said yes and nobody can be asked.
    Cancelled
        When the answer was no.
    """
    (done,) = reproduce_each(
        text, folder, from_=from_, wanted=[notebook] if notebook else [], yes=yes, confirm=confirm, timeout=timeout,
        environment=environment, parameters=parameters, network=network, twice=twice, config=config, report=report,
        cancel=cancel,
    )  # fmt: skip
    return done


def reproduce_each(
    text: str,
    folder: Path | None = None,
    *,
    from_: str | None = None,
    wanted: Sequence[str] = (choosing.ALL,),
    yes: bool = False,
    confirm: Callable[[str], bool] | None = None,
    timeout: float | None = None,
    environment: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    network: bool = True,
    twice: bool | None = None,
    config: Config,
    report: Report = silent,
    cancel: threading.Event | None = None,
) -> tuple[Reproduction, ...]:
    """Get a record, and run several of its notebooks again, one after another: each finds what those before it wrote.

    Parameters
    ----------
    wanted : sequence of str
        See `choosing.choose`. Of all, those whose kernel is not installed are left out, which stands in the notes.
    text, folder, from_, yes, confirm, timeout, environment, parameters, network, twice, config, report, cancel
        See `reproduce`, with its errors. It is asked once for all of them.

    Returns
    -------
    tuple of Reproduction
        In the order in which they were run, each with reports of its own.
    """
    outlook.require(environment)  # before gigabytes are fetched for nothing
    report = Timed(report)
    large = None if yes else confirm or _nobody
    got = get(text, folder, from_=from_, config=config, report=report, confirm=large, cancel=cancel)
    chosen = choosing.choose(got, wanted)
    laid_out, names = chosen.folder, chosen.names
    day, notes = _published(got), [*got.notes, *chosen.notes]
    attempts: list[Attempt] = []
    for name in names:
        try:
            attempts.append(
                attempt(
                    laid_out, name, published=day, timeout=timeout, environment=environment, parameters=parameters,
                    network=network, config=config,
                )
            )  # fmt: skip
        except BadInput as error:
            if choosing.ALL not in wanted or len(names) == 1:
                raise BadInput(f"{name}: {error.message}", f"{error.hint} The files are in {got.folder}.") from error
            notes.append(f"{name} was left out: {error.message}")
    if not attempts:
        raise BadInput("None of the notebooks can be run here. " + " ".join(notes), f"They are in {got.folder}.")
    _ask(got, attempts, notes, yes, confirm)
    taken = {path.name for path in (*got.files, *chosen.files) if path.parent == got.folder}
    done: list[Reproduction] = []
    with tempfile.TemporaryDirectory(prefix="zenodo-jupyter-", ignore_cleanup_errors=True) as scratch:
        for number, one in enumerate(attempts):
            several = len(attempts) > 1
            before, left = Path(scratch, str(number)), Path(scratch, str(number + 1))
            one = replace(one, run=replace(one.run, folder=before)) if number else one
            places = _names_beside(got.folder, taken, one.name if several else "")
            done.append(
                _reproduced(
                    got, laid_out, one, left if several else None, places, notes=notes, twice=twice, report=report,
                    cancel=cancel,
                )
            )  # fmt: skip
            shutil.rmtree(before, ignore_errors=True)
            report.restart()
    return tuple(done)


def _reproduced(
    got: Fetched,
    laid_out: Path,
    one: Attempt,
    left: Path | None,
    places: tuple[Path, Path, Path],
    *,
    notes: Sequence[str],
    twice: bool | None,
    report: Timed,
    cancel: threading.Event | None,
) -> Reproduction:
    """Run one notebook, compare, and write its reports."""
    executed, report_json, report_html = places
    prepared, execution = one.do(executed, left=left, report=report, cancel=cancel)
    report(Progress("compare", "Comparing the outputs"))
    rerun = notebooks.read(executed)
    comparison = compare(one.archived, rerun, stopped=execution.failed_cell)
    again = None
    if _is_worth_a_second(twice, execution, comparison):
        report(Progress("execute", "Running it a second time, to find what is not deterministic"))
        again = _compared_again(one.run, rerun, prepared, report, cancel)
        comparison = comparison.beside(again)
    done = Reproduction(
        record=got.record, repository=got.repository, folder=got.folder, notebook=one.name, execution=execution,
        comparison=comparison, environment=prepared.used, again=again, timings=dict(report.done()),
        lacking=lacking(got.record, one.archived, (laid_out / one.name).parent, prepared.used),
        executed=executed, report_json=report_json, report_html=report_html, notes=(*notes, *prepared.notes),
        requirements=prepared.requirements, parameters=one.run.parameters,
    )  # fmt: skip
    done.write(one.archived, rerun)
    return done


def _nobody(question: str) -> bool:
    """Answer for a person who is not there."""
    raise NeedsConsent(f"{question} Nobody said that it may be fetched and run.", "Say --yes (or yes=True) to do it.")


def _published(got: Fetched) -> date:
    """Return the day on which the record was there: said or made, whichever came first, and today where neither tells."""
    days = []
    for text in (str(got.record.metadata.get("publication_date", "")), got.record.created):
        parts = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?!\d)", text)
        if parts:  # a year or month alone: its last day, which leaves the other one to be the earlier
            year, month, day = int(parts[1]), int(parts[2] or 12), int(parts[3] or 28)
            with contextlib.suppress(ValueError):
                days.append(date(year, month, day))
    return min(days, default=date.today())


def _ask(
    got: Fetched, attempts: Sequence[Attempt], notes: Sequence[str], yes: bool, confirm: Callable[[str], bool] | None
) -> None:
    """Show what would be run, and go on only with a yes."""
    if yes:
        return
    summary = _summary(got, attempts, notes)
    if confirm is None:
        raise NeedsConsent(f"{summary}\nNobody said that it may be run.", "Say --yes (or yes=True) to run it.")
    if not confirm(summary):
        raise Cancelled(f"It was not run. The files are in {got.folder}.")


def _summary(got: Fetched, attempts: Sequence[Attempt], notes: Sequence[str]) -> str:
    """Return what a person should know before saying yes."""
    creators = "; ".join(c.get("person_or_org", {}).get("name", "") for c in got.record.metadata.get("creators", []))
    lines = [
        got.record.title,
        f"by {creators or 'unknown'}, {got.record.doi or got.record.id} on {got.repository.title}; "
        f"{len(got.files)} files, all verified",
        *(one.title for one in attempts),
        *(note for note in notes if note not in got.notes),
        *dict.fromkeys(one.words for one in attempts),
        attempts[0].run.words,
    ]
    return "\n".join(readable(" ".join(line.split())) for line in lines)


def _names_beside(folder: Path, taken: set[str], notebook: str) -> tuple[Path, Path, Path]:
    """Return where the results go: beside the record's files, never over one of them; with the name of one of several."""
    part = f"-{notebook.removesuffix('.ipynb').replace('/', '-')}" if notebook else ""

    def free(name: str) -> Path:
        while name in taken:
            name = f"new-{name}"
        taken.add(name)
        return folder / name

    return (
        free(f"executed{part}.ipynb"),
        free(f"reproduction-report{part}.json"),
        free(f"reproduction-report{part}.html"),
    )


def _is_worth_a_second(twice: bool | None, execution: execute.Execution, comparison: Comparison) -> bool:
    if twice is None:
        differs = any(not output.is_reproduced for output in comparison.outputs)
        return execution.ok and differs and execution.seconds < QUICK
    return twice and execution.ok


def _compared_again(
    run: Rerun, rerun: Any, prepared: Prepared, report: Report, cancel: threading.Event | None
) -> Comparison:
    """Run the notebook once more, and compare the two runs."""
    with tempfile.TemporaryDirectory(prefix="zenodo-jupyter-", ignore_cleanup_errors=True) as scratch:
        second = Path(scratch, "second.ipynb")
        run(second, prepared, report=report, cancel=cancel)
        return compare(rerun, notebooks.read(second))
