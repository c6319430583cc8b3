"""Reproduce a record: get · choose the notebook · show and ask · run it in a copy · compare · report."""

from __future__ import annotations

import contextlib
import re
import tempfile
import threading
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import execute, preparing
from . import notebook as notebooks
from . import outlook as outlooks
from .choosing import choose
from .compare import Comparison, compare
from .errors import BadInput, Cancelled, NeedsConsent
from .evidence import lacking
from .getting import Fetched, get
from .report import Progress, Report, Timed, silent
from .reproduction import Reproduction
from .rerun import Rerun, limit

if TYPE_CHECKING:
    from .config import Config

__all__ = ["Fetched", "Reproduction", "get", "reproduce"]

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
        When there is no notebook, or several and none was chosen, or it is not in Python.
    NeedsConsent
        When nobody said yes and nobody can be asked.
    Cancelled
        When the answer was no.
    """
    report = Timed(report)
    got = get(text, folder, from_=from_, config=config, report=report, confirm=confirm, cancel=cancel)
    laid_out, name = choose(got, notebook)
    archived = notebooks.read(laid_out / name)
    day = _published(got)
    outlook = outlooks.look(laid_out, name, archived, published=day, config=config, only=environment)
    run = Rerun(laid_out, name, config, timeout or limit(archived), parameters or {}, network)
    _ask(got, name, archived, f"{outlook.words}\n{run.words}", yes, confirm)
    prepared = preparing.prepare(outlook, report=report, cancel=cancel)
    executed, report_json, report_html = _names_beside(got)
    execution = run(executed, prepared.python, report=report, cancel=cancel)
    report(Progress("compare", "Comparing the outputs"))
    rerun = notebooks.read(executed)
    comparison = compare(archived, rerun)
    again = None
    if _is_worth_a_second(twice, execution, comparison):
        report(Progress("execute", "Running it a second time, to find what is not deterministic"))
        again = _compared_again(run, rerun, prepared.python, report, cancel)
        comparison = comparison.beside(again)
    done = Reproduction(
        record=got.record, repository=got.repository, folder=got.folder, notebook=name, execution=execution,
        comparison=comparison, environment=prepared.used, again=again, timings=report.done(),
        lacking=lacking(got.record, archived, (laid_out / name).parent, prepared.used),
        executed=executed, report_json=report_json, report_html=report_html, notes=(*got.notes, *prepared.notes),
    )  # fmt: skip
    done.write(archived, rerun)
    return done


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
    got: Fetched,
    name: str,
    nb: Any,
    question: str,
    yes: bool,
    confirm: Callable[[str], bool] | None,
) -> None:
    """Show what would be run, and go on only with a yes."""
    kernel = notebooks.kernel(nb)
    if kernel.language not in ("", "python"):
        raise BadInput(
            f"{name} is written in {kernel.language}; only Python notebooks can be run again here.",
            f"Its files are in {got.folder}.",
        )
    if yes:
        return
    summary = _summary(got, name, nb, kernel, question)
    if confirm is None:
        raise NeedsConsent(f"{summary}\nNobody said that it may be run.", "Say --yes (or yes=True) to run it.")
    if not confirm(summary):
        raise Cancelled(f"It was not run. The files are in {got.folder}.")


def _summary(
    got: Fetched,
    name: str,
    nb: Any,
    kernel: notebooks.Kernel,
    question: str,
) -> str:
    """Return what a person should know before saying yes."""
    creators = "; ".join(c.get("person_or_org", {}).get("name", "") for c in got.record.metadata.get("creators", []))
    cells = sum(cell["cell_type"] == "code" for cell in nb["cells"])
    lines = [
        f"{got.record.title}",
        f"by {creators or 'unknown'}, {got.record.doi or got.record.id} on {got.repository.title}",
        f"{name}: {cells} code cells, Python {kernel.version}".rstrip() + f"; {len(got.files)} files, all verified",
        question,
    ]
    return "\n".join(lines)


def _names_beside(got: Fetched) -> tuple[Path, Path, Path]:
    """Return where the results go: beside the record's files, and never over one of them."""
    taken = {path.name for path in got.files if path.parent == got.folder}

    def free(name: str) -> Path:
        while name in taken:
            name = f"new-{name}"
        return got.folder / name

    return free("executed.ipynb"), free("reproduction-report.json"), free("reproduction-report.html")


def _is_worth_a_second(twice: bool | None, execution: execute.Execution, comparison: Comparison) -> bool:
    if twice is None:
        differs = any(not output.is_reproduced for output in comparison.outputs)
        return execution.ok and differs and execution.seconds < QUICK
    return twice and execution.ok


def _compared_again(run: Rerun, rerun: Any, python: str, report: Report, cancel: threading.Event | None) -> Comparison:
    """Run the notebook once more, and compare the two runs."""
    with tempfile.TemporaryDirectory(prefix="zenodo-jupyter-", ignore_cleanup_errors=True) as scratch:
        second = Path(scratch, "second.ipynb")
        run(second, python, report=report, cancel=cancel)
        return compare(rerun, notebooks.read(second))
