"""``%zenodo watch``: see what the cells of this notebook read and write while they run, for whoever publishes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .config import Config
from .errors import ZenodoJupyterError
from .show import Outcome, line
from .watching import Watch, Watched

ON = (
    "Watching what the cells of {name} read and write while they run. Run them; publishing then takes those files along, "
    "each with the reason. `%zenodo watch off` ends it."
)


class KernelWatch:
    """Watches the cells of a kernel.

    Parameters
    ----------
    shell : InteractiveShell
        Whose cells.
    notebook : Path
        The notebook that they belong to.
    config : Config
        Where what is seen is kept.
    """

    def __init__(self, shell: Any, notebook: Path, config: Config) -> None:
        self._shell = shell
        self._watched = Watched(notebook, config.data_dir)
        self._watch = Watch(notebook.resolve().parent)
        self._source: str | None = None
        shell.events.register("pre_run_cell", self._before)
        shell.events.register("post_run_cell", self._after)

    def stop(self) -> None:
        """Watch no longer; what was seen is kept."""
        self._shell.events.unregister("pre_run_cell", self._before)
        self._shell.events.unregister("post_run_cell", self._after)
        self._watch.close()

    def _before(self, info: Any) -> None:
        self._source = info.raw_cell
        self._watch.begin()

    def _after(self, result: Any) -> None:
        if self._source is None:
            return  # the cell that began the watch
        sightings, source, self._source = self._watch.end(), self._source, None
        try:
            self._watched.note(source, sightings)
        except ZenodoJupyterError as error:
            self.stop()
            print(f"Not watching any longer: {error}")


_watches: dict[int, KernelWatch] = {}


def watch(shell: Any, words: list[str], notebook: Path | None, config: Config) -> Outcome:
    """Begin, end, or say what was seen.

    Parameters
    ----------
    shell : InteractiveShell
        The kernel's.
    words : list of str
        ``on`` (or nothing), ``off``, ``forget``.
    notebook : Path or None
        The notebook one is in.
    config : Config
        Where what is seen is kept.

    Raises
    ------
    BadInput
        When the notebook is not known, or the word is none of these.
    """
    from .errors import BadInput

    what = words[0] if words else "on"
    if what not in ("on", "off", "forget") or len(words) > 1:
        raise BadInput(f"`%zenodo watch {' '.join(words)}` is not known.", "Say: watch, watch off, or watch forget.")
    running = _watches.pop(id(shell), None)
    if running:
        running.stop()
    if what == "off":
        return line("Not watching any longer; what was seen is kept." if running else "Nothing was watched.")
    if notebook is None:
        raise BadInput("It is not known which notebook this is.", "Save it, and run this cell again.")
    if what == "forget":
        Watched(notebook, config.data_dir).forget()
        return line(f"What was seen of {notebook.name} is forgotten.")
    _watches[id(shell)] = KernelWatch(shell, notebook, config)
    return line(ON.format(name=notebook.name))
