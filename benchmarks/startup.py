"""What the extension costs at JupyterLab's start: the bytes that are loaded, and the time until the launcher stands there.

Run ``python -m benchmarks.startup [rounds]``. Two servers run, one of them without the front end; a browser with an empty
cache opens JupyterLab on each in turns. What counts is the ratio of the medians, on the same machine in the same run.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Response, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from jupyter_process import TOKEN, JupyterProcess

ROUNDS = 9
OURS = "/extensions/zenodo-jupyter/"
NAMES = {True: "with the extension", False: "without"}


def front_ends(home: Path, has_it: bool) -> Path:
    """Return a folder with what is installed for JupyterLab, with ours or without."""
    folder = home / "labextensions"
    folder.mkdir()
    for installed in (Path(sys.prefix) / "share" / "jupyter" / "labextensions").iterdir():
        if has_it or installed.name != "zenodo-jupyter":
            (folder / installed.name).symlink_to(installed, target_is_directory=True)
    return folder


@contextmanager
def servers(folder: Path) -> Iterator[dict[bool, JupyterProcess]]:
    """Run JupyterLab with the front end, and without."""
    started = {}
    try:
        for has_it in NAMES:
            home = folder / NAMES[has_it].replace(" ", "-")
            config = home / "jupyter_config_dir" / "jupyter_lab_config.json"
            config.parent.mkdir(parents=True)
            config.write_text(json.dumps({"LabApp": {"labextensions_path": [str(front_ends(home, has_it))]}}))
            started[has_it] = JupyterProcess(home, app="jupyterlab.labapp")
        yield started
    finally:
        for server in started.values():
            server.stop()


def start(browser: Browser, server: JupyterProcess, show: bool = False) -> tuple[float, dict[str, int]]:
    """Open JupyterLab in a fresh window.

    Returns
    -------
    tuple
        Seconds until the launcher is there, and the bytes of each of our files that were loaded until then or, with `show`,
        until the panel was shown too.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer) if OURS in answer.url else None)
    begun = time.perf_counter()
    page.goto(f"{server.url}lab?reset&token={TOKEN}")
    page.locator(".jp-LauncherCard").first.wait_for(timeout=120_000)
    seconds = time.perf_counter() - begun
    if show:
        page.get_by_role("tab", name="Publish").click()
        page.get_by_role("region", name="Publish", exact=True).wait_for()
    loaded = {answer.url: len(answer.body()) for answer in answers}
    context.close()
    return seconds, loaded


def main(rounds: int = ROUNDS) -> None:
    """Measure, and print a table."""
    times: dict[bool, list[float]] = {has_it: [] for has_it in NAMES}
    with tempfile.TemporaryDirectory(prefix="startup-") as folder, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        with servers(Path(folder)) as running:
            for has_it, server in running.items():
                start(chromium, server)  # the server's own first answers are not what is measured
                assert bool(start(chromium, server)[1]) == has_it
            for _ in range(rounds):
                for has_it, server in running.items():
                    times[has_it].append(start(chromium, server)[0])
            _, at_start = start(chromium, running[True])
            _, shown = start(chromium, running[True], show=True)
        chromium.close()
    middle = {has_it: statistics.median(seconds) for has_it, seconds in times.items()}
    print(
        f"{'JupyterLab to its launcher':<28} {'median':>8} {'fastest':>8} {'slowest':>8}   {rounds} rounds each, in turns"
    )
    for has_it, seconds in times.items():
        print(f"{NAMES[has_it]:<28} {middle[has_it]:>6.2f} s {min(seconds):>6.2f} s {max(seconds):>6.2f} s")
    print(f"{'ratio of the medians':<28} {middle[True] / middle[False]:>6.2f}")
    print(f"loaded at the start: {len(at_start)} files, {sum(at_start.values()) / 1000:.1f} kB")
    later = sum(shown.values()) - sum(at_start.values())
    print(f"loaded when the panel is first shown: {len(shown) - len(at_start)} files, {later / 1000:.1f} kB")


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:2]))
