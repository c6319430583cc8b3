"""Processes of a run: started apart from the terminal, found again and ended, all of them."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Sequence
from typing import Any


def of_its_own() -> dict[str, Any]:
    """Return what keeps Ctrl-C in a terminal away from a child (for `subprocess.Popen`): its parent ends it in order."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def started_by(pid: int, variable: str, mark: str, since: float) -> list[int]:
    """Return the processes below one, and those that left it but still carry its mark in their environment.

    Parameters
    ----------
    pid : int
        The process; it is not returned itself.
    variable, mark : str
        The environment variable and its value.
    since : float
        When it was started, in seconds since 1970: older processes are not looked at.
    """
    import psutil

    found = set()
    with contextlib.suppress(psutil.NoSuchProcess):
        found |= {p.pid for p in psutil.Process(pid).children(recursive=True)}
    for process in psutil.process_iter():
        # Processes that are gone by now or belong to others cannot be read, and are not ours.
        with contextlib.suppress(psutil.Error, OSError):
            recent = process.pid != pid and process.create_time() >= since - 1
            if recent and process.environ().get(variable) == mark:
                found.add(process.pid)
    return sorted(found)


def end(pids: Sequence[int]) -> None:
    """Kill the processes and wait until they are gone, five seconds at most."""
    import psutil

    killed = []
    for pid in pids:
        with contextlib.suppress(psutil.Error):  # gone already
            process = psutil.Process(pid)
            process.kill()
            killed.append(process)
    psutil.wait_procs(killed, timeout=5)
