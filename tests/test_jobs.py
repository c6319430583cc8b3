"""Jobs: run, watched, cancelled, and taken up once after their process is gone."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from zenodo_jupyter import job as job_module
from zenodo_jupyter import jobs as module
from zenodo_jupyter.errors import BadInput, RecordNotFound, UnknownJob
from zenodo_jupyter.jobs import Jobs
from zenodo_jupyter.report import Progress

WAIT = 20.0


class Works:
    """Kinds of jobs that do what a test tells them."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.begun = threading.Event()
        self.params: list[Any] = []

    def publish(self, params: dict[str, Any], report: Callable[[Progress], None]) -> dict[str, Any]:
        """Report until told to end."""
        self.params.append(params)
        self.begun.set()
        while not self.go.wait(0.005):
            report(Progress("upload", "Sending the files", 1, 2, "files"))
        return {"doi": "10.5072/zenodo.1", **params}

    def fail(self, params: dict[str, Any], report: Callable[[Progress], None]) -> dict[str, Any]:
        """Raise what it is given."""
        raise params["error"]


@pytest.fixture
def works() -> Works:
    """What the jobs do."""
    return Works()


@pytest.fixture
def start(tmp_path: Path, works: Works) -> Iterator[Callable[..., Jobs]]:
    """Make a `Jobs` on one folder; several are several servers."""
    made: list[Jobs] = []

    def make(workers: int = 2) -> Jobs:
        kinds = {"publish": works.publish, "reproduce": works.publish, "fail": works.fail}
        made.append(Jobs(tmp_path / "jobs", kinds, workers))
        return made[-1]

    yield make
    works.go.set()
    for jobs in made:
        jobs.close()


def test_a_job_ends_with_its_result(start: Callable[..., Jobs], works: Works) -> None:
    """A job is queued at once, and its result is there when it has ended."""
    jobs = start()
    job = jobs.start("publish", {"path": "a.ipynb"})
    assert job.state in ("queued", "running")
    works.go.set()
    done = until(jobs, job.id, "done")
    assert done.result == {"doi": "10.5072/zenodo.1", "path": "a.ipynb"}
    assert done.ended >= done.started


def test_two_starts_at_once_make_one_job(start: Callable[..., Jobs], works: Works) -> None:
    """Twenty clicks at once on one subject run one job; another subject is another job."""
    jobs = start()
    with ThreadPoolExecutor(20) as pool:
        ids = {job.id for job in pool.map(lambda _: jobs.start("publish", {}, "a.ipynb on local"), range(20))}
    assert len(ids) == 1
    assert jobs.start("publish", {}, "b.ipynb on local").id not in ids
    works.go.set()
    until(jobs, ids.pop(), "done")
    assert len(works.params) <= 2


def test_a_subject_can_be_started_again_when_its_job_has_ended(start: Callable[..., Jobs], works: Works) -> None:
    """Publishing again after the end is a new job."""
    jobs = start()
    works.go.set()
    first = jobs.start("publish", {}, "a")
    until(jobs, first.id, "done")
    assert jobs.start("publish", {}, "a").id != first.id


def test_cancel_then_start_waits_for_the_end_of_the_first(start: Callable[..., Jobs], works: Works) -> None:
    """Who stops and starts again at once gets a new job, which never runs beside the old one."""
    jobs = start()
    first = jobs.start("publish", {"n": 1}, "a")
    works.begun.wait(WAIT)
    jobs.cancel(first.id)
    second = jobs.start("publish", {"n": 2}, "a")
    assert second.id != first.id
    works.go.set()
    ended = until(jobs, second.id, "done")
    assert jobs.get(first.id).state in ("cancelled", "done")
    assert ended.ended >= jobs.get(first.id).ended


def test_a_cancelled_job_stops_at_its_next_report(start: Callable[..., Jobs], works: Works) -> None:
    """Cancelling a running job ends it as cancelled, with a sentence that says what is kept."""
    jobs = start()
    job = jobs.start("publish", {})
    works.begun.wait(WAIT)
    jobs.cancel(job.id)
    ended = until(jobs, job.id, "cancelled")
    assert "kept" in ended.error["hint"]


def test_what_a_person_stopped_is_not_taken_up(start: Callable[..., Jobs], works: Works) -> None:
    """A server that ends while a job is stopping does not hand it to the next one."""
    first = start()
    job = first.start("publish", {})
    works.begun.wait(WAIT)
    first.cancel(job.id)
    first.close()
    second = start()
    assert second.resume() == []
    assert second.get(job.id).state == "cancelled"


def test_a_waiting_job_is_cancelled_at_once(start: Callable[..., Jobs], works: Works) -> None:
    """A job that waits for its turn never begins when it is cancelled."""
    jobs = start(workers=1)
    jobs.start("publish", {"n": 1})
    works.begun.wait(WAIT)
    waiting = jobs.start("publish", {"n": 2})
    assert jobs.cancel(waiting.id).state == "cancelled"
    works.go.set()
    jobs.close(WAIT)
    assert works.params == [{"n": 1}]


def test_errors_of_the_family_keep_their_words(start: Callable[..., Jobs]) -> None:
    """A job that fails says what happened and what to try."""
    jobs = start()
    job = jobs.start("fail", {"error": RecordNotFound("There is no record 7.", "Look at the id.")})
    ended = until(jobs, job.id, "failed")
    assert ended.error == {"error": "RecordNotFound", "message": "There is no record 7.", "hint": "Look at the id."}


@pytest.mark.parametrize("error", [KeyError("x"), SystemExit(3)])
def test_a_bug_ends_the_job(start: Callable[..., Jobs], error: BaseException) -> None:
    """An unforeseen exception, even one that would end a process, leaves no job running for ever."""
    jobs = start()
    ended = until(jobs, jobs.start("fail", {"error": error}).id, "failed")
    assert ended.error["error"] == type(error).__name__


def test_unknown_kinds_and_jobs_are_refused(start: Callable[..., Jobs]) -> None:
    """A kind or a job that does not exist is said so."""
    jobs = start()
    with pytest.raises(BadInput, match="kind"):
        jobs.start("bake", {})
    with pytest.raises(UnknownJob):
        jobs.get("0" * 32)


def test_no_change_is_missed_by_a_watcher(start: Callable[..., Jobs], works: Works) -> None:
    """Who watches and then looks learns of every change up to the end, however fast they come."""
    jobs = start()
    for _ in range(50):
        works.go.set()
        job = jobs.start("publish", {})
        woken = threading.Event()
        stop = jobs.watch(job.id, woken.set)
        while jobs.get(job.id).is_active:
            assert woken.wait(WAIT), "a change was missed"
            woken.clear()
        stop()


def test_bytes_are_told_at_a_pace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand blocks of one file make a handful of changes, of which the last says that all of it has gone."""
    monkeypatch.setattr(module, "PACE", 1000.0)

    def send(params: dict[str, Any], report: Callable[[Progress], None]) -> dict[str, Any]:
        for done in range(1, 10_001):
            report(Progress("upload", f"Sending {done}", done, 10_000, "B", "a.nc"))
        return {}

    jobs = Jobs(tmp_path, {"send": send})
    ended = until(jobs, jobs.start("send", {}).id, "done")
    assert ended.seq < 10
    assert ended.progress["done"] == 10_000
    assert ended.log == []


def test_wait_returns_when_the_number_is_another(start: Callable[..., Jobs], works: Works) -> None:
    """A poll that knows a number from before a restart is answered at once, though the present one is lower."""
    jobs = start()
    job = jobs.start("publish", {})
    assert jobs.wait(job.id, after=1000, timeout=WAIT).seq < 1000


def test_an_orderly_end_leaves_the_job_to_the_next_server(start: Callable[..., Jobs], works: Works) -> None:
    """A publish that a server's end has stopped goes on in the next server, under the same id and with its parameters."""
    first = start()
    job = first.start("publish", {"path": "a.ipynb"}, "a.ipynb on local")
    works.begun.wait(WAIT)
    first.close()
    assert first.get(job.id).state == "interrupted"
    second = start()
    assert [j.id for j in second.resume()] == [job.id]
    works.go.set()
    assert until(second, job.id, "done").result["path"] == "a.ipynb"


def test_a_reproduction_is_not_run_again_by_itself(start: Callable[..., Jobs], works: Works) -> None:
    """Other people's code does not run again only because the server was started again."""
    first = start()
    job = first.start("reproduce", {})
    works.begun.wait(WAIT)
    first.close()
    second = start()
    assert second.resume() == []
    assert second.get(job.id).state == "interrupted"


def test_a_living_server_keeps_its_jobs(start: Callable[..., Jobs], works: Works) -> None:
    """A second server on the same folder leaves the first one's jobs alone."""
    job = start().start("publish", {})
    works.begun.wait(WAIT)
    second = start()
    assert second.resume() == []
    with pytest.raises(UnknownJob):
        second.get(job.id)


KILLED = """
import sys, time
from pathlib import Path
from zenodo_jupyter.jobs import Jobs
def forever(params, report):
    print("running", flush=True)
    time.sleep(1000)
jobs = Jobs(Path(sys.argv[1]), {"publish": forever})
jobs.start("publish", {"path": "a.ipynb"}, "a")
time.sleep(1000)
"""


def killed(folder: Path) -> None:
    """Start a process with a running job, and kill it."""
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(KILLED), str(folder)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    process.kill()
    process.wait()


def test_many_servers_take_up_a_killed_job_once(start: Callable[..., Jobs], works: Works, tmp_path: Path) -> None:
    """Of six servers that are started at once on the folder of a killed one, one goes on with its job."""
    killed(tmp_path / "jobs")
    servers = [start() for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        taken = [job for found in pool.map(lambda jobs: jobs.resume(), servers) for job in found]
    assert len(taken) == 1
    assert taken[0].attempts == 2


def test_a_job_that_kills_its_server_is_given_up(start: Callable[..., Jobs], tmp_path: Path) -> None:
    """A job that was under way at three violent ends is not tried a fourth time, and says that it was interrupted."""
    killed(tmp_path / "jobs")
    (path,) = (tmp_path / "jobs").glob("*.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), "attempts": module.ATTEMPTS}))
    jobs = start()
    assert jobs.resume() == []
    assert jobs.all()[0].state == "interrupted"


def test_ended_jobs_are_forgotten_after_a_day(
    start: Callable[..., Jobs], works: Works, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ended more than a day ago is neither shown nor kept on the disk."""
    works.go.set()
    first = start()
    old = first.start("publish", {})
    until(first, old.id, "done")
    first.close()
    jobs = start()
    jobs.resume()
    assert jobs.get(old.id).state == "done"
    late = time.time() + job_module.KEEP + 1
    monkeypatch.setattr(job_module.time, "time", lambda: late)
    jobs.start("publish", {})
    assert old.id not in [job.id for job in jobs.all()]
    assert not (tmp_path / "jobs" / f"{old.id}.json").exists()


def test_a_new_server_remembers_how_jobs_ended(start: Callable[..., Jobs], works: Works) -> None:
    """A browser that is opened again after a restart still sees the result."""
    works.go.set()
    first = start()
    job = first.start("publish", {})
    until(first, job.id, "done")
    first.close()
    second = start()
    second.resume()
    assert second.get(job.id).result["doi"] == "10.5072/zenodo.1"


def until(jobs: Jobs, job_id: str, state: str) -> Any:
    """Wait for the end of a job and check how it ended."""
    end, job = time.monotonic() + WAIT, jobs.get(job_id)
    while job.is_active and time.monotonic() < end:
        job = jobs.wait(job_id, after=job.seq, timeout=1)
    assert job.state == state, job
    return job
